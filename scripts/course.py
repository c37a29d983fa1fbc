"""The lessons of docs/learn: their order, and what each says of itself in its first cell."""

import re
from pathlib import Path
from typing import NamedTuple

from project import ROOT, Problem, shown, source

LEARN = ROOT / "docs" / "learn"
INDEX = LEARN / "index.md"
HEAD = re.compile(
    r"%% \[markdown\] # (.+)\n\*\*Claim\.\*\* (.+)\nNeeds: (.+)\. Takes (\d+) minutes\.(?:\n|$)"
)


class Head(NamedTuple):
    """What the first cell of a lesson says."""

    title: str
    claim: str
    needs: str
    minutes: int


def head(path: Path) -> Head:
    """Return what the first cell says; raises Problem if anything is missing there."""
    cell = source(path).partition("\n# %%")[0]
    text = re.sub(r"^# ?", "", cell, flags=re.MULTILINE)
    found = HEAD.match("\n".join(" ".join(part.split()) for part in text.split("\n\n")))
    if not found:
        raise Problem(
            f"{shown(path)}: its first cell must say, in paragraphs of their own, `# Title`, "
            "`**Claim.** …` and `Needs: …. Takes N minutes.`"
        )
    title, claim, needs, minutes = found.groups()
    return Head(title, re.sub(r" ?\[@[^]]*\]", "", claim), needs, int(minutes))


def paths() -> list[Path]:
    """Return the lessons in the order that the head of docs/learn/index.md gives.

    Raises Problem for a lesson that has no place there. A name whose lesson is yet to be written
    may stand there.
    """
    listed = re.search(r"^lessons:\n((?: +- .+\n)+)", source(INDEX), re.M)
    names = re.findall(r"- (\S+)", listed[1]) if listed else []
    found = {path.stem: path for path in LEARN.glob("*.py")}
    if new := sorted(found.keys() - set(names)):
        raise Problem(f"docs/learn/index.md: {new[0]} has no place under `lessons:` in its head")
    return [found[name] for name in names if name in found]


def pick(names: list[str]) -> Path:
    """Return the one lesson that is named; raises Problem, with the names that there are."""
    known = {path.stem: path for path in paths()}
    there_are = f"there are: {', '.join(known)}"
    if len(names) != 1:
        raise Problem(f"name one lesson, as in `make lesson NAME={next(iter(known))}`; {there_are}")
    if names[0] not in known:
        raise Problem(f"there is no docs/learn/{names[0]}.py; {there_are}")
    return known[names[0]]


def listing() -> str:
    """Return the lessons as a list in Markdown, for docs/learn/index.md."""
    heads = {path.name: head(path) for path in paths()}
    parts = [
        f"1. [{h.title}]({name}), {h.minutes} minutes. {h.claim}\n\n    Needs: {h.needs}.\n"
        for name, h in heads.items()
    ]
    total = sum(h.minutes for h in heads.values())
    return "\n".join([*parts, f"Together they take about {total} minutes.\n"])
