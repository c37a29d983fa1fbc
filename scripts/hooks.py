"""What MkDocs calls: write the generated parts of the pages, and take over the lessons."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_date
from mkdocs_jupyter.plugin import NotebookFile
from pymdownx.snippets import SnippetMissingError

import bibliography
import build
import course
import finish
import lessons
import publish
import release
import rendering
import search
import tables
from project import ROOT, SNIPPETS, Problem, hashed_files, slug

REDIRECT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={page}">
<title>{alias}: see {title}</title>
<p>{alias}: see <a href="{page}">{title}</a>.</p>
</html>
"""
TOP = (
    *("index.md", "table.md", "families.md", "activations", "learn", "compare"),
    *("check.md", "checked.md", "data.md"),
)
_lessons: dict[str, lessons.Lesson] = {}  # by path below docs/
_heads: dict[str, dict[str, str]] = {}  # of pages, by path below docs/
_copies: dict[str, str] = {}
_also: dict[str, list[str]] = {}  # words for the search, by address, from the heads of pages
_loaded = hashed_files((ROOT / "scripts").glob("*.py"))
_served = False


def on_startup(command: str, dirty: bool) -> None:
    """Note whether pages are only served: then they stay as the theme wrote them.

    The policy would forbid the script that loads a page again.
    """
    global _served
    _served = command == "serve"


def on_config(config: MkDocsConfig) -> None:
    """Let the foot of each page say by what version to cite it."""
    config.copyright = f"Version {release.named()} of {get_build_date()}. {config.copyright}"


def on_pre_build(config: MkDocsConfig) -> None:
    """Write generated/; raises PluginError, which MkDocs shows without a traceback."""
    if hashed_files((ROOT / "scripts").glob("*.py")) != _loaded:  # as may be in `make serve`
        _start_again()
    try:
        build.build()
    except Problem as error:
        raise PluginError(str(error)) from None


def _start_again() -> None:
    """Let the scripts as they are now take the place of this process.

    Raises PluginError if they cannot be imported: then this process goes on.
    """
    program = "import hooks, serve"
    tried = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if tried.returncode:
        place = re.findall(r'File ".*/(scripts/\w+\.py)", line (\d+)', tried.stderr)[-1]
        why = tried.stderr.rstrip().splitlines()[-1]
        raise PluginError(f"{place[0]}, line {place[1]}: {why}")
    os.execv(sys.executable, sys.orig_argv)


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Run the lessons, and add each as a notebook and what publish.py puts beside the pages.

    Raises PluginError if a cell fails.
    """
    pages = {file.src_uri: file for file in files if isinstance(file, NotebookFile)}
    paths = {Path(file.abs_src_path): uri for uri, file in pages.items()}
    try:
        _lessons.clear()
        _lessons.update((paths[path], run) for path, run in lessons.run(paths).items())
        beside = publish.files(config.site_url or "")
    except Problem as error:
        raise PluginError(str(error)) from None
    for uri, lesson in _lessons.items():
        notebook = str(Path(uri).with_suffix(".ipynb"))
        files.append(File.generated(config, notebook, content=lesson.notebook))
    values = build.reference(path.stem for path in sorted(SNIPPETS.glob("*.py")))
    for path, content in (beside | {"data/reference.json": values}).items():
        if file := files.get_file_from_path(path):
            files.remove(file)
        files.append(File.generated(config, path, content=content))


NEAR = 2  # so many functions before and after its own a page lists


class _Head(Link):
    """What the name of a family links to: its section of the page of families."""

    is_index = True  # so that the theme takes it for the family's own page

    def __init__(self, title: str, url: str, members: list[Page]) -> None:
        super().__init__(title, url)
        self.members = members


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Put the lessons in their order, and sort the functions by family."""
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
            head = _Head(family.capitalize(), f"families.html#{slug(family)}", members)
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
    nav.pages[0].previous_page = nav.pages[-1].next_page = None


def _near(context: Any, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
    """Let the page of a function list its neighbours alone, so that it weighs the same among many.

    Of other families navigation.prune leaves the name.
    """
    section = page.parent
    if isinstance(section, Section) and isinstance(section.children[0], _Head):
        head = section.children[0]
        place = head.members.index(page)
        near = head.members[max(place - NEAR, 0) : place + NEAR + 1]
        section.children = [head, *near]
        if len(near) < len(head.members):
            every = Link(f"All {len(head.members)} {head.title.lower()}", head.url)
            every.parent = section
            section.children.append(every)


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
            rendering.render(page, config, files)
        except (Problem, SnippetMissingError) as error:
            raise PluginError(f"docs/{page.file.src_uri}: {error}") from None

    vars(page)["render"] = render


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Let the page for wrong addresses know the names of the functions and of the lessons.

    A name that is a function's own is no other name of another.
    """
    every = (file.src_uri for file in files.documentation_pages())
    known = {u: build.about(Path(u).stem) for u in every if u.startswith("activations/")}
    own = {uri: [Path(uri).stem, slug(about["title"])] for uri, about in known.items()}
    taken = {name for names in own.values() for name in names}
    for uri, about in known.items():
        own[uri] += [name for name in map(slug, about["aliases"]) if name not in taken]
    env.globals["names"] = {
        "functions": {uri: " ".join(names) for uri, names in own.items()},
        "lessons": {uri: Path(uri).stem for uri in _lessons},
    }


@event_priority(100)
def _before_search(context: dict[str, Any], page: Page, **_: Any) -> None:
    """Let the search plugin read the words of a page alone."""
    vars(page)["whole"], page.content = page.content, search.words(page.content or "")


@event_priority(-100)
def _after_search(context: dict[str, Any], page: Page, **_: Any) -> None:
    page.content = vars(page).pop("whole")


on_page_context = CombinedEvent(_near, _before_search, _after_search)


def on_build_error(error: Exception) -> None:
    """Render all anew next time if warnings stopped the build: they must come again."""
    if isinstance(error, Abort):
        rendering.forget()


def on_post_build(config: MkDocsConfig) -> None:
    """Write the copies in Markdown, lead other names to their pages, and finish the site.

    Raises PluginError for a name that two functions have, and for what no page may hold.
    """
    for source, text in _copies.items():
        Path(config.site_dir, source).with_suffix(".md").write_text(text, encoding="utf-8")
    said = publish.overview(
        config.site_name, config.site_description or "", _heads, config.site_url or ""
    )
    Path(config.site_dir, "llms.txt").write_text(said, encoding="utf-8")
    folder = Path(config.site_dir, "activations")
    names = sorted(page.stem for page in folder.glob("*.html"))
    words = search.ingredients(names)
    search.complete(
        Path(config.site_dir, "search", "search_index.json"),
        {
            f"activations/{n}.html": [*build.about(n)["aliases"], *search.torch_names(n)]
            for n in names
        },
        _also | {f"activations/{n}.html": words[n] for n in names},
    )
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
    try:
        if not _served:
            finish.finish(Path(config.site_dir))
    except Problem as error:
        raise PluginError(str(error)) from None


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str | None:
    """Give MkDocs the Markdown of a lesson in place of its script, and number the citations."""
    source, site = page.file.src_uri, config.site_url or ""
    lesson = _lessons.get(source)
    about, _also[page.url] = page.meta.get("description"), page.meta.get("also", [])
    if source == "index.md":  # the address of the site itself, without the name of a file
        about, page.canonical_url = config.site_description, site or None
    try:
        text = bibliography.resolve(lesson.markdown if lesson else markdown)
        outputs = lesson.outputs if lesson else []
        shown = {lessons.slot(n): output for n, output in enumerate(outputs)}
        _copies[source] = publish.markdown(text, source, shown, site)
        title = _copies[source].partition("\n")[0].removeprefix("# ")
        _heads[source] = publish.head(source, title, about or "", site, config.site_name)
        page.meta.update(head=_heads[source], description=_heads[source]["description"])
        return text + lessons.downloads(Path(source).stem) if lesson else text
    except Problem as error:
        raise PluginError(f"docs/{page.file.src_uri}: {error}") from None


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str | None:
    """Head the tables, put the outputs of a lesson in; raises PluginError if one has no place."""
    lesson = _lessons.get(page.file.src_uri)
    html = tables.headed(html)
    try:
        return lesson.fill(html) if lesson else html
    except Problem as error:
        raise PluginError(f"docs/{page.file.src_uri}: {error}") from None
