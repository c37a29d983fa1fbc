"""What a browser makes of the built site: pages open, code is copied, files are downloaded."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Download, Locator, Page, expect

from browsing import FUNCTIONS, Document, settled, wait_until
from catalog import catalog, vectors
from finish import FONT
from project import ROOT, slug

SCREENSHOTS = ROOT / ".cache" / "screenshots"
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", 1280),
    ("dark", 1280),
    ("light", 390),
)


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
        copied = _copied(page, block.locator("[data-clipboard-target], [data-md-type=copy]"))
        assert copied.rstrip("\n") == block.locator("pre code").inner_text().rstrip("\n")
    return len(blocks)


def _copied(page: Page, button: Locator) -> str:
    """Press a copy button and return what it has put on the clipboard."""
    page.evaluate("navigator.clipboard.writeText('')")
    button.click()
    page.wait_for_function("navigator.clipboard.readText()")
    return page.evaluate("navigator.clipboard.readText()")


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
            copied = _copied(page, button.filter(visible=True))
            assert copied.strip("\n") == function.cells[name].strip("\n"), (function, name)
    assert trouble == []


def expect_choices(page: Page, name: str, scheme: str) -> None:
    """Wait until this tab of code is open alone, in these colours."""
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)
    expect(page.locator(".tabbed-block:visible")).to_have_count(1)
    open_tab = "labels => labels[[...document.querySelectorAll('.tabbed-block')].findIndex(b => "
    open_tab += "b.checkVisibility())].textContent"
    labels = page.locator(".tabbed-labels > label")
    wait_until(page, lambda: labels.evaluate_all(open_tab) == name)


@pytest.mark.parametrize("from_disk", [False, True])
def test_tab_and_colours_are_remembered(
    context: BrowserContext, address: str, site: Path, trouble: list[str], from_disk: bool
) -> None:
    start = f"{site.as_uri()}/" if from_disk else address
    one, other = (f"{start}activations/{function.name}.html" for function in FUNCTIONS[:2])
    page = context.new_page()
    page.goto(one)
    expect_choices(page, "NumPy", "default")
    page.locator(".tabbed-labels > label", has_text="SymPy").click()
    for name in ("Switch to light mode", "Switch to dark mode"):
        page.get_by_title(name).click()
    for where in (one, other):
        page.goto(where)
        expect_choices(page, "SymPy", "slate")
    assert [what for what in trouble if FONT not in what] == []


def test_a_page_is_read_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as window:
        page = window.new_page()
        for function in (FUNCTIONS[0], vectors()[0]):
            page.goto(f"{address}activations/{function.name}.html")
            expect(page.locator("article math").first).to_be_visible()
            expect(page.locator("article figure svg").first).to_be_visible()
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
    page.wait_for_url("**/activations/*.html")
    # From a disk, Chromium refuses to load a font ahead of time, says so, and then loads it.
    assert [what for what in trouble if FONT not in what] == []
    page.wait_for_function("[...document.fonts].map(font => font.status).join() === 'loaded'")
    # The policy is in force: it lets in the style sheet and the scripts, from a disk too.
    looks = set()
    for _ in range(3):
        title = page.locator("form[data-md-component=palette] label:visible").get_attribute("title")
        page.get_by_title(title).click()
        expect(page.get_by_title(title)).to_be_hidden()
        settled(page)
        looks.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(looks) == 2
    page.locator(".tabbed-labels").get_by_role("link", name="PyTorch").click()
    expect(page.locator(".tabbed-block:visible")).to_have_text(re.compile(r"^\s*import torch"))
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
        wait_until(page, lambda kind=kind: saved or page.url == lesson.with_suffix(kind).as_uri())
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


def test_a_formula_shows_its_link_when_it_is_asked_for(
    context: BrowserContext, address: str, trouble: list[str]
) -> None:
    page = context.new_page()
    name = FUNCTIONS[0].name
    page.goto(f"{address}activations/{name}.html")
    for kind in (".math", ".facts th"):
        place = page.locator(kind).first
        link = place.get_by_role("link", name="Link to ")
        expect(link).to_have_css("opacity", "0")
        link.focus()
        expect(link).to_have_css("opacity", "1")
        page.keyboard.press("Enter")
        anchor = link.get_attribute("href").partition("#")[2]
        page.wait_for_function("anchor => location.hash.slice(1) === anchor", arg=anchor)
        assert anchor.startswith(f"{name}.")
        assert page.evaluate("id => !!document.getElementById(id)", anchor)
        place.evaluate("place => getSelection().selectAllChildren(place)")
        assert "¶" not in page.evaluate("getSelection().toString()")
        page.emulate_media(media="print")
        expect(link).to_be_hidden()
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
            expect(link).to_have_css("opacity", "1")
            link.tap()
            anchor = link.get_attribute("href").partition("#")[2]
            page.wait_for_function("anchor => location.hash.slice(1) === anchor", arg=anchor)
            assert "." in anchor
