"""The finished site: light pages, and a policy that nothing on them breaks."""

import re
import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import finish
from audit import weight
from finish import FONT, REDIRECT
from project import ROOT, Problem

WHOLE, FUNCTION, LESSON = 90_000, 17_000, 40_000  # bytes, as a server that compresses sends them


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    """A site of two pages as the theme would write it, not yet finished."""
    files = {
        "assets/stylesheets/main.css": "/* note */ .a, .gone { color: red } .gone { color: blue }"
        "@media print { .gone { color: red } } .b > .c[data-x=gone] { top: 0 }"
        "[dir=rtl] .a { top: 0 }"
        ":root { --used: 1px; --unused: 1px; --chain: var(--unused) } .b { top: var(--used) }",
        "assets/style.css": ".added, #there { left: 0 } :not(.gone) { right: 0 }",
        "assets/javascripts/bundle.1.js": '("nav",{class:"md-code__nav"})'
        '"table:not([class])"document.body.setAttribute("data-md-color-switching","")'
        'dir="rtl";X=".node circle,.node path{}";'
        '[t,r.pipe(a(b()),c(o=>o.searchParams.get("h")))](location.protocol!=="file:")'
        'x.classList.add("added")\n//# sourceMappingURL=b.map',
        "assets/javascripts/bundle.1.js.map": "{}",
        "assets/javascripts/lunr/other.js": "",
        "assets/javascripts/workers/search.1.js": "e=e+s+o.id",
        "assets/images/favicon.png": "",
        "search/search_index.json": "{}",
    }
    page = (
        '<meta charset="utf-8"><link rel="stylesheet" href="{0}assets/stylesheets/main.css">'
        '<link rel="stylesheet" href="{0}assets/style.css"><script>"{0}"</script>'
        '<article>\n  <p class="a b" id="there"><math><mi>x</mi><mo>&lt;</mo></math></article>\n  '
        '<div class="md-search" role="dialog">'
        '<svg xmlns="http://www.w3.org/2000/svg" width="1"/></div>'
        '<script src="{0}assets/javascripts/bundle.1.js"></script>'
        '<i data-worker="{0}assets/javascripts/workers/search.1.js"></i>'
    )
    files |= {"one.html": page.format(""), "folder/two.html": page.format("../")}
    files["other.html"] = '<meta charset="utf-8"><meta http-equiv="refresh" content="0; url=one">'
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copy(ROOT / "docs" / FONT, tmp_path / FONT)
    return tmp_path


@pytest.mark.parametrize("pattern", finish.BUNDLED)
def test_another_script_of_the_theme_is_noticed(theme: Path, pattern: str) -> None:
    bundle = theme / "assets" / "javascripts" / "bundle.1.js"
    bundle.write_text(re.sub(pattern, "", bundle.read_text()))
    with pytest.raises(Problem, match=r"^bundle\.1\.js: .*did the theme change\?"):
        finish.finish(theme)


def test_another_script_of_the_search_is_noticed(theme: Path) -> None:
    worker = theme / "assets" / "javascripts" / "workers" / "search.1.js"
    worker.write_text("e=e+s+o.index")
    with pytest.raises(Problem, match=r"^search\.1\.js: .*did the theme change\?"):
        finish.finish(theme)


def test_nodes_of_the_search_are_told_apart(theme: Path) -> None:
    finish.finish(theme)
    worker = theme / "assets" / "javascripts" / "workers" / "search.1.js"
    assert worker.read_text() == 'e=e+s+o.id+","'


def test_rules_that_no_page_needs_go(theme: Path) -> None:
    finish.finish(theme)
    (sheet,) = theme.rglob("*.css")
    rules = [".a{color:red}", ":root{--used:1px}", ".b{top:var(--used)}"]
    rules += [".added,#there{left:0}", ":not(.gone){right:0}"]
    assert sheet.read_text().splitlines() == ['@charset "utf-8";', *rules]
    for page, up in (("one.html", ""), ("folder/two.html", "../")):
        text = (theme / page).read_text()
        assert re.findall('<link.*?">', text) == [
            f'<link rel="stylesheet" href="{up}assets/{sheet.name}">'
        ]
        assert f'<script src="{up}assets/javascripts/bundle.1.js" defer>' in text
        assert "<article>\n  <p" in text
        assert "</article>\n<div" in text
        assert '<svg width="1"/>' in text


def test_files_that_no_page_mentions_go(theme: Path) -> None:
    finish.finish(theme)
    kept = {p.relative_to(theme).as_posix() for p in theme.rglob("*") if p.is_file()}
    (sheet,) = (name for name in kept if name.endswith(".css"))
    pages = {"one.html", "other.html", "folder/two.html", "_headers"}
    search = {"search/search_index.json", "search/search_index.js"}
    search.add("assets/javascripts/workers/search.1.js")
    assert kept - pages - search == {"assets/javascripts/bundle.1.js", FONT, sheet}
    assert all(any(p.iterdir()) for p in theme.rglob("*") if p.is_dir())
    assert "sourceMapping" not in (theme / "assets/javascripts/bundle.1.js").read_text()


def test_the_font_keeps_what_formulas_need(theme: Path) -> None:
    finish.finish(theme)
    with TTFont(theme / FONT) as font:
        kept = set(map(chr, font.getBestCmap()))
    needed = {"\N{MATHEMATICAL ITALIC SMALL X}", "<", *finish.DRAWN}
    assert needed <= kept <= needed | {">"}  # the mirror image comes along


def test_every_page_has_the_policy_of_all(theme: Path) -> None:
    finish.finish(theme)
    policies = {
        re.findall('Content-Security-Policy" content="(.*?)"', page.read_text())[0]
        for page in theme.rglob("*.html")
    }
    (policy,) = policies
    assert policy.count("'sha256-") == 2  # one in each folder
    assert "unsafe" not in policy
    headers = (theme / "_headers").read_text()
    assert f"Content-Security-Policy: {policy}; frame-ancestors 'none'\n" in headers


@pytest.mark.parametrize(
    "text",
    [
        '<p style="top: 0">',
        "<p class=a style='top: 0'>",
        '<a\nonclick="go()">',
        "<style>p { top: 0 }</style>",
    ],
)
def test_what_the_policy_forbids_stops_the_build(theme: Path, text: str) -> None:
    page = theme / "folder" / "two.html"
    page.write_text(page.read_text() + text)
    with pytest.raises(Problem, match=r"^folder/two\.html: .* use a class"):
        finish.finish(theme)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<link rel="stylesheet" href="../assets/style.css">', ""),
        ('role="dialog"', ""),
        ("bundle.1.js", "other.1.js"),
        ('<meta charset="utf-8">', ""),
    ],
)
def test_another_theme_is_noticed(theme: Path, old: str, new: str) -> None:
    page = theme / "folder" / "two.html"
    assert old in page.read_text()
    page.write_text(page.read_text().replace(old, new))
    with pytest.raises(Problem, match=r"^(folder/two|one)\.html: .*did the theme change\?"):
        finish.finish(theme)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    """The pages of the site by their address, other names that lead to them left out."""
    every = {p.relative_to(site).as_posix(): p.read_text() for p in sorted(site.rglob("*.html"))}
    return {page: text for page, text in every.items() if REDIRECT not in text}


def test_pages_are_light(site: Path, pages: dict[str, str]) -> None:
    heavy = []
    for page in pages:
        sizes = weight(site, page)
        assert {Path(file).suffix for file in sizes} >= {".html", ".css", ".js", ".woff2"}
        folder = page.partition("/")[0]
        own = {"activations": FUNCTION, "learn": LESSON}.get(folder, WHOLE)
        if sizes[page] > own or sum(sizes.values()) > WHOLE:
            heavy.append(f"{page}: {sizes[page]} bytes, {sum(sizes.values())} with all it asks for")
    assert heavy == []


def test_tables_have_captions_and_heads(pages: dict[str, str]) -> None:
    bare = []
    for page, text in pages.items():
        for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
            caption = re.search(r"^<table[^>]*>\s*<caption[^>]*>([^<]+)", table)
            heads = re.findall(r"<th\b[^>]*>", table)
            if not caption or not heads or not all("scope=" in head for head in heads):
                bare.append(f"{page}: {table[:120]}")
    assert bare == []


def test_figures_say_what_they_show(pages: dict[str, str]) -> None:
    """Each that is more than an ornament has a title and says where its curves go."""
    silent = []
    for page, text in pages.items():
        for figure in re.findall(r'<svg class="plot".*?</svg>', text):
            told = re.search(r"<title[^>]*>([^<]+)</title><desc[^>]*>([^<]+)</desc>", figure)
            if 'aria-hidden="true"' not in figure and (not told or len(told[2].split()) < 6):
                silent.append(f"{page}: {told and told[0]}")
    assert silent == []
