"""What people look for is found: by search, and from a wrong address."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from browsing import FUNCTIONS, settled
from project import ROOT, slug


def test_search_loads_its_index_on_demand(
    context: BrowserContext, address: str, trouble: list[str]
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    settled(page)
    assert not [url for url in asked if "search" in url]  # neither index nor worker
    with page.expect_request("**/search_index.json"):
        page.get_by_role("textbox", name="Search").fill(FUNCTIONS[0].title)
    page.locator(".md-search-result__link").first.click()
    page.locator("article mark").first.wait_for()
    page.goto(f"{address}table.html?q={FUNCTIONS[0].title}")  # asked for by the address
    page.locator(f".md-search-result__link[href*='/{FUNCTIONS[0].name}.html']").first.wait_for()
    assert trouble == []


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
        none = said.inner_text().startswith("No")
        found = "nothing" if none else first.get_attribute("href")
        if urlsplit(found).path != f"/{wanted}.html":
            trouble.append(f"{words!r} leads to {found}, not to {wanted}")
        box.fill("")
        page.keyboard.press("End")
        page.wait_for_function("said => /Type/.test(said.textContent)", arg=said.element_handle())
    page.keyboard.type(words)  # and the whole of it by keyboard
    expect(first).to_have_attribute("href", re.compile(rf"/{wanted}\.html"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{wanted}.html*")
    assert trouble == []


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
        assert link.get_attribute("href").endswith(wanted), wrong
    page.goto(f"{address}{depth}no-such-name-at-all")
    expect(page.locator(".names a")).to_have_count(len(FUNCTIONS))
    expect(page.locator(".suggestion a")).to_have_count(0)
    page.get_by_role("link", name="the table of all").click()
    page.wait_for_url(f"{address}table.html")
