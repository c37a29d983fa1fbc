"""How far the NumPy cell and the PyTorch module stray from the exact function.

The error of a computed value is |computed − exact| / ulp(exact), where ulp(v) is the distance
between the two floats of the dtype that enclose v: 2**(floor(log2|v|) − p + 1) for precision p,
and the least subnormal for every smaller v, 0 included. A correctly rounded value is at most 0.5
ULP off. A result of ±inf counts as the power of two after the largest float, so it is right where
the exact value rounds to it; a nan is infinitely wrong.
"""

import functools
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import sympy as sp

from catalog import Activation, catalog, pick
from derive import breakpoints, float_of, limit, pieces, prove_steps, zeros
from exact import Exact, Rounded
from formats import FORMATS, Format
from project import Problem


class UnsupportedError(Exception):
    """PyTorch does not implement this module for this dtype."""


NUMPY_DTYPES = ("float16", "float32", "float64")
FAR = 1e-2  # relative error from which a copied formula counts as wrong
NEAR = 20.0  # |x| up to which absolute errors are told
Array = np.ndarray
Region = tuple[float, float]
Failures = dict[str, list[Region]]  # regions in order; none: everywhere
Setting = dict[str, float]


def patterns(form: Format) -> Array:
    """Return every finite number of a 16-bit format, as float64, in increasing order."""
    bits = np.arange(1 << 16, dtype=np.uint32)
    if form.name == "float16":
        every = bits.astype(np.uint16).view(np.float16)
    else:
        every = (bits << 16).view(np.float32)
    every = every[np.isfinite(every)].astype(np.float64)
    return np.unique(every)


@functools.cache
def sample(form: Format, specials: tuple[float, ...]) -> Array:
    """Return float32 or float64 numbers that cover every exponent and the surroundings of specials.

    Increasing float64 array: three significands per exponent and sign, a dense set where functions
    bend and where exp overflows and underflows, subnormals, ±max, and eight neighbours on either
    side of each special point.
    """
    dtype = np.dtype(form.name)
    random = np.random.default_rng(20_000 + form.precision)
    exponents = np.arange(form.least - form.precision + 1, form.most)
    edge = np.log(2.0) * form.most + 40  # beyond it exp is inf or 0
    magnitudes = np.concatenate(
        [
            np.ldexp(1.0, exponents),
            *(np.ldexp(random.uniform(1, 2, len(exponents)), exponents) for _ in range(2)),
            np.exp(random.uniform(np.log(1e-4), np.log(edge), 6000)),
            random.uniform(0, edge, 3000),
            random.uniform(0, 20, 3000),
            [form.largest, form.normal, form.smallest, 2 * form.smallest],
        ]
    )
    near = [0.0]
    for special in specials:
        for towards in (-np.inf, np.inf):
            point = dtype.type(special)
            for _ in range(8):
                near.append(float(point))
                point = np.nextafter(point, dtype.type(towards))
    points = np.concatenate([magnitudes, -magnitudes, near]).astype(dtype)
    return np.unique(points[np.isfinite(points)].astype(np.float64))


def specials(activation: Activation) -> tuple[float, ...]:
    """Return the breakpoints and the zeros of f, f' and f'' at the defaults, rounded to doubles."""
    activation = activation.whole or activation
    forms = (activation.at(order, activation.defaults) for order in range(3))
    return _specials(activation.x, activation.generic[0], *forms)


@functools.cache
def _specials(x: sp.Symbol, formula: sp.Expr, *forms: sp.Expr) -> tuple[float, ...]:
    found = {float(b) for b in breakpoints(formula, x)}
    for form in forms:
        for piece in pieces(form, x):
            found |= {float_of(z) for z in zeros(piece.expression, x, piece)}
    return tuple(sorted(found))


def inputs(activation: Activation, form: Format) -> Array:
    """Return the finite inputs to verify at: all there are in 16 bits, a covering sample else."""
    return _inputs(form, specials(activation))


def _inputs(form: Format, special: tuple[float, ...]) -> Array:
    return patterns(form) if form.precision < 16 else sample(form, special)


@functools.lru_cache(maxsize=256)
def _reference(
    expression: sp.Expr, x: sp.Symbol, form: Format, special: tuple[float, ...]
) -> Rounded:
    return Exact(expression, x).rounded(_inputs(form, special).tolist())


def reference(activation: Activation, order: int, setting: Setting, form: Format) -> Rounded:
    """Return the exact f (order 0) or f' (1) at `inputs`; the same expression is asked once."""
    expression = activation.at(order, setting)
    return _reference(expression, activation.x, form, specials(activation))


def ends(activation: Activation, order: int, setting: Setting) -> dict[float, float]:
    """Return what f or f' should give at −inf, +inf and nan: the limits if there are, and nan."""
    if not activation.keeps(activation.at_infinity, setting):
        return {math.nan: math.nan}
    found = {at: float(v) for at, v in limits(activation, order, setting).items()}
    return found | {math.nan: math.nan}


def limits(activation: Activation, order: int, setting: Setting) -> dict[float, sp.Expr]:
    """Return the limits of f or f' at −inf and +inf; nothing where there is none."""
    expression, x = activation.at(order, setting), activation.x
    parts = pieces(expression, x)
    both = {-math.inf: limit(parts[0], x, False), math.inf: limit(parts[-1], x, True)}
    return {at: value for at, value in both.items() if not value.has(sp.AccumBounds)}


def agree(got: float, want: float, form: Format) -> bool:
    """Tell whether a result is right: within tolerance, and inf or nan where it should be."""
    if math.isnan(want) or math.isinf(want):
        return math.isnan(got) if math.isnan(want) else got == want
    if math.isinf(got) and abs(want) > form.largest:
        return (got > 0) == (want > 0)
    return abs(got - want) <= form.tolerance * float(ulp(np.array(want), form))


def ulp(exact: Array, form: Format) -> Array:
    """Return the ULP of the format at each exact value."""
    _, exponent = np.frexp(np.abs(exact))
    exponent = np.where(exact == 0, form.least, np.clip(exponent - 1, form.least, form.most - 1))
    return np.ldexp(1.0, exponent - form.precision + 1)


def errors(computed: Array, exact: Rounded, form: Format, slack: Array | float = 0.0) -> Array:
    """Return the error of each computed value in ULP of its exact value (float64; inf for nan).

    `slack` is added to the unit.
    """
    want = exact.nearest
    unit = ulp(want, form) + slack
    rest = exact.rest * (ulp(want, FORMATS["float64"]) / unit)
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs((computed - want) / unit - rest)
        beyond = np.maximum((form.largest - np.abs(want)) / unit + 1, 0)
    beyond = np.where(beyond <= 0.5, 0, beyond)  # the exact value rounds to inf
    same = np.isinf(computed) & (np.sign(computed) == np.sign(want))
    off = np.where(same, beyond, off)
    return np.where(np.isnan(off), np.inf, off)


def relative(computed: Array, exact: Rounded) -> Array:
    """Return |computed − exact| / |exact|, to double precision; 0 where both are 0."""
    with np.errstate(all="ignore"):
        off = np.abs((computed - exact.nearest) / exact.nearest)
    return np.where(computed == exact.nearest, 0, np.where(np.isnan(off), np.inf, off))


def shares(computed: Array, exact: Rounded, form: Format) -> Array:
    """Return the relative error where the exact value is a normal number, 0 elsewhere."""
    size = np.abs(exact.nearest)
    return np.where((form.normal <= size) & (size <= form.largest), relative(computed, exact), 0)


def awkward(activation: Activation) -> Iterable[Setting]:
    """Yield settings with one parameter where its domain might have been drawn wrongly.

    At the edges of the domain and beside them, at −1, 0 and 1, and at what other parameters are.
    """
    for p in activation.parameters:
        edges = (e + by for e in p.domain.boundary for by in (0, 0.125, -0.125))
        for value in {-1, 0, 1, *map(float, edges), *activation.defaults.values()}:
            setting = activation.defaults | {p.symbol.name: float(value)}
            if activation.allows(setting):
                yield setting


# The two voices


def numpy_values(
    activation: Activation, order: int, setting: Setting, form: Format, points: Array
) -> Array:
    """Call the NumPy cell on points of this format; float64 array.

    Raises Problem when it changes the dtype.
    """
    function = (activation.function, activation.gradient)[order]
    x = points.astype(form.name)
    y = function(x, **setting)
    if y.dtype != x.dtype:
        raise Problem(
            f"snippets/{activation.name}.py: {function.__name__} turns {x.dtype} into {y.dtype}"
        )
    return y.astype(np.float64)


def torch_values(
    activation: Activation,
    order: int,
    setting: Setting,
    form: Format,
    points: Array,
    strided: bool = False,
) -> Array:
    """Call the PyTorch module, or autograd for its derivative; float64 array.

    Raises UnsupportedError where torch has no code for this dtype.

    A long contiguous tensor runs through the vector code, one with gaps in memory through the
    scalar code; short tensors and the ends of long ones mix the two.
    """
    import torch

    torch.set_num_threads(1)  # else each thread has a scalar tail of its own
    kind = getattr(torch, form.name)
    module = activation.torch(setting, kind)
    x = torch.from_numpy(points).to(kind)
    count = len(x)
    if strided:
        x = torch.stack([x, x], 1).reshape(-1)[::2]
    else:
        x = torch.cat([x, torch.zeros(-count % 256, dtype=kind)])  # no scalar tail
    x.requires_grad_(order > 0)
    try:
        y = module(x)
        if order:
            seed = torch.ones_like(y)
            if strided:
                seed = torch.ones(2 * count, dtype=kind)[::2]
            (y,) = torch.autograd.grad(y, x, seed)
    except NotImplementedError as missing:
        raise UnsupportedError from missing
    return y.detach()[:count].double().numpy()


def absolute(computed: Array, exact: Rounded, form: Format) -> Array:
    """Return |computed − exact|; a result of ±inf counts as in `errors`."""
    return errors(computed, exact, form) * ulp(exact.nearest, form)


@dataclass(frozen=True)
class Worst:
    """The largest errors over a set of inputs, and where that in ULP is.

    In ULP, to which exceptions may add; relative where exact is normal; absolute for |x| ≤ NEAR.
    """

    ulps: float
    relative: float
    absolute: float
    at: float
    got: float
    exact: float
    points: int


def _worst(
    activation: Activation,
    order: int,
    setting: Setting,
    form: Format,
    computed: Array,
    slack: Array | float = 0.0,
) -> Worst:
    points, exact = inputs(activation, form), reference(activation, order, setting, form)
    off = errors(computed, exact, form, slack)
    i = int(np.argmax(off))
    return Worst(
        float(off[i]),
        float(shares(computed, exact, form).max()),
        float(absolute(computed, exact, form)[np.abs(points) <= NEAR].max()),
        float(points[i]),
        float(computed[i]),
        float(exact.nearest[i]),
        len(points),
    )


def slacks(activation: Activation, order: int, setting: Setting, form: Format) -> Array:
    """Return, for each input, what the snippet's exceptions add to the unit; 0 elsewhere."""
    points = inputs(activation, form)
    slack = np.zeros(len(points))
    for e in activation.exceptions:
        if e.order == order:
            here = (e.low <= points) & (points <= e.high)
            slack[here] = _moves(
                activation.at(order + 1, setting), activation.x, form, tuple(points[here])
            )
    return slack


@functools.lru_cache(maxsize=16)
def _moves(slope: sp.Expr, x: sp.Symbol, form: Format, points: tuple[float, ...]) -> Array:
    """Return by how much a function with this slope moves when x does by one ULP."""
    with np.errstate(over="ignore"):
        moves = np.abs(Exact(slope, x).rounded(points).nearest) * ulp(np.array(points), form)
    return np.minimum(moves, form.largest / 2)


def _checked(activation: Activation, order: int, setting: Setting, form: Format) -> Array:
    """Call the NumPy cell at all inputs of the format.

    Raises Problem on a floating-point flag but underflow, or overflow where exact overflows too,
    and where the cell is wrong at ±∞ or does not keep nan.
    """
    points, exact = inputs(activation, form), reference(activation, order, setting, form)
    fits = np.abs(exact.nearest) <= form.largest
    function = (activation.function, activation.gradient)[order].__name__
    computed = np.empty(len(points))
    try:
        with np.errstate(all="raise", under="ignore"):
            computed[fits] = numpy_values(activation, order, setting, form, points[fits])
        with np.errstate(all="raise", under="ignore", over="ignore"):
            computed[~fits] = numpy_values(activation, order, setting, form, points[~fits])
    except FloatingPointError as flag:
        raise Problem(
            f"snippets/{activation.name}.py: {function} in {form.name}: {flag} {setting or ''}"
        ) from None
    for point, want in ends(activation, order, setting).items():
        got = float(numpy_values(activation, order, setting, form, np.array([point]))[0])
        if not agree(got, want, form):
            raise Problem(
                f"snippets/{activation.name}.py: {function}({point}) = {got} in {form.name}, "
                f"not {want} {setting or ''}"
            )
    return computed


def numpy_errors(activation: Activation, order: int, setting: Setting, form: Format) -> Worst:
    """Return the largest errors of the NumPy cell over all inputs, whatever exceptions it has."""
    computed = _checked(activation, order, setting, form)
    return _worst(activation, order, setting, form, computed)


def numpy_error(activation: Activation, order: int, setting: Setting, form: Format) -> Worst:
    """Return the largest errors in units to which exceptions add.

    Raises Problem when they exceed the tolerance, and for what is wrong with the cell besides.
    """
    computed = _checked(activation, order, setting, form)
    slack = slacks(activation, order, setting, form)
    result = _worst(activation, order, setting, form, computed, slack)
    if not result.ulps <= form.tolerance:
        function = (activation.function, activation.gradient)[order].__name__
        raise Problem(
            f"snippets/{activation.name}.py: {function}({result.at!r}) = {result.got!r} in "
            f"{form.name} is {result.ulps:.3g} {'units' if np.any(slack) else 'ULP'} from exact; "
            f"{form.tolerance:g} are allowed"
        )
    return result


def torch_errors(activation: Activation, order: int, setting: Setting, form: Format) -> Worst:
    """Return the largest errors of the PyTorch module, in vector or scalar code."""
    points = inputs(activation, form)
    both = [
        _worst(
            activation,
            order,
            setting,
            form,
            torch_values(activation, order, setting, form, points, s),
        )
        for s in (False, True)
    ]
    return max(both, key=lambda w: w.ulps)


# The formulas that people copy


@functools.lru_cache(maxsize=16)
def failures(activation: Activation, formula: str, order: int) -> dict[str, Failures]:
    """Return, per dtype, in which ways a NumPy expression in x breaks, and between which inputs.

    The expression sees `np`, the names of the NumPy cell and the parameters. Another setting of
    the parameters is named only where it breaks in a way that the defaults do not.
    """

    def tried(setting: Setting, dtype: str) -> Failures:
        return _failures(activation, formula, order, setting, FORMATS[dtype])

    found = {name: tried(activation.defaults, name) for name in NUMPY_DTYPES}
    for setting in activation.settings()[1:]:
        if tried(setting, "float32").keys() <= found["float32"].keys():
            continue  # nor in the other dtypes, most likely; each costs a second
        for name in NUMPY_DTYPES:
            for kind, regions in tried(setting, name).items():
                if kind not in found[name]:
                    found[name][f"{kind} (at {named(setting)})"] = regions
    return found


def named(setting: Setting) -> str:
    """Return parameters and their values as Markdown."""
    return ", ".join(f"`{k} = {v:g}`" for k, v in setting.items())


def _failures(
    activation: Activation, formula: str, order: int, setting: Setting, form: Format
) -> Failures:
    points, exact = inputs(activation, form), reference(activation, order, setting, form)
    scope = {**activation.scope, **setting}
    code = compile(formula, formula, "eval")

    def run(x: Array) -> Array:
        return np.asarray(eval(code, scope, {"x": x.astype(form.name)}))

    def flagged(x: Array) -> str:
        try:
            with np.errstate(all="raise", under="ignore"):
                run(x)
        except FloatingPointError as flag:
            return str(flag).split()[0]
        return ""

    def beyond(ray: Array) -> Region:
        """Return where on the ray the first flag is raised, and where the ray ends."""
        low, high = 0, len(ray)  # the shortest prefix that raises
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if flagged(ray[:middle]) else (middle, high)
        good, bad = float(ray[max(high - 2, 0)]), float(ray[high - 1])
        for _ in range(form.precision):
            half = float(np.array((good + bad) / 2).astype(form.name))
            good, bad = (good, half) if flagged(np.array([half])) else (half, bad)
        return min(bad, float(ray[-1])), max(bad, float(ray[-1]))

    with np.errstate(all="ignore"):
        y = run(points)
        at_nan = float(run(np.array([np.nan]))[0])
        outer = {p: v for p, v in ends(activation, order, setting).items() if np.isinf(p)}
        far_out = {p: float(run(np.array([p]))[0]) for p in outer}
    found: Failures = {}
    if y.dtype != form.name:
        found[f"{y.dtype}, whatever the dtype of x"] = []
    if not np.isnan(at_nan):
        found["a number at nan"] = []
    bad = [p for p, want in outer.items() if not np.isnan(want) and np.isnan(far_out[p])]
    if bad:
        found[f"nan at {'±∞' if len(bad) > 1 else '∞' if bad[0] > 0 else '−∞'}"] = []
    fits = np.abs(exact.nearest) <= form.largest
    normal = fits & (np.abs(exact.nearest) >= form.normal)
    y = y.astype(np.float64)
    lost = fits & np.isnan(y)
    slack = slacks(activation, order, setting, form)  # where the cell itself may be far off
    far = normal & ~lost & (relative(y, exact) > FAR) & (slack == 0)
    flushed = fits & (y == 0) & (errors(y, exact, form, slack) > form.tolerance)
    for side in (-1, 1):
        chosen = np.sign(points) == side
        ray = points[fits & chosen]
        ray = ray[np.argsort(np.abs(ray))]
        if kind := flagged(ray):
            found.setdefault(f"{kind} warning", []).append(beyond(ray))
        for kind, region in (
            ("nan", lost),
            ("0 where the result is not 0", flushed),
            (f"errors above {FAR:.0%}, between", far),
        ):
            here = points[region & chosen]
            if len(here):
                found.setdefault(kind, []).append((float(here.min()), float(here.max())))
    return found


def main(names: Iterable[str]) -> None:
    """Verify the NumPy cells of the named activations at every setting and print the errors."""
    for name in names:
        activation = pick(name)
        prove_steps(activation)
        print(f"{name}: the derivative and {len(activation.steps)} steps are proved")
        for setting in activation.settings():
            for dtype in NUMPY_DTYPES:
                form = FORMATS[dtype]
                for part, order in activation.computed:
                    allowed = numpy_error(part, order, setting, form)
                    plain = numpy_errors(part, order, setting, form)
                    excused = f", {allowed.ulps:.2f} of the units allowed" * (plain != allowed)
                    called = (part.function, part.gradient)[order].__name__
                    print(
                        f"  {called} {named(setting)} {dtype}: {plain.ulps:.4g} ULP "
                        f"at {plain.at!r}{excused}, {plain.points} inputs"
                    )


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or [a.name for a in catalog()])
    except Problem as problem:
        sys.exit(str(problem))
