"""Parameters over their whole domains: what is right, and what must be noticed."""

import numpy as np
import pytest
import sympy as sp

import catalog
import sweep
from catalog import pick
from formats import FORMATS
from project import Problem
from verify import NUMPY_DTYPES

WITH_PARAMETERS = [a for a in catalog.catalog() if a.parameters]


def changed(name, old, new):
    """Return a function with something else in its snippet."""
    path = pick(name).path
    source = path.read_text(encoding="utf-8")
    assert old in source
    return catalog._read.__wrapped__(path, source.replace(old, new))


@pytest.mark.parametrize("activation", WITH_PARAMETERS, ids=repr)
def test_the_cell_is_right_for_every_parameter(activation):
    assert sweep.check(activation) >= len(sweep.DECADES)


@pytest.mark.parametrize("activation", WITH_PARAMETERS, ids=repr)
def test_the_decades_are_covered_to_the_edges(activation):
    found = list(sweep.settings(activation))
    assert all(activation.allows(setting) for setting in found)
    for p in activation.parameters:
        tried = {s[p.symbol.name] for s in found}
        for end in (1e-300, 1e300, -1e-300, -1e300):
            inside = activation.allows(activation.defaults | {p.symbol.name: end})
            assert inside == (end in tried) or end in tried  # or with other values of the rest
        for edge in p.domain.boundary:
            assert min(abs(v - float(edge)) for v in tried) <= 1e-15


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_inputs_are_placed_by_products_and_quotients(dtype):
    form, q = FORMATS[dtype], 1e-3
    points = sweep.inputs({"beta": q}, form)
    assert np.array_equal(points.astype(dtype), points)
    for wanted in (709.1 * q, 37.7 / q, q, -q, 4.1 + q, 4.1 - q, 0.0, form.largest):
        assert np.dtype(dtype).type(wanted) in points
    own = np.dtype(dtype).type(q)
    assert {float(np.nextafter(own, own.dtype.type(end))) for end in (-9, 9)} <= set(points)


FAULTS = [
    ("softplus", "np.abs(np.float64(x))", "np.minimum(np.abs(np.float64(x)), 4000)"),
    ("softplus", "), 4000)\n", "), 700)\n"),
    ("softplus", " + n * (m - b)", ""),
    ("softplus", "(np.float64(beta))  #", "(np.float64(x.dtype.type(beta)))  #"),
    ("softplus", "np.where(u + v > 100, root * q / beta * root, ", "("),
    ("softplus", "np.round(m * 2.0**40) / 2.0**40", "m"),
    ("softplus", ", np.float64(beta)\n", ", x.dtype.type(beta)\n"),
    ("isrlu", "-1e20 / np.sqrt(alpha), 0", "-1e13, 0"),
    ("isru", "1e20 / np.sqrt(alpha)", "1e13"),
    ("celu", "np.float64(alpha)\n", "x.dtype.type(alpha)\n"),
    ("celu", "np.where(z > -1e-19, x, ", "(np.maximum(x, 0) + "),
    ("celu", "(np.exp(n) * np.exp(r / m))", "np.exp(z / m)"),
    ("celu", ', -1000, 0)', ', -100, 0)'),
    ("elu", "np.float64(alpha) * root * root", "np.float64(alpha) * (root * root)"),
    ("elu", "np.float64(alpha) * np.expm1", "x.dtype.type(alpha) * np.expm1"),
    ("hardshrink", "x * (np.abs(x) > np.float64(lambd))", "x * (np.abs(x) > lambd)"),
    ("softshrink", "np.float64(lambd)\n", "x.dtype.type(lambd)\n"),
    ("hardtanh", "(x < np.float64(max_val))", "(x < max_val)"),
    ("thresholded_relu", "np.where(x <= np.float64(theta)", "np.where(x <= theta"),
    ("threshold", "np.float64(threshold), np.float64(value)", "threshold, np.float64(value)"),
    ("leaky_relu", "np.float64(negative_slope) * np", "negative_slope * np"),
    ("rrelu", "np.float64(lower) / 2 + np.float64(upper) / 2\n", "(lower + upper) / 2\n"),
    ("squareplus", "np.hypot(a, np.sqrt(b))", "np.sqrt(a * a + b)"),
    ("squareplus", "np.abs(np.float64(x))", "np.abs(x)"),
    ("leaky_relu", "at_infinity = ", "_at_infinity = "),
    ("rrelu", "at_infinity = ", "_at_infinity = "),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "old", "new"), FAULTS)
def test_a_fault_is_noticed(name, old, new):
    with pytest.raises(Problem, match=rf"^snippets/{name}.py: {name}(_grad)? with .* in float"):
        sweep.check(changed(name, old, new))


def test_the_message_has_what_is_needed_to_try_it():
    with pytest.raises(Problem) as caught:
        sweep.check(changed("isrlu", "-1e20 / np.sqrt(alpha), 0", "-1e13, 0"))
    (line,) = str(caught.value).splitlines()
    assert line.startswith("snippets/isrlu.py: isrlu with alpha = 1e-300 in float16: x = -65504.0 ")


def test_relations_belong_to_the_domain():
    hardtanh, rrelu = pick("hardtanh"), pick("rrelu")
    assert hardtanh.allows({"min_val": 5.0, "max_val": 6.0})
    assert not hardtanh.allows({"min_val": 6.0, "max_val": 6.0})
    assert rrelu.allows({"lower": -0.5, "upper": -0.5})
    assert not rrelu.allows({"lower": 0.5, "upper": 1 / 3})
    low, high = sp.symbols("min_val max_val", real=True)
    with pytest.raises(Problem, match="does not keep the relations"):
        changed("hardtanh", "[sp.Lt(min_val, max_val)]", "[sp.Lt(max_val, min_val)]")
    assert hardtanh.relations == (sp.Lt(low, high),)


VALUES = [  # where a copied cell was wrong
    ("softplus", (-5e4, 1e-3), 1.9287498479639177e-19),
    ("softplus", (1e4, 1e-4), 13132.616875182228),
    ("softplus", (-7.3e5, 1e-3), None),
    ("softplus_grad", (-5e4, 1e-3), 1.9287498479639177e-22),
    ("isrlu", (-1e30, 1e-30), -1e15),
    ("isru", (-1e160, 1e-300), -1e150),
    ("celu_grad", (-100.0, 0.3), None),
    ("celu", (-1e-300, 1e300), -1e-300),
    ("elu_grad", (-740.0, 1e300), None),
    ("leaky_relu", (-5.0, 0.0), 0.0),
    ("hardtanh_grad", (5.5, 5.0, 6.0), 1.0),
    ("rrelu", (-2.0, 1.5e308, 1.7e308), -np.inf),
]


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize(("name", "arguments", "right"), VALUES)
def test_value(name, arguments, right):
    activation = pick(name.removesuffix("_grad"))
    order, x = int(name.endswith("_grad")), arguments[0]
    setting = dict(zip(activation.defaults, arguments[1:], strict=True))
    exact = float(sweep.exact(activation, order, setting).ball(x))
    assert right is None or np.isclose(exact, right, 1e-12, 0)
    got = float((activation.function, activation.gradient)[order](*arguments))
    assert got == exact or abs(got - exact) <= 4 * np.spacing(abs(exact))
