"""Where things are, and how a failure is told. Imports nothing heavy."""

import ast
import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "snippets"
FAMILIES = (  # each has its section in docs/families.md
    "rectifiers",
    "smooth rectifiers",
    "sigmoids",
    "shrinkage",
    "periodic",
    "other shapes",
    "gates",
    "normalisers",
)
HEAD = re.compile(r'"""(.+?)\. (.+?)"""\n', re.DOTALL)


class Problem(Exception):
    """What is wrong, in which file, and what to do: one line for the person who caused it."""


def shown(path: Path) -> str:
    """Return a path as messages name it: from the project's root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def heading(path: Path) -> tuple[str, str]:
    """Return the title and the sentence that a snippet begins with; raises Problem without them."""
    head = HEAD.match(path.read_text(encoding="utf-8"))
    if not head:
        raise Problem(f'{shown(path)}: must begin with """Title. One sentence."""')
    return head[1], " ".join(head[2].split())


def slug(text: str) -> str:
    """Return words as they stand in an address: smooth-rectifiers."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def hashed(*parts: str | bytes) -> str:
    """Return a hash of texts; no two lists of them have the same."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def hashed_files(files: Iterable[Path], base: Path = ROOT) -> str:
    """Return a hash of the names, below `base`, and the contents of files."""
    found = sorted(file for file in files if file.suffix != ".pyc")
    return hashed(*(p for file in found for p in (str(file.relative_to(base)), file.read_bytes())))


def program_key(start: Path) -> str:
    """Return a hash of a program, of every script that it imports, and of the departures."""
    found: set[Path] = set()
    left = [start.resolve()]
    while left:
        if (file := left.pop()) in found:
            continue
        found.add(file)
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None), *(name.name for name in node.names)]
                scripts = (ROOT / "scripts" / f"{name}.py" for name in names)
                left += (script for script in scripts if script.exists())
    return hashed_files([*found, ROOT / "docs" / "measured" / "departures.json"], ROOT)


def environment_key() -> str:
    """Return a hash of what results depend on beside the sources.

    Python, every installed package with its version, the processor, and the variables that change
    what NumPy and torch compute.
    """
    packages = sorted(info.name for folder in sys.path for info in Path(folder).glob("*.dist-info"))
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    kinds = sorted({line for line in lines if line.startswith(("flags", "model name"))})
    prefixes = ("ATEN_", "NPY_", "MKL_", "OMP_", "ONEDNN_")
    variables = sorted(f"{k}={v}" for k, v in os.environ.items() if k.startswith(prefixes))
    return hashed(sys.version, platform.platform(), *packages, *kinds, *variables)
