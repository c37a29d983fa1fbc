"""What the site offers for taking away and for machines is whole, and the same as what it shows."""

import io
import json
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from copy import deepcopy
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import jsonschema
import numpy as np
import pytest
import sympy as sp
from sympy.core.function import AppliedUndef

import build
import copies
import data
import departures
import publish
import verify
from catalog import Activation, catalog, known, pick, vectors
from page import display, error, number, upper
from project import ROOT, Problem, colours

FUNCTIONS = (*catalog(), *vectors())
SCHEMA = ROOT / "docs" / "data" / "activations.schema.json"
each = pytest.mark.parametrize("function", FUNCTIONS, ids=repr)
element = pytest.mark.parametrize("activation", catalog(), ids=repr)


@pytest.fixture(scope="module")
def document(site):
    return json.loads((site / "data" / "activations.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def root(document):
    return document["url"]


def values(tree, key):
    """Yield what stands under a key, anywhere in a document."""
    if isinstance(tree, dict):
        yield from (tree[key] for _ in [0] if key in tree)
        tree = tree.values()
    if not isinstance(tree, str) and hasattr(tree, "__iter__"):
        for part in tree:
            yield from values(part, key)


def html(site, function):
    return (site / "activations" / f"{function.name}.html").read_text(encoding="utf-8")


# To take away


@each
def test_a_downloaded_cell_is_the_cell_below_one_line(site, root, function):
    for kind, suffix in {"NumPy": ".py", "PyTorch": "_torch.py"}.items():
        text = (site / "activations" / f"{function.name}{suffix}").read_text(encoding="utf-8")
        head, _, rest = text.partition("\n")
        assert head == f"# {root}activations/{function.name}.html (licence: MIT-0)"
        assert rest == function.cells[kind] + "\n"


@each
def test_a_page_links_to_what_lies_beside_it(site, function):
    found = re.findall(r'<a href="([^"]+)" download>', html(site, function))
    assert len(found) == len(set(found)) > 4
    for target in found:
        assert (site / "activations" / target).exists(), target


@each
def test_the_latex_is_that_of_the_page(function):
    folder = build.GENERATED / function.name
    tab = (folder / "code.md").read_text().partition("```text\n")[2].partition("\n    ```")[0]
    shown = "".join((folder / f).read_text() for f in ("definition.md", "derivative.md"))
    lines = [line.strip() for line in tab.splitlines()]
    assert len(lines) >= 2
    for line in lines:
        assert display(*line.split(" = ", 1), "").partition("\\label")[0] in shown


@each
def test_a_figure_stands_alone(site, root, function):
    text = (site / "activations" / f"{function.name}.svg").read_text(encoding="utf-8")
    page = f"{root}activations/{function.name}.html"
    assert f"><!-- {page} (licence: {publish.LICENCES['text']}) --><style>" in text
    drawing = ET.fromstring(text)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    light, dark = drawing[0].text.split("@media(prefers-color-scheme:dark)")
    for kind, style in (("light", light), ("dark", dark)):
        used = {c for e in drawing.iter() for c in e.get("class", "").split()}
        for name in used & set(colours()[kind]):
            assert f"color: {colours()[kind][name]}" in style, name
    assert "var(" not in text
    shape = re.compile(r' d="[^"]*"')
    assert shape.findall(text) == shape.findall(
        re.search('<svg class="plot" role.*?</svg>', html(site, function))[0]
    )


@each
def test_pictures_have_their_size(site, function):
    for name, size in {f"{function.name}-card": (1200, 630), function.name: (1200, None)}.items():
        content = (site / "activations" / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG")
        width, height = struct.unpack(">2I", content[16:24])
        assert width == size[0]
        assert size[1] in (None, height)
        assert not re.search(b"tEXt|tIME|iTXt", content), "it tells when or by what it was made"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("function", [catalog()[0], vectors()[0]], ids=repr)
def test_a_record_and_its_pictures_come_out_the_same_again(function):
    for name, content in data.fragments(function).items():
        kept = (build.GENERATED / function.name / name).read_bytes()
        assert kept == (content if isinstance(content, bytes) else content.encode()), name


def test_the_colours_of_a_picture_are_those_of_the_page():
    import matplotlib.image

    import figures

    x = np.linspace(-5, 5, 101)
    found = figures.picture([figures.Curve("f", x, x)], colours()["light"], (-5, 5))
    seen = matplotlib.image.imread(io.BytesIO(found))
    wanted = [int(colours()["light"]["c1"][i : i + 2], 16) / 255 for i in (1, 3, 5)]
    assert np.any(np.all(np.isclose(seen[..., :3], wanted, atol=0.01), axis=-1))
    assert np.all(seen[0, 0] == 1), "paper"


def test_the_package_needs_numpy_alone(site, tmp_path):
    with zipfile.ZipFile(site / "activations.zip") as folder:
        assert {info.date_time for info in folder.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert folder.namelist() == sorted(folder.namelist())
        assert "activations/LICENSE" in folder.namelist()
        assert {info.external_attr >> 16 for info in folder.infolist()} == {0o644}
        folder.extractall(tmp_path)
    packages = Path(np.__file__).parents[1]
    for path in packages.glob("numpy*"):
        (tmp_path / path.name).symlink_to(path)
    program = f"""
import sys
sys.path = [p for p in sys.path if "site-packages" not in p] + [{str(tmp_path)!r}]
import activations, numpy as np
x = np.linspace(-3, 3, 8)
for name in activations.__all__:
    more = [np.ones_like(getattr(activations, name[:-4])(x))] if name.endswith("_vjp") else []
    y = getattr(activations, name)(x, *more)
    assert np.all(np.isfinite(y)), name
    print(name, *y.ravel())
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    x = np.linspace(-3, 3, 8)
    for function in FUNCTIONS:
        assert [float(v) for v in told[function.name]] == function.function(x).ravel().tolist()
    learned = [f"{a.name}_grad_{by}" for a in catalog() for by in a.learned]
    assert len(told) == 2 * len(FUNCTIONS) + len(learned)
    assert set(learned) <= set(told)
    for name, again in zip(("grad", "vjp"), (catalog(), vectors()), strict=True):
        assert all(f"{function.name}_{name}" in told for function in again)


# Data


def test_the_data_keep_to_the_schema(site, document, validator):
    assert [(list(e.path), e.message[:200]) for e in validator.iter_errors(document)] == []
    assert list(document["functions"]) == sorted(f.name for f in FUNCTIONS)
    published = json.loads((site / "data" / SCHEMA.name).read_text(encoding="utf-8"))
    assert published.pop("$id") == document["$schema"]
    assert published == validator.schema


def _set(*path, to):
    def change(record):
        *way, last = path
        for step in way:
            record = record[step]
        if to is None:
            del record[last]
        else:
            record[last] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("kind", to="scalar"),
        _set("facts", "mean", to=None),
        _set("facts", "range", "value", "low", to={"latex": "0"}),
        _set("facts", "lipschitz", "value", "at", to="somewhere"),
        _set("facts", "symmetry", "value", to="even or odd"),
        _set("facts", "limits", "value", to=None),
        _set("facts", "mean", "value", "midpoint", to=0.5),
        _set("facts", "mean", "value", "radius", to="small"),
        _set("formulas", "f", "srepr", to=None),
        _set("formulas", "f", "id", to="f"),
        _set("derivation", 0, "reason", to=""),
        _set("derivation", 0, "ids", to=None),
        _set("derivation", 0, "ids", to=["step"]),
        _set("errors", 0, "dtype", to="float8"),
        _set("edges", 0, "x", to="infinity"),
        _set("proof", "f", "kind", to="hope"),
        _set("naive", to=None),
        _set("more", to=1),
        _set("references", to=[]),
        _set("cells", "NumPy", to=None),
        _set("departures", to=None),
        _set("departures", 0, "code", to="scalars"),
        _set("departures", 0, "capabilities", to=[]),
        _set("departures", 0, "function", to="name"),
        _set("derivation", 0, "srepr", to=None),
    ],
)
def test_the_schema_refuses_a_broken_record(document, validator, change):
    every = document["functions"].items()
    name = next(n for n, r in every if r["kind"] == "elementwise" and r["departures"])
    whole = deepcopy(document)
    change(whole["functions"][name])
    assert not validator.is_valid(whole)


@pytest.mark.parametrize(
    "change",
    [
        _set("errors", 0, "absolute", to=None),
        _set("errors", 0, "got", to=None),
        _set("errors", 0, "exact", to="much"),
        _set("kinks", 0, "taken", to=None),
        _set("kinks", 0, "taken", "torch", to="slope"),
        _set("exceptions", to=None),
        _set("exceptions", 0, "region", to=[0.0]),
        _set("exceptions", 0, "reason", to=""),
        _set("exceptions", 0, "errors", to={}),
        _set("exceptions", 0, "errors", to={"float8": {"ulp": 1.0, "absolute": 1.0}}),
    ],
)
def test_the_schema_refuses_a_record_without_what_is_allowed(validator, change):
    whole, schema = data.elementwise(pick("xielu")), validator.schema
    part = {"$defs": schema["$defs"], "$ref": "#/$defs/function"}
    given = {key: [] for key in ("departures", "identifiers", "references")} | {"url": ""}
    given["references"] = [{"key": "a", "text": "b"}]
    given["identifiers"] = ["xielu.f"]
    found = json.loads(json.dumps(whole | given))
    assert list(jsonschema.Draft202012Validator(part).iter_errors(found)) == []
    change(found)
    assert not jsonschema.Draft202012Validator(part).is_valid(found)


@pytest.mark.parametrize("name", ["mish", "hardshrink", "xielu"])
def test_the_data_hold_what_the_page_says_of_errors(name):
    """The exceptions, the slopes at kinks, and what stands in a cell in place of infinite ULP."""
    activation = pick(name)
    record, text = data.elementwise(activation), error(activation)
    claims = [(e["order"], *map(float, e["region"]), e["reason"]) for e in record["exceptions"]]
    assert claims == [(e.order, e.low, e.high, e.reason) for e in activation.exceptions]
    for exception in record["exceptions"]:
        for dtype, size in exception["errors"].items():
            said = f"{upper(size['ulp'])} ULP (absolute {upper(size['absolute'])})"
            assert f"{said} in {dtype}" in text
    for worst in record["errors"]:
        assert upper(float(worst["absolute"])) in text
        got = number(float(worst["got"]))
        ulps = f"{upper(float(worst['ulp']))} ULP"
        assert (got if worst["ulp"] == "inf" else ulps) in text
    for kink in record["kinks"]:
        assert kink["taken"]["numpy"] == activation.gradient(np.float32(kink["at"]["midpoint"]))


def test_the_schema_says_how_far_out_absolute_errors_are_told():
    assert f"|x| ≤ {verify.NEAR:g}." in SCHEMA.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        _set("kinks", 0, "beside", to=[[1.0]]),
        _set("kinks", 0, "exact", to=1.0),
        _set("edges", 0, "x", to=["infinity"]),
        _set("edges", to=[]),
        _set("departures", to=[]),
        _set("proof", "elements", to=[]),
    ],
)
def test_the_schema_refuses_a_broken_record_of_a_vector(document, validator, change):
    every = document["functions"].items()
    name = next(n for n, r in every if r["kind"] == "vector" and r["kinks"])
    whole = deepcopy(document)
    change(whole["functions"][name])
    assert not validator.is_valid(whole)


@each
def test_sympy_reads_the_formulas_back(document, function):
    said = document["functions"][function.name]["formulas"]
    if isinstance(function, Activation):
        assert sp.sympify(said["f"]["srepr"]) == function.formula
        assert sp.sympify(said["df"]["srepr"]) == function.derivative
        second = sp.sympify(said["ddf"]["srepr"]) - function.derivative.diff(function.x)
        here = {s: sp.Rational(5, 7) for s in second.free_symbols}
        assert abs(second.subs(here).evalf(30)) < 1e-25
    else:
        texts = [s["srepr"] for key, s in said.items() if re.match(r"f\b", key)]
        assert tuple(map(sp.sympify, texts)) == function.formula


@element
def test_numbers_lie_where_they_are_said_to(document, activation):
    """SymPy evaluates the closed forms; sums over a grid come near the moments."""
    record = document["functions"][activation.name]
    for value in (v for key in ("facts", "kinks") for v in _numbers(record[key])):
        low, high = ends(value)
        assert float(high - low) <= 1e-12 * max(1, abs(float(high)))
        if "srepr" in value:
            exact = sp.sympify(value["srepr"]).subs(activation.decimals)
            assert low - sp.Float("1e-28") <= sp.N(exact, 50) <= high + sp.Float("1e-28")
    x = np.linspace(-12, 12, 200_001)
    weights = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * (x[1] - x[0])
    f, slope = activation.function(x), activation.gradient(x)
    means = {"mean": f, "second_moment": f**2, "slope_moment": slope**2}
    for key, sampled in means.items():
        said = float(record["facts"][key]["value"]["midpoint"])
        assert said == pytest.approx(np.sum(sampled * weights), abs=1e-4)


def _numbers(tree):
    """Yield the numbers of a record that are enclosed."""
    if isinstance(tree, dict):
        if "midpoint" in tree:
            yield tree
        tree = tree.values()
    if not isinstance(tree, str) and hasattr(tree, "__iter__"):
        for part in tree:
            yield from _numbers(part)


def ends(value):
    middle, radius = (sp.Float(value[key], 60) for key in ("midpoint", "radius"))
    return middle - radius, middle + radius


def test_an_enclosure_is_written_outwards():
    from flint import arb

    for ball in (arb("1.5", 0), arb("0", "1e-9"), arb("-2", "0.3"), arb(1) / 3, arb("1e-40")):
        said = data.enclosure(ball)
        written = arb(said["midpoint"], said["radius"])
        assert written.contains(ball) or (ball.is_exact() and written == ball)


@each
def test_every_id_of_a_record_is_permanent_and_an_anchor(site, document, function):
    record = document["functions"][function.name]
    ids = [*values(record, "id"), *(i for step in values(record, "ids") for i in step)]
    assert sorted(ids) == sorted(record["identifiers"])
    assert set(ids) <= set(publish.IDENTIFIERS.read_text(encoding="utf-8").split())
    page = html(site, function)
    assert [i for i in ids if page.count(f'id="{i}"') != 1] == []


@element
def test_steps_have_their_reasons(document, activation):
    steps = document["functions"][activation.name]["derivation"]
    if activation.steps:
        assert [s["reason"] for s in steps] == [reason for _, reason in activation.steps]
    for n, step in enumerate(steps, 1):
        assert len(step["ids"]) == len(step["latex"]) == len(step["srepr"])
        whole = f"{activation.name}.step.{n}"
        assert set(step["ids"]) in ({whole}, {f"{whole}.left", f"{whole}.right"}, set())


@element
def test_sympy_reads_each_step_back_as_the_derivative(document, activation):
    """Those of a smooth formula, one after the other; σ(x) and the like have no value."""
    here = activation.decimals | {activation.x: sp.Rational(5, 7)}
    if activation.steps:
        wanted = activation.derivative.subs(here).evalf(30)
        for step in document["functions"][activation.name]["derivation"]:
            [value] = map(sp.sympify, step["srepr"])
            value = value.doit().subs(here).evalf(30)
            assert value.atoms(AppliedUndef) or abs(value - wanted) < 1e-25


def test_the_data_hold_all_departures(document):
    about = document["departures"]
    assert about["tolerance_ulp"] == departures.stated()["tolerance_ulp"]
    assert about["functions"] == departures.stated()["functions"]
    for kind in about["capabilities"]:
        found = [
            {"function": name} | {k: v for k, v in r.items() if k != "capabilities"}
            for name, record in document["functions"].items()
            for r in record.get("departures", ())
            if kind in r["capabilities"]
        ]
        assert found == departures.at(kind)
        assert len(found) > 1000


def test_no_clock_but_the_one_that_is_given(monkeypatch, root):
    records = {catalog()[0].name: publish.record(catalog()[0].name)}
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert "date" not in json.loads(publish.joined(root, records))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert json.loads(publish.joined(root, records))["date"] == "1970-01-02"


# Identifiers


@pytest.mark.usefixtures("site")
def test_no_identifier_ever_goes():
    kept = publish.IDENTIFIERS.read_text(encoding="utf-8").split()
    now = [i for name in publish.names() for i in publish.identifiers(name)]
    assert len(set(now)) == len(now)
    assert sorted(set(kept) - set(now)) == [], "published once: others point at these"
    assert sorted(set(now) - set(kept)) == [], "run `make identifiers`, which notes these"
    assert kept == sorted(kept)


@each
def test_each_formula_and_fact_has_its_link(site, function):
    page = html(site, function).partition("<article")[2].partition("</article>")[0]
    anchors = re.findall(r'id="([a-z]\w*\.[\w.]+)"', page)
    assert anchors == publish.identifiers(function.name)
    for anchor in anchors:
        assert page.count(f'href="#{anchor}" aria-label="Link to {anchor}"') == 1
    blocks = re.findall(r"<div[^>]*\bclass=\"math\"[^>]*>", page)
    assert blocks
    assert all("id=" in block for block in blocks)
    facts = page.partition('class="table-scroll facts"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>\s*<t[dh]([^>]*)>", facts)
    assert rows
    assert all("id=" in cell for cell in rows)


# Copies for language models


class Tags(HTMLParser):
    """The tags in a text."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)


def pages(site):
    """Return the pages of the site, other names of functions and 404 left out."""
    every = sorted(site.rglob("*.html"))
    return [
        p for p in every if 'http-equiv="refresh"' not in p.read_text() and p.name != "404.html"
    ]


def test_each_page_has_its_copy_in_markdown(site, root):
    listed = (site / "llms.txt").read_text(encoding="utf-8")
    for page in pages(site):
        copy = page.with_suffix(".md")
        where = str(copy.relative_to(site))
        assert f"({root}{where})" in listed, where
        assert f'type="text/markdown" href="{copy.name}"' in page.read_text(encoding="utf-8")
        text = copy.read_text(encoding="utf-8")
        title, _, address, *_ = text.split("\n")
        assert title.startswith("# ")
        assert address == f"<{publish.address(where, root)}>"
        prose = "".join(copies._fenced(text)[::2])
        assert "\\label" not in prose, where
        plain = copies.KEPT.sub("", prose.replace(address, ""))
        assert Tags(re.sub(r"<https?:[^>]*>", "", plain)).found == [], where
        for mark in ("--8<--", "[@", "=== ", "data-output", "{ #", "\0", "arithmatex"):
            assert mark not in plain, (where, mark)
        for named, target in re.findall(r"\[([^]]*)\]\(([^)\s]+)\)", plain):
            path, _ = urldefrag(target)
            assert not re.fullmatch(r"\w+\.py", named) or path.endswith(named), (where, target)
            if path and ":" not in path:
                assert (copy.parent / unquote(path)).exists(), (where, target)
    for target in re.findall(r"\]\(([^)]+)\)", listed):
        assert (site / target.removeprefix(root)).exists(), target


@each
def test_a_copy_says_what_the_page_says(site, function):
    text = (site / "activations" / f"{function.name}.md").read_text(encoding="utf-8")
    for kind in ("NumPy", "PyTorch", "SymPy"):
        assert f"**{kind}**\n\n```python\n{function.cells[kind]}\n```" in text
    shown = "".join((build.GENERATED / function.name / part).read_text() for part in build.INCLUDES)
    assert text.count("$$") == shown.count("$$")
    described = re.search("<desc[^>]*>(.*?)</desc>", shown)[1]
    assert described.partition(" &")[0][:60] in text
    for section in build.SECTIONS:
        assert f"\n## {section}\n" in text
    assert len(re.findall(r"^\d+\. ", text.partition("## References")[2], re.MULTILINE)) >= 1


def test_html_becomes_markdown():
    page = (
        '# T\n\n<div class="x" markdown>\n\n| a |\n| --- |\n| 10<sup>−17</sup><br>b |\n\n</div>\n'
        '=== "One"\n\n    ```text\n    <b> $x$\n    ```\n\nAfter `<i>` and $a<b$.\n\n'
        "<table><tr><th>h</th><th>k</th></tr><tr><td>1</td><td>2</td></tr></table>\n"
        "<figure><svg><title>T</title><desc>What.</desc><text>4</text></svg></figure>\n"
        "[[2, eq. 3]](#references) [l](../learn/a-b.py#c) [s](../a.py) [p](../a.html)\n"
    )
    assert copies.markdown(page, {}, "https://a.b/", {"../learn/a-b.py"}) == (
        "# T\n\n<https://a.b/>\n\n| a |\n| --- |\n| 10⁻¹⁷, b |\n\n"
        "**One**\n\n```text\n<b> $x$\n```\n\nAfter `<i>` and $a<b$.\n\n"
        "| h | k |\n| --- | --- |\n| 1 | 2 |\n\n*Figure: T. What.*\n\n"
        "[2, eq. 3] [l](../learn/a-b.md#c) [s](../a.py) [p](../a.md)\n"
    )


# The head of a page


def meta(text, name):
    found = re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)">', text)
    assert len(found) == 1, name
    return found[0]


def test_each_page_says_what_it_is(site, root):
    seen = set()
    drawn = next((site / "compare").glob("*.html")).read_text(encoding="utf-8")
    for page in pages(site):
        text = page.read_text(encoding="utf-8")
        where = str(page.relative_to(site))
        url = publish.address(str(Path(where).with_suffix(".md")), root)
        assert f'<link rel="canonical" href="{url}">' in text, where
        assert meta(text, "og:url") == url
        described = meta(text, "description")
        assert 20 < len(described) <= publish.MOST, where
        assert meta(text, "og:description") == described
        assert described not in seen, where
        seen.add(described)
        card = site / meta(text, "og:image").removeprefix(root)
        assert struct.unpack(">2I", card.read_bytes()[16:24]) == (1200, 630)
        [told] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
        thing = json.loads(told)
        assert thing["url"] == url
        assert thing["@type"] == {"index.html": "WebSite", "data.html": "Dataset"}.get(
            where, thing["@type"]
        )
        drawing = unescape(meta(text, "og:image:alt"))
        assert f">{drawing}</desc>" in unescape(
            text if page.parent.name == "activations" else drawn + text
        )
        [tab] = re.findall(r"<title>(.*?)</title>", text)
        assert tab not in seen
        seen.add(tab)
        name = meta(text, "og:site_name")
        called = thing.get("headline", thing.get("name", ""))
        if where == "index.html":
            assert tab.startswith(f"{name}: ")
            assert "activation functions" in tab
        elif where == "data.html":
            assert name in called != name
        else:
            assert tab.startswith(escape(called, quote=False))
            assert tab.endswith(f" - {name}")
        if page.parent.name == "activations" and page.stem in {f.name for f in FUNCTIONS}:
            assert "derivative and code" in tab
            assert described.endswith("Derivative, NumPy and PyTorch code, figures.")
            assert thing["@type"] == "TechArticle"
            assert card.name == f"{page.stem}-card.png"
            assert meta(text, "og:title") == thing["headline"] == known(page.stem).title


def test_the_sitemap_names_each_page_once_and_no_day(site, root):
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    found = re.findall(r"<loc>(.*?)</loc>", text)
    sources = (str(p.relative_to(site).with_suffix(".md")) for p in pages(site))
    assert sorted(found) == sorted(publish.address(source, root) for source in sources)
    assert "lastmod" not in text
    assert f"\nSitemap: {root}sitemap.xml\n" in (site / "robots.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("site")
def test_a_page_without_a_description_is_refused():
    with pytest.raises(Problem, match="needs `description"):
        publish.head("checked.md", "Title", "", "https://a.b/", "Site")
