"""One list of works, docs/bibliography.toml, and the citations of a page by key.

`[@key]` or `[@key, section 3]` becomes a numbered link, and what a page cites is listed under its
last heading, `## References`, in the order of the citations.
"""

import functools
import re
import tomllib

from project import ROOT, Problem

FILE = ROOT / "docs" / "bibliography.toml"
CITATION = re.compile(r"\[@([\w-]+)(?:, ([^\]]+))?\]")
HEADING = "## References\n"


@functools.cache
def _read(source: str) -> dict[str, str]:
    return tomllib.loads(source)


def works() -> dict[str, str]:
    """Return each work as Markdown under its key; raises Problem when the file is no TOML."""
    try:
        return _read(FILE.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"docs/{FILE.name}: {error}") from None


def cited(markdown: str) -> list[str]:
    """Return the keys that a text cites, each once, in order."""
    return list(dict.fromkeys(key for key, _ in CITATION.findall(markdown)))


def resolve(markdown: str) -> str:
    """Number the citations of a page and list the works at its end.

    Raises Problem for an unknown key, and for a page with citations that does not end with the
    heading.
    """
    keys = cited(markdown)
    if not keys:
        return markdown
    known = works()
    if unknown := [key for key in keys if key not in known]:
        raise Problem(f"no work `{unknown[0]}` in docs/{FILE.name}")
    if not markdown.endswith(HEADING):
        raise Problem("a page with citations must end with the heading “References”")

    def link(match: re.Match) -> str:
        place = f", {match[2]}" if match[2] else ""
        return f"[[{keys.index(match[1]) + 1}{place}]](#references)"

    entries = [f"{n}. {known[key]}" for n, key in enumerate(keys, 1)]
    return CITATION.sub(link, markdown) + "\n" + "\n".join(entries) + "\n"
