"""Tables, written from texts alone: nothing heavy is imported here."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a Markdown table that scrolls by itself when it is too wide."""
    lines = [line(head), "|" + " --- |" * len(head), *map(line, rows)]
    name = f"table-scroll {kind}".strip()
    return f'<div class="{name}" markdown>\n\n' + "\n".join(lines) + "\n\n</div>\n"


def line(cells: Iterable[str]) -> str:
    """Return one line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"
