"""Write generated/: what the pages include beside their prose.

`python scripts/build.py` brings every fragment up to date; MkDocs does the same before each build.
A snippet whose fragments are already there, made under the same key, is not even read: the key
covers the snippet, the scripts, the measurements, the versions and the processor. SymPy, NumPy and
torch are imported only when something is made anew.
"""

import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import course
import tables
from formats import FORMATS
from project import (
    FAMILIES,
    ROOT,
    SNIPPETS,
    Problem,
    colours,
    environment_key,
    hashed,
    hashed_files,
    heading,
    program_key,
    remove,
    site_name,
    slug,
    source,
    sources,
    write_whole,
)
from workers import Call, Workers

GENERATED = ROOT / "generated"
OVERVIEWS = ("overview", "compare", "families", "check")  # folders beside those of the functions
TABLE = ("", "$f(x)$", "$f'(x)$")  # the head of the table of formulas
Fragments: TypeAlias = Mapping[str, str | bytes]  # by the names of their files


# What the output depends on


def _fresh(folder: Path, key: str) -> bool:
    """Tell whether the fragments of a folder are there, whole, and made under this key."""
    stamp = folder / ".key"
    return stamp.is_file() and stamp.read_bytes() == _stamp(folder, key)


def _stamp(folder: Path, key: str) -> bytes:
    files = (f for f in folder.rglob("*") if f.is_file() and f.name != ".key")
    return f"{key} {hashed_files(files, folder)}".encode()


def _keep(folder: Path, names: Iterable[str]) -> None:
    """Remove what has other names: what it was made for is gone."""
    for old in {*folder.glob("*")} - {folder / name for name in names}:
        remove(old)


def _replace(folder: Path, key: str, fragments: Fragments) -> None:
    remove(folder)
    folder.mkdir(parents=True)
    for name, text in fragments.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    write_whole(folder / ".key", _stamp(folder, key))


# Pages


SECTIONS = (
    "Derivative",
    "Code",
    "Shape",
    "Kinks and edges",
    "Error",
    "In practice",
    "References",
)
INCLUDES = {  # under which heading each fragment stands; "" is the top of the page
    "definition.md": "",
    "derivative.md": "Derivative",
    "code.md": "Code",
    "shape.md": "Shape",
    "kinks.md": "Kinks and edges",
    "error.md": "Error",
}


def check_pages(names: Iterable[str]) -> None:
    """Check that each snippet has its page and each page its snippet, title and sections.

    Raises Problem for the first that has not.
    """
    folder = ROOT / "docs" / "activations"
    pages = {p.stem: p for p in sorted(folder.glob("*.md")) if p.stem != "index"}
    for name in sorted(set(names) ^ set(pages)):
        if name in pages:
            raise Problem(f"docs/activations/{name}.md has no snippets/{name}.py")
        raise Problem(f"snippets/{name}.py has no page docs/activations/{name}.md")
    for name, page in pages.items():
        text, where = source(page), f"docs/activations/{name}.md"
        wanted, _ = heading(SNIPPETS / f"{name}.py")
        if not text.startswith(f"# {wanted}\n"):
            raise Problem(f"{where}: must begin with `# {wanted}`, the title in its snippet")
        found = re.findall(r"^## (.*)$", text, re.MULTILINE)
        if found != list(SECTIONS):
            raise Problem(
                f"{where}: needs the sections {', '.join(SECTIONS)}, in this order; "
                f"found {', '.join(found) or 'none'}"
            )
        heads = ("", *found)
        parts = re.split(r"^## .*$", text, flags=re.MULTILINE)
        for head, part in zip(heads, parts, strict=True):
            wants = [f"{name}/{f}" for f, section in INCLUDES.items() if section == head]
            has = re.findall(r'^--8<-- "(.*)"$', part, re.MULTILINE)
            if has != wants:
                raise Problem(
                    f"{where}: under “{head or wanted}” must stand "
                    f"{' '.join(f'--8<-- {w!r}' for w in wants) or 'no fragment'}; "
                    f"found {', '.join(has) or 'none'}"
                )


def build(names: Iterable[str] = ()) -> list[str]:
    """Bring generated/ up to date and return the names of what was made anew.

    Raises Problem for an unknown name, a page without a snippet and a snippet without a page.
    """
    found = sorted(p.stem for p in SNIPPETS.glob("*.py"))
    if unknown := sorted(set(names) - set(found)):
        raise Problem(f"there is no snippets/{unknown[0]}.py; there are: {', '.join(found)}")
    check_pages(found)
    for file in sorted(p for kind in ("md", "py") for p in (ROOT / "docs").rglob(f"*.{kind}")):
        source(file)  # MkDocs reads them, and would tell less of what is wrong
    looks = (json.dumps(colours()), site_name())  # of pictures
    base = hashed(environment_key(), program_key(Path(__file__)), *looks)
    keys = {name: hashed(base, *sources(name)) for name in names or found}
    wanted = {
        name: (key, Call(f"snippets/{name}.py", fragments, (name,))) for name, key in keys.items()
    }
    with Workers() as workers:
        made = _renew(workers, wanted)
        if not names:
            _write_overview(found)
            made += _renew(workers, _comparisons(base) | _families(base, found))
            made += _examples(base, found)
            _keep(GENERATED, {*found, *OVERVIEWS})
    return made


def _renew(workers: Workers, wanted: Mapping[str, tuple[str, Call]]) -> list[str]:
    """Make what is not there under its key; return the names of the folders made anew."""
    stale = {n: call for n, (key, call) in wanted.items() if not _fresh(GENERATED / n, key)}
    for name, made in workers.results(stale):
        print(f"{name} …", file=sys.stderr, flush=True)
        _replace(GENERATED / name, wanted[name][0], made)
    return [*stale]


def fragments(name: str) -> Fragments:
    """Return the fragments of one function by the names of their files."""
    import data
    import page
    import reference
    import vector
    from catalog import Vector, known

    function = known(name)
    kind = vector if isinstance(function, Vector) else page
    exact = {"reference.json": reference.fragment(function)}
    return kind.fragments(function) | data.fragments(function) | exact


def reference(names: Iterable[str]) -> str:
    """Return the reference values of all functions as JSON, which docs/check.py reads."""
    about = (
        "x, f(x) and f'(x) in `points`, and where one jumps f on either side and the formula's "
        "slope; x, v, f(x), units, v J, units in `vectors`; in `long` their length n, then these "
        "of element n // 3 and of each other. Hexadecimal is exact, a decimal is off by less than "
        "one in its last digit; every number of a pair is right, null means that none is more "
        "right than another. See check.html."
    )
    head = {"about": about, "formats": {name: asdict(form) for name, form in FORMATS.items()}}
    files = ((name, GENERATED / name / "reference.json") for name in names)
    parts = ",\n".join(f'"{name}":{file.read_text(encoding="utf-8")}' for name, file in files)
    return f'{json.dumps(head)[:-1]}, "functions": {{\n{parts}\n}}}}\n'


def about(name: str) -> dict[str, Any]:
    """Return what the fragments of a function tell the pages of all: see page.about."""
    return json.loads((GENERATED / name / "about.json").read_text(encoding="utf-8"))


def _write_overview(names: list[str]) -> None:
    """Write the tables of all from what stands beside the fragments of each."""
    rows = [(GENERATED / name / "row.md").read_text(encoding="utf-8") for name in names]
    folder = GENERATED / OVERVIEWS[0]
    remove(folder)
    folder.mkdir(parents=True)
    caption = "Every function with its formula and its derivative"
    catalog = tables.table(TABLE, rows, caption, "catalog")
    (folder / "catalog.md").write_text(catalog, encoding="utf-8")
    every = {name: about(name) for name in names}
    (folder / "table.md").write_text(tables.whole(every), encoding="utf-8")
    (folder / "relations.md").write_text(_relations(every), encoding="utf-8")
    (folder / "mutants.md").write_text(_score(), encoding="utf-8")
    (folder / "lessons.md").write_text(course.listing(), encoding="utf-8")


def _relations(every: dict[str, dict[str, Any]]) -> str:
    """Return every identity and every largest distance in the catalogue."""

    def link(name: str) -> str:
        return f"[{every[name]['title']}](activations/{name}.md)"

    held = [(link(name), identity) for name in every for identity in every[name]["identities"]]
    apart = [
        (f"{link(name)} and {link(other)}", size, where)
        for name in every
        for other, size, where in every[name]["gaps"]
    ]
    parts = [
        tables.table(("stated by", "identity"), held, "Identities") if held else "",
        tables.table(("", "largest distance", "at"), apart, "Distances") if apart else "",
    ]
    return "\n".join(parts) or "None is stated yet.\n"


def families(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the families with their functions, each after those that it descends from.

    Raises Problem for functions that descend from each other.
    """
    every = {name: about(name) for name in names}

    def place(name: str) -> tuple[int, str]:
        line = [name]
        while origin := every[line[-1]]["descends"]:
            if origin in line:
                raise Problem(
                    f"snippets/{name}.py: it `descends` from itself, by way of {line[-1]}"
                )
            line.append(origin)
        return len(line), every[name]["title"].lower()

    ordered = sorted(every, key=place)
    return {f: [name for name in ordered if every[name]["family"] == f] for f in FAMILIES}


def _score() -> str:
    """Return the committed result of `make mutants` as a table; raises Problem without one."""
    file = ROOT / "docs" / "measured" / "mutants.json"
    if not file.exists():
        raise Problem("docs/measured/mutants.json is missing: run `make mutants`")
    data = json.loads(file.read_text(encoding="utf-8"))
    head = ("function", "changes", "noticed", "shown to be no mistake", "survivors", "on")
    rows: list[tuple] = [
        (
            name,
            f["mutants"],
            sum(f["killed"].values()),
            len(f["equivalent"]),
            len(f["survivors"]),
            f["date"],
        )
        for name, f in data["functions"].items()
    ]
    rows.append(("all", *(sum(int(row[i]) for row in rows) for i in (1, 2, 3, 4)), ""))
    left = [path.stem for path in sorted(SNIPPETS.glob("*.py"))]
    left = [name for name in left if name not in data["functions"]]
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    return (
        tables.table(head, (list(map(str, row)) for row in rows), "Changes that were tried") + "\n"
        f"Run with {versions}; [every change that is no mistake, and why](measured/mutants.json). "
        + (f"Not yet gone through: {', '.join(left)}." if left else "")
        + "\n"
    )


def _families(base: str, names: list[str]) -> dict[str, tuple[str, Call]]:
    """Return the keys and the makers of the fragments of docs/families.md."""
    wanted = {}
    origins = {name: about(name)["title"] for name in names}
    for family, members in families(names).items():
        every = {name: about(name) for name in members}
        key = hashed(base, *(part for name in members for part in (name, *sources(name))))
        call = Call("docs/families.md", _family, (slug(family), every, origins))
        wanted[f"{OVERVIEWS[2]}/{slug(family)}"] = key, call
    _keep(GENERATED / OVERVIEWS[2], map(slug, FAMILIES))
    return wanted


def _family(key: str, every: Mapping[str, Any], origins: Mapping[str, str]) -> Fragments:
    import figures
    import page
    import vector
    from catalog import Vector, known

    functions = [known(name) for name in [*every][: len(figures.DASHES)]]
    drawn = [
        vector.profile(f) if isinstance(f, Vector) else page.curve(f, 0, f.title) for f in functions
    ]
    return page.family(key, every, origins, drawn)


def _comparisons(base: str) -> dict[str, tuple[str, Call]]:
    """Return the keys and the makers of the pages in docs/compare/, which name their functions.

    Raises Problem for a page that names none or an unknown one.
    """
    wanted = {}
    files = sorted((ROOT / "docs" / "compare").glob("*.md"))
    for file in files:
        where = f"docs/compare/{file.name}"
        head = re.search(r"^functions: \[(.*)\]$", source(file), re.MULTILINE)
        if not head:
            raise Problem(f"{where}: needs `functions: [name, …]` in its head")
        chosen = [SNIPPETS / f"{name.strip()}.py" for name in head[1].split(",")]
        if unknown := [path for path in chosen if not path.exists()]:
            raise Problem(f"{where}: there is no snippets/{unknown[0].name}")
        key = hashed(base, *(part for path in chosen for part in (path.name, path.read_bytes())))
        call = Call(where, _comparison, (file.stem, [path.stem for path in chosen]))
        wanted[f"{OVERVIEWS[1]}/{file.stem}"] = key, call
    _keep(GENERATED / OVERVIEWS[1], {file.stem for file in files})
    return wanted


def _comparison(key: str, names: list[str]) -> Fragments:
    import page
    from catalog import pick

    return page.comparison(key, [pick(name) for name in names])


def _examples(base: str, names: Iterable[str]) -> list[str]:
    """Write what the commands of docs/check.md print, run on the files that it shows.

    Raises Problem for a command that ends in an error.
    """
    script, values = ROOT / "docs" / "check.py", reference(names)
    text = source(ROOT / "docs" / "check.md")
    folder = GENERATED / OVERVIEWS[3]
    key = hashed(base, text, script.read_bytes(), values)
    if _fresh(folder, key):
        return []
    shown = dict(re.findall(r'^```python title="(\S+)"\n(.*?)^```$', text, re.M | re.S))
    files = shown | {"check.py": source(script), "reference.json": values}
    commands = re.findall(r'^python (check\.py .*)\n```\n\n--8<-- "check/(\S+)"$', text, re.M)
    print("check …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as place:
        for name, content in files.items():
            Path(place, name).write_text(content, encoding="utf-8")
        said = {name: _said(command, place) for command, name in commands}
    _replace(folder, key, {name: f"```text\n{output}```\n" for name, output in said.items()})
    return [folder.name]


def _said(command: str, place: str) -> str:
    """Return what a check in a folder prints; raises Problem if there was none."""
    done = subprocess.run(
        [sys.executable, *shlex.split(command)], cwd=place, capture_output=True, text=True
    )
    if done.returncode not in (0, 1) or done.stderr:
        line = (done.stderr.strip() or "no output").splitlines()[-1]
        raise Problem(f"docs/check.md: `python {command}` fails: {line}")
    return done.stdout


if __name__ == "__main__":
    try:
        build(sys.argv[1:])
    except Problem as problem:
        sys.exit(str(problem))
