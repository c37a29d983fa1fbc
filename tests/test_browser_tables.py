"""The table of all in a browser, the catalogue on a phone, and both kinds of page on paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browsing import FUNCTIONS, settled


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
        expect(head).to_have_attribute("aria-sort", order)
        expect(table.locator(".functions [aria-sort]")).to_have_count(1)
        expect(table.get_by_role("status")).to_contain_text(order)
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
            number = f"{values.count(value)} of {len(every)}"
            expect(table.get_by_role("status")).to_contain_text(number)
            assert column(table, label) == [value] * values.count(value)
        table.get_by_role("button", name="Show all").click()
        table.locator(".functions tr[hidden]").first.wait_for(state="detached")
    named = next(function for function in FUNCTIONS if function.aliases)
    table.get_by_label("Name").fill(named.aliases[0].upper())
    expect(table.get_by_role("status")).to_contain_text(f"1 of {len(every)}")
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
    settled(page)  # colours fade
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
