"""Set TeX as MathML Core when the site is built, so that a page needs no script for its formulas.

As a Python-Markdown extension (named `mathml` in mkdocs.yml) it takes what
`pymdownx.arithmatex` in generic mode has marked. `render` does the same for generated HTML.
"""

import html
import re
import unicodedata
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from math_core import LatexError, LatexToMathML

from project import Problem

# Pages carry no style attributes (a strict content security policy forbids them), so each
# declaration that math-core writes has a class in style.css. One that is not here is an error.
CLASSES = {
    "text-align:left": "m-left",
    "justify-items:start": "",  # comes with text-align and says the same
    "text-align:right": "m-right",
    "justify-items:end": "",
    "padding-left:0": "m-l0",
    "padding-left:1em": "m-l1",
    "padding-right:0": "m-r0",
    "padding-right:0.1667em": "m-r1",
    "margin-left:-0.16666667em": "m-back",
}
TALL = {"mfrac", "mover", "mroot", "msqrt", "mtable", "munder", "munderover"}
PRIMES = {"′", "″", "‴", "⁗"}
# Names in \mathtt become plain letters in the font of code: they can be searched and copied.
TYPEWRITER = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x1D670, 0x1D6A4), *range(0x1D7F6, 0x1D800))
}
LABEL = re.compile(r"\\label\{([^}]*)\}\s*")
NAMED_CELL = re.compile(r'(<td id="([^"]+)">(?:(?!</td>).)*)</td>', re.DOTALL)
MARKED = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)
ALIGNED = re.compile(r'<(t[hd])(?: class="([^"]*)")? style="text-align: (left|right|center);">')
STRAY = re.compile(
    r"(?s:.{,60}\$\$.{,60})|.{,80}\$\s*(?:<span[^>]*>)?<math.{,200}|</math>(?:</span>)?\s*\$.{,80}"
)
FORMULA_HEADING = re.compile(r"<th([^>]*)>\s*<math>(.*?)</math>\s*</th>", re.DOTALL)
CLINGING = re.compile(
    r"((?:<span data-search-exclude>)?<math[^>]*>(?:(?!</math>).)*</math>(?:</span>)?)([.,;:)]+)"
)
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
CODE = re.compile(r"<code.*?</code>", re.DOTALL)

_converter = LatexToMathML(fancy_error=False)


@lru_cache(None)
def render(tex: str, display: bool) -> str:
    """Return the formula as HTML, in a scrolling block of its own if `display`.

    Raises Problem, naming the formula, for TeX that math-core does not know.
    """
    try:
        text = _converter.convert_with_local_state(tex.strip(), displaystyle=display)
        math = ET.fromstring(text.replace("&ApplyFunction;", "\u2061").replace("\ufe00", ""))
        for node in list(math.iter()):
            _tidy(node)
    except (LatexError, ET.ParseError, Problem) as error:
        raise Problem(f"cannot set the formula {tex.strip()!r}: {error}") from None
    text = ET.tostring(math, encoding="unicode")
    if display:
        # No tabindex: browsers let the keyboard scroll the block when it overflows, and only then.
        return f'<div class="math" data-search-exclude>{text}</div>'
    if math.find(".//mfrac") is not None or math.find(".//mtable") is not None:
        return f"<span data-search-exclude>{text}</span>"  # its letters in a row make no word
    return text


def _tidy(node: ET.Element) -> None:
    """Turn what math-core writes into what browsers set well."""
    style = node.attrib.pop("style", "").replace(" ", "")
    if names := [_class(declaration) for declaration in style.split(";") if declaration]:
        node.set("class", " ".join(filter(None, names)))
    if node.text and (text := node.text.translate(TYPEWRITER)) != node.text:
        node.tag, node.text = "mtext", text
        node.set("class", "m-code")
    match node.tag, list(node):
        case "mtable", _:
            node.attrib.pop("scriptlevel", None)  # not allowed there, and without effect
        case "menclose", _ if node.attrib.pop("notation") == "box":
            node.tag = "mrow"
            node.set("class", "m-box")
        case "menclose", _:
            raise Problem(r"of the enclosures only \boxed is supported")
        case "mover", [base, line] if line.text == "\u0332":
            node.tag, node[:] = "mrow", [base]  # \overline: fonts do not stretch that low line
            node.set("class", "m-over")
        case "mrow", [left, *_, right] if (left.text, right.text) == ("(", ")"):
            if not any(part.tag in TALL for part in node.iter()):
                left.set("stretchy", "false")  # so that SymPy's \left(x \right) looks like (x)
                right.set("stretchy", "false")
        case (("msup" | "msubsup"), [base, *index, prime]) if prime.text in PRIMES:
            # A prime is drawn raised already; as a superscript Chromium makes it far too small.
            if base.find(".//mo") is None:
                prime.attrib.update(lspace="0", rspace="0")
                if index:
                    below = ET.Element("msub")
                    below.extend([base, *index])
                    base = below
                node.tag, node[:] = "mrow", [base, prime]


def _class(declaration: str) -> str:
    if declaration not in CLASSES:
        raise Problem(f"math-core wrote the style {declaration!r}, which has no class")
    return CLASSES[declaration]


def _align(match: re.Match[str]) -> str:
    return f'<{match[1]} class="{" ".join(filter(None, [match[2], match[3]]))}">'


def _heading(match: re.Match[str]) -> str:
    """A table heading with a formula alone counts as empty to a screen reader: add its text."""
    text = re.sub("<[^>]*>", "", match[2])
    return (
        f'<th{match[1]}><span class="visually-hidden">{text}</span>'
        f'<math aria-hidden="true">{match[2]}</math></th>'
    )


def permalink(name: str) -> str:
    """Return the link to a formula or a row of its own; style.css gives it its sign."""
    return f'<a class="headerlink" href="#{name}" aria-label="Link to {name}"></a>'


def formulas(page: str) -> str:
    r"""Return HTML with its marked formulas set; `\label{…}` makes one an anchor.

    Raises Problem.
    """

    def put(match: re.Match[str]) -> str:
        tex = html.unescape(match[2])
        text = render(LABEL.sub("", tex), match[1] == "div")
        if label := LABEL.search(tex):
            text = text.replace("<div", f'<div id="{label[1]}"', 1)
            text = text.removesuffix("</div>") + permalink(label[1]) + "</div>"
        return text

    return MARKED.sub(put, page)


def convert(page: str) -> str:
    """Return the HTML of a page with its marked formulas set; raises Problem."""
    page = NAMED_CELL.sub(lambda m: f"{m[1]}{permalink(m[2])}</td>", formulas(page))
    for cell in CELL.findall(page):
        if "$" in CODE.sub("", cell):
            raise Problem(
                f"a table cell holds a lone $: {cell!r}; write a bar in a formula as \\lvert,"
                " because | ends the cell"
            )
    if stray := STRAY.search(CODE.sub("", page)):
        text = re.sub("<[^>]*>", "", stray[0])
        raise Problem(f"a $ that opens no formula: {text!r}; give $$ blank lines around it")
    page = ALIGNED.sub(_align, page)
    page = CLINGING.sub(r'<span class="nowrap">\1\2</span>', page)
    return FORMULA_HEADING.sub(_heading, page)


class _Postprocessor(Postprocessor):
    def run(self, text: str) -> str:
        _check_toc(getattr(self.md, "toc_tokens", []))
        return convert(text)


def _check_toc(tokens: list[dict[str, Any]]) -> None:
    """Raise Problem for a heading whose formula would stand as TeX in the table of contents."""
    for token in tokens:
        if re.search(r"[\\^{}$]", token["name"]):
            raise Problem(
                f"the heading {token['name']!r} cannot stand in the table of contents: add"
                " { data-toc-label='its words' } after it"
            )
        _check_toc(token["children"])


class MathExtension(Extension):
    """Set the formulas of a Markdown page."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Run after everything else has written its HTML."""
        md.postprocessors.register(_Postprocessor(md), "mathml", 1)


def makeExtension(**options: str) -> MathExtension:  # noqa: N802
    """Return the extension; Python-Markdown calls this by name."""
    return MathExtension(**options)
