"""`make serve` follows each change, says what is wrong, and shows the last good build meanwhile."""

import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import pytest

from conftest import make
from project import ROOT
from test_bad_input import edit, refused


class Served:
    """A copy of the project that is being served."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder, self.address = folder, f"http://127.0.0.1:{port}/"
        self.process = subprocess.Popen(
            make(folder, "serve", f"ARGS=--port={port}"),
            cwd=folder,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        with self.process.stderr as stream:
            for line in stream:
                self.lines.put(line.rstrip())

    def __enter__(self):
        return self

    def __exit__(self, *given):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        self.reader.join()

    def said(self, seconds=90):
        """Return what is said up to the end of the next build."""
        lines, end = [], time.monotonic() + seconds
        while not (lines and re.match("built in|What is shown", lines[-1])):
            lines.append(self.lines.get(timeout=end - time.monotonic()))
        return lines

    def page(self, path):
        with urllib.request.urlopen(self.address + path, timeout=90) as answer:
            return answer.read().decode()

    def change(self, path, old, new):
        """Edit a file and return what is said of it."""
        edit(self.folder / path, old, new)
        return self.said()


@pytest.fixture
def served(site, copy):
    with Served(copy) as one:
        yield one


PAGE, OLD, NEW = "docs/activations/relu.md", "**Use it**", "**Use it now**"
LESSON = "docs/learn/why-nonlinearity.py"
BROKEN = [
    (
        PAGE,
        "**Use it**",
        "$\\nothing$ **Use it**",
        "docs/activations/relu.md: cannot set the formula",
    ),
    (PAGE, "## Shape", "## Form", "docs/activations/relu.md: needs the sections"),
    (PAGE, "**Use it**", "[lost](lost.md) **Use it**", "contains a link 'lost.md'"),
    ("snippets/relu.py", "formula = sp.", "formel = sp.", "snippets/relu.py: the SymPy cell must"),
    (LESSON, "2 + 2 == 4", "2 + 2 == 5", f"{LESSON}: cell 1 raised AssertionError"),
    (
        "scripts/mathml.py",
        "import html",
        "import html html",
        "scripts/mathml.py, line 7: SyntaxError",
    ),
    ("mkdocs.yml", "plugins:", "plugins", "mkdocs.yml"),
]


def test_a_change_is_shown_and_a_mistake_told(served):
    first = served.said()
    assert first[-1].startswith("built in"), first
    for path, old, new, told in BROKEN:
        lines = served.change(path, old, new)
        assert any(told in line for line in lines), (told, lines)
        assert lines[-1] == "What is shown is the last good build."
        assert "Traceback" not in "".join(lines)
        assert "Use it" in served.page("activations/relu.html")
        assert served.change(path, new, old)[-1].startswith("built in"), path
    assert NEW.strip("*") not in served.page("activations/relu.html")
    served.change(PAGE, OLD, NEW)
    assert NEW.strip("*") in served.page("activations/relu.html")
    served.change(LESSON, "A lesson", "Another lesson")
    assert "Another lesson" in served.page("learn/why-nonlinearity.html")
    served.change("snippets/relu.py", "it keeps what", "which keeps what")
    assert "which keeps what" in served.page("activations/relu.html")
    served.change(LESSON, "assert 2", "# It leans on relu.\nassert 2")
    lines = served.change("snippets/relu.py", "which keeps what", "that keeps what")
    assert "that keeps what" in served.page("activations/relu.html")
    assert not any(LESSON in line for line in lines)  # it follows
    assert any(LESSON in line for line in served.said())
    served.change("scripts/mathml.py", 'class="math"', 'class="math formula"')
    assert 'class="math formula"' in served.page("activations/relu.html")


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(ROOT, f"at http://127.0.0.1:{port}/: Address already", "serve", f"--port={port}")


def test_a_first_build_that_fails_does_not_end_it(site, copy):
    edit(copy / PAGE, "## Shape", "## Form")
    with Served(copy) as served:
        assert served.said()[-1] == "What is shown is the last good build."
        assert served.change(PAGE, "## Form", "## Shape")[-1].startswith("built in")
        assert "Use it" in served.page("activations/relu.html")
