"""What MkDocs calls: write the generated parts of the pages, and take over the lessons."""

import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs_jupyter.plugin import NotebookFile
from pymdownx.snippets import SnippetMissingError

import bibliography
import build
import course
import lessons
from project import ROOT, Problem, hashed_files, slug

REDIRECT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={page}">
<title>{alias}: see {title}</title>
<p>{alias}: see <a href="{page}">{title}</a>.</p>
</html>
"""
TOP = ("index.md", "table.md", "families.md", "activations", "learn", "compare", "checked.md")
_lessons: dict[str, lessons.Lesson] = {}  # by path below docs/
_loaded = hashed_files((ROOT / "scripts").glob("*.py"))


def on_pre_build(config: MkDocsConfig) -> None:
    """Write generated/; raises PluginError, which MkDocs shows without a traceback."""
    if hashed_files((ROOT / "scripts").glob("*.py")) != _loaded:  # as may be in `mkdocs serve`
        os.execv(sys.executable, sys.orig_argv)
    try:
        build.build()
    except Problem as error:
        raise PluginError(str(error)) from None


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Run the lessons and add each as a notebook; raises PluginError if a cell fails."""
    pages = {file.src_uri: file for file in files if isinstance(file, NotebookFile)}
    paths = {Path(file.abs_src_path): uri for uri, file in pages.items()}
    kernel = config.plugins["mkdocs-jupyter"].config["kernel_name"]
    try:
        _lessons.clear()
        _lessons.update((paths[path], run) for path, run in lessons.run(paths, kernel).items())
    except Problem as error:
        raise PluginError(str(error)) from None
    for uri, lesson in _lessons.items():
        notebook = str(Path(uri).with_suffix(".ipynb"))
        files.append(File.generated(config, notebook, content=lesson.notebook))


class _Head(Link):
    """What the name of a family links to: its section of the page of families."""

    is_index = True  # so that the theme takes it for the family's own page


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Put the lessons in their order, and sort the functions by family.

    A page then lists the functions of its own family alone (navigation.prune).
    """
    by_uri = {page.file.src_uri: page for page in nav.pages}
    lessons_in_order = [by_uri[f"learn/{path.name}"] for path in course.paths()]
    for page in lessons_in_order[:1]:
        assert isinstance(page.parent, Section)
        _arrange(page.parent.children, lessons_in_order)
        _arrange(nav.pages, lessons_in_order)
    found = [page for page in nav.pages if page.file.src_uri.startswith("activations/")]
    pages = {Path(page.file.src_uri).stem: page for page in found}
    everything = found[0].parent
    assert isinstance(everything, Section)
    everything.children, ordered = [], []
    for family, names in build.families(pages).items():
        if names:
            members = [pages[name] for name in names]
            head = _Head(family.capitalize(), f"families.html#{slug(family)}")
            section = Section(head.title, [head, *members])
            for child in section.children:
                child.parent = section
            section.parent = everything
            everything.children.append(section)
            ordered += members
    _arrange(nav.pages, ordered)
    for items in (nav.items, nav.pages):
        items.sort(key=_place)
    for before, after in pairwise(nav.pages):
        before.next_page, after.previous_page = after, before


def _place(item: Any) -> int:
    """Return which of TOP an entry of the navigation is or lies in; any other comes last."""
    if isinstance(item, Page):
        top = item.file.src_uri.partition("/")[0]
        return TOP.index(top) if top in TOP else len(TOP)
    return max((_place(child) for child in item.children or ()), default=-1)


def _arrange(items: list[Any], ordered: list[Page]) -> None:
    """Put the pages in this order on the places that they have among the items."""
    places = [n for n, item in enumerate(items) if item in ordered]
    for n, page in zip(places, ordered, strict=True):
        items[n] = page


def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Render each page so that what is wrong in it is said without a traceback.

    A lesson too: mkdocs-jupyter's own rendering would bring 117 kB of Jupyter's styles.
    """
    if page.file.src_uri in _lessons and "render" not in vars(page):
        raise PluginError("mkdocs-jupyter no longer sets page.render: see on_pre_page in hooks.py")

    def render(config: MkDocsConfig, files: Files) -> None:
        try:
            Page.render(page, config, files)
        except (Problem, SnippetMissingError) as error:
            raise PluginError(f"docs/{page.file.src_uri}: {error}") from None

    vars(page)["render"] = render


def on_post_build(config: MkDocsConfig) -> None:
    """Let the other names of a function lead to its page, from a disk too.

    Raises PluginError for a name that two functions have.
    """
    folder = Path(config.site_dir, "activations")
    names = sorted(page.stem for page in folder.glob("*.html"))
    taken = dict(zip(names, names, strict=True))
    for name in names:
        known = build.about(name)
        for alias in known["aliases"]:
            other = taken.setdefault(slug(alias), name)
            if other not in (name, slug(alias)):
                raise PluginError(f"snippets/{name}.py: {other} too has the other name “{alias}”")
            if other == name != slug(alias):
                text = REDIRECT.format(alias=alias, title=known["title"], page=f"{name}.html")
                (folder / f"{slug(alias)}.html").write_text(text, encoding="utf-8")


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str | None:
    """Give MkDocs the Markdown of a lesson in place of its script, and number the citations."""
    lesson = _lessons.get(page.file.src_uri)
    try:
        if lesson:
            name = Path(page.file.src_uri).stem
            return bibliography.resolve(lesson.markdown) + lessons.downloads(name)
        return bibliography.resolve(markdown)
    except Problem as error:
        raise PluginError(f"docs/{page.file.src_uri}: {error}") from None


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str | None:
    """Put the outputs of a lesson into its page; raises PluginError if one has no place."""
    lesson = _lessons.get(page.file.src_uri)
    try:
        return lesson.fill(html) if lesson else None
    except Problem as error:
        raise PluginError(f"docs/{page.file.src_uri}: {error}") from None
