"""The proof of the NumPy cells: all there are, and the wrong ones that it must refuse."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from flint import arb

import prove
from catalog import catalog, read
from project import ROOT, SNIPPETS, Problem

NAMES = sorted(path.stem for path in SNIPPETS.glob("*.py"))
CELLS = '''"""Toy. A toy."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
{symbols}
formula = {formula}
derivative = {derivative}

# %% NumPy
import numpy as np

{before}
def toy(x{arguments}):
    """Return the toy."""
    return {code}


def toy_grad(x{arguments}):
    """Return the derivative of the toy."""
    return {slope}

# %% PyTorch
module = None

# %% Facts
family = "other shapes"
{facts}
'''


def toy(tmp_path, formula, code, derivative="sp.Integer(0)", slope="0", **more):
    parts = dict.fromkeys(("symbols", "before", "arguments", "facts"), "") | more
    path = tmp_path / "toy.py"
    path.write_text(
        CELLS.format(formula=formula, code=code, derivative=derivative, slope=slope, **parts)
    )
    return read(path)


def proved(tmp_path, formula, code, **more):
    return prove._prove(toy(tmp_path, formula, code, **more), 0)


def changed(tmp_path, name, old, new):
    text = (SNIPPETS / f"{name}.py").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.py"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return read(path)


def assert_covers(regions):
    """Assert that points and open intervals follow one another and hold every double."""
    largest = int(np.finfo(float).max)
    assert regions[0].low <= -largest
    assert regions[-1].high >= largest
    for left, right in pairwise(regions):
        assert left.high == right.low
        if left.high.is_rational:  # no float is irrational
            assert (left.low == left.high) != (right.low == right.high)


# What is there


@pytest.mark.parametrize("activation", catalog(), ids=str)
def test_every_snippet_is_proved(activation):
    proof = prove.prove(activation)
    for result in (proof.function, proof.gradient, *proof.learned):
        settings = {str(r.setting): r.setting for r in result.regions}
        assert len(settings) in (1, len(activation.settings()))
        for setting in settings.values():
            here = [r for r in result.regions if r.setting == setting]
            if all(r.bound == prove.FINE or r.low == r.high for r in here if r.relative):
                assert_covers(here)
                bounds = (prove.INVISIBLE, arb(2) ** -53)
                assert all(r.bound is None or r.bound < bounds[r.relative] for r in here)
                continue
            (middle,) = (r for r in here if r.relative)  # one bound, and both tails
            assert middle.bound < arb(2) ** -53
            ends = [r for r in here if not r.relative and not middle.low < r.low < middle.high]
            assert [(r.low, r.high) for r in ends] == [
                (-sp.oo, middle.low),
                (middle.high, sp.oo),
            ]
            assert all(r.bound < prove.INVISIBLE for r in ends)
            beside = [r for r in here if r is not middle and r not in ends]  # of a zero
            assert all(r.high - r.low < 1e-5 and r.bound < arb(2) ** -70 for r in beside)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "sigmoid"])
def test_identities_are_called_so(name):
    proof = prove.prove(read(SNIPPETS / f"{name}.py"))
    assert (proof.function.kind, proof.gradient.kind) == ("identity", "identity")
    assert all(r.setting is None for r in proof.function.regions)  # whatever the slope


def test_where_code_departs_the_bound_is_right():
    result = prove.prove(read(SNIPPETS / "tanh.py")).gradient
    bounds = {(r.low, r.high): r.bound for r in result.regions if r.bound is not None}
    assert result.kind == "bound"
    assert set(bounds) == {(-sp.oo, -400), (400, sp.oo)}
    for bound in bounds.values():
        assert arb(-800).exp() * 4 * 0.999 < bound < arb(-800).exp() * 4 * 1.001
    assert str(result.regions[-1]) == "(400, ∞) to within 1.5e-347"


# What must be refused


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "sigmoid",
            "np.exp(np.minimum(x, 0))",
            "np.exp(np.maximum(x, 0))",
            r"\(−∞, 0\): at x = -1 it gives 0.7",
        ),
        ("sigmoid", "(1 + np.exp(-np.abs(x)))", "(1 + np.exp(np.abs(x)))", r"\(−∞, 0\): at x = "),
        ("sigmoid", "e / (1 + e) ** 2\n", "e / (1 - e) ** 2\n", r"sigmoid_grad is not proved"),
        ("sigmoid", "e / (1 + e) ** 2\n", "e / (1 + e)\n", r"sigmoid_grad is not proved"),
        ("sigmoid", "return e /", "return 1.0001 * e /", r"at x = -1 it gives .*, exact is 0.19"),
        ("tanh", "np.abs(x), 400", "np.abs(x), 4", r"1.4e-3"),
        ("tanh", "4 * e /", "3.9999 * e /", r"on \(−400, 0\)|on \(−∞, −400\)"),
        ("relu", "return np.maximum(", "return np.minimum(", r"relu is not proved: on \(−∞, 0\)"),
        ("relu", "return np.maximum(", "return np.fmax(", r"relu is not proved: it calls np.fmax"),
        (
            "leaky_relu",
            "+ np.float64(negative_slope) *",
            "- np.float64(negative_slope) *",
            r"'negative_slope': 0.01",
        ),
        ("leaky_relu", "x > 0, 1, np", "x > 0, 2, np", r"leaky_relu_grad"),
        ("softplus", "m * (a - n) + n", "m * (a + n) + n", r"it decides by how np.round rounds"),
        ("softplus", "e = np.exp(-u) *", "e = np.exp(u) *", r"softplus_grad .*how np.round rounds"),
        ("softplus", "u + v > 100", "u + v > 10", r"on \(−2000, −10\)"),
        ("celu", "np.exp(r / m)", "np.exp(r)", r"celu_grad .*depends on how np.round rounds"),
        ("celu", "np.exp(n) *", "np.exp(n + 1) *", r"celu_grad .*\(−2000, 0\)"),
        ("celu", "z > -1e-19", "z > -1e-17", r"celu .*\(−1/100000000000000000, 0\)"),
        ("celu", "z > -1e-19, x", "z > -1e-19, 2 * x", r"celu .*\(−1/10000000000000000000, 0\)"),
        ("isrlu", "-1e20 / np", "-1e5 / np", r"isrlu .*\(−∞, −100000\)"),
    ],
)
def test_a_wrong_cell_is_refused(tmp_path, name, old, new, message):
    activation = changed(tmp_path, name, old, new)
    with pytest.raises(Problem, match=rf"^{name}.py: .*{message}"):
        prove.prove(activation)


STEP = "sp.Piecewise((x, x > 0), (3 * x, True))"


@pytest.mark.parametrize(
    ("formula", "code", "message"),
    [
        (STEP, "np.where(x > 0, 3 * x, x)", r"on \(−∞, 0\): at x = -1 it gives -1.0+, exact is -3"),
        (STEP, "np.where(x > 1, x, 3 * x)", r"on \(0, 1\): at x = 1/2 it gives 1.5"),
        (STEP, "np.where(x == 5, 0, np.where(x > 0, x, 3 * x))", r"on x = 5: "),
        (STEP, "np.where(np.exp(x) > 1, x, 3 * x)", r"by the sign of exp\(x\) - 1"),
        (STEP, "np.where(x**3 > x - 7, x, 3 * x)", r"on \(CRootOf"),
        (STEP, "x if x > 0 else 3 * x", "write np.where"),
        (STEP, "np.where(x[0] > 0, x, 3 * x)", "does not run on exact numbers"),
        (STEP, "np.maximum(x, np.nan)", "nan is no number"),
        ("x", "x * x / x", "x is not proved different from 0 on x = 0|on \\(−∞, ∞\\)"),
        ("x + 1", "(x * x - 1) / (x - 1)", r"x - 1 is not proved different from 0"),
        ("x", "np.log(np.exp(x) - 1) * 0 + x", "is not proved positive"),
        ("x / 10", "x * 0.1000001", "exact is"),
        ("sp.sqrt(2 / sp.pi) * x", "0.797884560802865 * x", "exact is"),
        ("sp.sqrt(2 / sp.pi) * x", "0.7978845608028655 * x", "exact is"),
        ("1 / (1 + sp.exp(-x))", "np.where(x > 4, 1, 1 / (1 + np.exp(-x)))", r"up to 1\.9e-2"),
        ("1 / (1 + x**2)", "np.where(np.abs(x) > 1e9, 0, 1 / (1 + x**2))", r"up to 1\.1e-18"),
        (
            "x",
            "np.where(np.abs(x) > 1000, 1000 * np.sign(x), x)",
            r"on \(−∞, −1000\): at x = -1001",
        ),
    ],
)
def test_a_wrong_toy_is_refused(tmp_path, formula, code, message):
    with pytest.raises(Problem, match=rf"^toy.py: toy is not proved: .*{message}"):
        proved(tmp_path, formula, code)


def test_a_wave_must_not_be_cut_off(tmp_path):
    code = "np.sin(np.where(np.abs(x) < 1e300, x, 0))"
    with pytest.raises(Problem, match="is not proved"):
        proved(tmp_path, "sp.sin(x)", code)


def test_far_out_a_small_part_of_the_value_is_enough(tmp_path):
    code = "x + np.sin(np.where(np.abs(x) < 1e30, x, 0))"
    found = proved(tmp_path, "x + sp.sin(x)", code)
    assert {r.relative for r in found.regions} == {False, True}
    with pytest.raises(Problem, match="is not proved"):
        proved(tmp_path, "x + sp.sin(x)", code.replace("1e30", "1e9"))


def test_a_wrong_derivative_is_refused_even_if_the_code_agrees(tmp_path):
    activation = toy(tmp_path, "x**2", "x * x", derivative="3 * x", slope="3 * x")
    with pytest.raises(Problem, match="toy_grad is not proved"):
        prove.prove(activation)


# What must be understood

SILU = "x / (1 + sp.exp(-x))"


@pytest.mark.parametrize(
    ("formula", "code", "kind", "ends"),
    [
        (STEP, "np.where(x > 0, x, 3 * x)", "identity", [0]),
        (STEP, "x * ((x > 0) + 3.0 * ~(x > 0))", "identity", [0]),
        (STEP, "np.where((2 * x - 1 > 0) | (x > 0), x, 3 * x)", "identity", [0, 0.5]),
        (STEP, "np.where(np.isnan(x), np.nan, np.where(x > 0, x, 3 * x))", "identity", [0]),
        ("sp.log(1 + sp.exp(x))", "np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))", "identity", [0]),
        ("x * sp.tanh(sp.log(1 + sp.exp(x)))", "x * ((1 + np.exp(x))**2 - 1) / "
         "((1 + np.exp(x))**2 + 1)", "identity", []),
        ("sp.sqrt(2 / sp.pi) * x / 10", "0.1 * x * 1.5957691216057308 * 0.5", "identity", []),
        ("x", "np.where(x * x > 2, x, np.clip(x, -2, 2))", "identity",
         [-2, 2]),
        ("x / (1 + sp.Piecewise((x, x > 0), (-x, True)))",
         "np.clip(x, -np.finfo(x.dtype).max, np.finfo(x.dtype).max) / (1 + np.abs(x))",
         "identity", None),
        (SILU, "np.maximum(x, 0) - np.minimum(np.abs(x), 1e4) / (1 + np.exp(np.minimum("
         "np.abs(x), 1e4)))", "bound", [-10000, 0, 10000]),
        ("sp.exp(-x**2)", "np.exp(-np.minimum(np.abs(x), 40)**2)", "bound", [-40, 0, 40]),
    ],
)  # fmt: skip
def test_a_right_toy_is_proved(tmp_path, formula, code, kind, ends):
    result = proved(tmp_path, formula, code)
    assert result.kind == kind
    if ends is not None:
        assert_covers(result.regions)
        assert [float(r.low) for r in result.regions if r.low == r.high] == ends


def test_helpers_and_constants_of_the_cell_run_exactly(tmp_path):
    before = "TENTH = 0.1\ndef _half(x, by=0.5): return TENTH * np.asarray(x) * by\n"
    assert proved(tmp_path, "x / 20", "_half(x)", before=before).kind == "identity"
    with pytest.raises(Problem, match="exact is"):
        proved(tmp_path, "x / 20", "_half(x)", before=before.replace("0.1", "0.2"))


def test_what_is_changed_in_place_is_seen_under_its_other_names(tmp_path):
    before = "C = 3.0\ndef _f(x): c = C; y = x * 1.0; z = y; z *= 2; c *= 2; return y * C\n"
    assert proved(tmp_path, "6 * x", "_f(x)", before=before).kind == "identity"
    with pytest.raises(Problem, match="exact is"):
        proved(tmp_path, "3 * x", "_f(x)", before=before)


def test_a_parameter_that_moves_a_breakpoint_is_proved_at_every_setting(tmp_path):
    result = proved(
        tmp_path,
        "sp.Piecewise((x, x > cut), (cut, True))",
        "np.maximum(x, cut)",
        symbols='cut = sp.Symbol("cut", real=True)',
        arguments=", cut=0.5",
        facts='parameters = {"cut": (sp.Reals, [-1.0, 2.0])}',
    )
    assert result.kind == "identity"
    points = [(float(r.low), r.setting["cut"]) for r in result.regions if r.low == r.high]
    assert points == [(0.5, 0.5), (-1, -1.0), (2, 2.0)]


def test_every_dtype_that_the_code_asks_for_is_proved(tmp_path):
    code = "x if x.dtype == np.float64 else 2 * x"
    with pytest.raises(Problem, match="exact is"):
        proved(tmp_path, "x", code)


# Approximations

BELL = "sp.exp(-x**2)"
SERIES = (
    "np.where(np.abs(x) < {}, 1 - x**2 + x**4 / 2 - x**6 / 6, "
    "np.exp(-np.minimum(np.abs(x), 28)**2))"
)


def test_an_exact_product_in_two_parts_is_understood(tmp_path):
    before = """
def _two(x, y):
    (m, i), (n, j) = np.frexp(np.float64(x)), np.frexp(y)
    h = np.float64(np.float32(m))
    low = (h - m) * n{} + (m - h) * n
    return np.ldexp(m * n, i + j) + np.ldexp(low, i + j)
"""
    result = proved(tmp_path, "x**2", "_two(x, x)", before=before.format(""))
    assert result.kind == "identity"
    with pytest.raises(Problem, match="depends on how"):
        proved(tmp_path, "x**2", "_two(x, x)", before=before.format(" / 2"))


def test_the_error_of_a_truncated_series_is_bounded(tmp_path):
    found = prove.bound(toy(tmp_path, BELL, SERIES.format("2**-10")), 0)
    true = arb(2) ** -80 / 24  # the next term, at the end
    assert true * 0.99 < found.relative < true * 1.5 + prove.FINE
    assert [(r.low, r.high) for r in found.tails] == [(-sp.oo, -28), (28, sp.oo)]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (SERIES.format("2**-4"), r"no bound below half an ULP near \|x\| = 0\.0"),
        (SERIES.format("2**-10").replace("28", "27"), "no bound on"),
        (SERIES.format("2**-10").replace("/ 6", "/ 6.000001"), ""),
        ("np.where(x == 1, 0, np.exp(-np.minimum(np.abs(x), 28)**2))", "at x = 1 it is off by 1"),
        ("1.0000000000000003 * np.exp(-np.minimum(np.abs(x), 28)**2)", "off by 2.22e-16"),
    ],
)
def test_a_poor_approximation_is_refused(tmp_path, code, message):
    if not message:
        code = code.replace("2**-10", "2**-5")
    with pytest.raises(Problem, match=f"^toy.py: toy is not proved: .*{message}"):
        prove.bound(toy(tmp_path, BELL, code), 0)


def test_only_where_code_cannot_be_exact_it_may_approximate(tmp_path):
    code = SERIES.format("2**-10")
    with pytest.raises(Problem, match="exact is"):
        proved(tmp_path, BELL, code)
    result = proved(tmp_path, f"sp.sqrt(2) * {BELL}", f"2**0.5 * {code}")
    assert result.kind == "bound"
    assert any(r.relative and r.bound < prove.HALF for r in result.regions)


def test_rounding_must_not_matter(tmp_path):
    assert proved(tmp_path, "x", "np.round(8 * x) / 8 + (x - np.round(8 * x) / 8)").kind == (
        "identity"
    )
    with pytest.raises(Problem, match=r"it depends on how np\.round rounds"):
        proved(tmp_path, "x", "np.round(8 * x) / 8")


def test_the_command_prints_one_line_per_function():
    done = subprocess.run(
        [sys.executable, "scripts/prove.py", "relu"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("relu: identity on (−∞, 0), x = 0, (0, ∞), 0.")
    assert second.startswith("relu_grad: identity on ")


def test_the_command_fails_with_the_message():
    done = subprocess.run(
        [sys.executable, "scripts/prove.py", "nosuch"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "there is no snippets/nosuch.py" in done.stderr
