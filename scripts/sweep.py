"""The NumPy cell for every value of its parameters, over the decades to the edges of their domains.

`verify` looks at few settings and many inputs, this at many settings and few inputs: those that a
parameter could make special. Where the code cuts off or overflows by x alone but should by its
product with a parameter, an input is placed by that product.
"""

import functools
import math
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
import sympy as sp
from flint import arb

import verify
from catalog import Activation, catalog, pick
from exact import Exact
from formats import FORMATS, Format
from project import Problem
from verify import Array, Setting

NEAR, FAR = (1, 2, 3, 4, 6, 8, 10), (15, 20, 30, 38, 100, 200, 300)  # powers of ten
DECADES = [10.0**k for k in sorted({0, *NEAR, *FAR, *(-k for k in (*NEAR, *FAR))})]
DECADES += [0.7 * 10.0**k for k in range(-4, 5)]  # float16 rounds some of these up, others down
BESIDE = (1e-15, 1e-8, 1e-3, 0.125)  # how far from a finite end of a domain
JOINT, SEED = 16, 20_001  # settings in which all parameters differ from their defaults
BASES = [  # where functions bend, saturate and leave the range of a format
    *(1e-300, 1e-40, 1e-8, 1e-4, 0.01, 0.3, 1.0, 1.7, 4.1, 9.3, 17.3, 37.7, 88.8, 104.3, 356.7),
    *(709.1, 723.7, 744.9, 1427.3, 5e3, 1e5, 1e13, 1e25, 1e40, 1e154, 1e300),
]
BEYOND = arb(2) ** 2100  # stands for ∞: there f is past every float, or at its limit


def values(activation: Activation, at: int) -> list[float]:
    """Return numbers of one parameter's domain over its decades, at its ends and beside them.

    So, too, at what other parameters are by default, and at the opposite: a sum may be 0 there.
    """
    domain = activation.parameters[at].domain
    edges = [float(e) for e in domain.boundary]
    tried = {0.0, *map(float, activation.defaults.values()), *DECADES}
    tried |= {-v for v in tried}
    tried |= {e + side * by for e in edges for by in (0, *BESIDE) for side in (-1, 1)}
    return [v for v in sorted(tried) if sp.Rational(v) in domain]


def settings(activation: Activation) -> Iterator[Setting]:
    """Yield each parameter's values with the others at their defaults, then all of them at once."""
    names = list(activation.defaults)
    every = [values(activation, i) for i in range(len(names))]
    for name, several in zip(names, every, strict=True):
        for value in several:
            if activation.allows(setting := activation.defaults | {name: value}):
                yield setting
    random, found = np.random.default_rng(SEED), 0
    for _ in range(40 * JOINT if len(names) > 1 else 0):
        drawn = [several[random.integers(len(several))] for several in every]
        if found < JOINT and activation.allows(setting := dict(zip(names, drawn, strict=True))):
            found += 1
            yield setting


def inputs(setting: Setting, form: Format) -> Array:
    """Return finite inputs that these parameters may make special, with 0 and the extremes."""
    bases = np.array(BASES)
    found = [bases, np.array([0.0, form.smallest, form.normal, form.largest])]
    with np.errstate(all="ignore"):
        own = np.array(list(setting.values())).astype(form.name)  # and what lies beside them
        for q in np.abs(list(setting.values())):
            found += [bases * q, bases / q, bases * q**0.5, bases / q**0.5, bases + q, bases - q]
        sizes = np.concatenate(found).astype(form.name)
    beside = (np.nextafter(own, own.dtype.type(end)) for end in (-np.inf, np.inf))
    every = np.concatenate([sizes, -sizes, own, -own, *beside])
    return np.unique(every[np.isfinite(every)].astype(np.float64))


@functools.lru_cache(maxsize=64)
def _formulas(activation: Activation) -> tuple[sp.Expr, ...]:
    """Return f, f' and f'' with symbols for the parameters."""
    x, slope = activation.x, activation.derivative
    return activation.formula, slope, slope.diff(x)


def exact(activation: Activation, order: int, setting: Setting) -> Exact:
    """Return f (order 0), f' (1) or f'' (2) at these parameters."""
    given = {p.symbol: setting[p.symbol.name] for p in activation.parameters}
    return Exact(_formulas(activation)[order], activation.x, given)


def _slack(activation: Activation, order: int, setting: Setting, points: Array, form: Format):
    """Return what the snippet's exceptions add to the unit of each error; 0 elsewhere.

    A zero beside which rounding is left lies elsewhere for other parameters: there the exception
    is of what lies within a factor of 2 of it.
    """
    slack, claimed = np.zeros(len(points)), [e for e in activation.exceptions if e.order == order]
    if not claimed:
        return slack
    here = np.any([(e.low <= points) & (points <= e.high) for e in claimed], axis=0)
    if setting != activation.defaults:
        of = exact(activation, order, setting)
        ends = points / 2, np.clip(points, -form.largest / 2, form.largest / 2) * 2
        inner, outer = (np.sign(of.rounded(u.tolist()).nearest) for u in ends)
        here |= inner * outer < 0
    slope = exact(activation, order + 1, setting).rounded(points[here].tolist()).nearest
    with np.errstate(over="ignore"):
        slack[here] = np.abs(slope) * verify.ulp(points[here], form)
    return np.minimum(slack, form.largest / 2)


def _ends(activation: Activation, order: int, setting: Setting) -> dict[float, float]:
    """Return what f or f' should give at nan and, where it has limits, at ±∞."""
    found = {math.nan: math.nan}
    if activation.keeps(activation.at_infinity, setting):
        for at in verify.limits(activation, order, activation.defaults):
            value = exact(activation, order, setting).ball(-BEYOND if at < 0 else BEYOND)
            found[at] = float(value)
    return found


def _wrong(activation: Activation, order: int, setting: Setting, form: Format) -> str:
    """Return the input, the result and the exact value where the cell is furthest off, if it is."""

    def called(points: Array, over: Literal["raise", "ignore"]) -> Array:
        with np.errstate(all="raise", under="ignore", over=over):
            return verify.numpy_values(activation, order, setting, form, points)

    points = inputs(setting, form)
    wanted = exact(activation, order, setting).rounded(points.tolist())
    got, fits = np.empty(len(points)), np.abs(wanted.nearest) <= form.largest
    try:
        got[fits], got[~fits] = called(points[fits], "raise"), called(points[~fits], "ignore")
        for point, want in _ends(activation, order, setting).items():
            found = float(called(np.array([point]), "ignore")[0])
            if not verify.agree(found, want, form):
                return f"x = {point} gives {found}; exact is {want}"
    except FloatingPointError as flag:
        for point, fit, want in zip(points, fits, wanted.nearest, strict=True):
            try:
                called(np.array([point]), "raise" if fit else "ignore")
            except FloatingPointError:
                return f"x = {point} gives: {flag}; exact is {want}"
        return f"x = ±∞ gives: {flag}"
    off = verify.errors(got, wanted, form, _slack(activation, order, setting, points, form))
    i = int(np.argmax(off))
    if off[i] <= form.tolerance:
        return ""
    return f"x = {points[i]} gives {got[i]}, {off[i]:.3g} ULP off; exact is {wanted.nearest[i]}"


def check(activation: Activation) -> int:
    """Raise Problem where the NumPy cell is wrong; return how many settings it was tried with."""
    count = 0
    for setting in settings(activation) if activation.parameters else ():
        count += 1
        for order in (0, 1):
            for dtype in verify.NUMPY_DTYPES:
                if wrong := _wrong(activation, order, setting, FORMATS[dtype]):
                    function = (activation.function, activation.gradient)[order].__name__
                    given = ", ".join(f"{name} = {value!r}" for name, value in setting.items())
                    raise Problem(
                        f"snippets/{activation.name}.py: {function} with {given} in {dtype}: "
                        f"{wrong}"
                    )
    return count


def main(names: Iterable[str]) -> None:
    """Sweep the parameters of the named activations, or of all that have any."""
    for name in names:
        start = time.process_time()
        count = check(pick(name))
        print(f"{name}: {count} settings, {time.process_time() - start:.2f} s")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or [a.name for a in catalog() if a.parameters])
    except Problem as problem:
        sys.exit(str(problem))
