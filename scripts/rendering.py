"""Render a page from Markdown, but not again while all that it is made of is as it was.

This is for `make serve`, where one process builds the site over and over.
"""

import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from build import GENERATED
from project import hashed

INCLUDE = re.compile(r'^--8<-- "(.*)"$', re.MULTILINE)
RESULTS = ("content", "toc", "_title_from_render", "present_anchor_ids", "links_to_anchors")
_kept: dict[str, tuple[str, dict[str, Any]]] = {}  # by path below docs/


def render(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Do what MkDocs' Page.render does, and raise what it raises."""
    assert page.markdown is not None
    fragments = (GENERATED / name for name in INCLUDE.findall(page.markdown))
    texts = (file.read_bytes() if file.is_file() else b"" for file in fragments)
    key = hashed(page.markdown, *sorted(files.src_uris), repr(config["mdx_configs"]), *texts)
    kept, results = _kept.get(page.file.src_uri, ("", {}))
    if kept != key:
        Page.render(page, config, files)
        _kept[page.file.src_uri] = key, {name: getattr(page, name) for name in RESULTS}
        return
    vars(page).update(results)
    links = results["links_to_anchors"] or {}  # whose files belong to the build before
    page.links_to_anchors = {files.src_uris[f.src_uri]: anchors for f, anchors in links.items()}


def forget() -> None:
    """Let every page be rendered again: what was wrong with one was perhaps only a warning."""
    _kept.clear()
