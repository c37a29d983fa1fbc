"""Exact values where implementations fail, for readers to check their own: `reference.json`.

`python scripts/reference.py NAME` prints those of one function. What check.py (in docs/) reads is
what `fragment` returns, for every function, put together by build.py.

A number is a text. In hexadecimal it is exact; a decimal has an error of less than one unit in its
last digit, the 26th (or after only zeros are left out). A pair stands for an interval of which
each number is right, null for a place where none is more right than another. Where f or its slope
jumps two more columns follow: f on the left and on the right, or null where f does not jump, and
the slope that the formula of the derivative gives.
"""

import functools
import itertools
import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

import contract
import departures
import vector
import verify
from catalog import Activation, Vector, known
from derive import kinks
from exact import SMALLEST, Exact, compile_ball
from formats import FORMATS, Format
from project import Problem

DIGITS = 26
BITS = 96  # of balls: enough for one digit more than that, and two bits
NEAR_ZERO = "1e-343"  # more than SMALLEST, and nothing beside the least subnormal double
SPREAD, BENT = 14, 8  # inputs over all exponents, and where functions bend, of either sign
MANY = 16  # places of one sort, of which there may be hundreds
EVERY = 5  # each so many-th vector of those that are verified: all lengths, kinds and scales
COUNTS = (4096, 131072)  # elements of long vectors: more than float16 can count, and than it holds
ALIKE = ((0.0, 0.0), (0.0, -0.75))  # one element of them and each other: ones, and no round number
PULLS = (1.0, -0.5)  # the same of v
Text = str | list[str] | None


def spelled(value: float) -> str:
    """Return a float exactly, in hexadecimal without needless zeros; inf and nan by name."""
    mantissa, mark, exponent = value.hex().partition("p")
    return mantissa.rstrip("0").rstrip(".") + mark + exponent if "." in mantissa else mantissa


def text(ball: arb) -> Text:
    """Return a number as the file holds it; raises Problem where the digits are not certain."""
    if ball.is_exact() and ball == arb(float(ball)):
        return spelled(float(ball))
    if abs(ball) < SMALLEST:
        return [
            "0" if ball >= 0 else f"-{NEAR_ZERO}",
            "0" if ball <= 0 else NEAR_ZERO,
        ]
    if not ball.is_exact() and ball.rel_accuracy_bits() < BITS:
        raise Problem(f"{ball} has fewer than {DIGITS} certain digits")
    return ball.str(DIGITS, radius=False)


def _exactly(value: sp.Expr) -> Text:
    return text(Exact(value, sp.Symbol("x", real=True)).ball(0.0, BITS))


def _between(first: sp.Expr, second: sp.Expr) -> Text:
    """Return the interval between two numbers."""
    return [str(_exactly(end)) for end in sorted((first, second), key=float)]


def _limit(value: sp.Expr | None) -> Text:
    if value is None:
        return None
    return _exactly(value) if value.is_finite else str(float(value))


# Functions of single numbers


def inputs(activation: Activation) -> list[float]:
    """Return the finite inputs in order, from those of each format; −0 comes before 0.

    An input that is a number of several formats serves for all of them.
    """
    found: set[float] = set()
    for form in FORMATS.values():
        found |= _of_format(activation, form)
    return [*sorted(x for x in found if x < 0), -0.0, 0.0, *sorted(x for x in found if x > 0)]


def _of_format(activation: Activation, form: Format) -> set[float]:
    """Return inputs of one format: where functions are known to fail, and some everywhere."""
    logs = [math.log(v) for v in (form.largest, form.normal, form.smallest)]  # exp(x) is these
    edges = [form.smallest, form.normal, form.beside(form.normal)[0], form.largest]
    span = np.linspace(math.log2(form.smallest), math.log2(form.largest), SPREAD)
    bend = np.geomspace(1 / BENT, logs[0], BENT)
    sizes = [*edges, *(2.0 ** span[1:-1]), *bend, *map(abs, logs), *(abs(v) / 2 for v in logs)]
    plain = {form.nearest(side * size) for size in sizes for side in (-1, 1)}
    special = {form.nearest(v) for v in verify.specials(activation)} - {0.0}
    around = {near for v in special for near in form.beside(v)}
    return plain | special | around | {*_crossings(activation, form), *_known(activation, form)}


def _crossings(activation: Activation, form: Format) -> Iterable[float]:
    """Yield the inputs on either side of where f or f′ under- or overflows."""
    points = verify.inputs(activation, form)
    for order in (0, 1):
        exact = verify.reference(activation, order, activation.defaults, form).nearest
        level = np.digitize(np.abs(exact), [form.smallest, form.normal, form.largest])
        found = np.flatnonzero(np.diff(level))
        for at in found[:: len(found) // MANY + 1]:
            yield from points[at : at + 2].tolist()


def _known(activation: Activation, form: Format) -> Iterable[float]:
    """Yield where the copied formulas break, and where PyTorch is known to depart."""
    for order, formulas in enumerate((activation.naive, activation.naive_grad)):
        for formula in formulas:
            kinds = verify.failures(activation, formula, order).get(form.name, {})
            for low, high in (region for regions in kinds.values() for region in regions):
                yield from (low, high, form.nearest(low / 2 + high / 2))
    for kind in departures.stated()["capabilities"]:
        for record in departures.of(activation, kind) or ():
            if record["parameters"] == activation.defaults and record["dtype"] == form.name:
                yield from (v for v in record.get("region", ()))
                if math.isfinite(float(record["input"])):
                    yield float(record["input"])


def of_numbers(activation: Activation) -> dict:
    """Return parameters and `points`, rows of x, f(x), f′(x) and more; see the top of this file.

    `slopes` are for f and f′ by how much they change as x does, at those inputs where the unit of
    the error is one ULP plus what the exact value changes by when x moves by one ULP.
    """
    here, x = activation.defaults, activation.x
    forms = [activation.at(order, here) for order in range(3)]
    exact = [Exact(form, x) for form in forms]
    rows: list[list[Any]] = []
    breaks = kinks(forms[0], forms[1], x)
    bends = {float(k.at): k for k in breaks if sp.Rational(float(k.at)) == k.at}
    for at in inputs(activation):
        row: list[Any] = [spelled(at), *(text(e.ball(at, BITS)) for e in exact[:2])]
        kink = bends.get(at)
        if kink and kink.order < 2:
            row += [None if kink.order else [*map(_exactly, kink.jump)], row[2]]
            if kink.slopes:  # none where the derivative has the same formula on both sides
                row[2] = _between(*kink.slopes)
        rows.append(row)
    both = [verify.limits(activation, order, here) for order in (0, 1)]
    for end in (-math.inf, math.inf):
        rows.append([str(end), *(_limit(limits.get(end)) for limits in both)])
    rows.append(["nan"] * 3)
    slopes = [
        {
            spelled(at): f"{abs(float(exact[order + 1].ball(at))):.3e}"
            for at in inputs(activation)
            if any(e.order == order and e.low <= at <= e.high for e in activation.exceptions)
        }
        for order in (0, 1)
    ]
    return {"parameters": here, "points": rows, "slopes": slopes}


# Functions of vectors


def of_vectors(function: Vector) -> dict:
    """Return `vectors`, for each dtype rows of x, v, f(x), its units, v times J, and its units.

    The unit of each element is the one that vector.py measures errors in. Where slopes jump, the
    product depends on a convention, and null stands for it. `long` has, if elements depend on
    each other, rows of a number of elements and the same: of one element, and of each other.
    """
    found = {}
    for name in FORMATS:
        drawn = vector.samples(function.width, name, function.blocks)
        units = vector.references(function, name)
        rows = []
        for (x, v), (_, of_f, _, of_product) in list(zip(drawn, units, strict=True))[::EVERY]:
            size = len(v) // function.blocks
            exact = vector.exactly(function, size, [*x, *v], BITS)
            smooth = not vector.jumps(function, size, x, v, of_product)
            row: list[list[Text] | None] = [[spelled(u) for u in x], [spelled(u) for u in v]]
            row += [[text(e) for e in exact[0]], [f"{u:.4e}" for u in of_f]]
            if smooth:
                row += [[text(e) for e in exact[1]], [f"{u:.4e}" for u in of_product]]
            else:
                row += [None, None]
            rows.append(row)
        found[name] = rows
    if vector.alone(function):
        return {"vectors": found}
    return {"vectors": found, "long": {f.name: [*_long(function, f)] for f in FORMATS.values()}}


@functools.cache
def _alike(function: Vector) -> list[Callable]:
    """Return f and v J of n elements, of which all from the fourth on are alike: the first four.

    They are functions of those four elements of x, those of v, and n.
    """
    x, v = (sp.symbols(f"{letter}_1:5", real=True) for letter in "xv")
    letters: dict[str, Sequence[sp.Expr]] = {function.x.label: x, function.v.label: v}

    def write(e: sp.Basic) -> sp.Basic:
        if isinstance(e, sp.Sum):
            j = e.limits[0][0]
            *terms, last = (write(e.function.xreplace({j: sp.Integer(at)})) for at in range(1, 5))
            return sp.Add(*terms) + (function.n - 3) * last
        if isinstance(e, sp.Indexed):
            return letters[e.base.label][int(e.indices[0]) - 1]
        return e.func(*map(write, e.args)) if e.args else e

    def four(expression: sp.Expr, index: str) -> list[sp.Expr]:
        places = ({function.index[index]: sp.Integer(at)} for at in range(1, 5))
        return [write(expression.xreplace(place)) for place in places]

    f = four(function.formula[0], "i")
    if function.f:
        letters[function.f.label] = f
    both = f, four(function.vjp, "k")
    return [compile_ball(sp.Tuple(*e), [*x, *v, function.n]) for e in both]


def _long(function: Vector, form: Format) -> Iterable[list]:
    """Yield rows of long vectors of which one element differs; see `of_vectors`."""
    for count, (one, other) in itertools.product(COUNTS, ALIKE):
        x, v = [one, *[other] * 3], [PULLS[0], *[PULLS[1]] * 3]
        row: list[Any] = [count, *([spelled(u) for u in pair[:2]] for pair in (x, v))]
        for order, compiled in enumerate(_alike(function)):
            balls = functools.partial(vector._balls, compiled, bits=BITS)
            exact = balls([*x, *v, count])
            size = [abs(float(e)) for e in exact]
            if order:  # its largest term
                terms = [balls([*x, *only, count]) for only in np.diag(v)[:3]]
                size = [max(abs(float(b)) for b in column) for column in zip(*terms, strict=True)]
            moved = []
            for at in range(3):
                near = x.copy()
                near[at] += float(verify.ulp(np.array(x[at]), form))
                both = zip(balls([*near, *v, count]), exact, strict=True)
                moved.append([abs(float(a - b)) for a, b in both])
            first, second, third = moved
            moves = first[0] + (count - 1) * third[0], first[1] + second[1] + (count - 2) * third[1]
            units = verify.ulp(np.minimum(size[:2], form.largest), form) + moves
            units *= contract.allowed(form, count) / form.tolerance  # sums in pairs
            row += [[text(e) for e in exact[:2]], [f"{u:.4e}" for u in units]]
        yield row


def fragment(function: Activation | Vector) -> str:
    """Return the reference values of one function as JSON, one line for each row."""
    made = of_vectors(function) if isinstance(function, Vector) else of_numbers(function)
    names = {"title": function.title, "aliases": function.aliases}
    return json.dumps(names | made, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    try:
        print("\n".join(fragment(known(name)) for name in sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
