"""check.py and the exact values that it reads: right, whole, and clear about what is wrong."""

import ast
import functools
import html
import importlib.util
import json
import math
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
import torch

import build
import departures
import reference
import vector
import verify
from catalog import Vector, catalog, known, vectors
from derive import kinks
from exact import Rounded
from formats import FORMATS
from project import ROOT

DIGITS = 400  # of the other evaluation: 1e-343 is the least number that is told from 0
NUMBERS, EVERY = catalog(), (*catalog(), *vectors())
each = pytest.mark.parametrize("function", EVERY, ids=repr)
each_of_numbers = pytest.mark.parametrize("activation", NUMBERS, ids=repr)
each_of_vectors = pytest.mark.parametrize("function", vectors(), ids=repr)


@functools.cache
def published(site):
    return json.loads((site / "data" / "reference.json").read_text(encoding="utf-8"))


@pytest.fixture
def script(site):
    """check.py as it stands in the site, which finds the values there."""
    spec = importlib.util.spec_from_file_location("check", site / "check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of(site, function):
    return published(site)["functions"][function.name]


# The values


def exactly(text):
    """Return what a text stands for, and by how much it may be off."""
    if "x" in text:
        return mpmath.mpf(float.fromhex(text)), mpmath.mpf(10) ** -(DIGITS - 20)
    return mpmath.mpf(text), mpmath.mpf(10) ** Decimal(text).as_tuple().exponent


def agrees(text, value):
    if isinstance(text, list):
        low, high = (exactly(end)[0] for end in text)
        return low <= value <= high
    stated, off = exactly(text)
    return abs(value - stated) <= off


def near_zero(pair):
    return pair[0].lstrip("-") == reference.NEAR_ZERO or pair[1] == reference.NEAR_ZERO


def certain(text):
    return "x" in text or len(Decimal(text).as_tuple().digits) >= 25


def told(text, voice, point):
    """Tell whether mpmath agrees; None where it gives no answer. What cancels takes more digits."""
    for digits in (DIGITS, 5 * DIGITS):
        with mpmath.workdps(digits):
            try:
                if agrees(text, voice(mpmath.mpf(point))):
                    return True
            except (MemoryError, OverflowError, ZeroDivisionError):
                return None
    return False


@each_of_numbers
def test_values_agree_with_mpmath(site, activation):
    here, x, answers = activation.defaults, activation.x, []
    voices = [sp.lambdify(x, activation.at(order, here), "mpmath") for order in (0, 1)]
    for at, *stated in (row[:3] for row in of(site, activation)["points"]):
        point = float.fromhex(at)
        if not math.isfinite(point):
            continue
        for text, voice in zip(stated, voices, strict=True):
            if text is None or (isinstance(text, list) and not near_zero(text)):
                continue  # a convention: see the next test
            assert isinstance(text, list) or certain(text)
            answers.append(told(text, voice, point))
            assert answers[-1] is not False, (at, text)
    assert sum(map(bool, answers)) > 0.8 * len(answers)


@each_of_numbers
def test_what_is_a_convention_is_where_it_jumps(site, activation):
    here, x = activation.defaults, activation.x
    formula, slope = (activation.at(order, here) for order in (0, 1))
    wanted, found = {}, {}
    for kink in kinks(formula, slope, x):
        if kink.order < 2 and sp.Rational(float(kink.at)) == kink.at:
            jump = [*map(float, kink.jump)] if kink.order == 0 else None
            own = [float(e.subs(x, kink.at)) for e in (formula, slope)]
            wanted[float(kink.at)] = own[0], sorted(map(float, kink.slopes)) or own[1], jump, own[1]
    value = lambda t: t and float(exactly(t[0] if isinstance(t, list) else t)[0])  # noqa: E731
    for at, f, slopes, *more in of(site, activation)["points"]:
        point = float.fromhex(at)
        if more:
            between = isinstance(slopes, list)
            slopes = [*map(value, slopes)] if between else value(slopes)
            jump = more[0] and [*map(value, more[0])]
            found[point] = value(f), slopes, jump, value(more[1])
            continue
        for text in (f, slopes):
            assert not isinstance(text, list) or near_zero(text)
            assert text is not None or math.isinf(point)
    assert found == wanted


@each_of_numbers
def test_ends_are_the_limits(site, activation):
    rows = {at: stated for at, *stated in of(site, activation)["points"]}
    assert rows["nan"] == ["nan", "nan"]
    for order in (0, 1):
        limits = verify.ends(activation, order, activation.defaults)
        for end in (-math.inf, math.inf):
            text = rows[str(end)][order]
            if end not in limits:
                assert text is None
            elif math.isinf(limits[end]):
                assert text == str(limits[end])
            else:
                assert float(exactly(text)[0]) == limits[end]


@each_of_numbers
def test_inputs_are_many_and_cover_what_fails(site, activation):
    points = [float.fromhex(at) for at, *_ in of(site, activation)["points"]]
    assert len(set(map(repr, points))) == len(points)
    for form in FORMATS.values():
        here = [p for p in points if math.isfinite(p) and form.nearest(p) == p]
        assert 60 <= len(here) <= 500
        signs = {math.copysign(1, p) for p in here if p == 0}
        assert signs == {-1.0, 1.0}
        for size in (form.smallest, form.normal, form.largest):
            assert {size, -size} <= {*here}
        for special in verify.specials(activation):
            assert form.nearest(special) in here
    for r in departures.stated()["records"]:
        if r["function"] == activation.name and r["parameters"] == activation.defaults:
            assert float(r["input"]) in points or not math.isfinite(float(r["input"]))


@each_of_vectors
def test_values_of_vectors_agree_with_mpmath(site, function):
    voices = {}
    with mpmath.workdps(DIGITS):
        for rows in of(site, function)["vectors"].values():
            assert len(rows) > 12
            for x, v, f, _, product, _ in rows:
                size = len(v) // function.blocks
                if size > 2:
                    continue  # SymPy takes its time to write out more
                if size not in voices:
                    d = vector.definite(function, size)
                    voices[size] = [
                        sp.lambdify([*d.x, *d.v], e, "mpmath") for e in (d.values, d.vjp)
                    ]
                point = [mpmath.mpf(float.fromhex(u)) for u in (*x, *v)]
                for texts, voice in zip((f, product), voices[size], strict=True):
                    for text, value in zip(texts or (), voice(*point), strict=texts is not None):
                        assert agrees(text, value), (x, v)
                        assert isinstance(text, list) or certain(text)


@each_of_vectors
def test_a_product_is_left_out_only_where_it_jumps(site, function):
    smooth, random = not list(vector.corners(function)), np.random.default_rng(5)
    for rows in of(site, function)["vectors"].values():
        left = [row for row in rows if row[4] is None]
        assert not (smooth and left)
        assert len(left) < len(rows) / 2
        for x, v, *_ in left:
            x, v = (np.array([float.fromhex(u) for u in texts]) for texts in (x, v))
            step = (np.abs(x) * 1e-6 + 1e-300) * (1 + random.random(len(x)))
            sides = [function.vjp_function(x + side * step, v) for side in (-1, 1)]
            assert np.abs(sides[0] - sides[1]).max() > 1e-3 * np.abs(v).min()


@pytest.mark.parametrize("function", [v for v in vectors() if not vector.alone(v)], ids=repr)
def test_long_vectors_are_those_of_the_formula(function):
    for one, other in reference.ALIKE:
        x, v = [one, *[other] * 5], [1.0, *[-0.5] * 5]
        wanted = vector.exactly(function, 6, [*x, *v], reference.BITS)
        for compiled, want in zip(reference._alike(function), wanted, strict=True):
            got = vector._balls(compiled, [*x[:4], *v[:4], 6], reference.BITS)
            assert all(a.overlaps(b) for a, b in zip(got[:2], want[:2], strict=True))


@each_of_vectors
def test_long_vectors_are_there_where_elements_depend_on_each_other(site, function):
    rows = of(site, function).get("long", {})
    assert bool(rows) != vector.alone(function)
    for form in rows:
        assert {row[0] for row in rows[form]} == {4096, 2**17}
        for _, x, _, f, units, _, more in rows[form]:
            assert x[0] == x[1] or f[0] != f[1]
            assert min(map(float, units + more)) > 0


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("function", [NUMBERS[0], vectors()[0]], ids=repr)
def test_made_again_they_are_the_same(function):
    file = ROOT / "generated" / function.name / "reference.json"
    assert reference.fragment(function) == file.read_text(encoding="utf-8")


def test_the_file_is_whole_and_small(site):
    file = site / "data" / "reference.json"
    assert file.stat().st_size < 1_800_000
    assert sorted(published(site)["functions"]) == sorted(f.name for f in EVERY)
    for name, form in published(site)["formats"].items():
        assert all(value == getattr(FORMATS[name], key) for key, value in form.items())
    assert file.read_text() == build.reference(sorted(f.name for f in EVERY))


# Formats, and the arithmetic of errors


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda f: f.name)
def test_an_error_is_what_the_project_takes_for_one(site, script, form):
    random, given = np.random.default_rng(11), published(site)["formats"][form.name]
    sizes = 2.0 ** random.uniform(form.least - form.precision, form.most - 1, 200)
    wanted = [*(sizes * random.choice([-1, 1], 200)), 0.0, form.largest]
    for want in map(float, wanted):
        unit = float(verify.ulp(np.array(want), form))
        for got in (want + 3 * unit, form.nearest(want), -want, 0.0, math.inf, -math.inf, math.nan):
            theirs = verify.errors(np.array([got]), Rounded(np.array([want]), np.zeros(1)), form)[0]
            ours = script.error(got, want.hex(), given)
            if math.isinf(got) or math.isinf(theirs):  # by how far they tell in different ways
                assert (ours > form.tolerance) == (theirs > form.tolerance)
            else:
                assert ours == pytest.approx(theirs, rel=1e-12)


def test_what_rounds_to_infinity_may_be_infinite(site, script):
    given, form = published(site)["formats"]["float16"], FORMATS["float16"]
    assert script.error(math.inf, "65520", given) == 0
    assert script.error(math.inf, "65519", given) > 0.5
    assert script.error(-math.inf, "1e+616", given) > 1
    assert script.error(math.inf, "1e+616", given) == 0
    assert script.error(form.largest, "65519", given) < 0.5
    assert script.error(form.largest, "65568", given) == 2  # no ULP is larger than the last


def test_more_is_added_to_the_unit(site, script):
    given, unit = published(site)["formats"]["float16"], Fraction(1, 1024)
    assert script.error(1 + 8 * float(unit), "0x1p+0", given) == 8
    assert script.error(1 + 8 * float(unit), "0x1p+0", given, more=3 * unit) == 2
    assert script.error(1 + 8 * float(unit), "0x1p+0", given, unit=unit * 4) == 2


def test_autograd_takes_the_product_with_v(script):
    gradient = script.by_autograd(lambda x: x.flip(0) * x)
    x, v = torch.tensor([2.0, 3.0]), torch.tensor([5.0, 7.0])
    assert gradient(x.clone()).tolist() == [6, 4]
    assert gradient(x.clone(), v).tolist() == [36, 24]


def test_every_number_of_an_interval_is_right(site, script):
    given = published(site)["formats"]["float64"]
    for got, off in ((0.0, 0), (0.25, 0), (1.0, 0), (1 + 2**-51, 2), (-(2**-1074), 1)):
        assert script.error(got, ["0x0p+0", "0x1p+0"], given) == off
    assert script.error(math.nan, ["0x0p+0", "0x1p+0"], given) == math.inf
    assert script.error(math.nan, None, given) == 0
    for want in ("inf", "-inf", "nan"):
        assert [script.error(g, want, given) for g in (math.inf, -math.inf, math.nan, 1.0)].count(
            0
        ) == 1
        assert script.error(float(want), want, given) == 0


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_a_format_rounds_and_steps_as_numpy_does(name):
    form, kind = FORMATS[name], np.dtype(name).type
    random = np.random.default_rng(3)
    sizes = [*(2.0 ** random.uniform(form.least - 12, form.most - 1, 200)), 1.0, form.normal]
    for value in (float(side * size) for size in sizes for side in (-1, 1)):
        near = form.nearest(value)
        assert near == float(kind(value))
        if near:
            steps = tuple(float(np.nextafter(kind(near), kind(d))) for d in (-np.inf, np.inf))
            assert form.beside(near) == steps
    assert form.nearest(FORMATS["float64"].largest) == form.largest


# What passes and what breaks


def passes(script, function, name, dtype, order, library, capsys):
    right = script.check(function, name, dtype, order, library)
    said = capsys.readouterr().out
    assert ("right everywhere" in said) == right
    assert ("breaks at" in said or "right but for that" in said) != right
    return right, said


@each
@pytest.mark.parametrize("dtype", verify.NUMPY_DTYPES)
@pytest.mark.parametrize("order", [0, 1])
def test_our_own_code_passes(script, function, dtype, order, capsys):
    slope = function.vjp_function if isinstance(function, Vector) else function.gradient
    code = (function.function, slope)[order]
    right, said = passes(script, code, function.name, dtype, order, "numpy", capsys)
    assert right, said


@each_of_numbers
@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("order", [0, 1])
def test_torch_breaks_where_it_is_stated_to(script, activation, dtype, order, capsys):
    records = departures.of(activation, departures.capability())
    if records is None:
        pytest.skip("not measured on such a CPU")
    here = activation.defaults
    found = [
        r["code"]
        for r in records
        if (r["dtype"], r["order"], r["parameters"]) == (dtype, order, here)
    ]
    module = activation.torch(here, getattr(torch, dtype))
    script.load()["functions"][activation.name]["slopes"][order].clear()  # as it was measured
    code = script.by_autograd(module) if order else module
    try:
        right, said = passes(script, code, activation.name, dtype, order, "torch", capsys)
    except script.Problem as problem:
        if "NotImplementedError" not in str(problem):
            raise
        return
    if not found:
        assert right, said
    elif "any" in found:
        assert not right


@each_of_numbers
@pytest.mark.parametrize("order", [0, 1])
def test_copied_formulas_break_where_the_page_says(site, script, activation, order, capsys):
    for formula in (activation.naive, activation.naive_grad)[order]:
        scope = {**activation.scope, **activation.defaults}
        copied = functools.partial(_evaluated, compile(formula, formula, "eval"), scope)
        for dtype, kinds in verify.failures(activation, formula, order).items():
            here = {kind for kind in kinds if "(at " not in kind and "warning" not in kind}
            given = (script, copied, activation.name, dtype, order, "numpy", capsys)
            if here:
                right, said = passes(*given)
                assert not right, said
            if any("whatever the dtype" in kind for kind in here):
                assert re.search(f"  returns (?!{dtype})\\w+ for {dtype}", said)


def _evaluated(code, scope, x):
    return eval(code, scope, {"x": x})


def test_plain_floats_may_raise(script, capsys):
    name = next(a.name for a in NUMBERS if "np.exp(-x)" in "".join(a.naive))
    right, said = passes(
        script, lambda x: 1 / (1 + math.exp(-x)), name, "float64", 0, "floats", capsys
    )
    assert not right
    assert "got OverflowError: math range error" in said


@pytest.mark.parametrize("activation", [a for a in NUMBERS if a.exceptions], ids=repr)
def test_an_allowance_counts(script, activation, capsys):
    slopes = script.load()["functions"][activation.name]["slopes"]
    for order in {0, 1} & {exception.order for exception in activation.exceptions}:
        slopes[order].clear()
        code = (activation.function, activation.gradient)[order]
        assert not all(
            passes(script, code, activation.name, dtype, order, "numpy", capsys)[0]
            for dtype in ("float32", "float64")
        )


# The command line


SPOILT = """import math

same = 3


def half(x):
    return x / 2


def words(x):
    return "one"


def lost(x):
    raise RuntimeError("two\\nlines")


def short(x):
    return x[1:]
"""
NAME = NUMBERS[0].name
WRONG = [
    (f"{NAME}x mine:half", f"unknown function {NAME}x: did you mean {NAME}?"),
    ("~ mine:half", "unknown function ~: there are "),
    (f"{NAME} mine:half --dtype float12", "unknown dtype float12: did you mean float"),
    (f"{NAME} mine", "cannot import mine: "),
    (f"{NAME} mine:third", "cannot import mine:third: AttributeError"),
    (f"{NAME} mime:half", "cannot import mime:half: ModuleNotFoundError"),
    (f"{NAME} spoilt:half", "cannot import spoilt:half: SyntaxError"),
    (f"{NAME} mine:same", "mine:same is int, which cannot be called"),
    (f"{NAME} mine:words", "words returned str, not a number"),
    (f"{NAME} mine:lost", "lost raised RuntimeError: two lines"),
    (f"{NAME} mine:half --dtype float32", "which is no float32: round the result, or use float64"),
    (f"{NAME} mine:half --dtype bfloat16 --with numpy", "no bfloat16 with numpy"),
    (f"{NAME} mine:short --with numpy", "short returns float64 of shape ("),
    (f"{NAME} mine:words --with numpy", "words returns str of shape (), not ("),
    (f"{NAME} mine:lost --with torch", "lost raised RuntimeError"),
    (f"{vectors()[0].name} mine:half", "half raised TypeError"),
    (f"{vectors()[0].name} mine:short", "short returned"),
]


@pytest.fixture
def folder(site, tmp_path):
    """A folder of a reader: what is to be downloaded, and code of their own."""
    shutil.copy(site / "check.py", tmp_path)
    shutil.copy(site / "data" / "reference.json", tmp_path)
    (tmp_path / "mine.py").write_text(SPOILT)
    (tmp_path / "spoilt.py").write_text("def")
    return tmp_path


def run(folder, arguments, *python):
    return subprocess.run(
        [*(python or (sys.executable,)), "check.py", *arguments.split()],
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_what_is_wrong_is_said_in_one_line(folder, arguments, words):
    done = run(folder, arguments)
    assert done.returncode == 2, done.stdout
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert words in done.stderr


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"formats": 1'])
def test_missing_or_damaged_values_are_said(folder, text):
    file = folder / "reference.json"
    file.unlink() if text is None else file.write_text(text)
    done = run(folder, f"{NAME} mine:half")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert (
        "reference.json is missing" if text is None else "is damaged, get it again"
    ) in done.stderr


@each
def test_other_names_and_capitals_serve_as_well(site, script, function):
    functions = published(site)["functions"]
    assert of(site, function)["aliases"] == list(function.aliases)
    for name in (function.name, function.name.upper(), function.title, f"{function.title} "):
        assert script.find(functions, name, "function") == function.name
    for name in function.aliases:
        found = script.find(functions, name, "function")
        assert function.name == found or script.plain(name) == script.plain(found)


def test_a_list_that_is_cut_short_ends_quietly(folder):
    command = [sys.executable, "check.py", "--list"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as done:
        done.stdout.close()
        assert done.stderr.read() == b""


def test_no_arguments_are_answered_with_the_usage(folder):
    done = run(folder, "")
    assert done.returncode == 2
    assert done.stderr.startswith("usage: check.py")


def test_the_list_names_every_function_with_its_defaults(folder):
    lines = run(folder, "--list").stdout.splitlines()
    assert [line.partition(":")[0].partition(",")[0] for line in lines] == sorted(
        function.name for function in EVERY
    )
    for activation in NUMBERS:
        line = next(
            li for li in lines if li.startswith((f"{activation.name}:", f"{activation.name},"))
        )
        for name, value in activation.defaults.items():
            assert f", {name} = {value:g}" in line


def test_the_status_tells_whether_it_breaks(folder):
    cell = known(NAME)
    (folder / "ours.py").write_text(cell.cells["NumPy"])
    command = f"{NAME} ours:{NAME} --grad ours:{NAME}_grad --with numpy --dtype float32"
    done = run(folder, command)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.count("right everywhere") == 2
    done = run(folder, f"{command} --ulp 0.01")
    assert done.returncode == 1
    few = done.stdout.count("    x = ")
    done = run(folder, f"{command} --ulp 0.01 --all")
    wanted = sum(
        int(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("  breaks at")
    )
    assert few < wanted == done.stdout.count("    x = ")


def test_every_command_that_is_listed_runs(folder):
    texts = [ROOT / "docs" / "check.py", *ROOT.glob("docs/**/*.md"), ROOT / "README.md"]
    found = {c for t in texts for c in re.findall(r"python check\.py ([^`\n]*)", t.read_text())}
    commands = sorted(c for c in found if "blog:" not in c)  # those are run when the site is built
    assert len(commands) >= 5
    for command in commands:
        name = command.split()[0]
        if not name.startswith("-"):
            cell = known(name).cells["PyTorch" if "torch" in command else "NumPy"]
            end = f"\n{name} = module\n" if "torch" in command else "\n"
            (folder / "mymodule.py").write_text(cell + end)
        done = run(folder, command)
        assert done.returncode < 2, (command, done.stderr)
        assert not done.stderr


def test_an_older_python_is_told(folder):
    ast.parse((folder / "check.py").read_bytes(), feature_version=(3, 8))
    faked = "import sys; sys.version_info = (3, 8, 18); exec(open('check.py').read())"
    commands = [[sys.executable, "-c", faked]]
    path = shutil.which("python3.8")
    if path and not subprocess.run([path, "-c", ""], capture_output=True).returncode:
        commands.append([path, "check.py", "--list"])
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (2, "check.py needs Python 3.9 or newer\n")


def pythons():
    """Return the Pythons of this machine that the script is written for."""
    for minor in range(9, 15):
        if path := shutil.which(f"python3.{minor}"):
            works = subprocess.run([path, "-c", ""], capture_output=True).returncode == 0
            if works:
                yield path
    yield sys.executable


@pytest.mark.parametrize("python", [*pythons()])
def test_it_needs_nothing_but_python(folder, python):
    (folder / "mine.py").write_text("def same(x):\n    return x\n")
    right = next(a for a in NUMBERS if a.formula == a.x and not a.parameters)
    done = run(folder, f"{right.name} mine:same", python, "-I", "-S")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    wrong = next(a for a in NUMBERS if a.formula != a.x)
    done = run(folder, f"{wrong.name} mine:same", python, "-I", "-S")
    assert (done.returncode, done.stderr) == (1, ""), done.stderr


def test_it_imports_the_standard_library_alone():
    tree = ast.parse((ROOT / "docs" / "check.py").read_text(), feature_version=(3, 9))
    names = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in tree.body
        for alias in getattr(node, "names", ())
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


# The site


def test_the_script_is_in_the_site_as_it_is(site):
    assert (site / "check.py").read_bytes() == (ROOT / "docs" / "check.py").read_bytes()
    assert not (site / "check" / "index.html").exists()


@each
def test_each_page_says_how_to_check_code(site, function):
    text = (site / "activations" / f"{function.name}.html").read_text()
    assert f"<code>python check.py {function.name} mymodule:{function.name} --grad" in text
    assert 'href="../check.html"' in text


def test_the_page_shows_what_the_script_prints(site, folder):
    text = (ROOT / "docs" / "check.md").read_text()
    shown = html.unescape((site / "check.html").read_text())
    code = text.partition('```python title="blog.py"\n')[2].partition("```")[0]
    (folder / "blog.py").write_text(code)
    commands = [li for li in text.splitlines() if "check.py" in li and " blog:" in li]
    assert len(commands) == 2
    for command in commands:
        done = run(folder, command.removeprefix("python check.py "))
        assert done.returncode == 1
        for line in done.stdout.splitlines():
            assert line in shown


@pytest.mark.usefixtures("site")
def test_an_example_that_fails_stops_the_build(copy):
    from test_bad_input import edit, refused

    edit(copy / "docs" / "check.md", "def tanh_grad", "def tanh_slope")
    refused(copy, "docs/check.md: `python check.py tanh blog:tanh --grad blog:tanh_grad")
