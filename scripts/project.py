"""Where things are, and how a failure is told. Imports nothing heavy."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "snippets"
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
