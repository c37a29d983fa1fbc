"""The built site as a reader gets it: what its files hold, and what a browser makes of them."""

import gzip
import os
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from fontTools.ttLib import TTFont
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Download,
    Error,
    Page,
    Request,
    Route,
    sync_playwright,
)

from audit import packed, served, weight
from catalog import catalog, vectors
from finish import FONT, ITALIC
from project import slug

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / ".cache" / "screenshots"
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", 1280),
    ("dark", 1280),
    ("light", 390),
)
FUNCTIONS = (*catalog(), *vectors())
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNSET = re.compile(r"\\[(\[]|\$\$|\\(?:frac|sigma|left|begin)\b|-8<-")
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
    """Serve a folder as hosts of pages do: with 404.html for what is not there."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send_error(self, code: int, *given: str | None) -> None:
        page = Path(self.directory, f"{code}.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page)


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
            narrow = min(width, 640)  # what is left of 1280 at a zoom of 200 %
            page.set_viewport_size({"width": narrow, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                trouble.append(f"{name} scrolls sideways at {narrow} px")
            if page.locator(".catalog, .facts").evaluate_all(
                "all => all.some(table => table.scrollWidth > table.clientWidth)"
            ):
                trouble.append(f"{name} has a table that scrolls sideways at {narrow} px")
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


def test_copied_code_is_the_code_that_is_checked(
    context: BrowserContext, address: str, trouble: list[str]
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    for function in (*catalog()[::9], *vectors()[::4]):
        page.goto(f"{address}activations/{function.name}.html")
        for name in ("NumPy", "PyTorch", "SymPy"):
            page.locator(".tabbed-labels > label", has_text=name).click()
            button = page.locator(".highlight:visible [data-clipboard-target], [data-md-type=copy]")
            button.filter(visible=True).click()
            page.wait_for_timeout(20)
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied.strip("\n") == function.cells[name].strip("\n"), (function, name)
    assert trouble == []


def checked(page: Page) -> str:
    """Return the name of the tab of code that is open."""
    return page.locator(".tabbed-block:visible").evaluate(
        "block => block.closest('.tabbed-set').querySelector("
        "`.tabbed-labels > :nth-child(${1 + [...block.parentNode.children].indexOf(block)})`"
        ").textContent"
    )


@pytest.mark.parametrize("from_disk", [False, True])
def test_tab_and_colours_are_remembered(
    context: BrowserContext, address: str, site: Path, trouble: list[str], from_disk: bool
) -> None:
    start = f"{site.as_uri()}/" if from_disk else address
    one, other = (f"{start}activations/{function.name}.html" for function in FUNCTIONS[:2])
    page = context.new_page()
    scheme = page.locator("body")
    page.goto(one)
    assert (checked(page), scheme.get_attribute("data-md-color-scheme")) == ("NumPy", "default")
    page.locator(".tabbed-labels > label", has_text="SymPy").click()
    for name in ("Switch to light mode", "Switch to dark mode"):
        page.get_by_title(name).click()
    for where in (one, other):
        page.goto(where)
        assert (checked(page), scheme.get_attribute("data-md-color-scheme")) == ("SymPy", "slate")
    assert [what for what in trouble if FONT not in what] == []


def test_a_page_is_read_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as window:
        page = window.new_page()
        for function in (FUNCTIONS[0], vectors()[0]):
            page.goto(f"{address}activations/{function.name}.html")
            assert page.locator("article math").first.is_visible()
            assert page.locator("article figure svg").first.is_visible()
            for name in ("PyTorch", "SymPy", "NumPy"):
                page.locator(".tabbed-labels > label", has_text=name).click()
                shown = page.locator(".tabbed-block:visible pre code").inner_text()
                assert shown.strip() == function.cells[name].strip()


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
    # The policy is in force: it lets in the style sheet and the scripts, from a disk too.
    looks = set()
    for _ in range(3):
        page.locator("form[data-md-component=palette] label:visible").click()
        looks.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(looks) == 2
    page.locator(".tabbed-labels").get_by_role("link", name="PyTorch").click()
    assert page.locator(".tabbed-block:visible").inner_text().startswith("import torch")
    page.get_by_role("textbox", name="Search").fill(FUNCTIONS[0].title)
    results = page.locator(f".md-search-result__link[href*='/{FUNCTIONS[0].name}.html']")
    results.first.wait_for()
    assert [what for what in trouble if FONT not in what] == []


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
        table.locator(".functions tr[hidden]").first.wait_for(state="detached")
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


@pytest.fixture(scope="session")
def kinds(documents: dict[str, Document]) -> list[str]:
    """Return pages of each kind: of a folder with many, the shortest, the middle, the longest."""
    found = []
    for folder in sorted({name.rpartition("/")[0] for name in documents}):
        inside = [name for name in documents if name.rpartition("/")[0] == folder]
        inside.sort(key=lambda name: sum(map(len, documents[name].text)))
        found += inside if len(inside) < 8 else [inside[0], inside[len(inside) // 2], inside[-1]]
    return [*found, next(f"activations/{v.name}.html" for v in vectors())]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(
    context: BrowserContext, address: str, kinds: list[str], trouble: list[str], width: int
) -> None:
    """In light, and the colours once more in dark: nothing else changes."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    for name in kinds:
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.goto(address + name)
            found = Axe().run(page, options={"resultTypes": ["violations"], **rules})
            for fault in found.response["violations"]:
                places = [node["html"][:200] for node in fault["nodes"]]
                trouble.append(f"{name}, {scheme}: {fault['help']}: {places}")
    assert trouble == []


def test_what_scrolls_is_reached_by_keyboard(
    context: BrowserContext, address: str, trouble: list[str]
) -> None:
    page = context.new_page()
    for width, expected in ((390, True), (1280, False)):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        page.wait_for_timeout(200)
        wide = page.eval_on_selector_all(
            ".math, .table-scroll, .catalog td",
            "all => all.map(b => [b.scrollWidth > b.clientWidth, b.tabIndex == 0])",
        )
        assert all(scrolls == reached for scrolls, reached in wide)
        assert any(scrolls for scrolls, _ in wide) == expected
    assert trouble == []


def focused(page: Page, parts: str) -> bool:
    """Return whether what has the focus lies in one of these parts of the page.

    Fails if it is out of sight.
    """
    page.wait_for_timeout(300)  # until nothing moves
    element = page.evaluate_handle("document.activeElement").as_element()
    assert element
    box = element.bounding_box()
    assert box
    right = page.evaluate("innerWidth")
    whole = -1 < box["x"] <= box["x"] + box["width"] < right + 1
    assert whole, element.evaluate("element => element.outerHTML")
    return element.evaluate("(element, parts) => !!element.closest(parts)", parts)


@pytest.mark.parametrize("width", [640, 390])
def test_menu_and_search_are_used_by_keyboard(
    context: BrowserContext, address: str, kinds: list[str], trouble: list[str], width: int
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + kinds[-1])
    press = page.keyboard.press
    for _ in range(8):
        press("Tab")
        if focused(page, "article"):
            break
    else:
        pytest.fail("the text is far")
    menu, drawer = page.get_by_role("button", name="Menu"), ".md-sidebar--primary"
    for key in ("Enter", "Space"):
        menu.focus()
        press(key)
        assert menu.get_attribute("aria-expanded") == "true"
        press("Tab")
        assert focused(page, f"{drawer} button[aria-expanded=true]")
        press("Escape")
        assert focused(page, "[aria-label=Menu][aria-expanded=false]")
    press("Enter")
    press("Tab")
    press("Enter")  # up to the list that this one lies in, and down again
    assert focused(page, f"{drawer} button[aria-expanded=false]")
    press("Space")
    assert focused(page, f"{drawer} button[aria-expanded=true]")
    while focused(page, drawer):
        press("Tab")
    assert menu.get_attribute("aria-expanded") == "false"
    search = page.get_by_role("button", name="Search", exact=True)
    search.focus()
    press("Enter")
    assert focused(page, "input[name=query]")
    assert search.get_attribute("aria-expanded") == "true"
    press("Escape")
    assert focused(page, "[aria-label=Search][aria-expanded=false]")
    press("/")
    assert focused(page, "input[name=query]")
    assert trouble == []


def test_the_menu_comes_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as window:
        page = window.new_page()
        page.set_viewport_size({"width": 640, "height": 900})
        page.goto(address)
        page.locator(".md-sidebar--primary .md-nav__link[href*=table]").focus()
        page.wait_for_timeout(300)
        place = page.locator(".md-sidebar--primary").bounding_box()
        assert place
        assert place["x"] == 0


@pytest.mark.parametrize("width", [640, 390])
def test_the_catalog_shows_both_formulas(
    context: BrowserContext, address: str, trouble: list[str], width: int
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    rows = page.locator(".catalog tbody").get_by_role("row")
    assert rows.count() == len(FUNCTIONS)
    places = rows.evaluate_all(
        "all => all.map(row => [...row.querySelectorAll('td')].map(cell => ["
        "getComputedStyle(cell, '::before').content, cell.getBoundingClientRect().right]))"
    )
    for cells in places:
        assert [label for label, _ in cells] == ['"f(x)"', '"f′(x)"']
        assert all(right <= width for _, right in cells)
    assert {row.get_by_role("cell").count() for row in rows.all()[:3]} == {2}
    assert {row.get_by_role("rowheader").count() for row in rows.all()[:3]} == {1}
    assert trouble == []


def test_print_is_a_sheet_of_its_own(
    context: BrowserContext, address: str, site: Path, kinds: list[str], trouble: list[str]
) -> None:
    """Light, without what surrounds the page, with all of its code and its address."""
    page = context.new_page()
    name = kinds[-1]
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(address + name)
    head = page.locator("link[rel=canonical]")
    assert head.evaluate("link => getComputedStyle(link, '::after').content").endswith(f'{name}"')
    for part in (".md-header", ".md-sidebar", ".md-footer__inner", ".md-code__nav", ".headerlink"):
        assert page.locator(f"{part}:visible").count() == 0, part
    foot = page.locator(".md-footer .md-copyright")
    assert re.match(r"Version \S+ of \d{4}-\d\d-\d\d\. .*CC BY", foot.inner_text())
    page.wait_for_timeout(300)  # colours fade
    black, white = "rgb(0, 0, 0)", "rgb(255, 255, 255)"
    for part in ("html", "body", ".md-footer", ".md-footer-meta"):
        assert _style(page, part, "backgroundColor") == white, part
    for part in ("html", ".md-copyright__highlight", ".md-copyright a >> nth=0"):
        assert _style(page, part, "color") == black, part
    assert (
        page.locator(".tabbed-block:visible").count() == page.locator(".tabbed-block").count() > 2
    )
    paint = page.evaluate(
        "[document.body, document.querySelector('.plot .ink')].map(e => getComputedStyle(e).color)"
    )
    assert all(re.match(r"rgba\(0, 0, 0, ", colour) for colour in paint), paint
    cut = page.eval_on_selector_all(
        ".math, .table-scroll, pre",
        "all => all.filter(b => b.scrollWidth > b.clientWidth + 1).length",
    )
    assert cut == 0
    assert trouble == []


def _style(page: Page, part: str, name: str) -> str:
    """Return a property of an element as the browser computed it."""
    return page.locator(part).evaluate("(e, name) => getComputedStyle(e)[name]", name)


def test_print_has_every_column_of_the_table_of_all(
    table: Page, address: str, kinds: list[str], trouble: list[str]
) -> None:
    table.emulate_media(color_scheme="dark", media="print")
    sizes = []
    for name in ("table.html", kinds[-1]):
        table.goto(address + name)
        paper = table.pdf(prefer_css_page_size=True)
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
        sizes.append({float(width) > float(height) for width, height in boxes})
    assert sizes == [{True}, {False}]  # on its side, and upright
    table.goto(f"{address}table.html")
    table.set_viewport_size({"width": 980, "height": 700})  # A4 on its side, without the margins
    assert table.locator(".functions").evaluate("b => b.scrollWidth <= b.clientWidth")
    assert trouble == []


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
                asked: list[Request] = []
                window.on("requestfinished", lambda request, asked=asked: asked.append(request))
                page = window.new_page()
                page.goto(address + name)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(300)
                sizes = {
                    request.url.removeprefix(address): request.sizes()["responseBodySize"]
                    for request in asked
                }
                assert sizes == weight(site, name)
    assert trouble == []


def test_search_loads_its_index_on_demand(
    context: BrowserContext, address: str, trouble: list[str]
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "search" in url]  # neither index nor worker
    with page.expect_request("**/search_index.json"):
        page.get_by_role("textbox", name="Search").fill(FUNCTIONS[0].title)
    page.locator(".md-search-result__link").first.click()
    page.locator("article mark").first.wait_for()
    page.goto(f"{address}table.html?q={FUNCTIONS[0].title}")  # asked for by the address
    page.locator(f".md-search-result__link[href*='/{FUNCTIONS[0].name}.html']").first.wait_for()
    assert trouble == []


def test_a_formula_shows_its_link_when_it_is_asked_for(
    context: BrowserContext, address: str, trouble: list[str]
) -> None:
    page = context.new_page()
    name = FUNCTIONS[0].name
    page.goto(f"{address}activations/{name}.html")
    for kind in (".math", ".facts th"):
        place = page.locator(kind).first
        link = place.get_by_role("link", name="Link to ")
        seen = "link => getComputedStyle(link).opacity"
        assert link.evaluate(seen) == "0"
        link.focus()
        page.wait_for_timeout(300)  # it fades in
        assert link.evaluate(seen) == "1"
        page.keyboard.press("Enter")
        anchor = page.evaluate("location.hash.slice(1)")
        assert anchor.startswith(f"{name}.")
        assert page.evaluate("id => !!document.getElementById(id)", anchor)
        place.evaluate("place => getSelection().selectAllChildren(place)")
        assert "¶" not in page.evaluate("getSelection().toString()")
        page.emulate_media(media="print")
        assert not link.is_visible()
        page.emulate_media(media="screen")
    assert trouble == []


def test_a_tap_shows_the_link_of_a_formula(
    browser: Browser, address: str, site: Path, trouble: list[str]
) -> None:
    assert "on a phone tap it" in (site / "data.html").read_text().replace("\n", " ")
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as phone:
        page = phone.new_page()
        page.goto(f"{address}activations/{FUNCTIONS[0].name}.html")
        for kind in (".math", ".facts th"):
            place = page.locator(kind).first
            link = place.get_by_role("link", name="Link to ")
            place.locator("math, a").first.locator("..").tap(position={"x": 5, "y": 5})
            page.wait_for_timeout(400)  # it fades in
            assert link.evaluate("link => getComputedStyle(link).opacity") == "1", kind
            link.tap()
            assert "." in page.evaluate("location.hash")


def test_a_cell_is_downloaded(context: BrowserContext, address: str, site: Path) -> None:
    page = context.new_page()
    name = FUNCTIONS[0].name
    page.goto(f"{address}activations/{name}.html")
    for label, file in (("NumPy", f"{name}.py"), ("PNG", f"{name}.png")):
        with page.expect_download() as download:
            page.locator("a[download]", has_text=re.compile(f"^{label}$")).click()
        assert download.value.suggested_filename == file
        found = Path(download.value.path()).read_bytes()
        assert found == (site / "activations" / file).read_bytes()


FIRST_HITS = {  # what people type, and the page that it must lead to
    "gelu derivative": "activations/gelu",
    "tanh derivative": "activations/tanh",
    "leaky relu derivative": "activations/leaky_relu",
    "sigmoid derivative": "activations/sigmoid",
    "softmax jacobian": "activations/softmax",
    "relu": "activations/relu",
    "relu at zero": "activations/relu",
    "relu6": "activations/relu6",
    "gelu tanh": "activations/gelu_tanh",
    "gelu approximation": "activations/gelu_tanh",
    "quick gelu": "activations/quick_gelu",
    "swish": "activations/swish",
    "hard swish": "activations/hardswish",
    "log sigmoid": "activations/logsigmoid",
    "elu": "activations/elu",
    "silu": "activations/silu",
    "SwiGLU": "activations/swiglu",
    "F.hardtanh": "activations/hardtanh",
    "F.log_softmax": "activations/log_softmax",
    "torch.sigmoid": "activations/sigmoid",
    "nn.SiLU": "activations/silu",
    "nn.LeakyReLU": "activations/leaky_relu",
    "sinusoidal": "activations/sine",
    "hyperbolic tangent": "activations/tanh",
    "logistic": "activations/sigmoid",
    "expit": "activations/sigmoid",
    "step function": "activations/heaviside",
    "rectified linear unit": "activations/relu",
    "exponential linear unit": "activations/elu",
    "parametric relu": "activations/prelu",
    "normalized exponential": "activations/softmax",
    "dead relu": "learn/dying-relu",
    "dying relu": "learn/dying-relu",
    "he initialisation": "learn/initialisation",
    "he initialization": "learn/initialisation",
    "xavier initialization": "learn/initialisation",
    "vanishing gradient": "learn/saturation",
    "why nonlinearity": "learn/why-nonlinearity",
    "non-linearity": "learn/why-nonlinearity",
    "choosing an activation": "learn/choosing",
    "numerical stability": "learn/stability",
    "autograd": "learn/derivatives",
    "backward pass pytorch": "learn/inside-pytorch",
    "side by side": "compare/four",
    "normalizers": "families",
    "table of all functions": "table",
    "gelu gradient": "activations/gelu",
    "sigmoid gradient": "activations/sigmoid",
    "relu gradient": "activations/relu",
    "tanh grad": "activations/tanh",
    "vanishing gradients": "learn/saturation",
    "which activation to use": "learn/choosing",
    "best activation function": "learn/choosing",
    "choose activation": "learn/choosing",
    "SiLU(x)": "activations/silu",
    "softplus beta threshold": "activations/softplus",
    "erf": "activations/gelu",
    "how to cite": "data",
    "citation": "data",
    "license": "data",
    "licence": "data",
    "check.py": "check",
    "check my implementation": "check",
}


def test_search_leads_where_people_want(
    context: BrowserContext, address: str, trouble: list[str]
) -> None:
    page = context.new_page()
    page.goto(address)
    page.keyboard.press("/")
    box, said = page.get_by_role("textbox", name="Search"), page.locator(".md-search-result__meta")
    first = page.locator(".md-search-result__link").first
    for words, wanted in FIRST_HITS.items():
        box.fill(words)
        page.keyboard.press("End")  # the search listens to keys
        page.wait_for_function(
            "said => /match|No/.test(said.textContent)", arg=said.element_handle()
        )
        page.wait_for_timeout(100)
        found = first.get_attribute("href") if first.count() else "nothing"
        if urlsplit(found).path != f"/{wanted}.html":
            trouble.append(f"{words!r} leads to {found}, not to {wanted}")
        box.fill("")
        page.keyboard.press("End")
        page.wait_for_function("said => /Type/.test(said.textContent)", arg=said.element_handle())
    page.keyboard.type(words)  # and the whole of it by keyboard
    page.wait_for_selector(f".md-search-result__link[href*='{wanted}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{wanted}.html*")
    assert trouble == []


def test_the_search_index_stays_small(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_bytes()
    assert len(gzip.compress(index)) < 110_000


@pytest.mark.parametrize("depth", ["", "activations/", "no/such/folder/"])
def test_a_wrong_address_is_helped(context: BrowserContext, address: str, depth: str) -> None:
    page = context.new_page()
    for function in FUNCTIONS[:3]:
        for wrong in (f"{function.name}x", f"{function.title.upper()}.html", *function.aliases):
            answer = page.goto(f"{address}{depth}{wrong}")
            if answer and answer.status == 404:
                page.locator(".suggestion a", has_text=function.title).click()
            page.wait_for_url(f"**/activations/{function.name}.html")
    pages = {f.name: f"/activations/{f.name}.html" for f in FUNCTIONS}  # before another's alias
    pages |= {
        p.stem.replace("-", "_"): f"/learn/{p.stem}.html"
        for p in (ROOT / "docs" / "learn").glob("*.py")
    }
    words: dict[str, set[str]] = {}  # with which names of several begin
    for function in FUNCTIONS:
        for alias in filter(str.isascii, function.aliases):
            words.setdefault(slug(alias).partition("-")[0], set()).add(function.name)
    sole = ((word, *names) for word, names in words.items() if len(names) == 1 and len(word) > 3)
    begun, name = next((w, n) for w, n in sole if not any(w.startswith(p) for p in pages))
    pages[begun] = f"/activations/{name}.html"
    for wrong, wanted in pages.items():
        page.goto(f"{address}{depth}{wrong}/")
        assert page.title().startswith("No such page")
        link = page.locator(".suggestion a")
        assert link.get_attribute("href", timeout=1000).endswith(wanted), wrong
    page.goto(f"{address}{depth}no-such-name-at-all")
    assert page.locator(".suggestion a").count() == 0
    assert page.locator(".names a").count() == len(FUNCTIONS)
    page.get_by_role("link", name="the table of all").click()
    page.wait_for_url(f"{address}table.html")
