"""PyTorch departs from exact where docs/measured/departures.json says so, and nowhere else."""

import copy
import functools
import inspect
import itertools
import json

import numpy as np
import pytest
import sympy as sp
import torch

import departures
import derive
import mutants
import page
import verify
from catalog import catalog, pick, vectors
from exact import Exact
from project import Problem

LENGTHS = (1, 3, 8, 16, 33)
each = pytest.mark.parametrize("activation", catalog(), ids=repr)


@each
def test_stated_departures_hold(activation):
    kind = departures.capability()
    stated = departures.of(activation, kind)
    if stated is None:
        pytest.skip(f"not measured at the CPU capability {kind}: run `make measure`")
    assert departures.compare(stated, departures.measure(activation)) == []


@each
def test_stated_departures_are_of_pytorch_and_not_of_the_snippet(activation):
    assert departures.slips(activation) == []


@each
def test_stated_examples_are_what_they_say(activation):
    mine = [r for r in departures.stated()["records"] if r["function"] == activation.name]
    assert departures.misquoted(activation, mine) == []


def test_each_capability_of_x86_is_stated():
    assert set(departures.stated()["capabilities"]) >= {"DEFAULT", "AVX2", "AVX512"}
    assert departures.stated()["versions"]["torch"].partition("+")[0] == "2.13.0"


@pytest.mark.parametrize(
    "activation", [a for a in catalog() if isinstance(a.module, torch.nn.Module)], ids=repr
)  # one made of several operations may mix the two within an element
@pytest.mark.parametrize("form", verify.FORMATS.values(), ids=lambda f: f.name)
@pytest.mark.parametrize("order", [0, 1])
def test_short_tensors_mix_the_two_ways_that_are_measured(activation, form, order):
    """Each element of a short tensor is what the vector code or the scalar code gives."""
    everything = verify.inputs(activation, form)
    points = everything[:: len(everything) // 330]
    here = (activation, order, activation.defaults, form)
    try:
        both = [verify.torch_values(*here, points, strided) for strided in (False, True)]
    except verify.UnsupportedError:
        return  # the page says so
    kind = getattr(torch, form.name)
    module = activation.torch(activation.defaults, kind)
    for length in LENGTHS:
        got = []
        for start in range(0, len(points), length):
            x = torch.from_numpy(points[start : start + length].copy()).to(kind).requires_grad_()
            y = module(x)
            if order:
                (y,) = torch.autograd.grad(y, x, torch.ones_like(y))
            got.append(y.detach().double().numpy())
        found = np.concatenate(got)
        same = [(found == way) | (np.isnan(found) & np.isnan(way)) for way in both]
        assert np.all(same[0] | same[1]), f"length {length}"


@pytest.mark.parametrize("activation", [a for a in catalog() if a.learned], ids=repr)
def test_gradient_of_what_is_learned(activation):
    """What the page derives, and what the NumPy cell gives, is what autograd sums up."""
    points = [-7.5, -1.25, -0.0625, 0.375, 2.0, 9.0]
    for setting in activation.settings():
        module = activation.torch(setting, torch.float64)
        x = torch.tensor(points, dtype=torch.float64)
        given = dict(module.named_parameters()) if isinstance(module, torch.nn.Module) else {}
        values = {p.symbol: sp.Rational(setting[p.symbol.name]) for p in activation.parameters}
        for name, partial in zip(activation.learned, activation.partials, strict=True):
            if given:
                weight, call = given[name], module
            else:
                weight = torch.tensor(setting[name], dtype=torch.float64, requires_grad=True)
                call = functools.partial(activation.module, **setting | {name: weight})
            (got,) = torch.autograd.grad(call(x).sum(), weight)
            (symbol,) = (s for s in values if s.name == name)
            slope = Exact(activation.formula.diff(symbol).subs(values), activation.x)
            assert float(got) == pytest.approx(sum(float(slope.ball(p)) for p in points), rel=1e-12)
            assert float(got) == pytest.approx(
                partial.function(np.array(points), **setting).sum(), rel=1e-12
            )


@each
def test_the_call_that_is_shown_is_the_module(activation):
    """To the last bit, with its gradient, at every setting."""
    if inspect.isfunction(activation.module):
        return  # which is the call
    scope = {}
    exec(activation.cells["PyTorch"], scope)
    for setting, name in itertools.product(activation.settings(), verify.FORMATS):
        kind = getattr(torch, name)
        values = {k: torch.tensor(setting[k], dtype=kind) for k in activation.learned}
        if setting != activation.defaults:  # else only what is learned must be said
            values = setting | values
        x = torch.from_numpy(verify.inputs(activation, verify.FORMATS[name])[::97].copy()).to(kind)
        found = []
        shown = functools.partial(scope["forward"], **values)
        for call in (shown, activation.torch(setting, kind)):
            given = x.clone().requires_grad_()
            y = call(given)
            found.append((y, *torch.autograd.grad(y.sum(), given)))
        for one, other in zip(*found, strict=True):
            assert torch.equal(one.nan_to_num(7.7), other.nan_to_num(7.7)), setting


OURS = [a for a in catalog() if inspect.isfunction(a.module)]
ours = pytest.mark.parametrize("activation", OURS, ids=repr)


@ours
@pytest.mark.parametrize("name", ["float16", "float32"])
def test_our_modules_are_finite_where_the_function_is(activation, name):
    """And so are their gradients, in the branch of a torch.where that is not taken, too."""
    form = verify.FORMATS[name]
    points = verify.inputs(activation, form)
    for setting, order in itertools.product(activation.settings(), (0, 1)):
        exact = verify.reference(activation, order, setting, form).nearest
        got = verify.torch_values(activation, order, setting, form, points)
        lost = points[~np.isfinite(got) & (np.abs(exact) <= form.largest)]
        assert not len(lost), (setting, order, lost[[0, -1]])


def _flat(original, bounds):
    """Return a clamp whose gradient at a bound is 0, as it is since torch 2.14; it notes bounds."""

    def clamp(x, min=None, max=None):
        result, inside = original(x, min, max), torch.ones_like(x, dtype=bool)
        for bound in (b for b in (min, max) if b is not None):
            bounds.add(float(bound))
            inside &= x != bound
        return torch.where(inside, result, result.detach())

    return clamp


@ours
def test_no_gradient_depends_on_that_of_clamp_at_a_bound(activation, monkeypatch):
    bounds, setting = {0.0}, activation.defaults
    form = verify.FORMATS["float64"]
    bounds |= {float(k) for k in derive.breakpoints(activation.generic[0], activation.x)}

    def slopes():
        return verify.torch_values(activation, 1, setting, form, np.array(sorted(bounds)))

    with monkeypatch.context() as patched:
        patched.setattr(torch, "clamp", _flat(torch.clamp, bounds))
        patched.setattr(torch.Tensor, "clamp", _flat(torch.Tensor.clamp, bounds))
        slopes()
        flat = slopes()
    assert np.array_equal(slopes(), flat)


def test_every_activation_of_torch_has_its_page():
    """By the class of its module or by a name that it is also called by."""
    functions = (*catalog(), *vectors())
    found = {type(f.module).__name__ for f in functions} | {n for f in functions for n in f.aliases}
    every = set(torch.nn.modules.activation.__all__)
    assert len(every) > 25
    assert every - found == {"MultiheadAttention"}  # a whole layer, not an activation


def records():
    return next(filter(None, map(departures.at, departures.stated()["capabilities"])))


def test_what_capabilities_have_in_common_is_stated_once(monkeypatch):
    both, own, other = (copy.deepcopy(r) for r in records()[:3])
    given = {"A": [both, own], "B": [both, other, other], "C": []}
    found = departures.joined(given)
    assert sorted(map(len, (r["capabilities"] for r in found["records"]))) == [1, 1, 1, 2]
    monkeypatch.setattr(departures, "stated", lambda: found)
    for kind, wanted in given.items():
        assert len(departures.at(kind)) == len(wanted)
        assert all(record in wanted for record in departures.at(kind))
    assert departures.at("D") is None


def test_a_departure_that_is_gone_is_named():
    stated = records()
    assert departures.compare(stated, stated[1:])[0].startswith("gone: ")


def test_a_new_departure_is_named():
    stated = records()
    assert departures.compare(stated[1:], stated)[0].startswith("new: ")


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("region", lambda r: [r[0] - 0.1 * (r[1] - r[0]), r[1]]),
        ("region", lambda r: [r[0], r[0] + (r[1] - r[0]) / 2]),
        ("got", lambda got: "inf"),
        ("ulp", lambda u: u * 3),
        ("ulp", lambda u: u / 3),
        ("order", lambda o: 1 - o),
        ("dtype", lambda d: d + "x"),
        ("code", lambda c: "scalar" if c == "any" else "any"),
    ],
)
def test_a_departure_that_moves_or_changes_size_is_both(key, change):
    record = next(r for r in records() if r.get("region", [0])[0] > 0)
    moved = copy.deepcopy(record)
    moved[key] = change(moved[key])
    assert [line.split(":")[0] for line in departures.compare([record], [moved])] == ["gone", "new"]


def test_a_region_is_bridged_over_few_good_points_and_split_over_many():
    points = np.arange(1.0, 1001.0)
    bad = np.zeros(1000, bool)
    bad[[10, 12, 15, 900]] = True
    assert departures.regions(bad, points) == [(10, 15), (900, 900)]
    assert departures.regions(~bad[:5], np.array([-2.0, -1.0, 1.0, 2.0, 3.0])) == [(0, 1), (2, 4)]


def changed(name, place, old, new):
    """Return a function with a slip in its snippet."""
    cell = pick(name).cells[place]
    assert cell.count(old) == 1
    return mutants.read(pick(name), place, cell.replace(old, new) + "\n")


@pytest.mark.parametrize(
    ("name", "place", "old", "new", "said"),
    [
        ("hardshrink", "SymPy", "= sp.Piecewise((x, x > l", "= sp.Piecewise((x, x >= l", "0.5 is"),
        ("relu", "SymPy", "Piecewise((1, x > 0)", "Piecewise((1, x >= 0)", "relu' at 0.0 is 1.0"),
        ("thresholded_relu", "SymPy", "((x, x > theta)", "((x, x >= theta)", "at 1.0 is 1.0"),
        ("sparse_plus", "PyTorch", "/ 4", "/ 4.0000001", "sparse_plus at"),
        ("laplace", "PyTorch", "0.5**0.5, ", "0.7071067811, ", "laplace at"),
    ],
)
def test_a_slip_in_a_snippet_is_not_taken_for_a_departure(name, place, old, new, said):
    """A wrong inequality, or a constant that is rounded in a module of ours."""
    lines = departures.slips(changed(name, place, old, new))
    assert said in "\n".join(lines)
    assert all(line.startswith(f"snippets/{name}.py: ") for line in lines)


def test_what_was_not_measured_is_not_stated_to_be_without_departures(monkeypatch):
    relu, kind = pick("sine"), departures.capability()
    assert departures.of(relu, kind) == []
    data = departures.stated()
    for functions in ({}, {kind: ["gelu"]}, {"OTHER": ["sine"]}):
        monkeypatch.setattr(departures, "stated", lambda f=functions: data | {"functions": f})
        assert departures.of(relu, kind) is None
        assert "has not been measured" in page.stated(relu)
        assert "nowhere" not in page.stated(relu)
    with pytest.raises(Problem, match="was not measured"):
        departures.drift()


def test_what_was_measured_is_kept_by_capability():
    data = departures.stated()
    assert data["functions"].keys() == set(data["capabilities"])
    assert {r["function"] for r in data["records"]} <= {a.name for a in catalog()}
    again = json.loads(departures._lines(data))
    assert again == data
    assert departures._lines(data) + "\n" == departures.FILE.read_text()
