"""The files of the built site: identifiers, links, formulas, and what they weigh."""

import gzip
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from fontTools.ttLib import TTFont
from playwright.sync_api import BrowserContext, Request

from audit import packed, served, weight
from browsing import INVISIBLE, Document, settled, wait_until
from finish import FONT

UNSET = re.compile(r"\\[(\[]|\$\$|\\(?:frac|sigma|left|begin)\b|-8<-")


def test_no_id_is_given_twice(documents: dict[str, Document]) -> None:
    found = {page: [i for i, n in Counter(d.ids).items() if n > 1] for page, d in documents.items()}
    assert {page: ids for page, ids in found.items() if ids} == {}


def test_links_lead_somewhere(site: Path, documents: dict[str, Document]) -> None:
    broken = []
    for page, document in documents.items():
        for link in document.links:
            target, anchor = urldefrag(urljoin(f"http://site/{page}", link))
            if urlsplit(target).netloc != "site":
                continue
            path = unquote(urlsplit(target).path).lstrip("/") or "index.html"
            path = f"{path}index.html" if path.endswith("/") else path
            ids = documents[path].ids if path in documents else []
            if not (site / path).is_file() or (anchor and anchor not in ids and anchor[0] != "_"):
                broken.append(f"{page}: {link}")
    assert broken == []


def test_content_has_no_inline_styles(documents: dict[str, Document]) -> None:
    assert {page: d.inline for page, d in documents.items() if d.inline} == {}


def test_formulas_are_set(documents: dict[str, Document]) -> None:
    found = {page: d.errors + UNSET.findall("\n".join(d.text)) for page, d in documents.items()}
    assert {page: texts for page, texts in found.items() if texts} == {}


def test_math_font_has_every_character(site: Path, documents: dict[str, Document]) -> None:
    has = {chr(code) for code in TTFont(site / FONT).getBestCmap()} | INVISIBLE
    missing = {page: "".join(sorted(d.math - has)) for page, d in documents.items()}
    assert {page: characters for page, characters in missing.items() if characters} == {}, (
        "add them to docs/assets/termes-math.txt and make the font again: see style.css"
    )


def test_the_search_index_stays_small(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_bytes()
    assert len(gzip.compress(index)) < 125_000


def test_a_page_fetches_what_its_weight_counts(
    context: BrowserContext, site: Path, documents: dict[str, Document], trouble: list[str]
) -> None:
    """And no more once it is loaded: what search needs waits for a reader."""
    chosen = ["index.html"]
    for folder in ("activations/", "learn/"):
        inside = (name for name in documents if name.startswith(folder))
        chosen.append(max(inside, key=lambda name: len(packed(site / name))))
    with served(site) as address:
        for name in chosen:
            with context.browser.new_context() as window:
                asked: list[str] = []
                got: list[Request] = []
                window.on("request", lambda request, asked=asked: asked.append(request.url))
                window.on("requestfinished", lambda request, got=got: got.append(request))
                page = window.new_page()
                page.goto(address + name)
                expected = weight(site, name)
                wait_until(page, lambda got=got, all=expected: len(got) >= len(all))
                settled(page)
                sizes = {
                    request.url.removeprefix(address): request.sizes()["responseBodySize"]
                    for request in got
                }
                assert sizes == expected
                assert sorted(asked) == sorted(request.url for request in got)
    assert trouble == []
