"""The NumPy cells: right to a few ULP, and well-behaved for whatever a reader passes in."""

import inspect
import math

import numpy as np
import pytest

from catalog import catalog
from exact import Exact
from verify import (
    FORMATS,
    NUMPY_DTYPES,
    agree,
    awkward,
    ends,
    errors,
    inputs,
    numpy_error,
    numpy_values,
    torch_values,
)

EACH = [
    pytest.param(a, order, setting, id="-".join(map(str, (a, a.by or order, *setting.values()))))
    for whole in catalog()
    for a, order in whole.computed
    for setting in whole.settings()
]
each = pytest.mark.parametrize(("activation", "order", "setting"), EACH)
each_dtype = pytest.mark.parametrize("dtype", NUMPY_DTYPES)


def call(activation, order, setting, x):
    return (activation.function, activation.gradient)[order](x, **setting)


@each
@each_dtype
def test_is_within_tolerance_and_raises_no_flag(activation, order, setting, dtype):
    assert numpy_error(activation, order, setting, FORMATS[dtype]).ulps <= FORMATS[dtype].tolerance


@each
@each_dtype
def test_goes_to_its_limits_and_keeps_nan(activation, order, setting, dtype):
    form = FORMATS[dtype]
    for point, want in ends(activation, order, setting).items():
        with np.errstate(all="raise", under="ignore"):
            got = float(numpy_values(activation, order, setting, form, np.array([point]))[0])
        assert agree(got, want, form), f"{point}: {got}, not {want}"


@each
@pytest.mark.parametrize(
    "value", [3, -2, True, 0.5, [1, -2], [True, False], np.int8(5), np.uint16(7)]
)
def test_integers_bools_and_python_numbers_give_float64(activation, order, setting, value):
    y = call(activation, order, setting, value)
    assert np.asarray(y).dtype == np.float64
    assert np.shape(y) == np.shape(value)
    assert np.array_equal(y, call(activation, order, setting, np.asarray(value, np.float64)))


@each
def test_integer_parameters_are_as_good_as_floats(activation, order, setting):
    whole = {k: int(v) if v == int(v) else v for k, v in setting.items()}
    for value in (3, [1, -2], 0.5):
        y = np.asarray(call(activation, order, whole, value))
        assert y.dtype == np.float64
        assert np.array_equal(y, call(activation, order, setting, value))


@pytest.mark.parametrize("activation", [a for a in catalog() if a.parameters], ids=repr)
@pytest.mark.parametrize("order", [0, 1])
@each_dtype
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int64, np.array])
def test_a_parameter_of_numpys_keeps_the_dtype(activation, order, dtype, kind):
    setting = {k: kind(round(v + 0.5)) for k, v in activation.defaults.items()}
    plain = {k: float(v) for k, v in setting.items()}
    if not activation.allows(plain):  # a whole number is none of its values
        setting = {k: v if kind is np.int64 else kind(v) for k, v in activation.defaults.items()}
        plain = {k: float(v) for k, v in setting.items()}
    for x in (np.array([-1.25, 0.5, 3.0], dtype), np.dtype(dtype).type(-1.25)):
        y = call(activation, order, setting, x)
        assert y.dtype == dtype
        assert np.array_equal(y, call(activation, order, plain, x))


@pytest.mark.parametrize("activation", [a for a in catalog() if a.parameters], ids=repr)
@pytest.mark.parametrize("order", [0, 1])
def test_parameters_broadcast(activation, order):
    x = np.array([-3.0, -0.25, 0.0, 0.75, 5.0])
    rows = activation.settings()
    columns = {k: np.array([[row[k]] for row in rows]) for k in activation.defaults}
    y = call(activation, order, columns, x)
    each_row = np.array([call(activation, order, row, x) for row in rows])
    assert np.allclose(y, each_row, rtol=1e-14, atol=0)


@pytest.mark.parametrize("activation", catalog(), ids=repr)
def test_the_domain_holds_only_what_works(activation):
    form = FORMATS["float16"]
    for setting in awkward(activation):
        for part, order in activation.computed:
            assert numpy_error(part, order, setting, form)
            torch_values(part, order, setting, form, np.ones(1))  # it refuses none of them


@each
@each_dtype
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (4, 3), (2, 1, 3, 1)])
def test_keeps_dtype_and_shape(activation, order, setting, dtype, shape):
    x = np.full(shape, -1.25, dtype)
    y = call(activation, order, setting, x)
    assert y.dtype == x.dtype
    assert np.shape(y) == shape


@each
def test_takes_views_and_leaves_its_input_alone(activation, order, setting):
    whole = np.linspace(-9, 9, 60).reshape(6, 10)
    before = whole.copy()
    views = (
        whole[::2, ::-3],
        whole.T,
        np.broadcast_to(whole[0], (4, 10)),
        np.asfortranarray(whole),
    )
    for view in views:
        y = call(activation, order, setting, view)
        flat = [float(call(activation, order, setting, np.array([v]))[0]) for v in view.ravel()]
        assert np.allclose(np.ravel(y), flat, rtol=1e-15, atol=0)
    whole.setflags(write=False)
    y = call(activation, order, setting, whole)
    assert np.array_equal(whole, before)
    assert not np.shares_memory(y, whole)


@each
def test_is_an_element_at_a_time(activation, order, setting):
    far = math.inf if math.inf in ends(activation, order, setting) else 1e3
    x = np.array([1.0, math.nan, -2.0, far, 0.0])
    y = call(activation, order, setting, x)
    assert np.isnan(y).tolist() == [False, True, False, False, False]


@pytest.mark.parametrize("activation", [a for a in catalog() if a.learned], ids=repr)
@each_dtype
def test_what_is_learned_may_be_an_array_that_broadcasts(activation, dtype):
    """It gives what a loop over its elements gives, along the channels of images, say."""
    x = np.random.default_rng(0).normal(0, 3, (2, 3, 4, 5)).astype(dtype)
    for p in (p for p in activation.parameters if p.symbol.name in activation.learned):
        values = [p.default, *p.tries][:3]
        for part, order in activation.computed:
            settings = [activation.defaults | {p.symbol.name: v} for v in values]
            each = [call(part, order, s, x[:, [i]]) for i, s in enumerate(settings)]
            for kind in ("float64", dtype):
                array = np.array(values, kind).reshape(3, 1, 1)
                got = call(part, order, activation.defaults | {p.symbol.name: array}, x)
                assert got.dtype == x.dtype
                if np.array_equal(array, np.reshape(values, (3, 1, 1))):
                    assert np.array_equal(got, np.concatenate(each, 1))


@pytest.mark.parametrize("activation", catalog(), ids=repr)
@pytest.mark.parametrize("cell", ["SymPy", "NumPy", "PyTorch"])
def test_cell_runs_alone(activation, cell):
    exec(activation.cells[cell], {})


@pytest.mark.parametrize("activation", catalog(), ids=repr)
def test_module_and_cell_have_the_same_defaults(activation):
    module = activation.module
    for name, value in activation.defaults.items():
        if inspect.isfunction(module):
            assert inspect.signature(module).parameters[name].default == value
        else:
            assert getattr(module, name) == value


@pytest.mark.parametrize("activation", [a for a in catalog() if a.exceptions], ids=repr)
def test_an_exception_is_needed_and_no_wider_than_needed(activation):
    """Without it inputs are too far off, near either end of what it claims."""
    form = FORMATS["float64"]
    parts = [(p, e) for p, o in activation.computed for e in p.exceptions if e.order == o]
    assert len(parts) == len(activation.exceptions)
    for part, claimed in parts:
        start, end = max(claimed.low, -form.largest), min(claimed.high, form.largest)
        between = np.linspace(0, 1, 2001)
        points = np.union1d(inputs(part, form), (1 - between) * start + between * end)
        off = np.zeros(len(points), bool)
        for here in activation.settings():
            exact = Exact(part.at(claimed.order, here), part.x).rounded(points.tolist())
            with np.errstate(over="ignore"):
                computed = numpy_values(part, claimed.order, here, form, points)
            off |= errors(computed, exact, form) > form.tolerance
        fifth = end / 5 - start / 5
        for low, high in ((start, start + fifth), (end - fifth, end)):
            assert np.any(off & (low <= points) & (points <= high)), (low, high)
