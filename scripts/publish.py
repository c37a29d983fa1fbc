"""What the site offers beside its pages: code and figures to take away, and all of it as data.

Made from the fragments, so that nothing heavy is imported. `make identifiers` adds what is new to
docs/data/identifiers.txt, from which none may ever go.
"""

import importlib.metadata
import io
import json
import os
import re
import sys
import textwrap
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import bibliography
import build
import copies
import course
import release
from project import FAMILIES, REACH, ROOT, SNIPPETS, Problem, colours, slug, write_whole

IDENTIFIERS = ROOT / "docs" / "data" / "identifiers.txt"
MEASURED = Path("docs", "measured", "departures.json")
SCHEMA = "data/activations.schema.json"
IDENTIFIER = re.compile(r"\\label\{([^}]+)\}|\{ #(\S+) \}")
VERSIONS = ("math-core", "matplotlib", "numpy", "python-flint", "sympy", "torch")
LICENCES = {
    "code": "https://spdx.org/licenses/MIT-0.html",
    "text": "https://creativecommons.org/licenses/by/4.0/",
}
MOST = 160  # letters of a description
HELD = " Derivative, NumPy and PyTorch code, figures."  # by the page of each function


def names() -> list[str]:
    """Return the names of all functions."""
    return sorted(path.stem for path in SNIPPETS.glob("*.py"))


def record(name: str) -> dict[str, Any]:
    """Return what data.py says of a function."""
    return json.loads(copies.fragment(f"{name}/data.json"))


def files(site: str) -> dict[str, str | bytes]:
    """Return what is to lie beside the pages by its path in the site, whose address is given."""
    found: dict[str, str | bytes] = {}
    records = {name: record(name) for name in names()}
    for name, said in records.items():
        folder = build.GENERATED / name
        found[f"activations/{name}.py"] = cell(site, said, "NumPy")
        found[f"activations/{name}_torch.py"] = cell(site, said, "PyTorch")
        found[f"activations/{name}.svg"] = svg(site, name)
        found[f"activations/{name}.png"] = (folder / "figure.png").read_bytes()
        found[f"activations/{name}-card.png"] = (folder / "card.png").read_bytes()
    for folder in sorted((build.GENERATED / "compare").iterdir()):
        found[f"compare/{folder.name}-card.png"] = (folder / "card.png").read_bytes()
    found["families-card.png"] = (_first_family() / "card.png").read_bytes()
    found["activations.zip"] = package(site, records)
    found["data/activations.json"] = joined(site, records)
    found[SCHEMA] = schema(site)
    found["robots.txt"] = f"User-agent: *\nAllow: /\nSitemap: {site}sitemap.xml\n"
    return found


# Code and figures


def cell(site: str, said: Mapping[str, Any], kind: str) -> str:
    """Return a cell with a line that says where it is from."""
    head = f"# {site}activations/{said['name']}.html (licence: MIT-0)"
    return f"{head}\n{said['cells'][kind]}\n"


def package(site: str, records: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return a zip file with a folder that can be imported: a module per function."""
    texts = {f"{name}.py": cell(site, said, "NumPy") for name, said in records.items()}
    slope = {"elementwise": "grad", "vector": "vjp"}
    public = {
        name: (
            name,
            f"{name}_{slope[said['kind']]}",
            *(f"{name}_grad_{p['name']}" for p in said["parameters"] if p["learned"]),
        )
        for name, said in records.items()
    }
    lines = [f"from .{name} import {', '.join(called)}" for name, called in public.items()]
    every = [f'    "{name}",' for called in public.values() for name in called]
    texts["__init__.py"] = "\n".join(
        [
            '"""Activation functions in NumPy, each with its derivative.',
            "",
            f"Checked function by function: {site}",
            "",
            *textwrap.wrap(REACH.replace("`", ""), 79),
            '"""',
            "",
            "import numpy as _np",
            "",
            'if int(_np.__version__.split(".")[0]) < 2:',
            '    raise ImportError(f"NumPy 2 is needed, not {_np.__version__}")',
            "",
            *lines,
            "",
            f'__version__ = "{release.named()}"',
            "__all__ = [",
            *every,
            "]\n",
        ]
    )
    texts["LICENSE"] = (ROOT / "LICENSE-SNIPPETS").read_text(encoding="utf-8")
    texts["README.md"] = (
        f"Put this folder beside your code: `from activations import {min(public)}`. {site}\n\n"
        f"{REACH}\n"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as folder:  # not compressed: that would differ between machines
        for path, text in sorted(texts.items()):
            file = zipfile.ZipInfo(f"activations/{path}")
            file.create_system, file.external_attr = 3, 0o644 << 16  # Unix: all may read
            folder.writestr(file, text)
    return out.getvalue()


def svg(site: str, name: str) -> str:
    """Return the figure of a page as a file of its own, with the colours of style.css."""
    found = re.search(r'<svg class="plot".*?</svg>', copies.fragment(f"{name}/definition.md"))
    if not found:
        raise Problem(f"generated/{name}/definition.md has no figure")
    rules = re.findall(
        r"^\.plot ([^{]+\{[^}]*\})",
        (ROOT / "docs" / "assets" / "style.css").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    rules.insert(0, "svg { background: var(--paper); font-family: sans-serif; }")
    looks = []
    for known in colours().values():
        look = "".join(rules)
        for colour, value in known.items():
            look = look.replace(f"var(--{colour})", value)
        looks.append(look)
    origin = f"<!-- {site}activations/{name}.html (licence: {LICENCES['text']}) -->"
    style = f"<style>{looks[0]}@media(prefers-color-scheme:dark){{{looks[1]}}}</style>"
    drawn = found[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return re.sub("(<svg[^>]*>)", lambda m: m[1] + origin + style, drawn, count=1) + "\n"


# Data


def identifiers(name: str) -> list[str]:
    """Return the identifiers of the formulas and facts of a page, in order."""
    parts = ("definition.md", "derivative.md", "shape.md")
    text = "".join(copies.fragment(f"{name}/{part}") for part in parts)
    return [label or cell for label, cell in IDENTIFIER.findall(text)]


def references(name: str) -> list[dict[str, str]]:
    """Return the works that a page cites, as plain text."""
    page = (ROOT / "docs" / "activations" / f"{name}.md").read_text(encoding="utf-8")
    works = bibliography.works()
    return [{"key": key, "text": works[key]} for key in bibliography.cited(page)]


def joined(site: str, records: Mapping[str, Mapping[str, Any]]) -> str:
    """Return all records as one JSON document; docs/data/activations.schema.json describes it."""
    measured = json.loads((ROOT / MEASURED).read_text(encoding="utf-8"))
    departures = measured.pop("records")
    functions = {
        name: {
            **said,
            **_departures(said, departures),
            "url": f"{site}activations/{name}.html",
            "references": references(name),
            "identifiers": identifiers(name),
        }
        for name, said in records.items()
    }
    document: dict[str, Any] = {
        "$schema": site + SCHEMA,
        "url": site,
        "version": release.named(),
        "licences": LICENCES,
        "departures": {"url": f"{site}{MEASURED.relative_to('docs')}", **measured},
        "made_with": {name: importlib.metadata.version(name) for name in VERSIONS},
    }
    if when := os.environ.get("SOURCE_DATE_EPOCH"):  # no other clock: the same again is the same
        document["date"] = datetime.fromtimestamp(int(when), UTC).date().isoformat()
    document["functions"] = functions
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def schema(site: str) -> str:
    """Return the schema of the data with its address, which is its name."""
    said = json.loads((ROOT / "docs" / SCHEMA).read_text(encoding="utf-8"))
    return json.dumps({"$id": site + SCHEMA, **said}, ensure_ascii=False, indent=1) + "\n"


def _departures(
    said: Mapping[str, Any], every: Iterable[Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Return where PyTorch departs from a function; of vectors the errors alone are measured."""
    if said["kind"] != "elementwise":
        return {}
    own = (dict(r) for r in every)
    return {"departures": [r for r in own if r.pop("function") == said["name"]]}


# The head of a page


def head(source: str, title: str, said: str, site: str, name: str) -> dict[str, str]:
    """Return what main.html writes into the head of the page of docs/`source`.

    Its description, picture, copy in Markdown, and what it is, as JSON-LD. `said` is what the page
    says of itself: a function's has its summary, a lesson's its claim. Raises Problem where there
    is nothing.
    """
    path = Path(source)
    about = build.about(path.stem) if _is_function(source) else {}
    said = about.get("summary") or said
    if path.suffix == ".py":
        said = course.head(ROOT / "docs" / path).claim
    if not said:
        raise Problem("needs `description: …`, one sentence, in its head")
    more = HELD if about else ""
    card, drawing = _card(source)
    found = {
        "title": title,
        "tab": f"{title}: formula, derivative and code" if about else title,
        "description": textwrap.shorten(_plain(said), MOST - len(more), placeholder=" …") + more,
        "card": f"{site}{card}-card.png",
        "drawing": drawing,
        "markdown": path.with_suffix(".md").name,
    }
    kinds = {"index.md": "WebSite", "data.md": "Dataset"}
    kind = kinds.get(source, "TechArticle" if about or path.suffix == ".py" else "WebPage")
    called = f"{name} data" if kind == "Dataset" else title
    thing: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": kind,
        "headline" if kind == "TechArticle" else "name": called,
        "description": found["description"],
        "url": address(source, site),
        "image": found["card"],
        "license": LICENCES["text"],
    }
    if kind == "WebPage":  # of others og:site_name says it: their pages are to be light
        thing["isPartOf"] = {"@type": "WebSite", "name": name, "url": site}
    if kind == "Dataset":
        thing |= {
            "version": release.named(),
            "creator": {"@type": "Organization", "name": name, "url": site},
            "distribution": {
                "@type": "DataDownload",
                "encodingFormat": "application/json",
                "contentUrl": f"{site}data/activations.json",
            },
        }
    said = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return found | {"thing": said.replace("</", "<\\/")}


def _card(source: str) -> tuple[str, str]:
    """Return the page whose card stands for this one, without suffix, and what is drawn on it.

    One that has no card of its own shows the first comparison.
    """
    path, compared = Path(source), build.GENERATED / "compare"
    if _is_function(source):
        fragment = build.GENERATED / path.stem / "definition.md"
    elif source == "families.md":
        fragment = _first_family() / "members.md"
    else:
        if path.parent.name != "compare":
            path = Path("compare", sorted(folder.name for folder in compared.iterdir())[0])
        fragment = compared / path.stem / "values.md"
    [about, *_] = re.findall(r"<desc[^>]*>(.*?)</desc>", fragment.read_text(encoding="utf-8"))
    return str(path.with_suffix("")), unescape(about)


def _first_family() -> Path:
    """Return the fragments of the first family of which there are functions."""
    folders = (build.GENERATED / "families" / slug(family) for family in FAMILIES)
    return next(folder for folder in folders if (folder / "card.png").exists())


def address(source: str, site: str) -> str:
    """Return where a page is."""
    return site + ("" if source == "index.md" else str(Path(source).with_suffix(".html")))


def _is_function(source: str) -> bool:
    path = Path(source)
    return path.parts[0] == "activations" and (SNIPPETS / f"{path.stem}.py").exists()


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[$`*\\]|\[(.*?)\]\(.*?\)", r"\1", text).split())


# For language models


def markdown(text: str, source: str, outputs: Mapping[str, str], site: str) -> str:
    """Return the plain Markdown of a page."""
    folder = (ROOT / "docs" / source).parent
    lessons = {os.path.relpath(path, folder) for path in course.paths()}
    return copies.markdown(text, outputs, address(source, site), lessons)


def overview(name: str, summary: str, heads: Mapping[str, Mapping[str, str]], site: str) -> str:
    """Return llms.txt: what the site is, and the pages (`head` of each, by source) in sections."""
    sections: dict[str, list[str]] = {"Pages": [], "Functions": [], "Lessons": []}
    for source, about in heads.items():
        kind = {"activations": "Functions", "learn": "Lessons"}.get(Path(source).parts[0], "Pages")
        address = site + str(Path(source).with_suffix(".md"))
        sections[kind].append(f"- [{about['title']}]({address}): {about['description']}\n")
    sections["Data"] = [
        f"- [Every formula, fact and measurement as JSON]({site}data/activations.json)\n",
        f"- [The JSON Schema of it]({site}data/activations.schema.json)\n",
    ]
    parts = (f"## {section}\n\n{''.join(lines)}" for section, lines in sections.items() if lines)
    return "\n".join([f"# {name}\n\n> {summary}\n", *parts])


def main() -> None:
    """Add the identifiers that are new to the list of those ever published."""
    build.build()
    known = IDENTIFIERS.read_text(encoding="utf-8").split() if IDENTIFIERS.exists() else []
    new = [i for name in names() for i in identifiers(name) if i not in set(known)]
    write_whole(IDENTIFIERS, "".join(f"{i}\n" for i in sorted({*known, *new})))
    print(f"{len(new)} new, {len(known)} as before")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(str(problem))
