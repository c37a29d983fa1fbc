"""A page as plain Markdown: fragments put in, drawings described, no HTML left."""

import re
from collections.abc import Container, Mapping
from html.parser import HTMLParser

from build import GENERATED
from project import Problem

INCLUDE = re.compile(r'^( *)--8<-- "(.*)"$', re.MULTILINE)
BLOCK = re.compile(r'^(?:===|!!!|\?\?\?\+?) *\w* *"(.*)"$')  # a tab, or a note: its lines stand in
FENCE = re.compile(r"^( *)(`{3,})")
KEPT = re.compile(r"(?<!`)(`+)(?!`)(?:.+?)(?<!`)\1(?!`)|\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
LABEL = re.compile(r"\n[ ]*\\label\{[^}]*\}")
ATTRIBUTES = re.compile(r"[ ]*\{:? *(?:[#.]|data-)[^{}\n]*\}")
LINK = re.compile(r"\]\(((?:\.\./|[\w/-])[\w./-]*)\.(py|html)(?=[#)])")
CITATION = re.compile(r"\[\[(\d+[^\]]*)\]\]\(#references\)")
RAISED = str.maketrans("0123456789−-+n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺ⁿ")


def markdown(page: str, outputs: Mapping[str, str], address: str, lessons: Container[str]) -> str:
    """Return the plain Markdown of a page from its own, which may hold HTML.

    `outputs` are what a lesson showed, by the marks where they stand; the address goes below the
    title. Links to `lessons` lead to their copies: any other script is a file of its own.
    """
    for mark, output in outputs.items():
        page = page.replace(mark, f"\n{output}\n")
    while INCLUDE.search(page):
        page = INCLUDE.sub(_included, page)
    parts, code = [], False
    for text in _fenced(_flattened(page)):
        parts.append(text if code else _prose(text, lessons))
        code = not code
    whole = "".join(parts).strip() + "\n"
    return re.sub(r"^(# .*\n)", rf"\1\n<{address}>\n", whole, count=1)


def fragment(path: str) -> str:
    """Return a fragment by its path below generated/; raises Problem where there is none."""
    try:
        return (GENERATED / path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem(f"there is no fragment {path}") from None


def _included(match: re.Match[str]) -> str:
    return re.sub(r"^(?=.)", match[1], fragment(match[2]), flags=re.MULTILINE)


def _flattened(page: str) -> str:
    """Return Markdown with the lines of tabs and notes moved to the left, below their titles."""
    lines, inside = [], False
    for line in page.split("\n"):
        if title := BLOCK.match(line):
            lines.append(f"**{title[1]}**")
            inside = True
            continue
        inside = inside and (not line or line.startswith("    "))
        lines.append(line.removeprefix("    ") if inside else line)
    return "\n".join(lines)


def _fenced(page: str) -> list[str]:
    """Return the parts of a page that are text and those that are code, in turn."""
    parts: list[list[str]] = [[]]
    opened = ""
    for line in page.splitlines(keepends=True):
        fence = FENCE.match(line)
        if fence and not opened:
            opened = fence[2]
            parts.append([line])
        elif fence and line.strip() == opened:
            opened = ""
            parts[-1].append(line)
            parts.append([])
        else:
            parts[-1].append(line)
    return ["".join(part) for part in parts]


def _prose(text: str, lessons: Container[str]) -> str:
    """Return text without HTML; formulas and code in it stay as they are."""
    held: list[str] = []

    def linked(match: re.Match[str]) -> str:
        page = match[2] == "html" or f"{match[1]}.py" in lessons
        return f"]({match[1]}.md" if page else match[0]

    def hold(match: re.Match[str]) -> str:
        held.append(LABEL.sub("", match[0]))
        return f"\0{len(held) - 1}\0"

    text = KEPT.sub(hold, text)
    text = LINK.sub(linked, CITATION.sub(r"[\1]", text))
    text = ATTRIBUTES.sub("", _Plain(text).text)
    text = re.sub(r"[ ]+$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\n{3,}", "\n\n", text)
    return re.sub(r"\0(\d+)\0", lambda m: held[int(m[1])], text)


class _Plain(HTMLParser):
    """The text of HTML: tables and links as Markdown, drawings by their descriptions."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.ends: list[tuple[str, str]] = []  # tags that are open, and what ends them
        self.silent = 0  # how many of them hide what they hold
        self.heads = 0  # cells of the head of the table
        self.feed(page)
        self.close()
        self.text = "".join(self.parts).replace("[, ", "[")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        names, end, before = given.get("class", "").split(), "", ""
        if tag in ("br", "hr", "img", "input", "col", "path", "circle"):
            self._write(", " if tag == "br" else "")
            return
        if tag == "a" and (target := given.get("href")):
            if ":" not in target:
                target = re.sub(r"\.html(?=#|$)", ".md", target)
            before, end = "[", f"]({target})"
        elif tag == "pre":
            before, end = "\n```text\n", "\n```\n"
        elif tag in ("th", "td"):
            before, end = " ", " |"
            self.heads += tag == "th"
        elif tag == "tr":
            before, end = "|", "\n"
            self.heads = 0
        elif tag in ("table", "figure", "p", "details", "caption"):
            before, end = "\n", "\n"
        elif tag in ("title", "desc"):
            before, end = {"title": "*Figure: ", "desc": " "}[tag], {"title": ".", "desc": "*"}[tag]
        elif "arithmatex" in names:
            mark = "$$" if tag == "div" else "$"
            before, end = mark, mark
        elif "wrong" in names:
            end = " ✗"
        elif tag == "code":
            before, end = "`", "`"
        hidden = tag in ("script", "style", "text") or given.get("aria-hidden") == "true"
        self._write(before)
        self.silent += hidden
        self.ends.append((tag, "\1" if hidden else end))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._write(", " if tag == "br" else "")

    def handle_endtag(self, tag: str) -> None:
        while self.ends:
            name, end = self.ends.pop()
            self.silent -= end == "\1"
            self._write(end.removeprefix("\1"))
            if name == "tr" and self.heads > 1:
                self._write("|" + " --- |" * self.heads + "\n")
                self.heads = 0
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if not data.strip() and self.ends and self.ends[-1][0] in ("table", "thead", "tbody", "tr"):
            return
        if self.ends and self.ends[-1][0] == "sup":
            data = data.translate(RAISED)
        marked = [end for _, end in self.ends if end.startswith("$")]
        if marked:
            data = re.sub(r"^\\[(\[]|\\[)\]]$", "", data.strip())
        self._write(data)

    def _write(self, text: str) -> None:
        if not self.silent:
            self.parts.append(text)
