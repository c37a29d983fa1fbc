"""The built site for readers who use a keyboard or a screen reader."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browsing import settled, wait_until


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
            settled(page)
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
        settled(page)
        wide = page.eval_on_selector_all(
            ".math, .table-scroll, .catalog td",
            "all => all.map(b => [b.scrollWidth > b.clientWidth, b.tabIndex == 0])",
        )
        assert all(scrolls == reached for scrolls, reached in wide)
        assert any(scrolls for scrolls, _ in wide) == expected
    assert trouble == []


def expect_focus(page: Page, parts: str) -> None:
    """Wait until what has the focus lies in one of these parts of the page, in sight."""
    wait_until(page, lambda: focused(page, parts))


def focused(page: Page, parts: str) -> bool:
    """Return whether what has the focus lies in one of these parts of the page.

    Fails if it is out of sight once nothing moves.
    """
    settled(page)
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
        expect(menu).to_have_attribute("aria-expanded", "true")
        press("Tab")
        expect_focus(page, f"{drawer} button[aria-expanded=true]")
        press("Escape")
        expect_focus(page, "[aria-label=Menu][aria-expanded=false]")
    press("Enter")
    press("Tab")
    press("Enter")  # up to the list that this one lies in, and down again
    expect_focus(page, f"{drawer} button[aria-expanded=false]")
    press("Space")
    expect_focus(page, f"{drawer} button[aria-expanded=true]")
    while focused(page, drawer):
        press("Tab")
    expect(menu).to_have_attribute("aria-expanded", "false")
    search = page.get_by_role("button", name="Search", exact=True)
    search.focus()
    press("Enter")
    expect_focus(page, "input[name=query]")
    expect(search).to_have_attribute("aria-expanded", "true")
    press("Escape")
    expect_focus(page, "[aria-label=Search][aria-expanded=false]")
    press("/")
    expect_focus(page, "input[name=query]")
    assert trouble == []


def test_the_menu_comes_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as window:
        page = window.new_page()
        page.set_viewport_size({"width": 640, "height": 900})
        page.goto(address)
        page.locator(".md-sidebar--primary .md-nav__link[href*=table]").focus()
        place = page.locator(".md-sidebar--primary")
        wait_until(page, lambda: place.evaluate("place => place.getBoundingClientRect().x") == 0)
