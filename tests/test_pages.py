"""Each snippet has its page, with every section and fragment, and prose that is whole."""

import json
import os
import re
import unicodedata
import zipfile

import numpy as np
import pytest

import bibliography
import build
import tables
from catalog import catalog, vectors
from derive import facts
from project import FAMILIES, ROOT, Problem, slug

DOCS = ROOT / "docs"

FUNCTIONS = (*catalog(), *vectors())
each = pytest.mark.parametrize("function", FUNCTIONS, ids=repr)


def page(function):
    return (ROOT / "docs" / "activations" / f"{function.name}.md").read_text(encoding="utf-8")


def test_snippets_and_pages_match():
    build.check_pages([a.name for a in FUNCTIONS])


@each
def test_prose_is_written(function):
    practice = page(function).partition("## In practice")[2].partition("## References")[0]
    assert len(practice.split()) > 80
    for word in ("TODO", "TBD", "lorem", "XXX"):
        assert word not in page(function)


def test_every_work_is_cited_and_every_cited_work_is_there():
    texts = [p.read_text(encoding="utf-8") for s in ("md", "py") for p in DOCS.rglob(f"*.{s}")]
    cited = {key for text in texts for key in bibliography.cited(text)}
    assert cited == set(bibliography.works())


def test_a_work_has_its_year_in_its_key():
    for key, work in bibliography.works().items():
        author, year = re.fullmatch(r"([a-z]+)(\d{4})[b-z]?", key).groups()
        plain = unicodedata.normalize("NFKD", work).encode("ascii", "ignore").decode().lower()
        assert year in plain.partition("](")[0], key
        assert author in plain.partition(",")[0].replace(" ", "").replace("-", ""), key


@each
def test_each_page_cites_a_work(function):
    assert bibliography.cited(page(function))


def test_reference_lists_come_out_whole(site):
    for function in FUNCTIONS:
        html = (site / "activations" / f"{function.name}.html").read_text()
        shown = html.partition('id="references"')[2].partition("</article>")[0]
        assert shown.count("<li>") == len(bibliography.cited(page(function)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[@nobody1900]\n## References\n", "no work `nobody1900`"),
        ("[@nair2010]\n", "must end with the heading"),
        ("[@nair2010]\n## References\n\n1. A work.\n", "must end with the heading"),
    ],
)
def test_a_citation_without_its_work_is_refused(text, message):
    with pytest.raises(Problem, match=message):
        bibliography.resolve(text)


@each
def test_no_equation_is_displayed_by_hand(function):
    assert "$$" not in page(function)


@pytest.mark.usefixtures("site")
@each
def test_fragments_are_filled(function):
    folder = ROOT / "generated" / function.name
    assert sorted(p.name for p in folder.iterdir() if p.suffix) == sorted(
        [
            *build.INCLUDES,
            *("about.json", "card.png", "data.json", "figure.png", "reference.json", "row.md"),
        ]
    )
    for name in build.INCLUDES:
        text = (folder / name).read_text()
        assert len(text) > 100, name
        words = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        assert "None" not in words, name
        assert not re.search(r"\d{40}", words), f"{name}: a number that no one would read"


@pytest.mark.usefixtures("site")
@each
def test_shown_code_is_the_code_that_is_checked(function):
    shown = (ROOT / "generated" / function.name / "code.md").read_text()
    found = re.findall(r"```python\n(.*?)\n    ```", shown, re.DOTALL)
    code = [re.sub(r"^    ", "", text, flags=re.MULTILINE) for text in found]
    assert code == [function.cells[c] for c in ("NumPy", "PyTorch", "SymPy")]


def test_each_page_stands_in_the_site(site):
    for function in FUNCTIONS:
        html = (site / "activations" / f"{function.name}.html").read_text()
        assert f"<title>{function.title}" in html
        assert "--8<--" not in html
        assert html.count('<svg class="plot"') == 1
    home = (site / "index.html").read_text()
    for function in FUNCTIONS:
        assert f'href="activations/{function.name}.html"' in home
    json.loads((site / "measured" / "departures.json").read_text())


def test_each_family_has_its_section_and_each_function_its_place(site):
    text = (DOCS / "families.md").read_text(encoding="utf-8")
    found = re.findall(r'^## (.*)\n(?:.+\n|\n)*?--8<-- "families/(.*)/members.md"$', text, re.M)
    assert [head.lower() for head, _ in found] == list(FAMILIES)
    assert [folder for _, folder in found] == [slug(family) for family in FAMILIES]
    html = (site / "families.html").read_text()
    for activation in FUNCTIONS:
        section = html.partition(f'<h2 id="{slug(activation.family)}">')[2]
        item = (
            rf'<li>\s*<a href="activations/{activation.name}.html">{activation.title}</a>(.*?)</li>'
        )
        said = re.search(item, section.partition("<h2")[0], re.DOTALL)[1]
        origin = re.search(r'from <a href="activations/(\w+).html">', said)
        assert (origin[1] if origin else "") == activation.descends
        assert said.endswith(activation.summary)


def test_every_identity_and_gap_stands_among_the_families(site):
    html = (site / "families.html").read_text().partition('<h2 id="what-holds-between-them">')[2]
    for activation in catalog():
        link = rf'<t[dh][^>]*><a href="activations/{activation.name}.html">{activation.title}</a>'
        stated = len(activation.identities) + len(activation.near)
        assert len(re.findall(link, html)) == stated, activation.name


@each
def test_a_page_lists_its_neighbours_alone(site, function):
    """However many functions there are: a page must not grow with their number."""
    html = (site / "activations" / f"{function.name}.html").read_text()
    links = re.findall(r'<a href="([^"]*)" class="md-nav__link', html)
    listed = [link for link in links if link.removesuffix(".html") in {f.name for f in FUNCTIONS}]
    kin = [f"{name}.html" for name in build.families(f.name for f in FUNCTIONS)[function.family]]
    place = kin.index(f"{function.name}.html")
    assert listed == kin[max(place - 2, 0) : place + 3]
    assert {f"../families.html#{slug(other.family)}" for other in FUNCTIONS} <= set(links)
    assert (f"All {len(kin)} {function.family}" in html) == (len(listed) < len(kin))


def test_next_leads_through_every_page_once(site):
    """From the overview to the last page, which has none after it; and back."""
    here, seen = site / "index.html", []
    while here:
        assert here not in seen
        seen.append(here)
        ways = {
            way: re.findall(
                rf'<a href="([^"]+)" class="md-footer__link md-footer__link--{way}', text
            )
            for text in [here.read_text()]
            for way in ("prev", "next")
        }
        assert ways["prev"] == [os.path.relpath(at, here.parent) for at in seen[-2:-1]], here
        here = next(((here.parent / to).resolve() for to in ways["next"]), None)
    every = {
        page for page in site.rglob("*.html") if 'http-equiv="refresh"' not in page.read_text()
    }
    assert set(seen) == every - {site / "404.html"}


@each
def test_search_finds_the_other_names(site, function):
    index = json.loads((site / "search" / "search_index.json").read_text())
    page = f"activations/{function.name}.html"
    text = " ".join(doc["text"] for doc in index["docs"] if doc["location"] == page)
    for alias in function.aliases:
        assert alias in text


@pytest.mark.parametrize("activation", catalog(), ids=repr)
def test_the_table_of_all_agrees_with_the_facts(site, activation):
    html = (site / "table.html").read_text()
    link = f'<a href="activations/{activation.name}.html">{activation.title}</a></th>'
    texts = re.findall(r"<td[^>]*>(.*?)</td>", html.partition(link)[2].partition("</tr>")[0])
    said = dict(zip(tables.COLUMNS, texts, strict=True))
    shape = facts(activation)
    steps = np.diff(activation.function(np.linspace(-40, 40, 100_001)))
    assert (said["monotone"] == "no") == bool(np.any(steps > 1e-9) and np.any(steps < -1e-9))
    assert (said["saturates"] == "yes") == any(end == 0 for end in shape.limits[1])
    assert (said["smoothness"] == "C∞") == (not shape.kinks)
    with np.errstate(over="ignore"):
        values = activation.function(np.array([-1e300, -3.0, 0.0, 3.0, 1e300]))
    assert (said["bounded"] == "yes") == (np.ptp(values) < 99)
    draws = np.linspace(-12, 12, 100_001)
    mean = np.sum(activation.function(draws) * np.exp(-(draws**2) / 2)) * (draws[1] - draws[0])
    assert (said["centred"] == "yes") == (abs(mean) < 1e-6)


def test_a_lesson_shows_its_figures_and_is_there_to_download(site):
    for script in (ROOT / "docs" / "learn").glob("*.py"):
        html = (site / "learn" / f"{script.stem}.html").read_text()
        text = script.read_text()
        assert html.count('<svg class="plot"') == len(re.findall(r"\bHTML\(\s*plot\(", text))
        assert (site / "learn" / script.name).read_text() == text


def test_the_whole_site_is_one_file(site):
    with zipfile.ZipFile(site / "site.zip") as whole:
        held = {name.partition("/")[2]: whole.read(name) for name in whole.namelist()}
    files = {str(f.relative_to(site)): f for f in site.rglob("*") if f.is_file()}
    assert held.keys() == files.keys() - {"site.zip"}
    assert all(files[name].read_bytes() == content for name, content in held.items())
