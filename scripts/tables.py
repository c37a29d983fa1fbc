"""Tables, written from texts alone: nothing heavy is imported here."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

COLUMNS = {  # of the table of all, by the name of their value
    "range": "Range",
    "bounded": "Bounded",
    "monotone": "Monotone",
    "smoothness": "Smoothness",
    "centred": "Zero-centred",
    "lipschitz": "Lipschitz constant",
    "saturates": "Saturates",
    "learnable": "Learnable",
    "vector": "Vector",
    "torch": "In torch",
}
NUMBERS = ("range", "lipschitz")  # columns of which each line has its own: no list to choose from


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a Markdown table that scrolls by itself when it is too wide."""
    lines = [line(head), "|" + " --- |" * len(head), *map(line, rows)]
    name = f"table-scroll {kind}".strip()
    return f'<div class="{name}" markdown>\n\n' + "\n".join(lines) + "\n\n</div>\n"


def line(cells: Iterable[str]) -> str:
    """Return one line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def row(name: str, about: Mapping[str, Any]) -> str:
    """Return the line of the table of all from what `page.about` says of a function.

    A value is true, false, or a text (TeX between dollars) with the number to sort by; the cell of
    one that is missing stays empty.
    """
    cells = []
    for column in COLUMNS:
        match about["row"].get(column):
            case None:
                cells.append("<td>–</td>")
            case bool(value):
                cells.append(f"<td>{'yes' if value else 'no'}</td>")
            case [text, number]:
                place = str(number).replace("inf", "Infinity")
                cells.append(f'<td data-value="{place}">{_inline(text)}</td>')
    names = escape(", ".join(about["aliases"]))
    link = f'<a href="activations/{name}.html">{escape(about["title"])}</a>'
    return f'<tr><th scope="row" data-names="{names}">{link}</th>{"".join(cells)}</tr>'


def _inline(text: str) -> str:
    """Return HTML in which mathml.py sets the formula: Markdown does not look inside a table."""
    if not text.startswith("$"):
        return escape(text)
    return rf'<span class="arithmatex">\({escape(text.strip("$"), quote=False)}\)</span>'


def whole(every: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table of all as HTML, which can say what a line is about, as Markdown cannot."""
    heads = ['<th scope="col">Function</th>']
    for column, label in COLUMNS.items():
        chosen = "" if column in NUMBERS else " data-filter"
        heads.append(f'<th scope="col"{chosen}>{label}</th>')
    rows = (row(name, about) for name, about in every.items())
    return "\n".join(
        [
            '<div class="table-scroll functions" data-search-exclude><table>',
            '<caption class="visually-hidden">Every function and its properties</caption>',
            f"<thead><tr>{''.join(heads)}</tr></thead>",
            "<tbody>",
            *rows,
            "</tbody></table></div>\n",
        ]
    )
