"""Functions of a whole vector: the Jacobian proved, code proved and measured, and their fragments.

A snippet whose `x` is an IndexedBase says what element i of the result is, and what its derivative
by element k of the input, `f` standing for the result. Both are put to the test for vectors of
definite length: in symbols for SIZES, in ball arithmetic for LENGTHS.
"""

import contextlib
import functools
import importlib.metadata
import inspect
import itertools
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx

import figures
import verify
from catalog import Vector, known, vectors
from exact import PRECISIONS, compile_ball
from page import _indent as indent
from page import blocks, display, in_torch, number, table, upper, wrong
from project import Problem, shown
from prove import constants, rebound
from tex import tex

SIZES = (1, 2, 3)  # for proofs; twice as many inputs where halves are gated
LENGTHS = {1: 12, 2: 32, 3: 32, 10: 4}  # how many vectors of each length are tried
ALONG = ("put_along_axis", "take_along_axis")
SCALES = (0.5, 4.0, 30.0)  # of their elements
SPAN = (-5.0, 5.0)
Array = np.ndarray


# Formulas for a definite length


def _symbols(name: str, count: int, **assumptions: bool) -> list[sp.Symbol]:
    return [sp.Symbol(f"{name}_{j}", real=True, **assumptions) for j in range(1, count + 1)]


@dataclass(frozen=True)
class Definite:
    """The function for n elements: lists of expressions in x_1, x_2, … (and v_1, v_2, …)."""

    x: list[sp.Symbol]
    v: list[sp.Symbol]
    values: list[sp.Expr]
    jacobian: list[list[sp.Expr]]
    vjp: list[sp.Expr]


@functools.cache
def definite(vector: Vector, size: int) -> Definite:
    """Write out formula, derivative and vjp for `size` elements, 2 · size inputs for a gate."""
    count = size * vector.width
    x, v = _symbols("x", count), _symbols("v", size)
    values: list[sp.Expr] = []
    letters = {vector.x.label: x, vector.v.label: v}
    if vector.f:
        letters[vector.f.label] = values

    def put(expression: sp.Expr, **at: int) -> sp.Expr:
        fixed = expression.subs({vector.n: size, **{vector.index[k]: i for k, i in at.items()}})
        return fixed.doit().replace(
            lambda e: isinstance(e, sp.Indexed),
            lambda e: letters[e.base.label][int(e.indices[0]) - 1],
        )

    values += [put(vector.formula, i=i) for i in range(1, size + 1)]
    jacobian = [
        [put(vector.derivative, i=i, k=k) for k in range(1, count + 1)] for i in range(1, size + 1)
    ]
    vjp = [put(vector.vjp, k=k) for k in range(1, count + 1)]
    return Definite(x, v, values, jacobian, vjp)


def prove_derivative(vector: Vector) -> None:
    """Prove `derivative` and `vjp` for the SIZES, every i and k; raises Problem otherwise."""
    for size in SIZES:
        here = definite(vector, size)
        for value, row in zip(here.values, here.jacobian, strict=True):
            for s, slope in zip(here.x, row, strict=True):
                if not _same(value.diff(s), slope):
                    raise Problem(
                        f"{shown(vector.path)}: `derivative` is not the derivative of `formula`"
                    )
        for k, said in enumerate(here.vjp):
            whole = sum(v * row[k] for v, row in zip(here.v, here.jacobian, strict=True))
            if not _same(whole, said):
                raise Problem(f"{shown(vector.path)}: `vjp` is not v times `derivative`")


def _same(first: sp.Expr, second: sp.Expr) -> bool:
    difference = sp.expand((first - second).replace(sp.log, _shifted).rewrite((sp.tanh,), sp.exp))
    if difference == 0 or sp.cancel(sp.together(difference)) == 0:
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


class _Symbols:
    """What stands for `np`: arrays hold SymPy expressions, and `largest` tells which is largest."""

    def __init__(self, largest: int) -> None:
        self.largest = largest

    def __getattr__(self, name: str) -> Any:
        every = {
            "exp": sp.exp,
            "log": sp.log,
            "log1p": lambda u: sp.log(1 + u),
            "expm1": lambda u: sp.exp(u) - 1,
            "tanh": sp.tanh,
            "abs": sp.Abs,
            "sign": sp.sign,
        }
        if name in every:
            return np.frompyfunc(every[name], 1, 1)
        if name in ("max", "min"):
            return lambda a, axis, keepdims: np.take(a, [self.largest], axis)
        if name == "errstate":
            return lambda **_: contextlib.nullcontext()
        if name == "argmax":
            return lambda a, axis, keepdims: np.array([self.largest])
        if name in ("maximum", "minimum"):
            pick_one = sp.Max if name == "maximum" else sp.Min
            return np.frompyfunc(pick_one, 2, 1)
        if name == "where":
            return np.frompyfunc(lambda c, yes, no: yes if c else no, 3, 1)
        if name == "sum":
            return lambda a, axis, keepdims, dtype=None: np.sum(
                a.astype(object), axis=axis, keepdims=keepdims
            )
        if name in (*("array", "asarray", "concatenate", "split"), *ALONG):
            return getattr(np, name)
        raise Problem(f"it calls np.{name}, which has no exact meaning here")


def prove(vector: Vector) -> None:
    """Prove that the NumPy cell computes `formula` and `vjp`, whichever element is largest.

    With halves that are gated, for all signs of the inputs. Raises Problem where it does not.
    """
    literals = constants(vector.formula, vector.derivative)

    def meant(number: sp.Float) -> sp.Expr:
        mantissa, exponent = math.frexp(abs(float(number)))
        if mantissa not in literals:
            return sp.Rational(str(number))
        exact, scale = literals[mantissa]
        return sp.sign(number) * exact * sp.Integer(2) ** (exponent - scale)

    for size in SIZES:
        here = definite(vector, size)
        for largest, signs in _cases(vector, size):
            values = {s: e * sp.Symbol(s.name, positive=True) for s, e in signs.items()}
            point = np.array([values.get(s, s) for s in here.x], object)
            scope = dict(vector.scope)
            for name, value in vector.scope.items():
                if value is np:
                    scope[name] = _Symbols(largest)
                elif inspect.isfunction(value):
                    scope[name] = rebound(value, scope)
            got = [
                list(scope[vector.name](point)),
                list(scope[f"{vector.name}_vjp"](point, np.array(here.v, object))),
            ]
            for name, found, wanted in zip(("", "_vjp"), got, (here.values, here.vjp), strict=True):
                for g, w in zip(found, wanted, strict=True):
                    g = sp.sympify(g).replace(lambda e: e.is_Float, meant)
                    if not _same(g, w.subs(values)):
                        raise Problem(
                            f"{shown(vector.path)}: {vector.name}{name} is not proved: for "
                            f"{size} elements it gives {g}, not {w}"
                        )


def _cases(vector: Vector, size: int) -> Iterator[tuple[int, dict[sp.Symbol, int]]]:
    x = definite(vector, size).x
    if vector.width == 1:
        yield from ((largest, {}) for largest in range(size))
    elif size < max(SIZES):  # what is gated in pairs shows it in two of them
        yield from _signs(x)


def _signs(x: list[sp.Symbol]) -> Iterator[tuple[int, dict[sp.Symbol, int]]]:
    for signs in itertools.product((1, -1), repeat=len(x)):
        yield 0, dict(zip(x, signs, strict=True))


# Errors


def _compiled(vector: Vector, size: int) -> list[Callable]:
    here = definite(vector, size)
    letters = [*here.x, *here.v]
    return [compile_ball(sp.Tuple(*e), letters) for e in (here.values, here.vjp)]


def _balls(function: Callable, point: Sequence[float]) -> list[arb]:
    """Return exact values at a point, each to 80 bits or so near 0 that it does not matter."""
    before = ctx.prec
    try:
        for precision in PRECISIONS:
            ctx.prec = precision
            with contextlib.suppress(ZeroDivisionError):
                values = function([arb(v) for v in point])
                if all(v.is_exact() or v.rel_accuracy_bits() >= 80 for v in values):
                    return values
                if precision > 1000 and all(
                    v.rel_accuracy_bits() >= 80 or abs(v) < arb(2) ** -1140 for v in values
                ):
                    return values
    finally:
        ctx.prec = before
    raise Problem(f"cannot evaluate at {point}")


@functools.cache
def samples(width: int, name: str) -> list[tuple[Array, Array]]:
    """Return inputs x and vectors v of a dtype: random, with ties, tiny, and large but finite."""
    form, random = verify.FORMATS[name], np.random.default_rng(7)
    found = []
    for size, count in LENGTHS.items():
        for number_of in range(count):
            x = random.standard_normal(size * width) * SCALES[number_of % len(SCALES)]
            kind = number_of % 8
            if kind == 5:
                x[:] = x[0]
            elif kind == 6:
                x *= form.normal
            elif kind == 7 and width == 1:
                x = x / np.abs(x).max() * (form.largest / 4)
            found.append((_rounded(x, form), _rounded(random.standard_normal(size), form)))
    return found


def _rounded(values: Array, form: verify.Format) -> Array:
    if form.name != "bfloat16":
        return values.astype(form.name).astype(np.float64)
    bits = values.astype(np.float32).view(np.uint32)
    return (bits & 0xFFFF0000).astype(np.uint32).view(np.float32).astype(np.float64)


@functools.cache
def references(vector: Vector, name: str) -> list[tuple[list[arb], Array, list[arb], Array]]:
    """Return for each sample the exact values and vjp, and the unit in which each error counts.

    The unit is one ULP (of the largest term, where vjp is a sum) and what the exact value changes
    by when each input moves by one ULP.
    """
    form, found = verify.FORMATS[name], []
    for x, v in samples(vector.width, name):
        functions = _compiled_once(vector, len(v))
        row: list[Any] = []
        for function in functions:
            exact = _balls(function, [*x, *v])
            moved = np.zeros(len(exact))
            for j, step in enumerate(verify.ulp(x, form)):
                other = [*x, *v]
                other[j] += step
                near = _balls(function, other)
                moved += [abs(float(a - b)) for a, b in zip(near, exact, strict=True)]
            size = np.array([abs(float(e)) for e in exact])
            if function is functions[1]:
                size = np.maximum(size, _largest_term(vector, x, v))
            row += [exact, verify.ulp(np.minimum(size, form.largest), form) + moved]
        found.append(tuple(row))
    return found


@functools.cache
def _compiled_once(vector: Vector, size: int) -> list[Callable]:
    return _compiled(vector, size)


def _largest_term(vector: Vector, x: Array, v: Array) -> Array:
    """Return for each k the largest |v_i · derivative| over i."""
    rows = []
    for j in range(len(v)):
        alone = np.zeros(len(v))
        alone[j] = v[j]
        rows.append(
            [abs(float(b)) for b in _balls(_compiled_once(vector, len(v))[1], [*x, *alone])]
        )
    return np.max(rows, axis=0)


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


def errors(vector: Vector, voice: Callable, order: int, name: str) -> Worst:
    """Return the largest error of a voice over the samples; raises Problem on a flag."""
    form, given = verify.FORMATS[name], samples(vector.width, name)
    worst = Worst(-1.0, np.empty(0), np.empty(0), len(given))
    for (x, v), row in zip(given, references(vector, name), strict=True):
        exact, unit = row[2 * order], row[2 * order + 1]
        try:
            with np.errstate(all="raise", under="ignore", over="ignore"):
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


# Fragments


def drawing(vector: Vector) -> str:
    """Return the result along a line: one input varied, the others as the legend says."""
    t = figures.sample(*SPAN, [0.0])
    if vector.width == 1:
        point = np.stack([t, 0 * t, 0 * t + 1])
        y = vector.function(point, axis=0)
        curves = [figures.Curve(f"element {i + 1}", t, row) for i, row in enumerate(y)]
        about = "The elements of the result for the inputs x, 0 and 1, for x from −5 to 5."
    else:
        curves = [
            figures.Curve(
                f"second half {other:g}".replace("-", "−"),
                t,
                vector.function(np.stack([t, 0 * t + other]), axis=0)[0],
            )
            for other in (-2.0, 0.0, 2.0)
        ]
        about = "The result by the first half of the inputs, for three values of the second half."
    return figures.plot(vector.name, curves, title=vector.title, description=about, xlim=SPAN)


def profile(vector: Vector) -> figures.Curve:
    """Return one line of the figure, to be overlaid with those of other functions.

    The first element for the inputs x, 0 and 1, or a gate whose second half is 1.
    """
    t = figures.sample(*SPAN, [0.0])
    rest = [0 * t, 0 * t + 1] if vector.width == 1 else [0 * t + 1]
    return figures.Curve(vector.title, t, vector.function(np.stack([t, *rest]), axis=0)[0])


def definition(vector: Vector) -> str:
    """Return the sentence, the formula of one element, the other names and the figure."""
    halves = vector.width == 2
    where = "$i = 1, \\dots, n$" + (", for $2n$ inputs" if halves else ", for $n$ inputs")
    names = f"Also called {', '.join(vector.aliases)}." if vector.aliases else ""
    meant = [display(str(short), tex(long)) for short, long in vector.where.items()]
    caption = (
        "The result as the first half varies." if halves else "The result for the inputs x, 0, 1."
    )
    return blocks(
        vector.summary,
        '<div class="definition" markdown>\n<div markdown>',
        display("f_i(x)", _said(vector, vector.formula)),
        *meant,
        f"{where}.",
        names,
        f"</div>\n<div markdown>\n{drawing(vector)}\n{caption}\n</div>\n</div>",
    )


def _said(vector: Vector, expression: sp.Expr) -> str:
    """Return LaTeX with the abbreviations of the snippet."""
    return tex(expression.xreplace({long: short for short, long in vector.where.items()}))


def derivative(vector: Vector) -> str:
    """Return the Jacobian and the vector-Jacobian product."""
    prove_derivative(vector)
    sizes = f"{SIZES[0]} to {SIZES[-1]}"
    proved = (
        f"SymPy proves this from the definition whenever this page is built, written out for "
        f"{sizes} elements, at every $i$ and $k$."
    )
    if vector.width == 2:
        i, k = vector.index["i"], vector.index["k"]
        halves = [vector.derivative.subs(k, at).doit() for at in (i, vector.n + i)]
        first, second = (_said(vector, half) for half in halves)
        return blocks(
            display(r"\frac{\partial f_i}{\partial x_i}", first),
            display(r"\frac{\partial f_i}{\partial x_{i + n}}", second),
            "All other elements of the Jacobian are 0. So backpropagation multiplies the gradient "
            "$v_i$ from above with the first for the first half of the inputs, and with the second "
            "for the second half.",
            proved,
        )
    return blocks(
        display(r"\frac{\partial f_i}{\partial x_k}", tex(vector.derivative)),
        "$\\delta_{ik}$ is 1 where $i = k$, else 0. This matrix is the Jacobian. Backpropagation "
        "never writes it out: it takes the product of a gradient $v$ from above with it,",
        display(r"\sum_i v_i \frac{\partial f_i}{\partial x_k}", tex(vector.vjp)),
        proved,
    )


def code(vector: Vector) -> str:
    """Return the three cells as tabs, and how they are checked."""
    tabs = [
        f'=== "{name}"\n\n' + indent(f"```python\n{vector.cells[name]}\n```\n")
        for name in ("NumPy", "PyTorch", "SymPy")
    ]
    checked = [numpy_error(vector, o, name) for o in (0, 1) for name in verify.NUMPY_DTYPES]
    prove(vector)
    command = f"Check it yourself: `python scripts/vector.py {vector.name}`."
    cases = (
        "whichever one element is largest" if vector.width == 1 else "for all signs of the inputs"
    )
    return blocks(
        *tabs,
        f"**Checked when this page was built:** both NumPy functions at {checked[0].count} vectors "
        f"per dtype of up to {max(LENGTHS) * vector.width} elements, against exact values: at most "
        f"{upper(max(c.units for c in checked))} units off ([error](#error)). {command}",
        f"**Proved when this page was built:** but for rounding, the NumPy source is the "
        f"definition and the product above, identically, for {SIZES[0]} to {SIZES[-1]} elements "
        f"and {cases} ([how](../checked.md)).",
    )


def shape(vector: Vector) -> str:
    """Return what follows from the formula, each line proved for the SIZES."""
    every = [definite(vector, size) for size in SIZES]
    c = sp.Symbol("c", real=True)
    rows = []
    if all(_same(sum(d.values), sp.Integer(1)) for d in every):
        rows.append(("Sum of the elements", "1"))
    if all(v.is_positive for d in every for v in d.values):
        rows.append(("Sign", "every element is positive"))

    def moved(change: Callable[[sp.Symbol], sp.Expr]) -> bool:
        return all(
            _same(v.subs({s: change(s) for s in d.x}, simultaneous=True), v)
            for d in every
            for v in d.values
        )

    if vector.width == 1:
        if moved(lambda s: s + c):
            rows.append(("Shift", "$f(x_1 + c, \\dots, x_n + c) = f(x)$ for every $c$"))
        d = every[-1]
        swapped = {d.x[0]: d.x[1], d.x[1]: d.x[0]}
        if all(
            _same(v.subs(swapped, simultaneous=True), d.values[i])
            for v, i in zip(d.values, (1, 0, 2), strict=True)
        ):
            rows.append(("Order", "elements that change places in $x$ change places in $f(x)$"))
        equal = [d.values[0].subs(dict.fromkeys(d.x, c)) for d in every]
        numbers = [tex(sp.simplify(e)) for e in equal]
        rows.append(
            (
                "All elements equal",
                ", ".join(f"${v}$ for $n = {n}$" for n, v in zip(SIZES, numbers, strict=True)),
            )
        )
        if all(
            _same(d.jacobian[i][k], d.jacobian[k][i])
            for d in every
            for i in range(len(d.values))
            for k in range(i)
        ):
            rows.append(("Jacobian", "symmetric"))
        if all(_same(sum(row), sp.Integer(0)) for d in every for row in d.jacobian):
            rows.append(("Rows of the Jacobian", "sum to 0: it has no inverse"))
    else:
        d = every[0]
        for name, s in zip(("first", "second"), d.x, strict=True):
            linear = not d.values[0].diff(s).has(s)
            rows.append((f"In the {name} half", "linear" if linear else "not linear"))
        rows.append(("At 0", f"$f(0) = {tex(d.values[0].subs(dict.fromkeys(d.x, 0)))}$"))
    return blocks(
        table(["", ""], rows, "facts"),
        f"Proved when this page is built, written out for {SIZES[0]} to {SIZES[-1]} elements.",
    )


EDGES = {
    1: [(0.0, -math.inf), (-math.inf, -math.inf), (math.inf, 0.0), (math.nan, 0.0), (1e30, -1e30)],
    2: [(-math.inf, 1.0), (math.inf, 1.0), (1.0, -math.inf), (1.0, math.inf), (math.nan, 1.0),
        (0.0, math.inf), (1e30, 1e30)],
}  # fmt: skip


def kinks(vector: Vector) -> str:
    """Return what becomes of infinite, missing and huge inputs, in float32."""
    d = definite(vector, 2 // vector.width)
    form, rows = verify.FORMATS["float32"], []
    for point in EDGES[vector.width]:
        x = np.array(point)
        with np.errstate(all="ignore"):
            voices = [c(vector, 0, x, x, form) for c in (numpy_call, torch_call)]
        exact = _exact_at(vector, d, point)
        if any(map(math.isnan, exact)):
            exact = [math.nan] * len(exact)
        wanted = [math.copysign(math.inf, e) if abs(e) > form.largest else e for e in exact]
        cells = []
        for got in voices:
            text = ", ".join(number(v, 4) for v in got)
            right = all(verify.agree(g, e, form) for g, e in zip(got, wanted, strict=True))
            cells.append(text if right else wrong(text))
        defined = not any(map(math.isnan, exact))
        said = ", ".join(number(e, 4) for e in exact) if defined else "undefined"
        rows.append([", ".join(number(v) for v in point), said, *cells])
    return blocks(
        table(["$x$", "$f(x)$, exact", "NumPy above", "PyTorch"], rows, "edges"),
        "Computed in float32 when this page was built; “exact” is what the formula gives with "
        "exp(−∞) = 0, undefined where it gives ∞/∞ or ∞ · 0 or an input is nan. A marked cell is "
        "wrong; ∞ is right where the exact value is beyond float32.",
    )


def _exact_at(vector: Vector, here: Definite, point: Sequence[float]) -> list[float]:
    if all(map(math.isfinite, point)):
        given = [*point, *(0.0 for _ in here.v)]
        return [float(b) + 0.0 for b in _balls(_compiled_once(vector, len(here.v))[0], given)]
    return [_limit(value, here.x, point) for value in here.values]


def _limit(value: sp.Expr, x: list[sp.Symbol], point: Sequence[float]) -> float:
    """Return what a formula gives at infinite inputs: nan where it is undefined."""
    if any(map(math.isnan, point)):
        return math.nan
    given = {
        s: sp.oo * (1 if p > 0 else -1) if math.isinf(p) else sp.Rational(p)
        for s, p in zip(x, point, strict=True)
    }
    found = value.subs(given, simultaneous=True)
    if found.is_finite or not found.is_number:
        return float(found) if found.is_finite else math.nan
    return float(found) if found in (sp.oo, -sp.oo) else math.nan


def error(vector: Vector) -> str:
    """Return the largest errors per dtype."""
    rows = []
    for form in verify.FORMATS.values():
        cells = []
        for voice in (numpy_call, torch_call):
            for order in (0, 1):
                if voice is numpy_call and form.name not in verify.NUMPY_DTYPES:
                    cells.append("–")
                    continue
                worst = errors(vector, voice, order, form.name)
                text = upper(worst.units)
                cells.append(text if worst.units <= form.tolerance else wrong(text))
        rows.append([form.name, *cells])
    torch, numpy = (importlib.metadata.version(name) for name in ("torch", "numpy"))
    count = sum(LENGTHS.values())
    return blocks(
        "Largest distance from the exact value, rounded up. The unit is one ULP of the exact value "
        "plus what it changes by when every input moves by one ULP; in a vector-Jacobian product, "
        "one ULP of the largest term of the sum.",
        table(["", "NumPy $f$", "NumPy vjp", "PyTorch $f$", "PyTorch vjp"], rows),
        f"Measured when this page was built, with NumPy {numpy} and PyTorch {torch} on a CPU, at "
        f"{count} vectors per dtype: random at three scales, with equal elements, tiny and huge.",
    )


def row(vector: Vector) -> str:
    """Return the line of the table of all."""
    page = f"activations/{vector.name}.md"
    jacobian = f"${tex(vector.derivative)}$"
    cells = [
        f"[{vector.title}]({page})",
        f"${tex(vector.formula)}$",
        jacobian if vector.width == 1 else f"[by each half]({page}#derivative)",
    ]
    return "| " + " | ".join(cells) + " |"


def about(vector: Vector) -> str:
    """Return what the pages of all functions say of this one."""
    kept = {key: getattr(vector, key) for key in ("title", "summary", "family", "descends")}
    row = {"learnable": False, "vector": True, "torch": in_torch(vector.cells)}
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
            print(f"  {dtype}: {', '.join(f'{w.units:.2f}' for w in found)} units (f, vjp)")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or [v.name for v in vectors()])
    except Problem as problem:
        sys.exit(str(problem))
