"""The built site as a browser gets it: the fixtures and helpers of several test files."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Route,
    expect,
    sync_playwright,
)

from catalog import catalog, vectors
from finish import ITALIC

expect.set_options(timeout=30_000)
FUNCTIONS = (*catalog(), *vectors())
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
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


SETTLED = """async () => {
  const next = call => new Promise(done => call(() => done()));
  await document.fonts.ready;
  do await next(requestAnimationFrame); // twice: what waits for one frame has then had its own
  while (await next(requestAnimationFrame), document.getAnimations().some(moves));
  await next(requestIdleCallback);
  function moves({ playState }) { return playState === "running"; }
}"""


def settled(page: Page) -> None:
    """Wait until the fonts are there, nothing moves, and the scripts have nothing to do."""
    page.evaluate(SETTLED)


def wait_until(page: Page, what: Callable[[], object], seconds: float = 30) -> None:
    """Wait until it is so; fail if it never is."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(20)


@pytest.fixture(scope="session")
def documents(site: Path) -> dict[str, Document]:
    """Return the pages, other names that lead to them left out, by their path below the site."""
    pages = [p for p in sorted(site.rglob("*.html")) if 'http-equiv="refresh"' not in p.read_text()]
    return {str(p.relative_to(site)): Document(p) for p in pages}


@pytest.fixture(scope="session")
def kinds(documents: dict[str, Document]) -> list[str]:
    """Return pages of each kind: of a folder with many, the shortest, the middle, the longest."""
    found = []
    for folder in sorted({name.rpartition("/")[0] for name in documents}):
        inside = [name for name in documents if name.rpartition("/")[0] == folder]
        inside.sort(key=lambda name: sum(map(len, documents[name].text)))
        found += inside if len(inside) < 8 else [inside[0], inside[len(inside) // 2], inside[-1]]
    return [*found, next(f"activations/{v.name}.html" for v in vectors())]


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
