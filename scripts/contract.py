"""What a reader may hand to a function of vectors, and whether its NumPy cell is right there.

Any shape, axis and memory layout, any length up to 2**17, axes without elements, a single number
where each input makes one result, lists, integers, a v of another dtype. Every result is compared
with exact values; the first that is wrong is told in one line.

A long vector repeats a few kinds of elements: with the number of each, its exact values are found
as fast as those of a short one.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from catalog import Vector
from formats import FORMATS, Format
from project import Problem, shown

LENGTHS = (2, 50, 1000, 4096, 128_256, 1 << 17)
SCALES = {"zeros": 0, "nearly equal elements": 0.01, "elements": 1}  # of long vectors
ALONE = {"elements, one far above the others": 17.25, "elements, one far below the others": -17.25}
KINDS = 3  # of elements in a long vector
BATCHES = ((), (8,), (2, 4), (1, 8, 1))
WHOLE = (3, -1, 0, 2, 1, -2, 2, 3, 5, -4)  # elements that every dtype holds
Array = np.ndarray
Exact = Callable[[Array, Array, Format, Sequence[int]], tuple]  # vector.reference
Call = Callable[[int, Any, Any, int | None], Any]  # with the order, x, v and an axis


class Lines(NamedTuple):
    """Vectors of one length, a row each, and for both orders what is exact and its unit.

    What is exact is a double, and what is left of it.
    """

    x: Array
    v: Array
    exact: Sequence[tuple[Array, Array, Array]]

    def take(self, which: Any) -> "Lines":
        """Return some of the rows."""
        exact = [tuple(part[which] for part in parts) for parts in self.exact]
        return Lines(self.x[which], self.v[which], exact)


class Worst(NamedTuple):
    """The largest error in its unit, where it is, what came out, and what is exact."""

    units: float
    words: str
    got: float
    exact: float


def lines(
    exact: Exact, given: Sequence[tuple[Array, Array]], form: Format, counts: Sequence[int] = ()
) -> Lines:
    """Return vectors of one length with their exact values."""
    found: list[list[tuple[Array, Array, Array]]] = [[], []]
    for x, v in given:
        row = exact(x, v, form, counts)
        for order in (0, 1):
            balls, unit = row[2 * order : 2 * order + 2]
            near = np.array([float(ball) for ball in balls])
            rest = [
                float(b - n) if math.isfinite(n) else 0 for b, n in zip(balls, near, strict=True)
            ]
            found[order].append((near, np.array(rest), unit))
    x, v = (np.array(part) for part in zip(*given, strict=True))
    return Lines(x, v, [tuple(map(np.array, zip(*f, strict=True))) for f in found])  # type: ignore


def allowed(form: Format, length: int) -> float:
    """Return how many units are allowed: in float64 also half a one for each level of pairs."""
    return form.tolerance + (math.log2(max(length, 1)) / 2 if form.name == "float64" else 0)


def layouts(array: Array) -> Iterator[tuple[str, Array]]:
    """Yield an array as it may lie in memory."""
    yield "C order", array.copy()
    yield "Fortran order", array.copy(order="F")
    yield "backwards in memory", np.flip(np.flip(array).copy())
    between = np.zeros([2 * size for size in array.shape], array.dtype)
    view = between[(slice(None, None, 2),) * array.ndim]
    view[...] = array
    yield "with gaps in memory", view
    yield "read-only", np.broadcast_to(array.copy(), array.shape)


def batches(rows: Lines, batch: tuple[int, ...]) -> Iterator[tuple[str, Array, Array, Any, Lines]]:
    """Yield rows as a batch, along each axis, in all layouts; also the first row, repeated."""
    for axis in range(len(batch) + 1):
        both = [
            np.moveaxis(part.reshape(*batch, part.shape[-1]), -1, axis) for part in (rows.x, rows.v)
        ]
        shape = f"shape {both[0].shape}"
        axes = [axis, axis - len(batch) - 1, *([None] if axis == len(batch) else [])]
        for at, *laid in zip(itertools.cycle(axes), *map(layouts, both), strict=False):
            (words, x), (_, v) = laid
            yield f"{shape}, axis {at}, {words}", x, v, at, rows
        if rows.x.size:
            once = [np.moveaxis(p, axis, -1)[(slice(1),) * len(batch)] for p in both]
            x, v = (
                np.broadcast_to(np.moveaxis(o, -1, axis), p.shape)
                for o, p in zip(once, both, strict=True)
            )
            yield f"{shape}, axis {axis}, broadcast", x, v, axis, rows.take([0] * len(rows.x))


class Trial:
    """A voice for one function in one dtype, and the largest error that was found."""

    def __init__(self, vector: Vector, form: Format, call: Call | None = None) -> None:
        self.vector, self.form = vector, form
        self.strict, self.call = call is None, call or self._numpy
        self.worst = [Worst(-1.0, "", 0.0, 0.0), Worst(-1.0, "", 0.0, 0.0)]

    def _numpy(self, order: int, x: Any, v: Any, axis: int | None) -> Any:
        along = {} if axis is None else {"axis": axis}
        vector = self.vector
        return vector.vjp_function(x, v, **along) if order else vector.function(x, **along)

    def refusal(self, order: int, words: str, text: str) -> Problem:
        """Return what is to be told of a result."""
        name = f"{self.vector.name}{'_vjp' * order}"
        return Problem(f"{shown(self.vector.path)}: {name} in {self.form.name}, {words}: {text}")

    def _called(
        self, order: int, x: Any, v: Any, axis: Any, words: str, over: Literal["ignore", "raise"]
    ) -> Array:
        before = [np.array(part) for part in (x, v)]
        try:
            with np.errstate(divide="raise", invalid="raise", over=over, under="ignore"):
                got = self.call(order, x, v, axis)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise self.refusal(order, words, f"{type(error).__name__}: {error}") from None
        if not all(map(np.array_equal, before, (x, v))):
            raise self.refusal(order, words, "it changes what it is given")
        return got

    def hold(self, words: str, x: Any, v: Any, axis: Any, rows: Lines, dtype: Any = None) -> None:
        """Compare what comes out along an axis with what is exact for each row.

        Raises Problem where NumPy is wrong; PyTorch may be.
        """
        form, wanted = self.form, np.dtype(dtype or self.form.name)
        for order, (near, rest, unit) in enumerate(rows.exact):
            large = np.abs(near) > form.largest
            got = self._called(order, x, v, axis, words, "ignore" if large.any() else "raise")
            shape = np.shape(v if order == 0 else x)
            if (np.shape(got), got.dtype) != (shape, wanted):
                text = f"{got.dtype} of shape {np.shape(got)}, not {wanted} of shape {shape}"
                raise self.refusal(order, words, text)
            if shape:
                got = np.moveaxis(got, -1 if axis is None else axis, -1)
            got = np.reshape(got, near.shape).astype(np.float64)
            with np.errstate(all="ignore"):  # ∞ − ∞ is settled in the next two lines
                off = np.abs((got - near) - rest) / unit
            off[~np.isfinite(got)] = math.inf
            off[large & (got == np.copysign(math.inf, near))] = 0
            at = np.unravel_index(np.argmax(off), off.shape) if off.size else None
            if at is None or off[at] <= self.worst[order].units:
                continue
            self.worst[order] = Worst(float(off[at]), words, float(got[at]), float(near[at]))
            most = allowed(form, near.shape[-1] if near.shape[-1] > len(WHOLE) * 2 else 0)
            if self.strict and not off[at] <= most:
                text = f"{got[at]:.5g} instead of {near[at]:.5g}, {off[at]:.3g} units off"
                raise self.refusal(order, words, f"{text}; {most:.3g} are allowed")

    def refuses(self, words: str, x: Array, axis: int = -1) -> None:
        """Demand an error instead of a result."""
        try:
            got = self.call(0, x, None, axis)
        except (ValueError, LookupError):
            return
        raise self.refusal(0, words, f"shape {np.shape(got)} in place of an error")


def short(
    vector: Vector, exact: Exact, given: Sequence[Sequence[tuple[Array, Array]]], name: str
) -> None:
    """Hold the cell to the contract at vectors of two elements and eight of ten; raises Problem."""
    form = FORMATS[name]
    trial, two = Trial(vector, form), [lines(exact, each, form) for each in given]
    few, rows = (Lines(r.x.astype(name), r.v.astype(name), r.exact) for r in two)
    for case in batches(few, (len(few.x),)):
        trial.hold(*case)
    blank = np.zeros((6, 0), name)
    empty = Lines(blank, blank, [(blank, blank, blank)] * 2)
    for batch in BATCHES:
        for case in batches(rows.take(slice(math.prod(batch))), batch):
            trial.hold(*case)
    for none, batch in (
        (rows.take([]), (0,)),
        (rows.take([]), (2, 0)),
        (empty, (6,)),
        (empty, (2, 3)),
    ):
        for case in batches(none, batch):
            trial.hold(*case)
    whole = np.array(WHOLE * vector.width), np.array(WHOLE[::-1] * vector.blocks)
    known = lines(exact, [tuple(part.astype(float) for part in whole)], form)  # type: ignore
    for words, v in (("a list", whole[1].tolist()), ("integers", whole[1]), ("float16", None)):
        other = whole[1].astype(np.float16) if v is None else v
        trial.hold(f"v is {words}", whole[0].astype(name), other, None, known)
    trial.hold("v is float64", whole[0].astype(name), whole[1].astype(np.float64), None, known)
    if name == "float64":
        for words, x in (("a list", whole[0].tolist()), ("integers", whole[0].astype(np.int8))):
            trial.hold(f"x is {words}", x, whole[1], None, known)
        wide = np.longdouble
        trial.hold("x is longdouble", whole[0].astype(wide), whole[1], None, known, wide)
    if vector.width == vector.blocks == 1:
        point = lines(exact, [(np.array([2.0]), np.array([1.0]))], form)
        for axis in (-1, 0, None):
            x, v = (np.array(part[0, 0], name) for part in (point.x, point.v))
            trial.hold("a single number", x, v, axis, point)
    else:
        trial.refuses("a single number", np.array(2.0, name))
    for shape, axis in (((3,), -1), ((2, 3), 1), ((3, 2), 0)) if vector.width == 2 else ():
        trial.refuses(f"shape {shape}, axis {axis}", np.ones(shape, name), axis)


def long(
    vector: Vector, exact: Exact, form: Format, own: bool, pairs: bool, call: Call | None = None
) -> list[Worst]:
    """Return the largest errors of f and vjp at long vectors; raises Problem where NumPy is wrong.

    `own` tells whether each result has inputs of its own, `pairs` whether these are neighbours.
    """
    trial, random = Trial(vector, form, call), np.random.default_rng(11)
    kind = np.dtype(float if call else form.name)
    rounded = np.vectorize(form.nearest, otypes=[np.float64])
    cases = [*itertools.product(LENGTHS, SCALES), *itertools.product(LENGTHS[-1:], ALONE)]
    for length, words in cases:
        kinds, scale = min(length, KINDS), SCALES.get(words, 0.01)
        x = rounded(scale * random.standard_normal((kinds, vector.width)))
        v = rounded(random.standard_normal((kinds, vector.blocks)))
        counts = [length // kinds + (kind < length % kinds) for kind in range(kinds)]
        if words in ALONE:
            x[0], counts = ALONE[words], [1, *counts[1:-1], counts[-1] + counts[0] - 1]
        given = zip(x, v, strict=True) if own else [(x[:, 0], v[:, 0])]
        known = lines(exact, list(given), form, () if own else counts)
        which = [random.permutation(np.repeat(np.arange(kinds), counts)) for _ in range(2)]

        def drawn(part: Array, paired: bool = False, which: list[Array] = which) -> Array:
            chosen = [part.reshape(kinds, -1)[each] for each in which]  # noqa: B023
            return np.array([(each if paired else each.T).reshape(-1) for each in chosen])

        (near, rest, unit), slopes = known.exact
        rows = Lines(
            drawn(x, pairs).astype(kind),
            drawn(v).astype(kind),
            [tuple(map(drawn, (near, rest, unit))), tuple(drawn(s, pairs) for s in slopes)],  # type: ignore
        )
        size = f"{length:,} {words}"
        if call:
            trial.hold(size, rows.x, rows.v, -1, rows, np.float64)
            continue
        for where, x_there, v_there, axis in (
            ("axis -1", rows.x, rows.v, -1),
            ("axis 0, transposed", rows.x.T, rows.v.T, 0),
            ("axis 0", rows.x.T.copy(), rows.v.T.copy(), 0),
        ):
            trial.hold(f"{size}, {where}", x_there, v_there, axis, rows)
    return trial.worst
