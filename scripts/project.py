"""Where things are, and how a failure is told. Imports nothing heavy."""

import ast
import functools
import hashlib
import os
import platform
import re
import shutil
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
REACH = (  # what NumPy code is for: said wherever it is copied
    "For NumPy 2 and real numbers. Complex numbers raise `TypeError`; an array of Python objects "
    "raises an error or is computed object by object; the mask of a masked array is ignored."
)
HEAD = re.compile(r'"""(.+?)\. (.+?)"""\n', re.DOTALL)


class Problem(Exception):
    """What is wrong, in which file, and what to do: one line for the person who caused it."""


def shown(path: Path) -> str:
    """Return a path as messages name it: from the project's root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def source(path: Path) -> str:
    """Return the text of a snippet, page or lesson; raises Problem where it is not plain UTF-8."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Problem(f"{shown(path)}: is not in UTF-8, at line {line}: save it as UTF-8") from None
    if text.startswith("\ufeff"):
        raise Problem(f"{shown(path)}: begins with a byte-order mark: save it without one")
    return text


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file whole or not at all: whoever reads it finds all of the old one or of the new."""
    part = path.with_name(f".{path.name}.{os.getpid()}")  # beside it, so on the same file system
    try:
        part.write_bytes(data if isinstance(data, bytes) else data.encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Remove whatever is there: a folder with all in it, a file, a link, or nothing."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def heading(path: Path) -> tuple[str, str]:
    """Return the title and the sentence that a snippet begins with; raises Problem without them."""
    head = HEAD.match(source(path))
    if not head:
        raise Problem(f'{shown(path)}: must begin with """Title. One sentence."""')
    return head[1], " ".join(head[2].split())


def slug(text: str) -> str:
    """Return words as they stand in an address: smooth-rectifiers."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def site_name() -> str:
    """Return the name of the site; raises Problem when mkdocs.yml does not begin with it."""
    found = re.match(r"site_name: (.+)\n", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    if not found:
        raise Problem("mkdocs.yml must begin with `site_name: `")
    return found[1]


def colours() -> dict[str, dict[str, str]]:
    """Return the colours of figures by their names, for light and for dark: those of style.css.

    Raises Problem where it does not give them as expected.
    """
    text = (ROOT / "docs" / "assets" / "style.css").read_text(encoding="utf-8")
    found = {}
    for kind, head in {"light": ":root", "dark": '[data-md-color-scheme="slate"]'}.items():
        rule = re.search(
            rf"^ *{re.escape(head)} {{\n((?: +--\w+: #\w+;\n)+) *}}", text, re.MULTILINE
        )
        if not rule:
            raise Problem(f"docs/assets/style.css: {head} must give the colours of figures")
        found[kind] = dict(re.findall(r"--(\w+): (#\w+);", rule[1]))
    return found


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
        scripts = (ROOT / "scripts" / f"{name}.py" for name in _imported(file.read_bytes()))
        left += (script for script in scripts if script.exists())
    return hashed_files([*found, ROOT / "docs" / "measured" / "departures.json"], ROOT)


@functools.cache
def _imported(source: bytes) -> set[str | None]:
    """Return every name that stands in an import of a program."""
    names: set[str | None] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {getattr(node, "module", None), *(name.name for name in node.names)}
    return names


def sources(name: str) -> list[str]:
    """Return the text of a snippet, and of those that it mentions: identities depend on them."""
    text = source(SNIPPETS / f"{name}.py")
    others = sorted(mentioned(text) - {name})
    return [text, *(source(SNIPPETS / f"{other}.py") for other in others)]


def mentioned(text: str) -> set[str]:
    """Return the names of the snippets that occur in a text, as words of their own."""
    return set(re.findall(r"\w+", text)) & {path.stem for path in SNIPPETS.glob("*.py")}


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
