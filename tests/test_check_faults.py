"""check.py and code that is right for one vector in one piece, and wrong where people stand."""

import importlib.util
import re

import numpy as np
import pytest
import torch

from catalog import known


@pytest.fixture
def tried(site, capsys):
    """What check.py of the site says of a function: whether it is right, and in which words."""
    spec = importlib.util.spec_from_file_location("check", site / "check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(function, name, dtype="float32", order=0, library="numpy", **rest):
        return module.check(function, name, dtype, order, library, **rest), capsys.readouterr().out

    run.module = module
    return run


# Axes and lengths


def along(axis):
    def softmax(x):
        x = np.asarray(x)
        e = np.exp(x - x.max(axis=axis, keepdims=True))
        one_piece = np.moveaxis(e, axis, -1).copy()  # where NumPy sums in pairs
        total = one_piece.sum(axis=-1, keepdims=True, dtype=np.float64)
        return (e / np.moveaxis(total, -1, axis)).astype(x.dtype)

    return softmax


def over_all(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def one_by_one(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.take(np.cumsum(e, axis, e.dtype), [-1], axis)


def in_its_dtype(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def test_another_axis_is_told_and_can_be_asked_for(tried):
    right, said = tried(along(0), "softmax")
    assert not right
    assert re.search(r"^    \(8, 3\): x = ", said, re.M)
    assert "along the first axis it is right: if that is meant, --axis 0" in said
    for axis in (0, -2):
        right, said = tried(along(axis), "softmax", axis=axis)
        assert right, said


def test_over_all_of_a_batch_is_wrong(tried):
    right, said = tried(over_all, "softmax", "float64")
    assert not right
    assert re.search(r"^    \(8, 3\): x = ", said, re.M)
    assert "--axis" not in said


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_sums_one_by_one_are_wrong(tried, dtype):
    right, said = tried(one_by_one, "softmax", dtype)
    assert not right
    assert re.search(r"^    \(4096,\): x = 4096 times .*, element \d+: got ", said, re.M)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_sums_that_depend_on_the_layout_are_wrong(tried, dtype):
    right, said = tried(in_its_dtype, "softmax", dtype)
    assert not right
    assert re.search(r"^    \(2, 4096\) in Fortran order: x = ", said, re.M)


def test_plain_floats_get_long_vectors(tried):
    def softmax(x):
        e = [np.float32(np.exp(np.float32(u - max(x)))) for u in x] if len(x) < 99 else None
        return [float(u / sum(e)) for u in e] if e else [0.5 for _ in x]

    right, said = tried(softmax, "softmax", library="floats")
    assert not right
    assert re.search(r"^    4096 numbers: x = 4096 times 0, element 0: got 0.5", said, re.M)


def test_batches_alone_take_an_axis(tried):
    def rows_alone(x):
        _, _ = x.shape
        return along(1)(x)

    module = tried.module
    for function in (along(1), rows_alone):
        with pytest.raises(module.Problem, match=r"raised .* \(one of batches: --axis 1\)"):
            tried(function, "softmax")
        right, said = tried(function, "softmax", axis=1)
        assert right, said
    assert "not (2, 3, 4) along axis 1: rows_alone raised ValueError" in said
    assert said.endswith("  right in all that it takes\n")
    right, said = tried(lambda x: over_all(x[0])[None] if len(x) == 1 else x, "softmax", axis=1)
    assert not right


def test_halves_of_batches_run(tried):
    def halves(vector):
        half = vector.shape[1] // 2
        return np.maximum(vector[:, :half], 0) * vector[:, half:]

    right, said = tried(halves, "reglu", axis=1)
    assert right, said
    right, said = tried(lambda x: np.maximum(*np.split(x, 2, 1)), "maxout", axis=1)
    assert not right  # of neighbours, not of halves


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_an_axis_that_is_taken_by_name_is_told(tried, library):
    if library == "numpy":
        right = known("glu").function
        wrong = lambda x, axis=-1: right(x, -1)  # noqa: E731
    else:
        right = lambda x, dim: x.unflatten(dim, (-1, 2)).amax(dim % x.ndim + 1)  # noqa: E731
        wrong = lambda x, dim: right(x, -1)  # noqa: E731
    name = {"numpy": "glu", "torch": "maxout"}[library]
    good, said = tried(right, name, library=library)
    assert good, said
    good, said = tried(wrong, name, library=library)
    assert not good
    assert re.search(r"^    \(6, 8\) along axis 0: x = ", said, re.M)


@pytest.mark.parametrize(
    ("name", "library", "words"),
    [("gelu", "numpy", "gelu has no axis"), ("softmax", "floats", "--axis is of arrays")],
)
def test_an_axis_has_to_be_there(tried, name, library, words):
    with pytest.raises(tried.module.Problem, match=words):
        tried(known(name).function, name, library=library, axis=1)


# Shapes, layouts, arguments


def relu(x):
    return np.maximum(x, 0)


def relu_grad(x):
    return np.where(np.isnan(x), x, x > 0).astype(x.dtype)


def overwriting(x):
    x[x < 0], x[x > 0] = 0, 1
    return x


def overwriting_v(x, v):
    v -= np.sum(v * np.exp(x), -1, keepdims=True)
    return v


def refused(x):
    if x.ndim == 2:
        raise ValueError("no matrix")
    return relu(x)


FAULTS = {
    "memory order": (lambda x: relu(x).ravel("K").reshape(x.shape), 0, r"\(6, \d+\) in Fortran"),
    "no axes": (lambda x: relu(x) if x.ndim else x, 0, r"    \(\): x = -"),
    "three axes": (lambda x: relu(x) if x.ndim < 3 else x, 0, r"    \(2, 3, \d+\): x = -"),
    "long": (lambda x: relu(x) if x.size < 2**16 else x, 0, r"    \(131072,\): x = -"),
    "writes": (lambda x: np.maximum(x, 0, out=x), 0, "  changes the x that it is given"),
    "overwrites": (overwriting, 1, "  changes the x that it is given"),
    "read-only": (lambda x: relu(x) if x.flags.writeable else x, 0, r"\) read-only: x = -"),
    "backwards": (lambda x: relu(x) if min(x.strides, default=1) > 0 else x, 0, "stored backwards"),
    "empty": (lambda x: relu(x) if x.size else np.ones(3), 0, r"    \(0,\): .* of shape \(3,\),"),
    "dtype": (lambda x: relu(x).astype(float), 0, "returns float64 for float32\n  right but for"),
    "shape": (lambda x: relu(x)[None], 0, r"  returns float32 of shape \(1, \d+\), not \("),
    "list": (lambda x: relu(x).tolist(), 0, "  returns list for float32"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_one_vector_hides_is_found(tried, fault):
    code, order, words = FAULTS[fault]
    right, said = tried(code, "relu", order=order)
    assert not right
    assert re.search(words, said), said
    right, said = tried((relu, relu_grad)[order], "relu", order=order)
    assert right, said


def test_numbers_are_measured_though_the_dtype_changes(tried):
    right, said = tried(lambda x: np.where(x < 0, 0.5, x).astype(float), "relu")
    assert not right
    assert "  returns float64 for float32\n  breaks at" in said
    assert re.search(r"got 0.5, exact 0, .* ULP", said)


def test_arguments_of_a_product_stay(tried):
    assert "  changes the v that it is given" in tried(overwriting_v, "log_softmax", order=1)[1]
    for library in ("torch", "floats"):
        code = {"torch": torch.nn.ReLU(inplace=True), "floats": lambda x, v: x.sort() or x}[library]
        name, order = {"torch": ("relu", 0), "floats": ("softmax", 1)}[library]
        assert "  changes the x that it is given" in tried(code, name, "float64", order, library)[1]


def test_a_gradient_of_three_axes_is_tried(tried):
    def wrong(x, v):
        return known("softmax").vjp_function(x, v, axis=min(1, x.ndim - 1))

    said = tried(wrong, "softmax", "float64", order=1)[1]
    assert re.search(r"^    \(2, 4, 3\): x = ", said, re.M)
    assert not re.search(r"^    \(8, 3\)", said, re.M)


def test_layouts_of_torch_are_tried(tried):
    def memory(x):
        strides = torch.empty(x.shape).stride()
        return torch.relu(torch.as_strided(x, x.shape, strides))

    right, said = tried(memory, "relu", library="torch")
    assert not right
    assert re.search(r"in Fortran order: x = .*\n.*strided: x = |strided: x = ", said)
    right, said = tried(lambda x: torch.relu(x.view(-1)).view(x.shape), "relu", library="torch")
    assert not right
    assert re.search(r"\) in Fortran order: <lambda> raised RuntimeError: view size", said)


def test_what_is_refused_is_named_and_no_fault(tried):
    right, said = tried(refused, "relu")
    assert right
    assert re.search(r"^  not \(6, \d+\): refused raised ValueError: no matrix$", said, re.M)
    assert said.endswith("  right in all that it takes\n")


# Jumps


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize(
    ("name", "code", "which"),
    [
        ("threshold", lambda x: np.where(x >= 1, x, 0 * x), "right"),
        ("hardshrink", lambda x: np.where(abs(x) >= 0.5, x, 0 * x), "right"),
        ("heaviside", lambda x: np.heaviside(x, x.dtype.type(1)), "right"),
        ("heaviside", lambda x: np.heaviside(x, x.dtype.type(0.5)), "middle"),
        ("heaviside", lambda x: np.heaviside(x, x.dtype.type(0.25)), "wrong"),
    ],
)
def test_a_jump_has_one_value(tried, name, code, which, dtype):
    right, said = tried(lambda x: np.where(np.isnan(x), x, code(x)), name, dtype)
    assert not right
    assert f"ULP; at this jump the formula has the left value, this the {which} one" in said
    assert not re.search(r"breaks at .* arrays", said)


@pytest.mark.parametrize(("slope", "right"), [(0, 1), (1, 1), (0.5, 1), (2, 0), (-0.5, 0)])
def test_a_kink_has_the_slopes_between(tried, slope, right):
    good, said = tried(lambda x: np.where(x == 0, np.float32(slope), relu_grad(x)), "relu", order=1)
    assert good == right
    named = f"  by convention {slope:g} at x = 0: the formula has 0, 0 to 1 is right" in said
    assert named == (right and slope != 0)


def test_a_slope_at_a_jump_lies_between_those_beside(tried):
    for slope, right in ((0, True), (1, True), (np.inf, False), (np.nan, False), (42, False)):
        code = lambda x, s=slope: np.where(x == 1, np.float32(s), np.where(x < 1, 0 * x, 1 + 0 * x))  # noqa: E731
        with np.errstate(invalid="ignore"):
            finite = lambda x, code=code: np.where(np.isinf(x), x > 0, code(x)).astype(x.dtype)  # noqa: E731
            assert tried(finite, "threshold", order=1)[0] == right
