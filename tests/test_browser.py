"""The built site as a reader gets it: what its files hold, and what a browser makes of them."""

import os
import re
import shutil
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Download,
    Error,
    Page,
    Route,
    sync_playwright,
)

from catalog import catalog, vectors
from project import slug

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / ".cache" / "screenshots"
FONT = "assets/termes-math.woff2"
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", 1280),
    ("dark", 1280),
    ("light", 390),
)
FUNCTIONS = (*catalog(), *vectors())
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNSET = re.compile(r"\\[(\[]|\$\$|\\(?:frac|sigma|left|begin)\b|-8<-")
# The italic letter that is drawn for a letter alone in an <mi>.
ITALIC = {"h": "\N{PLANCK CONSTANT}"} | {
    chr(int(unicodedata.decomposition(chr(code)).split()[1], 16)): chr(code)
    for code in (*range(0x1D434, 0x1D455), *range(0x1D456, 0x1D468), *range(0x1D6FB, 0x1D71C))
}
INVISIBLE = {*"\u2061\u2062\u2063\u2064\u200b", *" \n\t\u00a0"}


class Document(HTMLParser):
    """What the tests ask of one HTML file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []  # style attributes and handlers in our own content
        self.text: list[str] = []  # outside code and scripts
        self.math: set[str] = set()  # characters that the math font must draw
        self.errors: list[str] = []
        self._open: list[str] = []
        self._class: list[str] = []
        self._plain = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        self.links += [given[name] for name in ("href", "src") if name in given]
        if "article" in self._open:
            self.inline += [
                f"<{tag} {name}={value!r}>"
                for name, value in given.items()
                if name == "style" or name.startswith("on")
            ]
        if tag in {"msqrt", "mroot"}:
            self.math.add("√")  # drawn, though it is nowhere in the text
        if tag == "merror" or "arithmatex" in given.get("class", ""):
            self.errors.append(f"<{tag} class={given.get('class')!r}>")
        self._class = given.get("class", "").split()
        self._plain = tag == "mi" and "mathvariant" not in given

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "math" in self._open:
            letter = self._plain and len(data) == 1 and self._open[-1] == "mi"
            if "m-code" not in self._class:
                self.math |= {ITALIC.get(data, data)} if letter else set(data)
        elif not {"code", "pre", "script", "style"} & set(self._open):
            self.text.append(data)


@pytest.fixture(scope="session")
def documents(site: Path) -> dict[str, Document]:
    """Return the pages, other names that lead to them left out, by their path below the site."""
    pages = [p for p in sorted(site.rglob("*.html")) if 'http-equiv="refresh"' not in p.read_text()]
    return {str(p.relative_to(site)): Document(p) for p in pages}


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


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site on this machine; return its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium, or else Playwright's own."""
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("chromium-browser")
            )
        except Error as error:
            reason = f"no browser: {error.message.splitlines()[0]}"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        yield chromium
        chromium.close()


@pytest.fixture
def trouble() -> list[str]:
    """Collect what goes wrong in a browser; each test ends in asserting that it is empty."""
    return []


@pytest.fixture
def context(browser: Browser, trouble: list[str]) -> Iterator[BrowserContext]:
    """Open a window that reports errors and lets no request leave this machine."""
    with browser.new_context() as window:

        def refuse(route: Route) -> None:
            trouble.append(f"request to {route.request.url}")
            route.abort()

        def note(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                trouble.append(f"{message.text} ({message.location['url']})")

        window.route(re.compile(r"^https?://(?!127\.0\.0\.1:)"), refuse)
        window.on("console", note)
        window.on("weberror", lambda error: trouble.append(f"{error.page}: {error.error}"))
        yield window


def test_pages_open(
    context: BrowserContext, address: str, documents: dict[str, Document], trouble: list[str]
) -> None:
    """No error, no request to elsewhere, no sideways scroll on a phone; and take the pictures.

    The pages of functions take turns in their looks: each would cost seconds.
    """
    page = context.new_page()
    for turn, name in enumerate(documents):
        alike = name.startswith("activations/")
        page.goto(address + name)
        for scheme, width in [LOOKS[turn % 2], LOOKS[2]] if alike else LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            picture = f"{name.removesuffix('.html').replace('/', '-')}-{scheme}-{width}.png"
            page.screenshot(path=SCREENSHOTS / picture, full_page=True, animations="disabled")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                trouble.append(f"{name} scrolls sideways at {width} px")
    assert trouble == []


def test_copy_button_copies_what_is_shown(
    context: BrowserContext, address: str, documents: dict[str, Document], trouble: list[str]
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    copied = 0
    for name in ("activations", "learn"):
        page.goto(address + next(page for page in documents if page.startswith(f"{name}/")))
        for tab in page.locator(".tabbed-labels > label").all():
            tab.click()
            copied += _copy_all(page)
        copied += _copy_all(page)
    assert copied > 0
    assert trouble == []


def _copy_all(page: Page) -> int:
    """Press each copy button in sight and compare; return how many there were."""
    blocks = page.locator(".highlight:visible").all()
    for block in blocks:
        block.locator("[data-clipboard-target], [data-md-type=copy]").click()
        page.wait_for_timeout(20)
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.rstrip("\n") == block.locator("pre code").inner_text().rstrip("\n")
    return len(blocks)


def test_pages_open_from_a_disk(
    context: BrowserContext, site: Path, documents: dict[str, Document], trouble: list[str]
) -> None:
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.locator("article a[href^='activations/']").first.click()
    page.wait_for_selector("article math")
    # From a disk, Chromium refuses to load a font ahead of time, says so, and then loads it.
    assert [what for what in trouble if FONT not in what] == []
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"]


def test_a_lesson_is_downloaded(
    context: BrowserContext, address: str, site: Path, trouble: list[str]
) -> None:
    page = context.new_page()
    lesson = site / "learn" / "why-nonlinearity.html"
    saved: list[Download] = []
    page.on("download", lambda download: saved.append(download))
    for kind in (".py", ".ipynb"):
        page.goto(f"{address}learn/{lesson.name}")
        with page.expect_download() as download:
            page.get_by_role("link", name=kind, exact=True).click()
        assert download.value.suggested_filename == f"{lesson.stem}{kind}"
        assert Path(download.value.path()).read_bytes() == lesson.with_suffix(kind).read_bytes()
        # From a disk, where the file is already, a browser may show it instead.
        saved.clear()
        page.goto(lesson.as_uri())
        page.get_by_role("link", name=kind, exact=True).click()
        page.wait_for_timeout(500)
        assert saved or page.url == lesson.with_suffix(kind).as_uri()
    assert [what for what in trouble if FONT not in what] == []


def test_another_name_leads_to_its_page_from_a_disk(context: BrowserContext, site: Path) -> None:
    page = context.new_page()
    for activation in FUNCTIONS:
        for alias in activation.aliases:
            file = site / "activations" / f"{slug(alias)}.html"
            if file.stem in {a.name for a in FUNCTIONS}:  # a page of its own
                continue
            page.goto(file.as_uri())
            page.wait_for_url(f"**/{activation.name}.html")


@pytest.fixture
def table(context: BrowserContext, address: str) -> Page:
    """Open the table of all."""
    page = context.new_page()
    page.goto(address + "table.html")
    return page


def column(page: Page, label: str) -> list[str]:
    """Return the cells in sight of one column, from top to bottom."""
    heads = page.locator(".functions thead th").all_inner_texts()
    index = next(i for i, head in enumerate(heads) if head.startswith(label))
    cells = page.locator(f".functions tbody tr:visible > :nth-child({index + 1})")
    return [text.strip() for text in cells.all_inner_texts()]


def test_the_table_is_sorted_by_keyboard(table: Page, trouble: list[str]) -> None:
    head = table.locator(".functions thead th", has_text="Range")
    place = 1 + head.evaluate("head => head.cellIndex")
    cells = f".functions tbody tr > :nth-child({place})"
    head.get_by_role("button").focus()
    for key, order in (("Enter", "ascending"), ("Space", "descending")):
        table.keyboard.press(key)
        assert head.get_attribute("aria-sort") == order
        assert table.locator(".functions [aria-sort]").count() == 1
        assert order in table.get_by_role("status").inner_text()
        values = table.eval_on_selector_all(cells, "all => all.map(c => +c.dataset.value)")
        assert values == sorted(values, reverse=order == "descending")
        assert values != sorted(values, key=str, reverse=order == "descending")  # no mere words
    assert trouble == []


def test_the_table_is_filtered(table: Page, trouble: list[str]) -> None:
    every = column(table, "Function")
    assert sorted(every) == sorted(function.title for function in FUNCTIONS)
    table.get_by_text("Properties", exact=True).click()
    for label in ("Bounded", "Monotone", "Learnable"):
        values = column(table, label)
        for value in sorted(set(values)):
            table.get_by_label(label).select_option(value)
            assert column(table, label) == [value] * values.count(value)
            assert (
                f"{values.count(value)} of {len(every)}" in table.get_by_role("status").inner_text()
            )
        table.get_by_role("button", name="Show all").click()
        table.wait_for_function("document.querySelectorAll('.functions tr[hidden]').length == 0")
    named = next(function for function in FUNCTIONS if function.aliases)
    table.get_by_label("Name").fill(named.aliases[0].upper())
    assert column(table, "Function") == [named.title]
    assert trouble == []


def test_the_table_is_whole_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as window:
        page = window.new_page()
        page.goto(address + "table.html")
        assert sorted(column(page, "Function")) == sorted(a.title for a in FUNCTIONS)
        assert page.locator("article :is(button, input, select)").count() == 0


def test_the_table_scrolls_by_itself_and_keeps_its_names(table: Page, trouble: list[str]) -> None:
    table.set_viewport_size({"width": 390, "height": 900})
    table.locator(".functions").evaluate("place => place.scrollLeft = 200")
    assert table.evaluate("document.documentElement.scrollWidth") <= 390
    name = table.locator(".functions tbody th").first
    assert name.bounding_box()["x"] >= 0
    assert table.locator(".functions").evaluate("place => place.scrollLeft") == 200
    assert trouble == []
