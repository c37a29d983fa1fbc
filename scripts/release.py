"""Check that a tag, and all files that name a version, agree; print what is new in it.

`python scripts/release.py v1.2.3`, before the release of that tag: see .github/workflows.
"""

import contextlib
import re
import subprocess
import sys
import tomllib

from project import ROOT, Problem

HEADING = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)\n(.*?)(?=^## |\Z)", re.M | re.S)


def version() -> str:
    """Return the version in pyproject.toml: that of the last release, or of the next."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def named() -> str:
    """Return by what version to cite the site: with the commit, unless it is that of the tag."""
    number, said = version(), ""
    command = ["git", "describe", "--tags", "--always", "--dirty", "--match", f"v{number}"]
    with contextlib.suppress(OSError):
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return number if said in ("", f"v{number}") else f"{number}+{said.removeprefix(f'v{number}-')}"


def notes(tag: str) -> str:
    """Return what CHANGELOG.md says of the version; raises Problem where files disagree."""
    last = HEADING.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if not last:
        raise Problem("CHANGELOG.md: needs a heading as in `## [1.2.3] - 2026-01-31`")
    number, date, text = last.groups()
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    said = {
        "pyproject.toml": version(),
        "CITATION.cff": ", ".join(re.findall(r"^version: (.*)$", citation, re.MULTILINE)),
        "the tag": tag.removeprefix("v"),
    }
    for place, other in said.items():
        if other != number:
            raise Problem(f"CHANGELOG.md says version {number}, {place} says {other or 'nothing'}")
    if f"\ndate-released: {date}\n" not in citation:
        raise Problem(f"CITATION.cff: needs `date-released: {date}`, as in CHANGELOG.md")
    return text.strip() + "\n"


if __name__ == "__main__":
    try:
        print(notes(*sys.argv[1:2]), end="")
    except Problem as problem:
        sys.exit(str(problem))
