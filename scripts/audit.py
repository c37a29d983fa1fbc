"""Rate the built site with Lighthouse: `make audit`. Needs npx (Node) and Chromium.

The home page, the table of all, a lesson and three functions (the lightest, the middling and the
heaviest) are opened as on a desktop and as on a slow phone, from a server on this machine that
compresses what it sends. Whatever stays below its mark fails the audit.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import course
from project import ROOT, Problem

SITE = ROOT / "site"
LIGHTHOUSE = "lighthouse@13.5.0"  # runs on Node 20, though it asks for 22
MARKS = {"performance": {"desktop": 1.0, "phone": 0.95}}  # all others: 1
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMES = {"first paint": "first-contentful-paint", "largest": "largest-contentful-paint"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
TRIES = 3  # another program can disturb a measurement, but never make it better
PACKED = {".woff2", ".png", ".gz"}
ASKED = re.compile(r'<link rel="(?:stylesheet|preload|icon)" href="([^"]*)"|<script src="([^"]*)"')


def packed(file: Path) -> bytes:
    """Return what a server that compresses sends of a file."""
    data = file.read_bytes()
    return data if file.suffix in PACKED else gzip.compress(data, 6, mtime=0)


def weight(site: Path, page: str) -> dict[str, int]:
    """Return how many bytes a page asks for, by file: itself, styles, scripts, font and icon.

    Not counted is what search loads when a reader turns to it: its worker and its index.
    """
    files = [page]
    for sheet, script in ASKED.findall((site / page).read_text(encoding="utf-8")):
        files.append(urlsplit(urljoin(f"/{page}", sheet or script)).path.lstrip("/"))
    return {file: len(packed(site / file)) for file in files}


def chosen(site: Path) -> list[str]:
    """Return the pages that are rated."""
    functions = [
        (len(packed(file)), f"activations/{file.name}")
        for file in (site / "activations").glob("*.html")
        if 'http-equiv="refresh"' not in file.read_text(encoding="utf-8")
    ]
    ordered = [page for _, page in sorted(functions)]
    some = [ordered[0], ordered[len(ordered) // 2], ordered[-1]]
    return ["index.html", "table.html", *some, f"learn/{course.paths()[0].stem}.html"]


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        data = packed(file)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Length", str(len(data)))
        if file.suffix not in PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve the site, compressed, on this machine; the address of its root."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def lighthouse(url: str, device: str) -> dict[str, Any]:
    """Return Lighthouse's report of a page; raises Problem if it cannot be had."""
    npx = shutil.which("npx")
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not npx:
        raise Problem("make audit needs npx: install Node.js 20 or newer")
    if not chromium:
        raise Problem("make audit needs Chromium: install it from your system's packages")
    flags = "--headless=new" + " --no-sandbox" * (os.geteuid() == 0)
    command = [npx, "--yes", LIGHTHOUSE, url, "--output=json", "--quiet", f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--preset=desktop"] * (device == "desktop")
    environment = os.environ | {"CHROME_PATH": chromium}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        raise Problem(f"{LIGHTHOUSE} failed on {url}:\n{said}")
    return json.loads(done.stdout)


def rate(url: str, device: str) -> dict[str, Any]:
    """Return the report of a page with the best performance of a few tries."""
    best: dict[str, Any] = {}
    for _ in range(TRIES):
        report = lighthouse(url, device)
        if not best or score(report, "performance") > score(best, "performance"):
            best = report
        if score(best, "performance") >= MARKS["performance"][device]:
            break
    return best


def score(report: dict[str, Any], category: str) -> float:
    """Return the score of a category, from 0 to 1."""
    return report["categories"][category]["score"] or 0.0


def faults(report: dict[str, Any], category: str) -> str:
    """Return the titles of what cost a category its points."""
    parts = (part for part in report["categories"][category]["auditRefs"] if part["weight"])
    audits = (report["audits"][part["id"]] for part in parts)
    return "; ".join(a["title"] for a in audits if (a["score"] or 0) < 0.9)


def main() -> int:
    """Print the table of scores and weights; return 1 if a score is below its mark."""
    if not (SITE / "index.html").exists():
        raise Problem("there is no site/ yet: run `make site`")
    head = ["page", "on a", *CATEGORIES, *TIMES, "shift", "page kB", "all kB"]
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
    low = []
    with served(SITE) as address:
        for page in chosen(SITE):
            sizes = weight(SITE, page)
            for device in ("desktop", "phone"):
                report = rate(address + page, device)
                scores = {category: score(report, category) for category in CATEGORIES}
                times = [report["audits"][audit]["numericValue"] / 1000 for audit in TIMES.values()]
                shift = report["audits"]["cumulative-layout-shift"]["numericValue"]
                cells = [page, device, *(f"{100 * value:.0f}" for value in scores.values())]
                cells += [*(f"{time:.1f} s" for time in times), f"{shift:.3f}"]
                cells += [f"{sizes[page] / 1000:.1f}", f"{sum(sizes.values()) / 1000:.1f}"]
                print("| " + " | ".join(cells) + " |", flush=True)
                for category, value in scores.items():
                    if value < MARKS.get(category, {}).get(device, 1.0):
                        why = faults(report, category)
                        low.append(f"{page} on a {device}: {category} {100 * value:.0f}: {why}")
    print("\n".join(low))
    return bool(low)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
