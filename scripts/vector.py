"""Functions of a whole vector: the Jacobian proved, code proved and measured, and their fragments.

A snippet whose `x` is an IndexedBase says what element i of the result is, and what its derivative
by element k of the input, `f` standing for the result. A tuple of formulas makes a result of as
many blocks of n elements. Both are put to the test for vectors of definite length: in symbols for
SIZES, in every region where the comparisons have one outcome, and in ball arithmetic for LENGTHS.
"""

import contextlib
import functools
import importlib.metadata
import inspect
import itertools
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import sympy as sp
from flint import arb, ctx

import contract
import figures
import verify
from catalog import Vector, in_torch, known, vectors
from exact import BITS, PRECISIONS, SMALLEST, _UndecidedError, compile_ball
from page import (
    Formula,
    Row,
    blocks,
    code_tabs,
    display,
    downloads,
    facts_table,
    number,
    own,
    table,
    told,
    upper,
    wrong,
)
from project import Problem, shown
from prove import constants, rebound
from regions import Beside, Point, Region, regions
from symbols import Symbols, arrays
from tex import tex

SIZES = (1, 2, 3)  # for proofs; twice as many inputs where two of them make one result
LENGTHS = {1: 12, 2: 32, 3: 32, 10: 8}  # how many vectors of each length are tried
SCALES = (0.5, 4.0, 30.0)  # of their elements
SPAN = (-5.0, 5.0)
Array = np.ndarray


# Formulas for a definite length


def _symbols(name: str, count: int, **assumptions: bool) -> list[sp.Symbol]:
    return [sp.Symbol(f"{name}_{j}", real=True, **assumptions) for j in range(1, count + 1)]


@dataclass(frozen=True)
class Definite:
    """The function for n elements: lists of expressions in x_1, x_2, … (and v_1, v_2, …).

    Or for n kinds of elements, with how many there are of each: c_1, c_2, ….
    """

    x: list[sp.Symbol]
    v: list[sp.Symbol]
    counts: list[sp.Symbol]
    values: list[sp.Expr]
    jacobian: list[list[sp.Expr]]
    vjp: list[sp.Expr]


def by_formula(function: Callable) -> Callable:
    """Keep results by what the formulas say: other code is no reason to find them anew."""
    known: dict[tuple, Any] = {}

    @functools.wraps(function)
    def remembered(vector: Vector, *rest: Any) -> Any:
        key = (vector.formula, vector.derivative, vector.vjp, *rest)
        if key not in known:
            known[key] = function(vector, *rest)
        return known[key]

    return remembered


@by_formula
def definite(vector: Vector, size: int, counted: bool = False) -> Definite:
    """Write out formula, derivative and vjp for one size, or for so many kinds of elements."""
    count = size * vector.width
    counts = _symbols("c", size) if counted else []
    x, v = _symbols("x", count), _symbols("v", size * vector.blocks)
    values: list[sp.Expr] = []
    letters = {vector.x.label: x, vector.v.label: v}
    if vector.f:
        letters[vector.f.label] = values

    @functools.cache
    def write(e: sp.Basic) -> sp.Basic:  # `doit` leaves sums in conditions, and takes its time
        if isinstance(e, sp.Sum):
            j, first, last = e.limits[0]
            terms = [e.function.xreplace({j: sp.Integer(at)}) for at in range(first, last + 1)]
            for at, more in enumerate(counts, 1):  # the others of a kind are nobody's k
                same = [d for d in e.function.atoms(sp.KroneckerDelta) if d.has(j)]
                other = e.function.xreplace(dict.fromkeys(same, sp.Integer(0)))
                terms.append((more - 1) * other.xreplace({j: sp.Integer(at)}))
            return sp.Add(*map(write, terms))
        if isinstance(e, sp.Indexed):
            return letters[e.base.label][int(e.indices[0]) - 1]
        return e.func(*map(write, e.args)) if e.args else e

    def put(expression: sp.Expr, **at: int) -> sp.Expr:
        chosen = {vector.index[k]: sp.Integer(i) for k, i in at.items()}
        return write(expression.xreplace({vector.n: sp.Integer(size), **chosen}))

    places = range(1, size + 1)
    values += [put(block, i=i) for block in vector.formula for i in places]
    jacobian = [
        [put(block, i=i, k=k) for k in range(1, count + 1)]
        for block in vector.derivative
        for i in places
    ]
    vjp = [put(vector.vjp, k=k) for k in range(1, count + 1)]
    return Definite(x, v, counts, values, jacobian, vjp)


@by_formula
def alone(vector: Vector) -> bool:
    """Tell whether each i has inputs of its own: then what it does is seen in one."""
    d = definite(vector, 2)
    first, second = (set().union(*(value.free_symbols for value in d.values[i::2])) for i in (0, 1))
    return not first & second


@by_formula
def places(vector: Vector) -> list[sp.Expr]:
    """Return which inputs belong to i, where each has its own: i, n + i … or neighbours."""
    i, d = vector.index["i"], definite(vector, 2)
    if d.x[1] in d.values[0].free_symbols:
        return [vector.width * i - j for j in reversed(range(vector.width))]
    return [i + vector.n * j for j in range(vector.width)]


def everywhere(pairs: Iterable[tuple[sp.Expr, sp.Expr]]) -> bool:
    """Tell whether the two expressions of every pair are proved equal, in each region."""
    pairs = list(pairs)
    return all(regions(lambda here: all(same(here.settle(a), here.settle(b)) for a, b in pairs)))


def prove_derivative(vector: Vector) -> None:
    """Prove `derivative` and `vjp` for the SIZES, every i and k; raises Problem otherwise."""
    for size in SIZES:
        d = definite(vector, size)
        if not everywhere(
            (value.diff(s), slope)
            for value, row in zip(d.values, d.jacobian, strict=True)
            for s, slope in zip(d.x, row, strict=True)
        ):
            raise Problem(f"{shown(vector.path)}: `derivative` is not the derivative of `formula`")
        columns = zip(*d.jacobian, strict=True)
        if not everywhere(
            (sum(v * slope for v, slope in zip(d.v, column, strict=True)), said)
            for column, said in zip(columns, d.vjp, strict=True)
        ):
            raise Problem(f"{shown(vector.path)}: `vjp` is not v times `derivative`")


def same(first: sp.Expr, second: sp.Expr) -> bool:
    """Tell whether two expressions are proved equal."""
    difference = sp.expand((first - second).replace(sp.log, _shifted).rewrite((sp.tanh,), sp.exp))
    if difference == 0:
        return True
    letters = sorted(difference.free_symbols, key=str)
    somewhere = {s: sp.Rational(2 * at + 3, 7) for at, s in enumerate(letters)}
    there = difference.evalf(30, subs=somewhere)
    if there.is_finite and abs(there) > 1e-20:  # SymPy may take for ever over what is wrong
        return False
    if sp.cancel(sp.together(difference)) == 0:
        return True
    return sp.simplify(difference) == 0


def _shifted(total: sp.Expr) -> sp.Expr:
    """Write the logarithm of a sum of exponentials with the one of x_1 taken out."""
    powers = sp.Add.make_args(total)
    exponents = [p.exp if isinstance(p, sp.exp) else sp.Integer(0) for p in powers]
    if any(not isinstance(p, sp.exp) and p != 1 for p in powers):
        return sp.log(total)
    first = sp.Symbol("x_1", real=True)
    out = max(exponents, key=lambda e: e.coeff(first))
    return out + sp.log(sum(sp.exp(sp.expand(e - out)) for e in exponents))


# The NumPy source on symbols


class Proof(NamedTuple):
    """What `prove` has shown: that the code is the definition, for so many elements."""

    kind: str
    elements: tuple[int, ...]


@functools.cache
def prove(vector: Vector) -> Proof:
    """Prove that the NumPy cell computes `formula` and `vjp`, however its comparisons turn out.

    It is proved to be defined as well: no divisor is 0. Raises Problem where it is not so.
    """
    literals = constants(*vector.formula, *vector.derivative)

    def compare(size: int, here: Region) -> None:
        d, scope, exact = definite(vector, size), dict(vector.scope), arrays(here, literals)
        for name, value in vector.scope.items():
            if value is np:
                scope[name] = Symbols(here)
            elif inspect.isfunction(value):
                scope[name] = rebound(value, scope)
        x, v = (np.array(letters, object).view(exact) for letters in (d.x, d.v))
        for name, given, wanted in (("", (x,), d.values), ("_vjp", (x, v), d.vjp)):
            refusal = f"{shown(vector.path)}: {vector.name}{name} is not proved: "
            try:
                got = scope[f"{vector.name}{name}"](*given)
            except (Problem, AttributeError, LookupError, TypeError, ValueError) as problem:
                raise Problem(f"{refusal}{problem}") from None
            for g, w in zip(got, map(here.settle, wanted), strict=True):
                if not same(sp.sympify(g), w):
                    raise Problem(f"{refusal}for {size} elements it gives {g}, not {w}")

    for size in SIZES:
        for _ in regions(functools.partial(compare, size)):
            pass
    return Proof("identity", SIZES)


# Errors


@by_formula
def _compiled(vector: Vector, size: int, counted: bool = False) -> list[Callable]:
    here = definite(vector, size, counted)
    letters = [*here.x, *here.v, *here.counts]
    parts = [here.values, here.vjp]
    if counted:
        parts.append([v * here.jacobian[k][k] for k, v in enumerate(here.v)])
    return [compile_ball(sp.Tuple(*e), letters) for e in parts]


def _balls(function: Callable, point: Sequence[float | arb], bits: int = BITS) -> list[arb]:
    """Return exact values at a point, each to so many bits or so near 0 that it does not matter."""
    for precision in PRECISIONS:
        if precision <= bits:
            continue
        with ctx.workprec(precision), contextlib.suppress(ZeroDivisionError, _UndecidedError):
            values = function([arb(v) for v in point])
            if all(v.is_exact() or v.rel_accuracy_bits() >= bits for v in values):
                return values
            if precision > 1000 and all(
                v.rel_accuracy_bits() >= bits or abs(v) < SMALLEST for v in values
            ):
                return values
    raise Problem(f"cannot evaluate at {point}")


def exactly(vector: Vector, size: int, point: Sequence[float], bits: int) -> list[list[arb]]:
    """Return exact values and vjp at x and v, in one list, to so many bits."""
    return [_balls(function, point, bits) for function in _compiled(vector, size)]


def jumps(vector: Vector, size: int, x: Array, v: Array, unit: Array) -> bool:
    """Tell whether vjp jumps at x: whether it differs on either side by a part of the unit."""
    product = _compiled(vector, size)[1]
    way = [(2 + math.sin(j)) * arb(2) ** -40 * math.ulp(u) for j, u in enumerate(x.tolist())]
    near = []
    for side in (-1, 0, 1):
        with ctx.workprec(2560):
            moved = [u + side * w for u, w in zip(x.tolist(), way, strict=True)]
        near.append([float(ball) for ball in _balls(product, [*moved, *v])])
    return bool(np.any(np.ptp(near, axis=0) > 1e-3 * unit))


@functools.cache
def samples(width: int, name: str, blocks: int = 1) -> list[tuple[Array, Array]]:
    """Return inputs x and vectors v of a dtype.

    They are random, where the exponential leaves the normal numbers, of −1, 0 and 1, equal, tiny,
    and huge but finite.
    """
    form, random = verify.FORMATS[name], np.random.default_rng(7)
    found = []
    for size, count in LENGTHS.items():
        for number_of in range(count):
            drawn = random.standard_normal(size * width)
            x = drawn * SCALES[number_of % len(SCALES)]
            kind = number_of % 8
            if kind == 3:
                far = -math.log(form.smallest) * random.uniform(0.93, 1.0, len(x))
                x = np.copysign(far, drawn)
            elif kind == 4:
                x = np.clip(np.rint(drawn), -1, 1)
            elif kind == 5:
                x[:] = x[0]
            elif kind == 6:
                x *= form.normal
            elif kind == 7 and width == 1:
                x = x / np.abs(x).max() * (form.largest / 4)
            elif kind == 7:  # one alone, for a product must not overflow
                x = np.clip(drawn, -1, 1)
                at = number_of // 8 % len(x)
                x[at] = math.copysign(form.largest / 8, x[at])
            v = random.standard_normal(size * blocks)
            found.append((_rounded(x, form), _rounded(v, form)))
    return found


def _rounded(values: Array, form: verify.Format) -> Array:
    if form.name != "bfloat16":
        return values.astype(form.name).astype(np.float64)
    bits = values.astype(np.float32).view(np.uint32)
    return (bits & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(np.float64)


Reference: TypeAlias = tuple[list[arb], Array, list[arb], Array]


def reference(
    vector: Vector, x: Array, v: Array, form: verify.Format, counts: Sequence[int] = ()
) -> Reference:
    """Return the exact values and vjp, and the unit in which each error counts.

    The unit is one ULP (of the largest term, where vjp is a sum) and what the exact value changes
    by when each input moves by one ULP. With `counts` of each kind of elements, those of a kind
    are one term, and move together.
    """
    value, product, *own = _compiled(vector, len(v) // vector.blocks, bool(counts))
    row: list[Any] = []
    for function in (value, product):
        exact = _balls(function, [*x, *v, *counts])
        moved = np.zeros(len(exact))
        for j, step in enumerate(verify.ulp(x, form)):
            other = [*x, *v, *counts]
            other[j] += step
            near = _balls(function, other)
            moved += [abs(float(a - b)) for a, b in zip(near, exact, strict=True)]
        size = np.array([abs(float(e)) for e in exact])
        if function is product:
            size = np.maximum(size, _largest_term(product, x, v, counts))
            for terms in own:
                alike = [abs(float(b)) for b in _balls(terms, [*x, *v, *counts])]
                size = np.maximum(size, alike)
        row += [exact, verify.ulp(np.minimum(size, form.largest), form) + moved]
    return tuple(row)


@by_formula
def references(vector: Vector, name: str) -> list[Reference]:
    """Return for each sample what `reference` says of it."""
    given = samples(vector.width, name, vector.blocks)
    return [reference(vector, x, v, verify.FORMATS[name]) for x, v in given]


def _largest_term(vjp: Callable, x: Array, v: Array, counts: Sequence[int] = ()) -> Array:
    """Return for each k the largest |v_i · derivative| over i."""
    rows = [_balls(vjp, [*x, *one, *counts]) for one in np.diag(v)]
    return np.max([[abs(float(b)) for b in row] for row in rows], axis=0)


def numpy_call(vector: Vector, order: int, x: Array, v: Array, form: verify.Format) -> Array:
    """Call the NumPy cell: its function (order 0) or vjp (1); raises Problem for another dtype."""
    given = [x.astype(form.name), *([v.astype(form.name)] if order else [])]
    y = (vector.function, vector.vjp_function)[order](*given)
    if y.dtype != form.name:
        raise Problem(f"{shown(vector.path)}: {form.name} becomes {y.dtype}")
    return y.astype(np.float64)


def torch_call(vector: Vector, order: int, x: Array, v: Array, form: verify.Format) -> Array:
    """Call the PyTorch module, or autograd with v as the gradient from above."""
    import torch

    kind = getattr(torch, form.name)
    given = torch.from_numpy(x.copy()).to(kind).requires_grad_(order > 0)
    y = vector.module(given)
    if order:
        (y,) = torch.autograd.grad(y, given, torch.from_numpy(v.copy()).to(kind))
    return y.detach().double().numpy()


@dataclass(frozen=True)
class Worst:
    """The largest error in its unit, and where."""

    units: float
    at: Array
    got: Array
    count: int


@functools.cache
def errors(vector: Vector, voice: Callable, order: int, name: str) -> Worst:
    """Return the largest error of a voice over the samples; raises Problem on a flag."""
    form, given = verify.FORMATS[name], samples(vector.width, name, vector.blocks)
    worst = Worst(-1.0, np.empty(0), np.empty(0), len(given))
    for (x, v), row in zip(given, references(vector, name), strict=True):
        exact, unit = row[2 * order], row[2 * order + 1]
        too_large = any(abs(e) > form.largest for e in exact)
        try:
            with np.errstate(all="raise", under="ignore", over="ignore" if too_large else "raise"):
                got = voice(vector, order, x, v, form)
        except FloatingPointError as flag:
            raise Problem(f"{shown(vector.path)}: in {name} at {x}: {flag}") from None
        off = [_off(g, e, u, form) for g, e, u in zip(got, exact, unit, strict=True)]
        if max(off) > worst.units:
            worst = Worst(max(off), x, got, len(given))
    return worst


def _off(got: float, exact: arb, unit: float, form: verify.Format) -> float:
    if math.isnan(got):
        return math.inf
    if math.isinf(got):
        return 0.0 if abs(exact) > form.largest and (exact > 0) == (got > 0) else math.inf
    return float(abs(exact - got) / unit)


def numpy_error(vector: Vector, order: int, name: str) -> Worst:
    """Return the largest error of the NumPy cell; raises Problem when it exceeds the tolerance."""
    worst, form = errors(vector, numpy_call, order, name), verify.FORMATS[name]
    if not worst.units <= form.tolerance:
        raise Problem(
            f"{shown(vector.path)}: {vector.name}{'_vjp' * order} at {worst.at} in {name} is "
            f"{worst.units:.3g} units from exact; {form.tolerance:g} are allowed"
        )
    return worst


# What a reader may pass in


@by_formula
def _row_of(vector: Vector, x: tuple, v: tuple, name: str, counts: tuple[int, ...]) -> Reference:
    return reference(vector, np.array(x), np.array(v), verify.FORMATS[name], counts)


def _exact_row(vector: Vector) -> contract.Exact:
    """Return what gives exact values of a function once for each vector."""
    return lambda x, v, form, counts: _row_of(
        vector, tuple(x.tolist()), tuple(v.tolist()), form.name, tuple(counts)
    )


def holds(vector: Vector, name: str) -> None:
    """Hold the NumPy cell to the contract at short vectors; raises Problem otherwise."""
    given = samples(vector.width, name, vector.blocks)
    both = [[g for g in given if len(g[1]) == size * vector.blocks] for size in (2, max(LENGTHS))]
    contract.short(vector, _exact_row(vector), both, name)


@functools.cache
def at_length(vector: Vector, voice: Callable, name: str) -> list[contract.Worst]:
    """Return the largest errors at long vectors; raises Problem where the NumPy cell is wrong."""
    form, own = verify.FORMATS[name], alone(vector)
    if not own and not (exchangeable(vector) and vector.width == vector.blocks == 1):
        raise Problem(f"{shown(vector.path)}: what is exact for a long vector is out of reach")

    def call(order: int, x: Array, v: Array, _: int | None) -> Array:
        return voice(vector, order, x, v, form)

    pairs = own and vector.width == 2 and places(vector)[0] != vector.index["i"]
    return contract.long(
        vector, _exact_row(vector), form, own, pairs, None if voice is numpy_call else call
    )


# Fragments


OTHERS = (-2.0, 0.0, 2.0)  # values of the second of two inputs


def curves(vector: Vector) -> list[figures.Curve]:
    """Return the curves of the figure: one input varied, the others fixed."""
    t = figures.sample(*SPAN, [0.0])
    if vector.width == 2:
        of = _words(vector)[1]
        return [
            figures.Curve(
                f"{of} {other:g}".replace("-", "−"),
                t,
                vector.function(np.stack([t, 0 * t + other]), axis=0)[0],
            )
            for other in OTHERS
        ]
    point = np.stack([t] if alone(vector) else [t, 0 * t, 0 * t + 1])
    y = vector.function(point, axis=0)
    return [figures.Curve(f"element {i + 1}", t, row) for i, row in enumerate(y)]


def _words(vector: Vector) -> tuple[str, str]:
    """Return what the two inputs are that make one result: halves, or neighbours."""
    neighbours = places(vector)[0] != vector.index["i"]
    return ("first of a pair", "second of a pair") if neighbours else ("first half", "second half")


def drawing(vector: Vector) -> str:
    """Return the result along a line: one input varied, the others as the legend says."""
    about = "The elements of the result for the inputs x, 0 and 1."
    if vector.width == 2:
        first, second = _words(vector)
        about = f"The result as the {first} varies, for three values of the {second}."
    elif alone(vector):
        about = "The elements of the result for one input."
    drawn = curves(vector)
    said = drawn
    if vector.width == 2:
        said = [replace(c, label=f"With {c.label.split()[-1]} as the {second} it") for c in drawn]
    about += f" {told(said)}"
    return figures.plot(vector.name, drawn, title=vector.title, description=about, xlim=SPAN)


def profile(vector: Vector) -> figures.Curve:
    """Return one line of the figure, to be overlaid with those of other functions.

    The first element for the inputs x, 0 and 1, or for x and 1; for x alone the last element.
    """
    t = figures.sample(*SPAN, [0.0])
    rest = [0 * t + 1][: vector.width - 1] if alone(vector) else [0 * t, 0 * t + 1]
    y = vector.function(np.stack([t, *rest]), axis=0)
    return figures.Curve(vector.title, t, y[vector.blocks - 1])


@functools.cache
def formulas(vector: Vector) -> dict[str, Formula]:
    """Return what is displayed: `f`, `where.…`, `df`, `vjp`.

    Where there are several of a kind they are numbered: `df.1`.
    """

    def slope(out: sp.Expr, at: sp.Expr) -> str:
        return rf"\frac{{\partial f_{_index(out)}}}{{\partial x_{_index(at)}}}"

    i, k = vector.index["i"], vector.index["k"]
    values = [
        Formula(f"f_{_index(at)}(x)", _said(vector, block), block)
        for at, block in zip(outputs(vector), vector.formula, strict=True)
    ]
    found = _numbered("f", values)
    for short, long in vector.where.items():
        if not isinstance(short, sp.Indexed) or i in short.indices:
            letter = short.base.label if isinstance(short, sp.Indexed) else short
            found[f"where.{letter}"] = Formula(tex(short), _said(vector, long, short), long)
    if alone(vector):
        return found | _numbered(
            "df",
            [
                Formula(slope(out, at), _said(vector, value), value)
                for out, block in zip(outputs(vector), vector.derivative, strict=True)
                for at in places(vector)
                for value in [block.subs(k, at).doit()]
            ],
        )
    return found | {
        "df": Formula(slope(i, k), _said(vector, vector.derivative[0]), vector.derivative[0]),
        "vjp": Formula(rf"\sum_i v_i {slope(i, k)}", _said(vector, vector.vjp), vector.vjp),
    }


def _numbered(key: str, every: Sequence[Any]) -> dict[str, Any]:
    return {f"{key}.{n}" if len(every) > 1 else key: one for n, one in enumerate(every, 1)}


def _index(at: sp.Expr) -> str:
    text = tex(at)
    return text if len(text) == 1 else f"{{{text}}}"


def equation(vector: Vector, key: str) -> str:
    """Return one of the formulas, displayed."""
    formula = formulas(vector)[key]
    return display(formula.left, formula.right, f"{vector.name}.{key}")


def definition(vector: Vector) -> str:
    """Return the sentence, the formula of one element, the other names and the figure."""
    where = f"$i = 1, \\dots, n$, for ${vector.width if vector.width > 1 else ''}n$ inputs"
    names = f"Also called {', '.join(vector.aliases)}." if vector.aliases else ""
    caption = "The result for the inputs x, 0, 1."
    if vector.width == 2:
        caption = f"The result as the {_words(vector)[0]} varies."
    elif alone(vector):
        caption = "The result for one input."
    return blocks(
        vector.summary,
        '<div class="definition" markdown>\n<div markdown>',
        *(equation(vector, key) for key in formulas(vector) if re.match(r"f\b", key)),
        *(equation(vector, key) for key in formulas(vector) if key.startswith("where")),
        f"{where}.",
        names,
        f"</div>\n<div markdown>\n{drawing(vector)}\n{caption}\n</div>\n</div>",
    )


def outputs(vector: Vector) -> list[sp.Expr]:
    """Return which elements of the result the formulas say: i, n + i …."""
    return [vector.index["i"] + vector.n * b for b in range(vector.blocks)]


def _said(vector: Vector, expression: sp.Expr, but: sp.Basic | None = None) -> str:
    """Return LaTeX with the abbreviations of the snippet."""
    return tex(_short(vector, expression, but))


def _short(vector: Vector, expression: sp.Expr, but: sp.Basic | None = None) -> sp.Expr:
    """Return an expression with the abbreviations of the snippet, all but one."""
    known = {long: short for short, long in vector.where.items() if short != but}
    return expression.xreplace(known | {-long: -short for long, short in known.items()})


def derivative(vector: Vector) -> str:
    """Return the Jacobian and the vector-Jacobian product."""
    prove_derivative(vector)
    sizes = f"{SIZES[0]} to {SIZES[-1]}"
    proved = (
        f"SymPy proves this from the definition whenever this page is built, written out for "
        f"{sizes} elements, at every $i$ and $k$."
    )
    if alone(vector):
        used = "the gradient $v_i$ from above by it"
        if vector.width == 2:
            first, second = (f"$x_{_index(at)}$" for at in places(vector))
            used = (
                f"the gradient $v_i$ from above by the first of these for {first}, by the second "
                f"for {second}"
            )
        elif vector.blocks == 2:
            used = (
                f"the gradients $v_i$ and $v_{{{tex(outputs(vector)[1])}}}$ from above by these, "
                "and adds"
            )
        return blocks(
            *(equation(vector, key) for key in formulas(vector) if re.match(r"df\b", key)),
            f"All other elements of the Jacobian are 0. So backpropagation multiplies {used}.",
            proved,
        )
    return blocks(
        equation(vector, "df"),
        "$\\delta_{ik}$ is 1 where $i = k$, else 0. This matrix is the Jacobian. Backpropagation "
        "never writes it out: it takes the product of a gradient $v$ from above with it,",
        equation(vector, "vjp"),
        proved,
    )


def code(vector: Vector) -> str:
    """Return the cells as tabs, and how they are checked."""
    latex = [f"{left} = {right}" for left, right, _ in formulas(vector).values()]
    checked = [numpy_error(vector, o, name) for o in (0, 1) for name in verify.NUMPY_DTYPES]
    prove(vector)
    for name in verify.NUMPY_DTYPES:
        holds(vector, name)
        at_length(vector, numpy_call, name)
    command = f"Check it yourself: `python scripts/vector.py {vector.name}`."
    off = max(c.units for c in checked)
    size = f"at most {upper(off)} units off ([error](#error))" if off else "no result is off"
    return blocks(
        *code_tabs(vector.cells, latex),
        downloads(vector.name),
        f"**Checked when this page was built:** both NumPy functions at {checked[0].count} vectors "
        f"per dtype of up to {max(LENGTHS) * vector.width} elements, against exact values: {size}. "
        "Also along each axis of batches, however they lie in memory, with axes and batches that "
        "are empty, with lists and integers"
        + (", with a single number" if vector.width == vector.blocks == 1 else "")
        + f", and with vectors that make up to {max(contract.LENGTHS):,} results. {command}",
        f"**Proved when this page was built:** but for rounding, the NumPy source is the "
        f"definition and the product above, identically, for {SIZES[0]} to {SIZES[-1]} elements, "
        "whichever inputs are positive or larger than others ([how](../checked.md)).",
        own(vector.name, "vjp"),
    )


C = sp.Symbol("c", positive=True)


def becomes(vector: Vector, of_input: tuple[Any, Any], of_result: tuple[Any, Any]) -> bool:
    """Tell whether one change of every input is proved to make another of every result.

    A change is a factor and what is added.
    """
    (factor, more), (times, plus) = of_input, of_result
    every = [definite(vector, size) for size in SIZES]
    return everywhere(
        (value.subs({s: factor * s + more for s in d.x}, simultaneous=True), times * value + plus)
        for d in every
        for value in d.values
    )


@by_formula
def ignores_shifts(vector: Vector) -> bool:
    """Tell whether the result stays when the same is added to every input."""
    return becomes(vector, (1, C), (1, 0))


@by_formula
def exchangeable(vector: Vector) -> bool:
    """Tell whether inputs that change places are proved to make results change places."""
    d = definite(vector, SIZES[-1])
    swapped = {d.x[0]: d.x[1], d.x[1]: d.x[0]}
    return everywhere(
        (v.subs(swapped, simultaneous=True), d.values[i])
        for v, i in zip(d.values, (1, 0, *range(2, len(d.values))), strict=True)
    )


@by_formula
def rows(vector: Vector) -> list[Row]:
    """Return what follows from the formula, each line proved for the SIZES."""
    every = [definite(vector, size) for size in SIZES]
    rows = []

    def signed(assumption: str) -> bool:
        def here(region: Region, d: Definite) -> bool:
            values = map(region.settle, d.values)
            return all(getattr(v, assumption) or region.sure_of(v) for v in values)

        return all(all(regions(functools.partial(here, d=d))) for d in every)

    if everywhere((sum(d.values), sp.Integer(1)) for d in every):
        rows.append(("sum", "Sum of the elements", "1"))
    if signed("is_positive"):
        rows.append(("sign", "Sign", "every element is positive"))
    elif signed("is_nonnegative"):
        rows.append(("sign", "Sign", "no element is negative"))
    if ignores_shifts(vector):
        rows.append(("shift", "Shift", "$f(x_1 + c, x_2 + c, \\dots) = f(x)$ for every $c$"))
    if becomes(vector, (1, C), (1, C)):
        rows.append(("shift", "Shift", "$f(x_1 + c, x_2 + c, \\dots) = f(x) + c$ for every $c$"))
    for power in (C, C**2):
        if becomes(vector, (C, 0), (power, 0)):
            rows.append(("scale", "Scale", f"$f(c x) = {tex(power)} f(x)$ for every $c > 0$"))
    if not alone(vector):
        d = every[-1]
        if exchangeable(vector):
            rows.append(
                ("order", "Order", "elements that change places in $x$ change places in $f(x)$")
            )
        common = sp.Symbol("c", real=True)
        equal = [d.values[0].subs(dict.fromkeys(d.x, common)) for d in every]
        numbers = [sp.simplify(Point({common: sp.Integer(0)}).settle(e)) for e in equal]
        if everywhere(zip(equal, numbers, strict=True)):
            said = (f"${tex(v)}$ for $n = {n}$" for n, v in zip(SIZES, numbers, strict=True))
            rows.append(("equal", "All elements equal", ", ".join(said)))
        if everywhere(
            (d.jacobian[i][k], d.jacobian[k][i])
            for d in every
            for i in range(len(d.values))
            for k in range(i)
        ):
            rows.append(("jacobian", "Jacobian", "symmetric"))
        if everywhere((sum(row), sp.Integer(0)) for d in every for row in d.jacobian):
            rows.append(("jacobian.rows", "Rows of the Jacobian", "sum to 0: it has no inverse"))
    elif vector.width == 2:
        d = every[0]
        for count, (name, s) in enumerate(zip(_words(vector), d.x, strict=True), 1):
            linear = not d.values[0].diff(s).has(s)
            rows.append((f"input.{count}", f"In the {name}", "linear" if linear else "not linear"))
    if alone(vector):
        zero = [Point({}).settle(v.subs(dict.fromkeys(every[0].x, 0))) for v in every[0].values]
        values = ", ".join(map(tex, zero))
        rows.append(("at_zero", "At 0", f"$f(0) = {f'({values})' if len(zero) > 1 else values}$"))
    return [Row(*row) for row in rows]


def shape(vector: Vector) -> str:
    """Return what follows from the formula as a table."""
    return blocks(
        facts_table(vector.name, vector.title, rows(vector)),
        f"Proved when this page is built, written out for {SIZES[0]} to {SIZES[-1]} elements.",
    )


EDGES: dict[tuple[int, bool], list[tuple[float, ...]]] = {  # by the number of inputs, and `alone`
    (1, True): [(-math.inf,), (math.inf,), (math.nan,), (1e30,)],
    (2, False): [(0.0, -math.inf), (-math.inf, -math.inf), (math.inf, 0.0), (math.nan, 0.0),
        (1e30, -1e30)],
    (2, True): [(-math.inf, 1.0), (math.inf, 1.0), (1.0, -math.inf), (1.0, math.inf),
        (math.nan, 1.0), (0.0, math.inf), (1e30, 1e30)],
}  # fmt: skip


def fewest(vector: Vector) -> tuple[int, Definite]:
    """Return the smallest size that shows what the function does, written out."""
    size = 1 if alone(vector) else 2
    return size, definite(vector, size)


class Edge(NamedTuple):
    """x, the exact values or slopes there (nan: undefined), those of NumPy and of PyTorch."""

    x: Sequence[float]
    exact: list[float]
    voices: list[Array]


@functools.cache
def edges(vector: Vector, form: verify.Format) -> list[Edge]:
    """Return what becomes of infinite, missing and huge inputs."""
    size, d = fewest(vector)
    found = []
    for point in EDGES[len(d.x), alone(vector)]:
        x, v = np.array(point), np.zeros(len(d.v))
        with np.errstate(all="ignore"):
            voices = [c(vector, 0, x, v, form) for c in (numpy_call, torch_call)]
        exact = _exact_at(vector, size, point)
        if any(map(math.isnan, exact)):
            exact = [math.nan] * len(exact)
        found.append(Edge(point, exact, voices))
    return found


def kinks(vector: Vector) -> str:
    """Return where slopes jump, and what becomes of infinite, missing and huge inputs."""
    form, rows = verify.FORMATS["float32"], []
    for edge in edges(vector, form):
        exact = edge.exact
        wanted = [math.copysign(math.inf, e) if abs(e) > form.largest else e for e in exact]
        said = "undefined" if any(map(math.isnan, exact)) else _listed(exact)
        rows.append([_listed(edge.x), said, *(_compared(got, wanted) for got in edge.voices)])
    return blocks(
        *_corners(vector),
        table(
            ["$x$", "$f(x)$, exact", "NumPy above", "PyTorch"],
            rows,
            f"{vector.title} at infinite and large inputs",
            "edges",
        ),
        "Computed in float32 when this page was built; “exact” is what the formula gives with "
        "exp(−∞) = 0, undefined where it gives ∞/∞, ∞ − ∞ or ∞ · 0 or an input is nan. A marked "
        "cell is wrong; ∞ is right where the exact value is beyond float32.",
    )


def _listed(values: Iterable[float]) -> str:
    return ", ".join(number(v, 4) for v in values)


def _compared(got: Array, wanted: Sequence[float]) -> str:
    """Return numbers as a cell of a table, marked if they are not what is wanted."""
    form = verify.FORMATS["float32"]
    right = all(verify.agree(g, w, form) for g, w in zip(got, wanted, strict=True))
    return _listed(got) if right else wrong(_listed(got))


def grid(d: Definite) -> list[tuple[sp.Integer, ...]]:
    """Return the points of −1, 0 and 1, those nearest to 0 first."""
    ones = sp.Integer(0), sp.Integer(1), sp.Integer(-1)
    return sorted(itertools.product(ones, repeat=len(d.x)), key=lambda p: sum(map(abs, p)))


def corners(vector: Vector) -> Iterator[tuple[tuple, list[list[float]], list[float]]]:
    """Yield points of a grid where the slopes of the first element jump.

    With each come the slopes beside it and those that are said of it.
    """
    d = fewest(vector)[1]
    ways = [
        w
        for w in itertools.product((3, 1, -1, -3), repeat=len(d.x))
        if len({*map(abs, w)}) == len(w)
    ]
    for point in grid(d):
        here = dict(zip(d.x, point, strict=True))
        around: list[list[float]] = []
        for way in ways:
            near = {
                s: p + sp.Rational(w, 2**20) for (s, p), w in zip(here.items(), way, strict=True)
            }
            slopes = [float(Beside(near).settle(e).subs(here)) for e in d.jacobian[0]]
            if slopes not in around:
                around.append(slopes)
        if len(around) > 1:
            yield point, around, [float(Point(here).settle(e)) for e in d.jacobian[0]]


@functools.cache
def slopes(vector: Vector, form: verify.Format) -> list[tuple[Edge, list[list[float]]]]:
    """Return the slopes of the first element at a few kinks, and those beside each."""
    found = []
    for point, around, said in itertools.islice(corners(vector), 2):
        x = np.array(point, float)
        v = np.zeros(len(fewest(vector)[1].v))
        v[0] = 1
        got = [c(vector, 1, x, v, form) + 0.0 for c in (numpy_call, torch_call)]  # −0 is 0
        found.append((Edge(x.tolist(), said, got), around))
    return found


def _corners(vector: Vector) -> list[str]:
    """Return what slopes are taken at kinks: nothing where there are none."""
    rows = []
    for at, around in slopes(vector, verify.FORMATS["float32"]):
        beside = " or ".join(f"({_listed(each)})" for each in around)
        cells = (_compared(got, at.exact) for got in at.voices)
        rows.append([_listed(at.x), beside, _listed(at.exact), *cells])
    if not rows:
        return []
    head = ["$x$", "slopes of $f_1$ beside it", "derivative above", "NumPy above", "PyTorch"]
    text = (
        "A kink: the slopes of the first element by its inputs jump. At it, the derivative above, "
        "the NumPy code and PyTorch take these:"
    )
    return [text, table(head, rows, f"Slopes at kinks of {vector.title}", "edges")]


def _exact_at(vector: Vector, size: int, point: Sequence[float]) -> list[float]:
    here = definite(vector, size)
    if all(map(math.isfinite, point)):
        given = [*point, *(0.0 for _ in here.v)]
        return [float(b) + 0.0 for b in _balls(_compiled(vector, size)[0], given)]
    return [_limit(value, here.x, point) for value in here.values]


def _limit(value: sp.Expr, x: list[sp.Symbol], point: Sequence[float]) -> float:
    """Return what a formula gives at infinite inputs: nan where it is undefined."""
    if any(map(math.isnan, point)):
        return math.nan
    given = {
        s: sp.oo * (1 if p > 0 else -1) if math.isinf(p) else sp.Rational(p)
        for s, p in zip(x, point, strict=True)
    }
    try:
        found = Point(given).settle(value)
    except ArithmeticError:
        return math.nan
    return float(found) if found.is_extended_real else math.nan


def _error_table(title: str, worst: Callable[[Callable, str], list], most: Callable) -> str:
    """Return the largest errors of both voices per dtype, marked where they are too large."""
    rows = []
    for form in verify.FORMATS.values():
        cells = []
        for voice in (numpy_call, torch_call):
            if voice is numpy_call and form.name not in verify.NUMPY_DTYPES:
                cells += ["–", "–"]
                continue
            for found in worst(voice, form.name):
                text = upper(found.units)
                cells.append(text if found.units <= most(form) else wrong(text))
        rows.append([form.name, *cells])
    return table(["", "NumPy $f$", "NumPy vjp", "PyTorch $f$", "PyTorch vjp"], rows, title)


def _astray(vector: Vector) -> list[str]:
    """Return what PyTorch gives for long vectors where that is no number, a line each."""
    found = []
    for form in verify.FORMATS.values():
        for what, worst in zip(
            ("$f$", "vjp"), at_length(vector, torch_call, form.name), strict=True
        ):
            if math.isinf(worst.units):
                got, exact = number(worst.got, 4), number(worst.exact, 4)
                found.append(
                    f"- **PyTorch departs.** In {form.name}, for {worst.words}, an element of "
                    f"{what} is {got}; exact is {exact}."
                )
    return found


def error(vector: Vector) -> str:
    """Return the largest errors per dtype, of short vectors and of long ones."""
    torch, numpy = (importlib.metadata.version(name) for name in ("torch", "numpy"))
    count = sum(LENGTHS.values())
    long = max(contract.LENGTHS)
    astray = _astray(vector)
    return blocks(
        "Largest distance from the exact value, rounded up. The unit is one ULP of the exact value "
        "plus what it changes by when every input moves by one ULP; in a vector-Jacobian product, "
        "one ULP of the largest term of the sum.",
        _error_table(
            f"Largest errors of {vector.title}",
            lambda voice, name: [errors(vector, voice, order, name) for order in (0, 1)],
            lambda form: form.tolerance,
        ),
        f"Measured when this page was built, with NumPy {numpy} and PyTorch {torch} on a CPU, at "
        f"{count} vectors per dtype: random at three scales, whole numbers, equal elements, tiny, "
        "huge, and where the exponential of an element leaves the normal numbers.",
        f"The same at vectors that make {', '.join(f'{n:,}' for n in contract.LENGTHS[:-1])} and "
        f"{long:,} results, all of zeros, and of {contract.KINDS} kinds of elements in random "
        "order, nearly equal or not, or one far from the others, along the last axis, and with "
        "NumPy also along the first, whichever of the two is contiguous. Elements of a kind count "
        "as one term and move together. In float64, where nothing wider is at hand, adding in "
        "pairs may cost half a unit more for each doubling.",
        _error_table(
            f"Largest errors of {vector.title} at long vectors",
            lambda voice, name: at_length(vector, voice, name),
            lambda form: contract.allowed(form, long),
        ),
        *(["\n".join(astray)] if astray else []),
    )


def row(vector: Vector) -> str:
    """Return the line of the table of all."""
    page = f"activations/{vector.name}.md"
    formulas = [_short(vector, block) for block in vector.formula]
    used = [tex(s) for s in vector.where if any(formula.has(s) for formula in formulas)]
    said = ", ".join(f"${tex(formula)}$" for formula in formulas)
    if used:
        said += f" [with ${', '.join(used)}$]({page})"
    slope = f"${_said(vector, vector.derivative[0])}$"
    if alone(vector):
        slope = f"[by each input]({page}#derivative)"
    picture = figures.thumbnail([profile(vector)], xlim=SPAN)
    return f"| [{picture}<br>{vector.title}]({page}) | {said} | {slope} |"


def about(vector: Vector) -> str:
    """Return what the pages of all functions say of this one."""
    kept = {key: getattr(vector, key) for key in ("title", "summary", "family", "descends")}
    several = any(len(f.atoms(sp.Indexed)) > 1 for f in vector.formula)
    row = {"learnable": False, "vector": several, "torch": in_torch(vector)}
    kept |= {"aliases": vector.aliases, "identities": [], "gaps": [], "row": row}
    return json.dumps(kept, ensure_ascii=False)


def fragments(vector: Vector) -> dict[str, str]:
    """Return the files of generated/<name>/."""
    return {
        "definition.md": definition(vector),
        "derivative.md": derivative(vector),
        "code.md": code(vector),
        "shape.md": shape(vector),
        "kinks.md": kinks(vector),
        "error.md": error(vector),
        "row.md": row(vector),
        "about.json": about(vector),
    }


def main(names: list[str]) -> None:
    """Prove and verify the named functions of a vector."""
    for name in names:
        vector = known(name)
        if not isinstance(vector, Vector):
            raise Problem(f"{name} works on single elements: use scripts/verify.py")
        prove_derivative(vector)
        prove(vector)
        print(f"{name}: Jacobian, product and NumPy source proved for {SIZES} elements")
        for dtype in verify.NUMPY_DTYPES:
            found = [numpy_error(vector, order, dtype) for order in (0, 1)]
            holds(vector, dtype)
            long = at_length(vector, numpy_call, dtype)
            short, far = (", ".join(f"{w.units:.2f}" for w in each) for each in (found, long))
            print(f"  {dtype}: {short} units (f, vjp); {far} at long vectors")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or [v.name for v in vectors()])
    except Problem as problem:
        sys.exit(str(problem))
