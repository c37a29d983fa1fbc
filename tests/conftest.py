"""What several test files share."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from project import ROOT

pytest_plugins = ("browsing",)
SOURCES = ("docs", "overrides", "scripts", "snippets")
SOURCES += ("LICENSE-SNIPPETS", "mkdocs.yml", "pyproject.toml")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what concerns one function together: its exact values are then computed once."""

    def function(item: pytest.Item) -> str:
        given = getattr(item, "callspec", None)
        values = given.params if given else {}
        return str(
            next((values[k] for k in ("activation", "vector", "function") if k in values), "")
        )

    items.sort(key=function)
    for item in items:
        group = function(item) or item.path.name
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site, brought up to date first, by one process at a time."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with FileLock(ROOT / ".cache" / "site.lock"):
        done = subprocess.run(
            [sys.executable, "scripts/website.py"], cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "site"


KEPT = {"leaky_relu", "relu", "sigmoid", "tanh"}  # whatever else there is, so that it stays quick


LESSON = """# %% [markdown]
# # A lesson
#
# **Claim.** Two and two are four.
#
# Needs: nothing. Takes 1 minutes.

# %%
assert 2 + 2 == 4
"""


def make(folder: Path, *words: str) -> list[str]:
    """Return a command `make` for a copy: with this Python, and what it needs beside."""
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").mkdir(exist_ok=True)
    (folder / ".venv" / "ready").touch()
    return ["make", f"BIN={Path(sys.executable).parent}", *words]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project with four functions, in which a test may break things.

    Of the lessons only the names are left, for what they need may be gone. Generated fragments come
    along.
    """
    for name in (*SOURCES, "generated"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, tmp_path / name)
    for file in (tmp_path / "snippets").glob("*.py"):
        if file.stem not in KEPT:
            file.unlink()
            (tmp_path / "docs" / "activations" / f"{file.stem}.md").unlink()
    for file in (tmp_path / "docs" / "learn").glob("*.py"):
        file.write_text(LESSON)
    gone = re.compile(rf"\[([^\]]*)\]\((?!(?:{'|'.join(KEPT)})\.md)\w+\.md\)")
    for file in (tmp_path / "docs" / "activations").glob("*.md"):  # links become their text
        file.write_text(gone.sub(r"\1", file.read_text()))
    return tmp_path
