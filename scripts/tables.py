"""Tables, written from texts alone: nothing heavy is imported here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
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
HEADED = re.compile(
    r'<div class="(table-scroll[^"]*)" data-caption="([^"]*)">\s*<table>\s*'
    r"(<thead>.*?</thead>)(.*?)</table>",
    re.DOTALL,
)
STACKED = {"catalog", "facts"}  # kinds whose cells stand below each other where it is narrow
FORMULA = re.compile(r"\s*<math\b.*</math>\s*")
UNSPOKEN = re.compile(r"<math\b.*?</math>|<[^>]*>", re.DOTALL)  # beside the words of a head
NUMBERS = ("range", "lipschitz")  # columns of which each line has its own: no list to choose from


def table(
    head: Sequence[str], rows: Iterable[Sequence[str] | str], caption: str, kind: str = ""
) -> str:
    """Return a Markdown table, of cells or whole lines, that scrolls when it is too wide.

    The caption, plain text, is for those who do not see where the table stands. Where the first
    column has no name, its cells are the names of the rows. See `headed`.
    """
    lines = [row if isinstance(row, str) else line(row) for row in rows]
    lines = [line(head), "|" + " --- |" * len(head), *lines]
    name = f"table-scroll {kind}".strip()
    opening = f'<div class="{name}" data-caption="{escape(caption)}" markdown>'
    return f"{opening}\n\n" + "\n".join(lines) + "\n\n</div>\n"


def headed(page: str) -> str:
    """Return the HTML of a page in which the tables of `table` have what Markdown cannot say.

    That is a caption, cells that head a column or a row, and no head where it would be empty.
    """
    return HEADED.sub(_headed, page)


def _headed(match: re.Match[str]) -> str:
    kind, caption, head, body = match.groups()
    cells = re.findall(r"<th\b[^>]*>(.*?)</th>", head, re.DOTALL)
    if not cells[0]:
        body = re.sub(r"<tr>\s*<td([^>]*)>(.*?)</td>", _named, body, flags=re.DOTALL)
    if STACKED & set(kind.split()):
        labels = [UNSPOKEN.sub("", cell) for cell in cells]
        body = re.sub(r"<tr>.*?</tr>", partial(_stacked, labels), body, flags=re.DOTALL)
    head = re.sub(r"<th\b([^>]*)></th>", r"<td\1></td>", head)
    head = re.sub(r"<th\b", '<th scope="col"', head) if any(cells) else ""
    told = f'<caption class="visually-hidden" data-search-exclude>{caption}</caption>'
    return f'<div class="{kind}"><table>{told}{head}{body}</table>'


def _named(match: re.Match[str]) -> str:
    if FORMULA.fullmatch(match[2]):  # no name: to a screen reader it would be empty
        return match[0]
    return f'<tr><th scope="row"{match[1]}>{match[2]}</th>'


def _stacked(labels: Sequence[str], row: re.Match[str]) -> str:
    """Return a row of cells that, laid out as blocks, still are cells and say what they hold."""
    first, *cells = row[0].replace("<th", '<th role="rowheader"').split("<td")
    for label, cell in zip(labels[-len(cells) :], cells, strict=True):
        told = f' data-label="{label}"' if label else ""
        first += f'<td role="cell"{told}{cell}'
    return first


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
