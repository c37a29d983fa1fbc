"""Functions of vectors: what is there is right, and what is broken on purpose is refused."""

import inspect
import itertools
import math

import numpy as np
import pytest
import sympy as sp
import torch
from flint import arb

import contract
import vector
from catalog import read, vectors
from project import SNIPPETS, Problem
from regions import Point, Region, regions
from verify import FORMATS, NUMPY_DTYPES, ulp

NAMES = [v.name for v in vectors()]
each = pytest.mark.parametrize("function", vectors(), ids=repr)
each_dtype = pytest.mark.parametrize("dtype", NUMPY_DTYPES)
VOICES = (vector.numpy_call, vector.torch_call)
WIDE = (4, 6, 8)  # an even size along each axis


def changed(tmp_path, name, old, new):
    text = (SNIPPETS / f"{name}.py").read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}.py: mend this test"
    path = tmp_path / f"{name}.py"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return read(path)


def drawn(shape, dtype="float64"):
    return np.random.default_rng(3).standard_normal(shape).astype(dtype)


def gradient_from_above(function, x, axis=-1):
    return drawn(np.shape(function.function(x, axis=axis)), np.asarray(x).dtype)


# What is proved


def test_each_is_found():
    assert set(NAMES) >= {"softmax", "softmin", "log_softmax", "glu", "swiglu", "bilinear"}


@each
def test_derivative_and_product_are_proved(function):
    vector.prove_derivative(function)


@each
def test_numpy_source_is_proved(function):
    vector.prove(function)


@each
def test_the_call_that_is_shown_is_the_module(function):
    if inspect.isfunction(function.module):
        return  # which is the call
    scope = {}
    exec(function.cells["PyTorch"], scope)
    x = torch.from_numpy(drawn(WIDE))
    for kind in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        found = [f(x.to(kind)) for f in (scope["forward"], function.module)]
        assert torch.equal(*found)


SYMBOLS = [
    ("softmax", "(sp.KroneckerDelta(i, k) - f[k])", "(sp.KroneckerDelta(i, k) + f[k])"),
    ("softmax", "(sp.KroneckerDelta(i, k) - f[k])", "(sp.KroneckerDelta(i, k) - f[i])"),
    ("softmax", "formula = sp.exp(x[i])", "formula = sp.exp(2 * x[i])"),
    ("softmin", "(f[k] - sp.KroneckerDelta(i, k))", "(sp.KroneckerDelta(i, k) - f[k])"),
    ("log_softmax", "sp.KroneckerDelta(i, k) - sp.exp(f[k])", "1 - sp.exp(f[k])"),
    ("log_softmax", "(i, k) - sp.exp(f[k])", "(i, k) - sp.exp(f[i])"),
    ("glu", "(1 - gate)", "(1 + gate)"),
    ("glu", "KroneckerDelta(n + i, k)", "KroneckerDelta(i, k)"),
    ("swiglu", "+ x[i] * sp.exp(-x[i])) /", "- x[i] * sp.exp(-x[i])) /"),
    ("reglu", "Piecewise((1, x[i] > 0)", "Piecewise((1, x[i] < 0)"),
    ("bilinear", "(n + i, k) * x[i]", "(n + i, k) * x[n + i]"),
    ("geglu", "(1 - sp.tanh(u) ** 2)", "(1 - sp.tanh(u))"),
    ("crelu", "Piecewise((-1, x[i] < 0)", "Piecewise((1, x[i] < 0)"),
    ("crelu", "Piecewise((1, x[i] > 0)", "Piecewise((1, x[i] > 1)"),
    ("maxout", "(1, a >= b)", "(1, a <= b)"),
    ("maxout", "(2 * i, k)", "(2 * i + 1, k)"),
    ("sparsemax", "- 1 / kept(1)", "+ 1 / kept(1)"),
    ("sparsemax", "(above(i) < 1) & (above(k) < 1)", "above(i) < 1"),
    ("sparsemax", "(above(i) < 1) & (above(k) < 1)", "(above(i) < 1) & (above(k) < 2)"),
    ("geglu", "44715, 1000000", "44716, 1000000"),
]


@pytest.mark.parametrize(("name", "old", "new"), SYMBOLS[:-1])
def test_a_wrong_derivative_is_refused(tmp_path, name, old, new):
    with pytest.raises(Problem, match="`derivative` is not the derivative"):
        vector.prove_derivative(changed(tmp_path, name, old, new))


PRODUCTS = [
    ("softmax", "(v[k] - sp.Sum(v[j] * f[j]", "(v[k] + sp.Sum(v[j] * f[j]"),
    ("softmax", "sp.Sum(v[j] * f[j], (j, 1, n))", "sp.Sum(v[j], (j, 1, n))"),
    ("softmin", "f[j], (j, 1, n)) - v[k])", "f[j], (j, 1, n)) + v[k])"),
    ("log_softmax", "sp.exp(f[k]) * sp.Sum(v[j]", "sp.Sum(v[j]"),
    ("sparsemax", "kept(v[j]) / kept(1), above(k) < 1", "kept(v[j]), above(k) < 1"),
    ("sparsemax", "kept(v[j]) / kept(1), above(k) < 1", "kept(v[j]) / kept(1), True"),
]


@pytest.mark.parametrize(("name", "old", "new"), PRODUCTS)
def test_a_wrong_product_is_refused(tmp_path, name, old, new):
    with pytest.raises(Problem, match="`vjp` is not v times"):
        vector.prove_derivative(changed(tmp_path, name, old, new))


CODE = [
    ("softmax", "(e / _sum(e,", "(e / _sum(x,", ""),
    ("softmax", "np.exp(x - np.max(", "np.exp(-x - np.max(", ""),
    ("softmax", "np.max(x, axis=axis, keepdims=True, initial=-np.inf)", "np.abs(x)", ""),
    ("softmax", "(f * (v - _sum(v * f", "(f * (v + _sum(v * f", "_vjp"),
    ("softmax", "(f * (v - _sum(v * f", "((v - _sum(v * f", "_vjp"),
    ("softmin", "initial=np.inf) - x", "initial=np.inf) + x", ""),
    ("softmin", "_sum(v * f, axis) - v)", "_sum(v * f, axis) + v)", "_vjp"),
    ("log_softmax", "axis), 1) - 1", "axis), 1)", ""),
    ("log_softmax", "x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)", "x", ""),
    ("log_softmax", "-np.expm1(f) * v", "np.expm1(f) * v", "_vjp"),
    ("log_softmax", "np.where(top, 0, v)", "np.where(top, 1, v)", "_vjp"),
    ("glu", "a, b = np.split", "b, a = np.split", ""),
    ("glu", "v * a * (m * p / q / q)", "v * (m * p / q / q)", "_vjp"),
    ("glu", "np.minimum(b, 0) / 2", "np.minimum(b, 0)", ""),
    ("swiglu", "(1 + a * (p / q * p))", "(1 - a * (p / q * p))", "_vjp"),
    ("swiglu", "[v * slope * b * m, v * a", "[v * slope * m, v * a", "_vjp"),
    ("reglu", "return np.maximum(a, 0) * b", "return np.maximum(b, 0) * a", ""),
    ("reglu", "np.sign(r)", "r", "_vjp"),
    ("bilinear", "return a * b", "return a + b", ""),
    ("bilinear", "[v * b, v * a]", "[v * a, v * b]", "_vjp"),
    ("geglu", "0.7978845608028654", "0.7978845608028655", ""),
    ("geglu", "0.044715", "0.044716", ""),
    ("geglu", "(1 + 3 * c)", "(1 + 2 * c)", "_vjp"),
    ("crelu", "np.maximum(-x, 0)]", "np.minimum(x, 0)]", ""),
    ("crelu", "(p - m)", "(p + m)", "_vjp"),
    ("maxout", "np.max(", "np.min(", ""),
    ("maxout", "np.argmax(z", "np.argmax(-z", "_vjp"),
    ("sparsemax", "x - top, -1)", "x - top, -0.5)", ""),
    ("sparsemax", "+ 1)\n    tau", "+ 2)\n    tau", ""),
    ("sparsemax", "kept = s > tau", "kept = s >= -1", ""),
    ("sparsemax", "tau = np.max(", "tau = np.min(", ""),
    ("sparsemax", "s * (v - mean)", "v - mean", "_vjp"),
]


@pytest.mark.parametrize(("name", "old", "new", "which"), CODE)
def test_wrong_code_is_not_proved(tmp_path, name, old, new, which):
    with pytest.raises(Problem, match=f"{name}{which} is not proved"):
        vector.prove(changed(tmp_path, name, old, new))


def test_an_unknown_call_is_not_proved(tmp_path):
    cell = changed(tmp_path, "softmax", "np.max(", "np.nanmax(")
    with pytest.raises(Problem, match=r"calls np\.nanmax"):
        vector.prove(cell)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("return a * b", "return a * b * b / b", "x_2 is not proved different from 0"),
        ("return a * b", "return a / (1 / b)", "x_2 is not proved different from 0"),
        ("return a * b", "return a * b * b * b / (b * b)", r"x_2\*\*2 is not proved different"),
        ("return a * b", "return a * np.exp(np.log(b))", "x_2 is not proved positive"),
        ("return a * b", "return a * np.abs(b) * b / np.maximum(b, -b)", "is not proved different"),
        ("return a * b", "return a * b**-2 * b * b * b", "it calls np.power"),
    ],
)
def test_code_that_is_not_defined_everywhere_is_not_proved(tmp_path, old, new, text):
    with pytest.raises(Problem, match=f"bilinear is not proved: .*{text}"):
        vector.prove(changed(tmp_path, "bilinear", old, new))


def test_what_is_surely_not_zero_may_divide(tmp_path):
    new = "return a * b * (1 + np.abs(b)) / (1 + np.abs(b))"
    proof = vector.prove(changed(tmp_path, "bilinear", "return a * b", new))
    assert proof == ("identity", vector.SIZES)


def test_regions_are_all_ways_in_which_comparisons_turn_out():
    x, y, z = sp.symbols("x y z", real=True)

    def order(here):
        return "".join("yx"[here.larger(a, b)] for a, b in ((x, y), (y, z), (x, z)))

    assert len([*regions(order)]) == len({*regions(order)}) == 6  # not 8: two would be cycles
    assert [*regions(lambda here: here.positive(x**2 + 1))] == [True]
    assert {*regions(lambda here: here.positive(x * (y**2 + 1)))} == {True, False}
    both = {*regions(lambda here: (here.larger(sp.exp(x), sp.exp(y)), here.positive(y - x)))}
    assert both == {(True, False), (False, True)}
    relu = sp.Piecewise((x, x >= 0), (0, True))
    assert [*regions(lambda here: here.settle(sp.Max(x, 0) - relu))] == [0, 0]
    with pytest.raises(Problem, match="out of reach"):
        Region().positive(sp.sin(x))


def test_a_point_is_none_where_infinities_cancel():
    x, y = sp.symbols("x y", real=True)
    here = Point({x: sp.oo, y: sp.Integer(2)})
    assert here.settle(sp.Piecewise((x, x > y), (y, True))) == sp.oo
    for none in (x - x * y, sp.Max(x - x * y, y)):
        with pytest.raises(ArithmeticError):
            here.settle(none)


# What is measured


@each
@pytest.mark.parametrize("order", [0, 1])
@each_dtype
def test_is_within_tolerance(function, order, dtype):
    worst = vector.numpy_error(function, order, dtype)
    assert 0 <= worst.units <= FORMATS[dtype].tolerance
    assert worst.count == sum(vector.LENGTHS.values())


SHIFT = "- np.max(x, axis=axis, keepdims=True, initial=-np.inf)"
INEXACT = [  # right as formulas, wrong as floats
    ("softmax", 0, f"x {SHIFT}", "x", "float32"),
    ("softmax", 1, "v - _sum(np.where(top, v, 0), axis) /", "v - 0 /", "float64"),
    ("softmin", 0, "np.min(x, axis=axis, keepdims=True, initial=np.inf) - x", "-x", "float16"),
    ("log_softmax", 0, "np.log1p(rest + ties)", "np.log(1 + rest + ties)", "float64"),
    ("log_softmax", 0, "np.log1p(rest + ties)", "np.log1p(rest)", "float64"),  # wrong at ties
    (
        "log_softmax",
        1,
        "-np.expm1(f) * v - np.exp(f) * others",
        "v - np.exp(f) * _sum(v, axis)",
        "float64",
    ),
    ("glu", 0, "a * (m / q) * m", "a * (m * m / q)", "float16"),
    ("glu", 1, "(m * p / q / q) * (m * p)", "(m * m / q) * (1 - m * m / q)", "float64"),
    ("swiglu", 0, "a * (m / q) * b * m", "a * (m * m / q) * b", "float16"),
    ("geglu", 0, "a * (m / q) * b * m", "a * (m * m / q) * b", "float16"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "order", "old", "new", "dtype"), INEXACT)
def test_inexact_code_is_too_far_off(tmp_path, name, order, old, new, dtype):
    broken = changed(tmp_path, name, old, new)
    vector.prove(broken)
    with pytest.raises(
        Problem, match=r"units from exact|in float\d\d at .*(invalid|divide|overflow)"
    ):
        vector.numpy_error(broken, order, dtype)


@pytest.mark.parametrize("name", ["softmax", "glu"])
def test_another_dtype_is_refused(tmp_path, name):
    wide = changed(tmp_path, name, "np.asarray(x)", "np.asarray(x, np.float64)")
    with pytest.raises(Problem, match="float32 becomes float64"):
        vector.numpy_error(wide, 0, "float32")


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda f: f.name)
def test_samples_meet_ties_and_the_ends_of_the_range(width, form):
    found = vector.samples(width, form.name)
    assert {len(v) for _, v in found} == set(vector.LENGTHS)
    for size in (2, 3):
        here = [x for x, v in found if len(v) == size]
        largest = np.array([np.abs(x).max() for x in here])
        assert all(len(x) == size * width for x in here)
        assert any(len(set(x)) == 1 for x in here)  # ties
        assert any(0 < top < 9 * form.normal for top in largest)
        assert any(x.min() < -20 and 20 < x.max() < 1000 for x in here)
        assert any(top > form.largest / 9 for top in largest)
        assert any(0 in x and {*x} <= {-1, 0, 1} for x in here)
    for x, v in found:
        assert np.isfinite(x).all()
        assert v.any()
        assert np.array_equal(x, vector._rounded(x, form))


@pytest.mark.parametrize("name", NUMPY_DTYPES)
def test_unit_of_a_product(name):
    """Known: one ULP of a · b, and what it changes by when a and b move by one each."""
    form, bilinear = FORMATS[name], read(SNIPPETS / "bilinear.py")
    for (x, v), row in zip(vector.samples(2, name), vector.references(bilinear, name), strict=True):
        a, b = np.split(x, 2)
        da, db = np.split(ulp(x, form), 2)
        exact = [arb(p) * arb(q) for p, q in zip(a, b, strict=True)]
        assert all(e.overlaps(w) for e, w in zip(row[0], exact, strict=True))
        assert row[1] == pytest.approx(ulp(a * b, form) + np.abs(b) * da + np.abs(a) * db, rel=1e-9)
        wanted = np.concatenate([ulp(v * b, form), ulp(v * a, form)])
        moved = np.concatenate([np.abs(v) * db, np.abs(v) * da])
        assert row[3] == pytest.approx(wanted + moved, rel=1e-9)


def test_unit_of_a_sum_is_that_of_its_largest_term():
    """At (0, 0) softmax is ½ twice, and its Jacobian ¼ and −¼: v = (1, 1) cancels."""
    softmax = read(SNIPPETS / "softmax.py")
    terms = vector._largest_term(vector._compiled(softmax, 2)[1], np.zeros(2), np.array([1.0, 3.0]))
    assert terms.tolist() == [0.75, 0.75]


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("units", [0.0, 0.5, 3.0, -7.0])
def test_errors_are_counted_in_units(order, units):
    softmin = read(SNIPPETS / "softmin.py")
    given = vector.samples(1, "float32")
    rows = {
        (tuple(x), tuple(v)): row
        for (x, v), row in zip(given, vector.references(softmin, "float32"), strict=True)
    }

    def off(_, order, x, v, form):
        exact, unit = rows[tuple(x), tuple(v)][2 * order : 2 * order + 2]
        return np.array([float(e) for e in exact]) + units * unit

    found = vector.errors(softmin, off, order, "float32")
    assert found.units == pytest.approx(abs(units), abs=1e-6)


@pytest.mark.parametrize(
    ("got", "exact", "units"),
    [
        (1.0, 1.0, 0.0),
        (1.25, 1.0, 0.5),
        (math.nan, 1.0, math.inf),
        (math.inf, 1.0, math.inf),
        (math.inf, 1e39, 0.0),
        (-math.inf, 1e39, math.inf),
        (-math.inf, -1e39, 0.0),
    ],
)
def test_error_of_one_element(got, exact, units):
    assert vector._off(got, arb(exact), 0.5, FORMATS["float32"]) == units


# What a reader may pass in


@each
def test_leaves_its_inputs_alone(function):
    x = drawn(WIDE)
    v = gradient_from_above(function, x)
    before = x.copy(), v.copy()
    x.setflags(write=False)
    v.setflags(write=False)
    for result in (function.function(x), function.vjp_function(x, v)):
        assert not np.shares_memory(result, x)
        assert not np.shares_memory(result, v)
    assert np.array_equal(x, before[0])
    assert np.array_equal(v, before[1])


def keeps_nan(function, dtype):
    for place in range(4):
        x = np.array([1.0, -2.0, 0.5, 3.0], dtype)
        x[place] = math.nan
        v = np.ones(4 * function.blocks // function.width, dtype)
        y = function.function(x)
        assert np.isnan(function.vjp_function(x, v)).any()
        d = vector.definite(function, 4 // function.width)
        assert np.isnan(y).tolist() == [d.x[place] in value.free_symbols for value in d.values]
    v[0] = math.nan
    assert np.isnan(function.vjp_function(drawn(4, dtype), v)).any()


@each
@each_dtype
def test_nan_stays_nan(function, dtype):
    keeps_nan(function, dtype)


def test_a_nan_that_is_lost_is_noticed(tmp_path):
    broken = changed(tmp_path, "reglu", "np.maximum(a, 0) * b", "np.fmax(a, 0) * b")
    with pytest.raises(AssertionError):
        keeps_nan(broken, "float64")


@each
@each_dtype
def test_a_shift_that_makes_no_difference_makes_none_in_floats(function, dtype):
    """Where all inputs are so large that the next of them are one apart."""
    if not vector.ignores_shifts(function):
        pytest.skip("a shift changes the result")
    form = FORMATS[dtype]
    for away in (-1.0, 1.0):
        x = np.array([0.0, 0.0, away])
        moved = x - away * 2.0**form.precision
        for voice in VOICES:
            for order in (0, 1):
                got, wanted = (voice(function, order, at, x + 1, form) for at in (moved, x))
                assert np.array_equal(got, wanted), voice


# PyTorch, cells and page


def test_an_unknown_fact_is_refused(tmp_path):
    with pytest.raises(Problem, match="the Facts cell defines `alias`"):
        changed(tmp_path, "softmax", "aliases = [", "alias = [")


def test_abbreviations_are_said_once_and_used(tmp_path):
    geglu = read(SNIPPETS / "geglu.py")
    assert vector.definition(geglu).count("\nu = ") == 1
    assert vector.derivative(geglu).count(r"\tanh{\left(u \right)}") == 2
    without = changed(tmp_path, "geglu", 'where = {"u": u}\n', "")
    assert "\nu = " not in vector.definition(without)


@each
def test_numpy_is_pytorch_where_pytorch_is_good(function):
    x = drawn(8)
    v = gradient_from_above(function, x)
    for order in (0, 1):
        got = [c(function, order, x, v, FORMATS["float64"]) for c in VOICES]
        assert np.allclose(*got, rtol=1e-12, atol=1e-15)


@each
@each_dtype
def test_pytorch_is_near_the_exact_value(function, dtype):
    """Near enough to be the same function; how near is on its page."""
    form = FORMATS[dtype]
    (eps,) = ulp(np.ones(1), form)
    for (x, v), row in zip(
        vector.samples(function.width, dtype, function.blocks),
        vector.references(function, dtype),
        strict=True,
    ):
        if np.abs(x).max() < 50:
            for order in (0, 1):
                got = vector.torch_call(function, order, x, v, form)
                exact = np.array([float(e) for e in row[2 * order]])
                size = 1 + np.abs(x).max() + np.abs(exact).max()
                assert np.abs(got - exact).max() < 100 * eps * size


@each
def test_beside_a_kink_it_takes_the_slopes_of_that_side(function):
    """As near to it as float16 can be: what is below its least number is still not 0."""
    form, (size, d) = FORMATS["float16"], vector.fewest(function)
    v = np.array([1.0, -0.5])[: len(d.v)]
    assert len(v) == size * function.blocks
    for point in vector.grid(d):
        for way in itertools.product((-math.inf, math.inf), repeat=len(point)):
            x = np.nextafter(np.float16(point), np.float16(way)).astype(np.float64)
            *_, exact, unit = vector.reference(function, x, v, form)
            got = vector.numpy_call(function, 1, x, v, form)
            off = [vector._off(g, e, u, form) for g, e, u in zip(got, exact, unit, strict=True)]
            assert max(off) <= form.tolerance, x


@each
def test_both_take_the_slope_that_is_said_at_a_kink(function):
    """Between two slopes, so that no error tells them apart."""
    _, d = vector.fewest(function)
    for point in vector.grid(d):
        x = np.array(point, float)
        here = Point(dict(zip(d.x, point, strict=True)))
        slopes = np.array([[float(here.settle(e)) for e in row] for row in d.jacobian])
        for above, wanted in zip(np.eye(len(d.v)), slopes, strict=True):
            for voice in VOICES:
                got = voice(function, 1, x, above, FORMATS["float64"])
                assert np.allclose(got, wanted, rtol=1e-12, atol=1e-15), x


@each
def test_module_takes_a_batch_and_every_dtype(function):
    for kind in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        x = torch.from_numpy(drawn((3, 4))).to(kind).requires_grad_()
        y = function.module(x)
        assert y.dtype == kind
        assert y.shape == (3, 4 * function.blocks // function.width)
        for row, result in zip(x, y, strict=True):
            assert torch.allclose(function.module(row), result, rtol=4 * torch.finfo(kind).eps)
        y.sum().backward()


@each
@pytest.mark.parametrize("cell", ["SymPy", "NumPy", "PyTorch"])
def test_cell_runs_alone(function, cell):
    exec(function.cells[cell], {})


def rows(fragment):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in fragment.splitlines()
        if line.startswith("|")
    ]


def test_shape_holds_what_is_so_and_nothing_else():
    found = {v.name: {row.label: row.text for row in vector.rows(v)} for v in vectors()}
    assert found["softmax"]["Sum of the elements"] == "1"
    assert "Sign" in found["softmin"]
    assert not {"Sum of the elements", "Sign", "Jacobian"} & set(found["log_softmax"])
    for name in ("softmax", "softmin", "log_softmax"):
        assert {"Shift", "Order", "Rows of the Jacobian"} <= set(found[name])
    linear = {n: [f"In the {half} half" for half in ("first", "second")] for n in NAMES}
    assert (
        found["softmax"][EQUAL]
        == r"$1$ for $n = 1$, $\frac{1}{2}$ for $n = 2$, $\frac{1}{3}$ for $n = 3$"
    )
    assert EQUAL in found["log_softmax"]
    kinds = {n: [found[n].get(key) for key in linear[n]] for n in NAMES}
    assert kinds["bilinear"] == ["linear", "linear"]
    assert kinds["glu"] == ["linear", "not linear"]
    for name in ("swiglu", "geglu", "reglu"):
        assert kinds[name] == ["not linear", "linear"]


EQUAL = "All elements equal"
FORMULA, DERIVATIVE = "formula = sp.exp(x[i])", "f[i] * (sp.KroneckerDelta(i, k) - f[k])"


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        (FORMULA, "formula = sp.exp(2 * x[i])", "Sum of the elements"),
        (FORMULA, "formula = sp.exp(2 * x[i])", "Shift"),
        (FORMULA, "formula = sp.exp(2 * x[i])", EQUAL),
        ("/ sp.Sum(sp.exp(x[j]), (j, 1, n))", "/ (1 + sp.Sum(sp.exp(x[j]), (j, 1, n)))", EQUAL),
        (FORMULA, "formula = -sp.exp(x[i])", "Sign"),
        (FORMULA, "formula = i * sp.exp(x[i])", "Order"),
        (DERIVATIVE, "f[i] * (1 - f[k])", "Jacobian"),
        (DERIVATIVE, "f[i] * (1 - f[k])", "Rows of the Jacobian"),
    ],
)
def test_shape_drops_what_is_not_so(tmp_path, old, new, row):
    found = [r.label for r in vector.rows(changed(tmp_path, "softmax", old, new))]
    assert row not in found
    assert "Order" in found or row == "Order"


def test_edges_are_marked_where_they_are_wrong(tmp_path):
    assert "wrong" not in vector.kinks(read(SNIPPETS / "softmax.py")).replace("is wrong", "")
    broken = changed(
        tmp_path, "softmax", "x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)", "x"
    )
    (row,) = (r for r in rows(vector.kinks(broken)) if r[0].startswith("10<sup>30"))
    assert row[1:] == ["1, 0", '<span class="wrong">nan, 0</span>', "1, 0"]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("crelu", ["0", "(1) or (0)", "0", "0", "0"]),
        ("maxout", ["0, 0", "(1, 0) or (0, 1)", "1, 0", "1, 0", "1, 0"]),
        ("sparsemax", ["0, 1", "(0.5, −0.5) or (0, 0)", "0, 0", "0, 0", "0, 0"]),
        ("reglu", ["0, 1", "(1, 0) or (0, 0)", "0, 0", "0, 0", "0, 0"]),
        ("glu", None),
        ("softmax", None),
    ],
)
def test_kinks_are_found_with_the_slopes_beside_them(name, row):
    found = [r for r in rows(vector.kinks(read(SNIPPETS / f"{name}.py"))) if len(r) == 5][2:]
    assert found[:1] == ([row] if row else [])


def test_another_slope_at_a_kink_is_marked(tmp_path):
    broken = changed(
        tmp_path, "maxout", "np.argmax(z,", "z.shape[-1] - 1 - np.argmax(z[..., ::-1],"
    )
    vector.prove(broken)  # which sees no ties
    assert '<span class="wrong">0, 1</span>' in vector.kinks(broken)


def test_a_long_vector_for_which_pytorch_gives_no_number_is_told():
    said = vector.error(read(SNIPPETS / "log_softmax.py"))
    line = "In float16, for 128,256 zeros, an element of $f$ is −∞; exact is −11.76."
    assert f"- **PyTorch departs.** {line}" in said.splitlines()
    rows = [row for row in said.splitlines() if row.startswith("| float16")]
    assert "∞</span>" not in rows[0]
    assert '<span class="wrong">∞</span>' in rows[1]


def test_an_overflow_is_right_where_the_exact_value_is_too_large():
    (row,) = (
        r
        for r in rows(vector.kinks(read(SNIPPETS / "bilinear.py")))
        if r[0].startswith("10<sup>30")
    )
    assert row[1:] == ["10<sup>60</sup>", "∞", "∞"]
    log_softmax = read(SNIPPETS / "log_softmax.py")
    exact = vector._exact_at(log_softmax, 2, (1e30, -1e30))
    assert exact == [0.0, -2e30]


# Whatever a reader passes in: batches, axes, layouts, lengths


@each
@each_dtype
def test_takes_any_shape_axis_and_layout(function, dtype):
    vector.holds(function, dtype)


@each
@each_dtype
def test_takes_any_length(function, dtype):
    for worst in vector.at_length(function, vector.numpy_call, dtype):
        assert 0 <= worst.units <= contract.allowed(FORMATS[dtype], max(contract.LENGTHS))


SUM = "return np.sum(x, axis=axis, keepdims=True)"
WIDER = "x = x * np.float64(1)"
PREPARED = (
    "x = np.asarray(x) * 1.0  # integers become float64\n    if np.iscomplexobj(x):\n"
    '        raise TypeError("real numbers only")\n    '
)
CONTRACT = [  # what is wrong, what is put in its place, and where it is noticed
    ("softmax", WIDER, "x = x * 1.0", "float16", ""),
    ("softmax", SUM, "return np.sum(x, axis=-1, keepdims=True)", "float64", "axis 0"),
    ("softmax", SUM, "return np.sum(x, keepdims=True)", "float64", "axis -?[01]"),
        ("softmax", "softmax(x * np.float64(1), axis)", "softmax(x * 1.0)", "float64", "axis"),
    ("softmax", "v = v - _sum(", "v = v.astype(float) - _sum(", "float64", "v is a list"),
    ("softmax", "softmax(x * np.float64(1), axis)", "softmax(x, axis)", "float16", "far above"),
    ("softmin", "softmin(x * np.float64(1), axis)", "softmin(x, axis)", "float16", "far below"),
    ("log_softmax", "x.astype(np.result_type(x, np.float64))", "x", "float16", "above"),
    ("softmax", "x.astype(np.result_type(x, np.float64))", "x", "float16", "above"),
    ("softmax", "np.max(f, axis=axis", "np.max(f, axis=-1", "float64", "axis 0"),
    ("softmax", "np.max(f, axis=axis", "np.max(f, axis=0", "float64", "axis (1|-1|None)"),
    ("softmin", "np.max(f, axis=axis", "np.max(f, axis=~axis", "float64", "axis"),
    ("softmax", "axis))).astype(x.dtype)", "axis)))", "float16", "float64 of shape"),
    ("softmax", "keepdims=True, initial=-np.inf", "keepdims=True", "float64", "zero-size"),
    ("softmin", "keepdims=True, initial=np.inf", "keepdims=True", "float64", "zero-size"),
    ("softmin", WIDER, "x = x * 1.0", "float16", ""),
    ("softmin", "if x.ndim > 1", "if x.ndim > 9", "float64", "axis 0"),
    ("log_softmax", "keepdims=True, initial=-np.inf", "keepdims=True", "float64", "zero-size"),
    ("log_softmax", WIDER, "x = x * 1.0", "float16", ""),
    ("log_softmax", "np.maximum(_sum(top, axis), 1)", "_sum(top, axis)", "float64", "divide"),
    ("log_softmax", "log_softmax(x * np.float64(1), axis)", "log_softmax(x, axis)", "float16", ""),
    ("sparsemax", "np.sort(np.moveaxis(np.atleast_1d(s), axis, -1), -1)",
     "np.moveaxis(np.atleast_1d(s), axis, -1)", "float64", ""),  # right for up to three
    ("sparsemax", "up[..., ::-1]", "up", "float64", ""),
    ("sparsemax", "np.atleast_1d(s)", "s", "float64", "a single number: AxisError"),
    ("sparsemax", "-1, initial=-1)", "-1)", "float64", "zero-size"),
    ("sparsemax", "np.maximum(_sum(s, axis), 1)", "_sum(s, axis)", "float64", "invalid"),
    ("glu", "a, b = np.split(x, 2, axis)", "a, b = np.split(x, 2, -1)", "float64", "axis"),
    ("glu", "[first, second], axis, dtype=a.dtype", "[first, second], axis", "float16",
     "v is a list: float64"),
    ("glu", "[first, second], axis, ", "[first, second], -1, ", "float64", "axis 0"),
    ("swiglu", "axis, dtype=a.dtype", "axis", "float16", "float64 of shape"),
    ("reglu", "v * r]", "v.astype(x.dtype) * r]", "float64", "v is a list: AttributeError"),
    ("bilinear", "[v * b, v * a], axis", "[v * b, v * a], -1", "float64", "axis"),
    ("bilinear", f"{PREPARED}a, b = np.split(x, 2, axis)\n    return a * b",
     "a, b = np.split(np.asarray(x), 2, axis)\n    a *= b\n    return a",
     "float64", "it changes what it is given"),
    ("bilinear", "a, b = np.split(x, 2, axis)\n    return a * b",
     "a, b = np.array_split(x, 2, axis)\n    return a * b", "float64", ""),
    ("crelu", f"{PREPARED}return", "return", "float64", "x is a list"),
    ("crelu", "crelu(x, axis)) * v, 2, axis)", "crelu(x, axis)) * v, 2, -1)", "float64", "axis"),
    ("maxout", "(x, pieces, axis), -1), -1, axis)", "(x, pieces, axis), -1), -1, -1)", "float64",
     "axis"),
    ("maxout", "np.moveaxis(v, axis, -1)", "np.moveaxis(v, -1, -1)", "float64", "axis"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "dtype", "text"), CONTRACT)
def test_what_breaks_the_contract_is_refused(tmp_path, name, old, new, dtype, text):
    broken = changed(tmp_path, name, old, new)

    def both():
        vector.holds(broken, dtype)
        vector.at_length(broken, vector.numpy_call, dtype)

    with pytest.raises(Problem, match=rf"{name}\.py: {name}(_vjp)? in {dtype}, [^\n]*{text}"):
        both()


LONG = 128_256


def test_many_halves_add_up():
    softmax, log_softmax = (read(SNIPPETS / f"{name}.py") for name in ("softmax", "log_softmax"))
    for many, value in ((LONG, 1 / LONG), (4096, 1 / 4096)):
        for x in (np.zeros(many, np.float16), np.zeros((many, 3), np.float16)):
            y = softmax.function(x, axis=0)
            assert (y == np.float16(value)).all()
            assert (log_softmax.function(x, axis=0) == np.float16(math.log(value))).all()


@each
@pytest.mark.parametrize(("dtype", "length"), [("float16", 4096), ("float32", 100_000)])
def test_long_random_vectors_are_those_of_float64_rounded(function, dtype, length):
    """Every element another: the contract repeats a few."""
    x = drawn((length * function.width, 2), dtype)
    v = drawn((length * function.blocks, 2), dtype)
    wide = x.astype(np.float64), v.astype(np.float64)
    for got, wanted in (
        (function.function(x, axis=0), function.function(wide[0], axis=0)),
        (function.vjp_function(x, v, axis=0), function.vjp_function(*wide, axis=0)),
    ):
        off = np.abs(got.astype(np.float64) - wanted)
        eps = float(np.finfo(dtype).eps)
        if not vector.alone(function):  # computed in float64, and rounded once
            assert (off <= 0.51 * np.spacing(np.abs(wanted).astype(dtype))).all()
        assert (off <= 16 * eps * (np.abs(wanted) + np.abs(wanted).mean())).all()
        line = np.ascontiguousarray(x.T)
        same = function.function(line)
        assert np.allclose(function.function(line.T, axis=0).T, same, rtol=2 * eps, atol=0)


@each
@pytest.mark.parametrize("shape", [(3,), (1,), (2, 5)])
def test_an_odd_number_is_not_halved(function, shape):
    if function.width != 2:
        pytest.skip("each input makes a result")
    with pytest.raises(ValueError, match=r"equal division|reshape"):
        function.function(np.ones(shape))
    with pytest.raises((RuntimeError, ValueError)):
        function.module(torch.ones(shape))


@each
def test_module_takes_any_dim(function):
    if not inspect.isfunction(function.module):
        pytest.skip("PyTorch's own")
    dims = inspect.signature(function.module).parameters
    if "dim" not in dims:
        pytest.skip("along the last dimension")
    assert dims["dim"].default == -1
    x = torch.from_numpy(drawn(WIDE))
    for dim in (0, 1, 2, -1, -2, -3):
        wanted = function.module(x.movedim(dim, -1)).movedim(-1, dim)
        assert torch.equal(function.module(x, dim=dim), wanted)
        assert function.module(x[:, :0, :0], dim=0).shape[1:] == (0, 0)
    for size in range(function.width, 5, function.width):
        empty = function.module(torch.zeros(0, size))
        assert empty.shape == (0, size * function.blocks // function.width)


def test_maxout_takes_any_number_of_pieces_along_any_axis():
    maxout = read(SNIPPETS / "maxout.py")
    x = drawn((12, 6, 12))
    for axis, pieces in ((0, 3), (1, 2), (-1, 4), (-3, 6), (2, 12), (1, 1)):
        lines = np.moveaxis(x, axis, -1)
        wanted = np.max([lines[..., i::pieces] for i in range(pieces)], 0)
        y = maxout.function(x, pieces, axis)
        assert np.array_equal(np.moveaxis(y, axis, -1), wanted)
        slope = maxout.vjp_function(x, np.ones(y.shape), pieces, axis)
        assert np.array_equal(slope, x == np.repeat(y, pieces, axis))
        assert maxout.function(x[:0].T, pieces, -axis - 1).size == 0 or axis in (0, -3)
    with pytest.raises(ValueError, match="reshape"):
        maxout.function(x, 5)
