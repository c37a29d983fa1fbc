"""The measure of error: known distances, and errors that it must see."""

import dataclasses
import math

import numpy as np
import pytest
import sympy as sp

import derive
import verify
from catalog import Allowance, catalog, pick
from exact import Exact, Rounded
from project import Problem

DTYPES = {"float16": np.float16, "float32": np.float32, "float64": np.float64}


def exactly(values):
    return Rounded(np.array(values, np.float64), np.zeros(len(values)))


@pytest.mark.parametrize("name", DTYPES)
def test_ulp_is_the_spacing_of_the_dtype(name):
    form, dtype = verify.FORMATS[name], DTYPES[name]
    values = [
        1.0,
        1.5,
        2.0,
        3.75,
        1e-3,
        form.normal,
        form.smallest,
        form.normal * 3,
        form.largest / 2,
    ]
    spacing = np.spacing(np.array(values, dtype)).astype(np.float64)
    assert np.array_equal(verify.ulp(np.array(values), form), spacing)
    assert verify.ulp(np.array([0.0]), form)[0] == form.smallest


@pytest.mark.parametrize("name", DTYPES)
def test_formats_are_numpys(name):
    form, info = verify.FORMATS[name], np.finfo(DTYPES[name])
    assert form.largest == info.max
    assert form.smallest == info.smallest_subnormal
    assert form.normal == info.tiny


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("value", [1.0, -3.5, 1e-3])
def test_neighbours_are_one_ulp_away(name, value):
    form, dtype = verify.FORMATS[name], DTYPES[name]
    value = float(dtype(value))
    after = float(np.nextafter(dtype(value), dtype(np.inf)))
    off = verify.errors(np.array([value, after]), exactly([value, value]), form)
    assert off.tolist() in ([0.0, 1.0], [0.0, 0.5])  # half, below a power of two


@pytest.mark.parametrize("name", DTYPES)
def test_lost_signs_zeros_and_nans_count(name):
    form = verify.FORMATS[name]
    y = np.array([-1.0, 0.0, math.nan, math.inf, form.largest, 0.0])
    off = verify.errors(y, exactly([1.0, 1.0, 1.0, 1.0, math.inf, form.smallest]), form)
    assert off[0] == 2 * off[1] == 2.0**form.precision
    assert math.isinf(off[2])
    assert off[3] > 1e3
    assert math.isinf(off[4])
    assert off[5] == 1


@pytest.mark.parametrize("name", DTYPES)
def test_overflow_is_right_only_where_the_exact_value_rounds_to_it(name):
    form = verify.FORMATS[name]
    unit = verify.ulp(np.array([form.largest]), form)[0]
    assert verify.errors(np.array([math.inf]), exactly([form.largest]), form)[0] == 1
    if name != "float64":
        beyond = exactly([form.largest + 0.75 * unit, form.largest + 0.25 * unit])
        assert verify.errors(np.full(2, math.inf), beyond, form).tolist() == [0, 0.75]
    assert verify.errors(np.array([math.inf]), exactly([math.inf]), form)[0] == 0
    assert math.isinf(verify.errors(np.array([-math.inf]), exactly([math.inf]), form)[0])


def test_what_a_double_cannot_hold_still_counts():
    x = sp.Symbol("x", real=True)
    exact = Exact(x / 3, x).rounded([1.0])
    off = verify.errors(np.array([1 / 3]), exact, verify.FORMATS["float64"])[0]
    assert 0.3 < off < 0.5


def test_inputs_cover_the_formats():
    relu = pick("relu")
    for name, count in (("float16", 63487), ("bfloat16", 65279)):  # -0 and 0 are one number
        assert len(verify.inputs(relu, verify.FORMATS[name])) == count
    for name in ("float32", "float64"):
        form = verify.FORMATS[name]
        x = verify.inputs(relu, form)
        exponents = np.unique(np.frexp(x[x > 0])[1])
        assert exponents[0] == form.least - form.precision + 2
        assert exponents[-1] == form.most
        assert np.array_equal(exponents, np.arange(exponents[0], exponents[-1] + 1))
        assert np.array_equal(x, -x[::-1])
        assert form.largest in x
        assert np.array_equal(x.astype(name).astype(np.float64), x)


def test_a_wrong_result_is_named(monkeypatch):
    sigmoid = pick("sigmoid")
    wrong = dataclasses.replace(
        sigmoid, gradient=lambda x: np.where(x == 2, 0.0, sigmoid.gradient(x))
    )
    with pytest.raises(Problem, match=r"snippets/sigmoid.py: .*\(2\.0\) = 0\.0 in"):
        verify.numpy_error(wrong, 1, {}, verify.FORMATS["float16"])


def test_a_flag_is_named():
    sigmoid = pick("sigmoid")
    naive = dataclasses.replace(sigmoid, function=lambda x: 1 / (1 + np.exp(-x)))
    with pytest.raises(Problem, match=r"sigmoid.py: .*overflow"):
        verify.numpy_error(naive, 0, {}, verify.FORMATS["float32"])


def test_failures_are_found_to_the_float():
    found = verify.failures(pick("sigmoid"), "1 / (1 + np.exp(-x))", 0)
    ((low, high),) = found["float64"]["overflow warning"]
    with np.errstate(over="raise"):
        np.exp(-np.nextafter(high, 0))
        with pytest.raises(FloatingPointError):
            np.exp(-high)
    assert low < -1e308


def test_a_right_formula_does_not_fail():
    found = verify.failures(pick("sigmoid"), "sigmoid(x)", 0)
    assert not any(found.values())


@pytest.mark.parametrize("activation", catalog(), ids=repr)
@pytest.mark.parametrize("form", verify.FORMATS.values(), ids=lambda f: f.name)
def test_no_check_is_vacuous(activation, form):
    """Each piece, breakpoint, zero and exception meets inputs; parameters meet several values."""
    points = verify.inputs(activation, form)
    for part in derive.pieces(activation.formula.subs(activation.decimals), activation.x):
        low, high = float(part.low), float(part.high)
        assert np.sum((low < points) & (points < high)) > 1000
    for cut in derive.breakpoints(activation.generic[0], activation.x):
        assert float(cut) in points
    for special in verify.specials(activation):
        near = points[np.argmin(np.abs(points - special))]
        assert abs(near - special) <= verify.ulp(np.array(special), form)
    for claimed in activation.exceptions:
        fits = (claimed.low <= points) & (points <= claimed.high)
        assert np.sum(fits) > (20 if form.name in verify.NUMPY_DTYPES else 0)
    tiny = (points != 0) & (np.abs(points) < form.normal)
    assert np.sum(points[tiny] < 0) > 5
    assert np.sum(points[tiny] > 0) > 5
    for parameter in activation.parameters:
        assert len({parameter.default, *parameter.tries}) >= 3


def test_a_result_of_0_is_found_though_the_exact_one_is_a_normal_number():
    found = verify.failures(pick("tanh"), "1 - np.tanh(x) ** 2", 1)["float32"]
    low, high = found["0 where the result is not 0"][1]
    assert low < 12 < 44 < high  # where 1 − tanh² is normal up to 44


def test_nan_at_infinity_is_found_where_there_is_a_limit():
    for name, form in {"tanh": "np.sinh(x) / np.cosh(x)", "silu": "x / (1 + np.exp(-x))"}.items():
        kinds = verify.failures(pick(name), form, 0)["float64"]
        place = "±∞" if name == "tanh" else "−∞"
        assert [kind for kind in kinds if kind.startswith("nan at")] == [f"nan at {place}"]


def test_both_voices_are_measured_alike():
    """Whatever exceptions the snippet claims, the relative error included."""
    for name in ("mish", "snake"):
        activation = pick(name)
        form = verify.FORMATS["float32"]
        exact = verify.reference(activation, 1, activation.defaults, form)
        points = verify.inputs(activation, form)
        near = np.abs(points) <= verify.NEAR
        for voice, measure in (
            (verify.numpy_values, verify.numpy_errors),
            (verify.torch_values, verify.torch_errors),
        ):
            found = measure(activation, 1, activation.defaults, form)
            y = voice(activation, 1, activation.defaults, form, points)
            off = np.abs(y - exact.nearest)
            sizes = off / verify.ulp(exact.nearest, form)
            assert found.ulps == pytest.approx(sizes.max(), rel=1e-3)
            assert found.absolute == pytest.approx(off[near].max(), rel=1e-3)
            i = points.tolist().index(found.at)
            assert (found.got, found.exact) == (y[i], exact.nearest[i])
            normal = np.abs(exact.nearest) >= form.normal
            share = (off[normal] / np.abs(exact.nearest[normal])).max()
            assert found.relative == pytest.approx(share, rel=1e-3)


def test_an_exception_adds_to_the_unit_and_hides_nothing():
    sigmoid, form = pick("sigmoid"), verify.FORMATS["float32"]

    def wrong(x):
        return np.where(x == 2, sigmoid.function(x) * x.dtype.type(1.001), sigmoid.function(x))

    everywhere = Allowance(0, -math.inf, math.inf, "For a test.")
    excused = dataclasses.replace(sigmoid, function=wrong, exceptions=(everywhere,))
    found = verify.numpy_errors(excused, 0, {}, form)
    assert found.at == 2
    assert found.relative == pytest.approx(0.001, rel=1e-3)
    assert found.absolute == pytest.approx(0.00088, rel=1e-2)
    with pytest.raises(Problem, match="units from exact"):
        verify.numpy_error(excused, 0, {}, form)
    assert verify.numpy_error(dataclasses.replace(excused, function=sigmoid.function), 0, {}, form)


def test_a_large_error_in_ulp_may_be_a_small_one():
    """GELU's left tail in PyTorch: 0 for what is not."""
    found = verify.torch_errors(pick("gelu"), 0, {}, verify.FORMATS["float32"])
    assert found.ulps > 1e7
    assert found.absolute < 2e-6
