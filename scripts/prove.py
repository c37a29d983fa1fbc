"""Prove the published NumPy source: not at sample points, but for every x.

The code object of a NumPy cell is run with another `np` on SymPy expressions in x, which are exact.
Wherever it decides something (np.abs, np.maximum, np.where, a comparison …) a rational sample
point says which way, and the condition is noted. What comes out is compared with the definition and
its derivative as expressions in x, exponentials and logarithms: it is the same function wherever
the noted conditions hold. Those are intervals; the next sample is taken beyond their ends, until
the line is covered, and the ends are checked one by one.

Real arithmetic is meant: rounding is what `verify` measures. A float in the code is read as the
decimal it is written as, or as the number of the formula, times a power of two, that rounds to it.
Where the code leaves the formula on purpose, far out, the difference must be below half the least
subnormal double: such a region is a bound, not an identity. Where the formula has erf or an
irrational number, code can only approximate: then each float is what it is to the last bit, and
the relative error is bounded, by Taylor models on boxes, below half an ULP of a double.
"""

import contextlib
import inspect
import math
import operator
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import FunctionType
from typing import Any, NoReturn

import numpy as np
import sympy as sp
from flint import acb, arb, arb_series, ctx

import tails
from catalog import Activation, catalog, pick
from derive import HYPERBOLIC, multiplicity, nested, pieces
from exact import Exact, compile_ball
from project import Problem, shown

INVISIBLE = arb(2) ** -1075  # half the least subnormal double
HALF = arb(2) ** -53  # relative: no more than half an ULP of a double
SLIP = (-(2.0**-40), 2.0**-40)  # so that boxes reach the ends however these are rounded
NOTHING = sp.Rational(1, 2**1080)
TERMS, WIDER, FINE, NEAR = 72, 2, arb(2) ** -60, 2**-20  # of Taylor models
AROUND = 1 / 8  # how far out a multiple zero at 0 is divided out
DTYPES = ("float64", "float32", "float16")
PART = sp.Symbol("part", positive=True)  # a number in (0, 1]: erfc(u) = part · exp(−u²) for u ≥ 0


@dataclass(frozen=True)
class Region:
    """An open interval, or a point where `low` is `high`, and what is proved there.

    `bound` is None for an identity, else |code − exact| is at most this or, if `relative`, at most
    this times |exact|. `setting` gives the parameters; None: it holds for every value in their
    domain.
    """

    low: sp.Expr
    high: sp.Expr
    bound: arb | None = None
    setting: Mapping[str, float] | None = None
    relative: bool = False

    def __str__(self) -> str:
        low, high = (
            str(e) if len(str(e)) < 30 else f"{float(e):.3g}" for e in (self.low, self.high)
        )
        where = f"x = {low}" if self.low == self.high else f"({low}, {high})"
        where = re.sub(r"\boo\b", "∞", where).replace("-", "−")
        where += f" with {self.setting}" if self.setting else ""
        return (
            where
            if self.bound is None
            else f"{where} to within {_scientific(self.bound)}{' of the value' * self.relative}"
        )


@dataclass(frozen=True)
class Result:
    """What is proved of one function: `kind` is "identity", or "bound" if any region is."""

    function: str
    regions: tuple[Region, ...]
    seconds: float

    @property
    def kind(self) -> str:
        """Whether code and formula are the same everywhere or only invisibly different."""
        same = all(r.bound is None for r in self.regions)
        return "identity" if same else "bound"


@dataclass(frozen=True)
class Proof:
    """What is proved of the functions of a NumPy cell."""

    name: str
    function: Result
    gradient: Result
    learned: tuple[Result, ...]  # the derivatives by what is learned


class _SettingError(Exception):
    """The proof does not go through with the parameters as symbols: they need values."""


def _scientific(bound: arb) -> str:
    """Write a bound with two digits, rounded up."""
    if bound.is_zero():
        return "0"
    power = math.floor(float((bound.log() / arb(10).log()).mid()))
    digits = math.ceil(float((bound / arb(10) ** (power - 1)).upper()))
    return f"{digits / 10}e{power}"


# Expressions


def _plain(expression: sp.Expr) -> sp.Expr:
    """Write an expression in exponentials, erf, and logarithms of sums."""
    expression = expression.rewrite((*HYPERBOLIC, sp.sin, sp.cos), sp.exp).replace(
        sp.erfc, lambda a: 1 - sp.erf(a)
    )
    return expression.replace(sp.log, _log) if expression.has(sp.log) else expression


def _log(argument: sp.Expr) -> sp.Expr:
    """Split the logarithm of a product of which every factor is positive."""
    parts = sp.Mul.make_args(sp.together(argument))
    if not all(part.is_positive for part in parts):
        return sp.log(argument, evaluate=False)
    return sp.Add(*(p.args[0] if isinstance(p, sp.exp) else sp.log(p) for p in parts))


def _ratio(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    top, bottom = sp.fraction(sp.together(_plain(expression)))
    return sp.expand(top), sp.expand(bottom)


def _vanishes(expression: sp.Expr) -> bool:
    """Tell whether an expression is 0 identically, being one in independent functions."""
    return expression == 0 or _ratio(expression)[0] == 0


def _number(value: sp.Expr) -> arb:
    return Exact(value, sp.Dummy()).ball(0.0)


def _sign_of_number(value: sp.Expr) -> int:
    if value.is_Rational:
        return int(sp.sign(value))
    if _vanishes(value):
        return 0
    ball = _number(value)
    if ball.contains(0):
        raise Problem(f"cannot tell the sign of {value}")
    return 1 if ball > 0 else -1


def _definite(expression: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr) -> int:
    """Return the sign that an expression is proved to have on an open interval, 0 without proof."""
    if expression.is_number:
        return _sign_of_number(expression)
    p = sp.Dummy(positive=True)
    inside = x
    if low.is_finite and high.is_finite:
        inside = (low + high * p) / (1 + p)
    elif low.is_finite or high.is_finite:
        inside = low + p if low.is_finite else high - p
    moved = expression.subs(x, inside)
    if moved.is_positive or moved.is_negative:
        return 1 if moved.is_positive else -1
    top, bottom = sp.fraction(sp.together(moved))
    forms = (sp.expand(top), bottom)
    if all(f.is_positive or f.is_negative for f in forms):
        return math.prod(1 if f.is_positive else -1 for f in forms)
    return 0


def _far(difference: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr) -> arb | None:
    """Return a bound of |difference| on an interval that does not reach 0, or None.

    Numerator and denominator are divided by one term of the denominator, so that every term
    becomes a constant times xᵏ exp(q(x)), constant or falling: it lies between 0 and its value at
    the end.
    """
    start = sp.Max(low, -high)
    if start <= 0 or nested(difference):
        return None
    difference = difference if low > 0 else difference.subs(x, -x)
    ratio = _ratio(_plain(difference).replace(sp.erf, lambda u: 1 - PART * sp.exp(-(u**2))))
    errors = difference.atoms(sp.erf)
    if len(errors) > 1 or any(_definite(e.args[0], x, start, sp.oo) <= 0 for e in errors):
        return None
    for divisor in sp.Add.make_args(ratio[1]):
        by = divisor.as_independent(x, as_Add=False)[1]
        top, bottom = (
            sum((_term(t / by, x, start) for t in sp.Add.make_args(part)), arb(0)) for part in ratio
        )
        if top.is_finite() and not bottom.contains(0):
            return (top / bottom).abs_upper()
    return None


def _term(term: sp.Expr, x: sp.Symbol, start: sp.Expr) -> arb:
    """Enclose one term on the half-line from start > 0; nan where this is not proved."""
    factor, rest = term.as_independent(x, as_Add=False)
    growth = sp.expand(x * sp.diff(sp.expand_log(sp.log(rest), force=True), x))
    falling = sp.expand(growth.subs(x, start + sp.Dummy(positive=True))).is_negative
    if factor.free_symbols - {PART} or not (growth == 0 or (growth.is_polynomial(x) and falling)):
        return arb("nan")
    end = _number(rest.subs(x, start))
    return compile_ball(factor, PART)(arb(0.5, 0.5)) * (end.union(arb(0)) if falling else end)


# What the code computes with


class _Here:
    """One run: the point that decides conditions, and where these decisions would change."""

    def __init__(self, x: sp.Symbol, point: sp.Rational, dtype: str, literals: dict | None) -> None:
        self.x, self.point, self.literals = x, point, literals
        self._dtype = np.dtype(dtype)
        self.asked = False
        self.cuts: set[sp.Expr] = set()
        self.rounded: dict[sp.Expr, sp.Symbol] = {}

    @property
    def dtype(self) -> np.dtype:
        self.asked = True
        return self._dtype

    def read(self, value: Any) -> sp.Expr:
        """Return what a number in the code stands for."""
        if isinstance(value, _Element):
            return value.value
        if isinstance(value, sp.Expr):
            return value
        if isinstance(value, bool | int | np.bool | np.integer) or float(value).is_integer():
            return sp.Integer(int(value))
        if not math.isfinite(value):
            raise Problem(f"{value} is no number")
        mantissa, exponent = math.frexp(value)
        if self.literals is None:
            return sp.Rational(value)
        if mantissa in self.literals:
            exact, scale = self.literals[mantissa]
            return exact * sp.Integer(2) ** (exponent - scale)
        return sp.Rational(str(value))

    def exact(self, value: Any) -> Any:
        """Return a constant of the cell as something that is not rounded when it is used."""
        if isinstance(value, float):
            return _Element(self.read(value), self, scalar=True)
        return tuple(map(self.exact, value)) if isinstance(value, tuple | list) else value

    def apply(self, build: Callable, *parts: Any, needs: frozenset = frozenset()) -> "_Element":
        """Compute with elements and numbers; what any of them needs, the result needs."""
        for part in parts:
            needs |= getattr(part, "needs", frozenset())
        scalar = all(getattr(part, "scalar", True) for part in parts)
        return _Element(build(*map(self.read, parts)), self, needs, scalar)

    def any_number(self, value: sp.Expr) -> sp.Expr:
        """Stand for a rounded value: what is proved then holds whatever it is rounded to."""
        if (plain := sp.cancel(value)).is_integer:  # where a remainder has been taken away
            return plain
        return self.rounded.setdefault(value, sp.Dummy("rounded", integer=True))

    def shortened(self, value: sp.Expr) -> sp.Expr:
        """Stand for a value in a type of fewer digits, whichever it is."""
        return self.rounded.setdefault(sp.Function("short")(value), sp.Dummy("short", real=True))

    def parts(self, value: Any) -> tuple["_Element", Any]:
        """Return a number and the power of two by which it makes up the value, any if it varies."""
        number = self.read(value)
        if number.is_Rational:
            exponent: Any = math.frexp(number)[1]
        elif number.free_symbols == {self.x}:
            held = sp.Function("exponent")(number)
            exponent = self.rounded.setdefault(held, sp.Dummy("exponent", integer=True))
        else:
            raise _SettingError
        return self.apply(lambda a: a / sp.Integer(2) ** exponent, value), exponent

    def remainder(self, value: sp.Expr, by: sp.Expr) -> sp.Expr:
        """Return what is left when a whole multiple is taken away, whichever it is."""
        return value - by * self.rounded.setdefault(value / by, sp.Dummy("whole", integer=True))

    def sign(self, value: sp.Expr) -> int:
        """Decide the sign of an expression at the sample, and note where it changes."""
        if value.is_polynomial(self.x):
            value = sp.factor(value)
        result = 1
        for part in sp.Mul.make_args(value):
            base, power = part.as_base_exp()
            if part.is_number:
                result *= _sign_of_number(part)
            elif part.is_positive or part.is_negative:
                result *= 1 if part.is_positive else -1
            elif base.free_symbols == {self.x} and power.is_Integer:
                result *= self._cut(base) ** int(power)
            elif base.free_symbols & set(self.rounded.values()):
                raise Problem("it decides by how np.round rounds")
            elif base.free_symbols - {self.x}:
                raise _SettingError
            else:
                raise Problem(f"it decides by the sign of {part}")
        return result

    def _cut(self, base: sp.Expr) -> int:
        if not base.is_polynomial(self.x):
            raise Problem(f"it decides by the sign of {base}, which is no polynomial in x")
        polynomial = sp.Poly(base, self.x)
        if polynomial.degree() == 1:
            slope, start = polynomial.all_coeffs()
            self.cuts.add(-start / slope)
        elif all(c.is_Rational for c in polynomial.all_coeffs()):
            self.cuts.update(polynomial.real_roots())
        else:
            raise Problem(f"it decides by the sign of {base}, which is not rational")
        return _sign_of_number(base.subs(self.x, self.point))


def _operation(build: Callable) -> Callable:
    return lambda *parts: parts[0].here.apply(build, *parts)


def _in_place(build: Callable) -> Callable:
    def change(self: "_Element", other: Any) -> "_Element":
        result = build(self, other)
        if self.scalar:
            return result
        self.value, self.needs = result.value, result.needs  # other names of this array see it
        return self

    return change


def _comparison(holds: Callable[[int], bool]) -> Callable:
    def compare(self: "_Element", other: Any) -> "_Element":
        here = self.here
        return here.apply(lambda a, b: sp.Integer(holds(here.sign(a - b))), self, other)

    return compare


def _quotient(here: _Here, top: Any, bottom: Any) -> "_Element":
    return here.apply(operator.truediv, top, bottom, needs=frozenset({(here.read(bottom), False)}))


def _power(base: "_Element", power: Any) -> "_Element":
    exponent = base.here.read(power)
    needs = frozenset() if exponent.is_nonnegative else frozenset({(base.value, False)})
    if not exponent.is_Integer:
        needs = frozenset({(base.value, True)})
    return base.here.apply(operator.pow, base, power, needs=needs)


class _Element:
    """What stands for an array: an expression in x.

    `needs` are (expression, whether positive) pairs: it is defined where each is positive or, at
    least, not 0. A `scalar` cannot be changed in place.
    """

    __array_ufunc__ = None  # so that NumPy's own scalars leave operators to this class
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, value: sp.Expr, here: _Here, needs: frozenset = frozenset(), scalar: bool = False
    ) -> None:
        self.value, self.here, self.needs, self.scalar = value, here, needs, scalar

    __add__ = __radd__ = _operation(operator.add)
    __mul__ = __rmul__ = _operation(operator.mul)
    __sub__ = _operation(operator.sub)
    __rsub__ = _operation(lambda a, b: b - a)
    __neg__ = _operation(operator.neg)
    __pos__ = _operation(operator.pos)
    __and__ = __rand__ = _operation(sp.Min)
    __or__ = __ror__ = _operation(sp.Max)
    __invert__ = _operation(lambda a: 1 - a)
    __gt__, __ge__ = _comparison(lambda s: s > 0), _comparison(lambda s: s >= 0)
    __lt__, __le__ = _comparison(lambda s: s < 0), _comparison(lambda s: s <= 0)
    __eq__, __ne__ = _comparison(lambda s: s == 0), _comparison(lambda s: s != 0)
    __pow__ = _power

    def __truediv__(self, other: Any) -> "_Element":
        return _quotient(self.here, self, other)

    def __rtruediv__(self, other: Any) -> "_Element":
        return _quotient(self.here, other, self)

    __iadd__, __isub__ = _in_place(operator.add), _in_place(operator.sub)
    __imul__, __itruediv__ = _in_place(operator.mul), _in_place(operator.truediv)
    __ipow__ = _in_place(operator.pow)

    def __abs__(self) -> "_Element":
        return self.here.apply(lambda a: a if self.here.sign(a) >= 0 else -a, self)

    def __bool__(self) -> bool:
        raise Problem("it branches on a whole array; write np.where")

    def __float__(self) -> float:
        raise Problem("it turns an array into one float")

    @property
    def dtype(self) -> np.dtype:
        return self.here.dtype

    def astype(self, dtype: Any, copy: bool = True) -> "_Element":
        return self.here.apply(lambda a: a, self) if copy else self


class _Type:
    """What stands for a type of NumPy: it converts, and is equal to the dtype."""

    def __init__(self, name: str, convert: Callable) -> None:
        self.dtype, self.convert = np.dtype(name), convert

    def __call__(self, value: Any) -> _Element:
        return self.convert(value)


class _NumPy:
    """What stands for `np`: the calls that have an exact meaning."""

    def __init__(self, here: _Here) -> None:
        def known(build: Callable) -> Callable:
            return lambda *parts: here.apply(build, *parts)

        def log(value: Any, plus: int = 0) -> _Element:
            inside = here.read(value) + plus
            return here.apply(lambda _: sp.log(inside), value, needs=frozenset({(inside, True)}))

        def where(condition: Any, yes: Any, no: Any) -> _Element:
            chosen = yes if here.sign(here.read(condition)) else no
            return here.apply(lambda _, value: value, condition, chosen)

        def copysign(size: Any, sign: Any) -> _Element:
            return here.apply(lambda a, b: a if here.sign(b) >= 0 else -a, abs(size), sign)

        def choice(build: Callable) -> Callable:
            return lambda a, b, dtype=None: here.apply(build, a, b)

        larger = choice(lambda a, b: a if here.sign(a - b) >= 0 else b)
        smaller = choice(lambda a, b: b if here.sign(a - b) >= 0 else a)
        same = known(lambda a: a)
        self.calls: dict[str, Any] = {
            "abs": known(lambda a: a if here.sign(a) >= 0 else -a),
            "arctan": known(sp.atan),
            "asarray": lambda value, dtype=None: (
                value if isinstance(value, _Element) else same(value)
            ),
            "clip": lambda value, low, high, dtype=None: smaller(larger(value, low), high),
            "copysign": copysign,
            "errstate": lambda **_: contextlib.nullcontext(),
            "expm1": known(lambda a: sp.exp(a) - 1),
            "hypot": lambda a, b: self.sqrt(here.apply(lambda a, b: a**2 + b**2, a, b)),
            "iscomplexobj": lambda _: False,
            "isinf": known(lambda a: sp.Integer(0)),
            "isnan": known(lambda a: sp.Integer(0)),
            "log": log,
            "log1p": lambda value: log(value, 1),
            "maximum": larger,
            "minimum": smaller,
            "power": lambda base, power: _power(same(base), power),
            "result_type": lambda *_: None,  # astype changes nothing but rounding
            "round": known(here.any_number),
            "sign": known(lambda a: sp.Integer(here.sign(a))),
            "sqrt": lambda value: _power(same(value), sp.Rational(1, 2)),
            "square": known(lambda a: a**2),
            "where": where,
            "pi": sp.pi,
            "finfo": np.finfo,
            "fmod": known(here.remainder),
            "frexp": here.parts,
            "ldexp": known(lambda a, exponent: sp.expand(a * sp.Integer(2) ** exponent)),
            "nan": np.nan,
            "float64": _Type("float64", same),  # nothing is rounded
            "float32": _Type("float32", known(here.shortened)),
            "float16": _Type("float16", known(here.shortened)),
            **{
                name: known(getattr(sp, name))
                for name in ("exp", "tanh", "sinh", "cosh", "sin", "cos")
            },
        }
        self.calls["absolute"] = self.calls["abs"]

    def __getattr__(self, name: str) -> Any:
        if name not in self.calls:
            raise Problem(f"it calls np.{name}, which has no exact meaning here")
        return self.calls[name]


# The proof


def _beyond(
    difference: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, limit: sp.Expr = NOTHING
) -> arb | None:
    """Return 2^-1080 if a difference is proved smaller on the half-line outwards of an interval.

    Or, given another limit, if it is proved smaller in size than that.
    """
    if not (low > 0 or high < 0):
        return None
    right = bool(low > 0)
    end = low if right else high
    if not end.is_Rational:
        end = sp.Rational(float(end)) * (1 + sp.Rational(SLIP[0]))  # a little nearer to 0
    try:
        with ctx.workprec(2600):  # a difference of two large numbers may be smaller than it
            signs = [tails.sign(limit + side * difference, x, end, right) for side in (1, -1)]
    except Problem:
        return None
    return arb(2) ** -1080 if signs in ([1, 1], [-1, -1]) else None


def _slight(difference: sp.Expr, wanted: sp.Expr, x: sp.Symbol, region: Region) -> bool:
    """Tell whether |difference| < FINE · |wanted| is proved on an interval that ends at 0.

    Where both are 0 at 0 their quotient is that of their slopes at some point between.
    """
    far = region.high if region.low == 0 else region.low
    if 0 not in (region.low, region.high) or far == 0 or not far.is_finite:
        return False
    if difference.subs(x, 0) != 0 or wanted.subs(x, 0) != 0:
        return False
    half = arb(float(far)) / 2
    inside = arb(half, abs(half) * (1 + SLIP[1]))
    top, bottom = (compile_ball(e.diff(x), x)(inside) for e in (difference, wanted))
    return not bottom.contains(0) and bool(abs(top / bottom) < FINE)


def _invisible(difference: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr) -> arb | None:
    """Return a bound of |difference| on an interval far out or very near 0, or None."""
    if low > -NEAR and high < NEAR and not difference.free_symbols - {x}:
        return compile_ball(difference, x)(_number(low).union(_number(high))).abs_upper()
    return _far(difference, x, low, high) or _beyond(difference, x, low, high)


@dataclass
class _Case:
    """One function of one cell, to be compared with expressions."""

    activation: Activation
    order: int
    values: Mapping[sp.Symbol, sp.Expr]  # what stands for the parameters
    setting: Mapping[str, float] | None
    dtype: str
    reading: bool = True  # whether a float stands for the number that it is written for
    formula: sp.Expr = field(init=False)
    derivative: sp.Expr = field(init=False)
    asked: bool = False  # whether the code looked at the dtype

    def __post_init__(self) -> None:
        self.formula, self.derivative = (
            e.subs(self.values) for e in (self.activation.formula, self.activation.derivative)
        )
        self.function = (self.activation.function, self.activation.gradient)[self.order]
        both = self.activation.formula, self.activation.derivative
        self.literals = constants(*both) if self.reading else None

    def regions(self) -> Iterator[Region]:
        """Yield every region with what is proved there; raises Problem where nothing is."""
        x, ends = self.activation.x, {-sp.oo, sp.oo}
        largest = sp.Integer(int(np.finfo(self.dtype).max))
        parts = [self._pieces(e) for e in (self.formula, self.derivative)]
        for low, high, result in self._split(-sp.oo, sp.oo, parts):
            ends |= {low, high}
            if low >= largest or high <= -largest:
                continue  # there is no number to prove anything for
            f, slope = (
                next(p.expression for p in part if p.low <= low and high <= p.high)
                for part in parts
            )
            self._defined(result, Region(low, high))
            bound: arb | None = None
            for wanted in (f.diff(x), slope) if self.order else (f,):
                difference = result.value - wanted
                if _vanishes(difference):
                    continue
                if difference.free_symbols - {x}:
                    raise _SettingError
                far = _invisible(difference, x, low, high)
                if far is None or not far < INVISIBLE:
                    if _beyond(difference, x, low, high, wanted / 2**60) or _slight(
                        difference, wanted, x, Region(low, high)
                    ):
                        yield Region(low, high, FINE, self.setting, relative=True)
                        break
                    self._refuse(Region(low, high), result, wanted, far)
                bound = far if bound is None else bound.max(far)
            else:
                yield Region(low, high, bound, self.setting)
        for end in sorted(e for e in ends if e.is_Rational):  # no float is irrational
            result = self._run(end)[0]
            wanted = (self.derivative if self.order else self.formula).subs(x, end)
            self._defined(result, Region(end, end))
            off: arb | None = None
            slight = False
            if not _vanishes(result.value - wanted):
                off = _number((result.value - wanted).subs(x, end)).abs_upper()
                if not off < INVISIBLE:
                    off /= abs(_number(wanted))
                    slight = off < FINE
                    if not slight:
                        self._refuse(Region(end, end), result, wanted, None)
            yield Region(end, end, off, self.setting, slight)

    def _pieces(self, expression: sp.Expr) -> tuple:
        if any(p.free_symbols - {self.activation.x} for p in _conditions(expression)):
            raise _SettingError
        return pieces(expression, self.activation.x)

    def _split(self, low: sp.Expr, high: sp.Expr, parts: Sequence | None = None) -> Iterator[tuple]:
        """Run the code on an interval, and again on its parts if it decides anything within it."""
        middle = _between(low, high)
        result, cuts = self._run(middle, self.activation.x)
        cuts |= {p.low for part in parts or () for p in part[1:]}
        inside = sorted(cut for cut in cuts if low < cut < high)
        if not inside:
            yield low, high, result
        else:
            for a, b in pairwise([low, *inside, high]):
                yield from self._split(a, b)

    def _run(self, point: sp.Expr, x: sp.Expr | None = None) -> tuple[_Element, set]:
        """Run the code at a point, or (given x) on x with this sample; also return its cuts."""
        here = _Here(self.activation.x, point, self.dtype, self.literals)
        scope = dict(self.activation.scope)
        for name, value in self.activation.scope.items():
            if value is np:
                scope[name] = _NumPy(here)
            elif inspect.isfunction(value):
                scope[name] = rebound(value, scope)
            else:
                scope[name] = here.exact(value)
        arguments = {s.name: _Element(v, here, scalar=True) for s, v in self.values.items()}
        try:
            element = _Element(point if x is None else x, here)
            result = scope[self.function.__name__](element, **arguments)
            result = here.apply(lambda a: a, result)
        except Problem as problem:
            raise self._problem(str(problem)) from None
        except (TypeError, AttributeError, ValueError, IndexError) as error:
            raise self._problem(f"it does not run on exact numbers: {error}") from error
        self.asked |= here.asked
        if here.rounded:
            powers = sp.powsimp(result.value, combine="exp", deep=True)
            result.value = powers.replace(sp.exp, lambda a: sp.exp(sp.expand(a)))
            free = result.value.subs(dict.fromkeys(here.rounded.values(), 0))
            if not _vanishes(result.value - free):
                raise self._problem("it depends on how np.round rounds")
            result.value = free
        return result, here.cuts

    def _defined(self, result: _Element, region: Region) -> None:
        for needed, positive in result.needs:
            sign = _definite(needed, self.activation.x, region.low, region.high)
            if sign == 0 or (positive and sign < 0):
                if needed.free_symbols - {self.activation.x}:
                    raise _SettingError
                kind = "positive" if positive else "different from 0"
                raise self._problem(f"{needed} is not proved {kind} on {region}")

    def _problem(self, text: str) -> Problem:
        given = f" ({self.setting})" if self.setting else ""
        return Problem(
            f"{shown(self.activation.path)}: {self.function.__name__}{given} is not proved: {text}"
        )

    def _refuse(
        self, region: Region, result: _Element, wanted: sp.Expr, bound: arb | None
    ) -> NoReturn:
        if bound is not None:
            raise self._problem(f"on {region} it departs by up to {_scientific(bound)}")
        x, point = self.activation.x, result.here.point
        got, want = (
            _number(e.subs(x, point)).str(10, radius=False) for e in (result.value, wanted)
        )
        raise self._problem(f"on {region}: at x = {point} it gives {got}, exact is {want}")


def rebound(function: FunctionType, scope: dict[str, Any]) -> FunctionType:
    """Return the same code with other global names."""
    same = FunctionType(
        function.__code__, scope, function.__name__, function.__defaults__, function.__closure__
    )
    same.__kwdefaults__ = function.__kwdefaults__
    return same


def _conditions(expression: sp.Expr) -> list[sp.Basic]:
    return [c for p in expression.atoms(sp.Piecewise) for _, c in p.args]


def constants(*expressions: sp.Expr) -> dict[float, tuple[sp.Expr, int]]:
    """Return the numbers of some formulas by the significand of the nearest double."""
    found = {}
    symbols = set().union(*(e.free_symbols for e in expressions))
    for expression in expressions:
        for node in sp.preorder_traversal(expression):
            factor = node
            if isinstance(node, sp.Mul):
                factor = node.as_independent(*symbols, as_Add=False)[0]
            if not (isinstance(factor, sp.Expr) and factor.is_number):
                continue
            for number in (factor, factor.as_coeff_Mul()[1]):
                if not number.is_Integer:
                    mantissa, exponent = math.frexp(float(_number(number).mid()))
                    found[mantissa] = (number, exponent)
    return found


def _assumed(activation: Activation) -> dict[sp.Symbol, sp.Symbol]:
    """Return for each parameter a symbol of which SymPy knows the sign where the domain has one."""
    result = {}
    for p in activation.parameters:
        if p.domain.is_subset(sp.Interval.open(0, sp.oo)):
            result[p.symbol] = sp.Symbol(p.symbol.name, positive=True)
        else:
            nonzero = None if 0 in p.domain else True
            result[p.symbol] = sp.Symbol(p.symbol.name, real=True, nonzero=nonzero)
    return result


def _between(low: sp.Expr, high: sp.Expr) -> sp.Rational:
    """Return a rational number inside an interval."""
    if low.is_finite and high.is_finite:
        middle = (low + high) / 2
        return middle if middle.is_Rational else sp.Rational(float(middle))
    if low.is_finite or high.is_finite:
        return sp.floor(low) + 2 if low.is_finite else sp.floor(high) - 1
    return sp.Integer(0)


def _approximates(activation: Activation, order: int) -> bool:
    """Tell whether the code must approximate and, at one point, is seen to do so."""
    if activation.parameters or not _inexact(activation, order):
        return False
    case, point = _Case(activation, order, {}, None, DTYPES[0]), sp.Rational(1, 3)
    wanted = activation.at(order, {}).subs(activation.x, point)
    return not _vanishes(case._run(point)[0].value - wanted)


def _inexact(activation: Activation, order: int) -> bool:
    """Tell whether code can only approximate: an irrational number, or terms that cancel at 0.

    The terms may be those with one parameter.
    """
    x, said = activation.x, (activation.formula, activation.derivative)[order]
    terms = [said, *(said.diff(p.symbol) for p in activation.parameters)]
    for part in (p for e in terms for p in pieces(e.subs(activation.decimals), x)):
        near = part.expression != 0 and part.low <= 0 <= part.high
        if near and multiplicity(part.expression, x, sp.Integer(0)) > 1:
            return True
    whole = activation.formula + activation.derivative
    powers = [p for p in whole.atoms(sp.Pow) if p.is_number and not p.has(sp.exp)]
    return whole.has(sp.pi) or any(not p.is_rational for p in powers)


def _place(region: Region) -> tuple[float, float]:
    return float(region.low), float(region.high)


def _bounded(
    activation: Activation, order: int, setting: Mapping[str, float] | None = None
) -> list[Region]:
    """Return `bound` as regions; that of the relative error leaves out those near zeros."""
    found = bound(activation, order, setting)
    left, right = found.tails
    body = Region(left.high, right.low, found.relative, relative=True)
    return [replace(r, setting=setting) for r in (left, body, *found.near, right)]


def _regions(activation: Activation, order: int, dtype: str) -> tuple[list[Region], bool]:
    """Prove a function, its parameters being symbols or else numbers; also whether dtype matters.

    An approximation is bounded.
    """
    case = _Case(activation, order, _assumed(activation), None, dtype)
    if activation.formula.has(sp.erf, sp.erfc):  # which NumPy lacks
        return _bounded(activation, order), False
    if _approximates(activation, order):
        with contextlib.suppress(Problem):  # what follows says more of what is wrong
            return _bounded(activation, order), False
    try:
        return _exactly_or_bounded(case)
    except _SettingError:
        pass
    regions: list[Region] = []
    for setting in activation.settings():
        values = {s: sp.Rational(setting[s.name]) for s in case.values}
        case = _Case(activation, order, values, setting, dtype)
        regions += _exactly_or_bounded(case)[0]
    return regions, case.asked


def _exactly_or_bounded(case: _Case) -> tuple[list[Region], bool]:
    try:
        return sorted(case.regions(), key=_place), case.asked
    except Problem as problem:
        if not _inexact(case.activation, case.order):
            raise
        try:
            return _bounded(case.activation, case.order, case.setting), False
        except Problem as other:
            raise Problem(f"{problem}; nor as an approximation: {other}") from None


def _prove(activation: Activation, order: int) -> Result:
    start = time.perf_counter()
    regions, asked = _regions(activation, order, DTYPES[0])
    for dtype in DTYPES[1:] if asked else ():
        _regions(activation, order, dtype)
    name = (activation.function, activation.gradient)[order].__name__
    return Result(name, tuple(regions), time.perf_counter() - start)


def prove(activation: Activation) -> Proof:
    """Prove that the NumPy cell computes the formula and its derivatives, for every real x.

    Raises Problem, with the region and the difference, where it does not or where the code does
    something that has no exact meaning.
    """
    first, second, *rest = (_prove(part, order) for part, order in activation.computed)
    return Proof(activation.name, first, second, tuple(rest))


# Approximations


@dataclass(frozen=True)
class Bound:
    """How far exact arithmetic in the code's approximation strays from the formula.

    `relative` holds on the line but for `tails` and `near`; these give |code − exact|.
    """

    function: str
    relative: arb
    near: tuple[Region, ...]  # around zeros of the exact function
    tails: tuple[Region, ...]
    boxes: int
    seconds: float


def bound(activation: Activation, order: int, setting: Mapping[str, float] | None = None) -> Bound:
    """Bound the error of a cell that holds an approximation, rounding left aside.

    The parameters are the defaults, or those of a setting. Every float is what it is, to the last
    bit. Raises Problem where the bound is not below HALF, or none is found.
    """
    start, case = time.perf_counter(), _Case(activation, order, {}, None, DTYPES[0], False)
    here = setting or activation.defaults
    x, exact = activation.x, activation.at(order, here)
    case.values = {p.symbol: sp.Rational(here[p.symbol.name]) for p in activation.parameters}
    worst, boxes = arb(0), 0
    near: list[Region] = []
    tails: list[Region] = []
    for low, high, result in case._split(-sp.oo, sp.oo, [pieces(exact, x)]):
        wanted = next(p.expression for p in pieces(exact, x) if p.low <= low and high <= p.high)
        if low.is_Rational:  # no float is irrational, and so there is nothing to prove there
            worst = worst.max(_at(case, low, exact))
        if not (low.is_finite and high.is_finite):
            difference = result.value - wanted
            same = _vanishes(difference)
            far = arb(0) if same else _invisible(difference, x, low, high)
            if far is None or not far < INVISIBLE:
                raise case._problem(f"no bound on {Region(low, high)}")
            tails.append(Region(low, high, far))
            continue
        side = -1 if high <= 0 else 1  # SymPy writes erfc(−u) as 2 − erfc(u), which cancels
        pair = [_quotient_of(e.subs(x, side * x)) for e in (result.value, wanted)]
        if pair[0].is_rational_function(x) and not pair[0].is_polynomial(x):
            pair[0] = sp.cancel(pair[0])  # one division in place of many
        ends = sorted(float(side * e) for e in (low, high))
        try:
            error, apart, count = _enclosed(
                pair, x, *(e + abs(e) * d for e, d in zip(ends, SLIP, strict=True))
            )
        except Problem as problem:
            raise case._problem(str(problem)) from None
        near += [p if side > 0 else Region(-p.high, -p.low, p.bound) for p in apart]
        worst, boxes = worst.max(error), boxes + count
    seconds = time.perf_counter() - start
    return Bound(case.function.__name__, worst, tuple(near), tuple(tails), boxes, seconds)


def _quotient_of(expression: sp.Expr) -> sp.Expr:
    """Write tanh in exponentials, over one denominator, where 1 − tanh does not cancel."""
    if not expression.has(*HYPERBOLIC):
        return expression
    top, bottom = _ratio(expression)
    return sp.factor_terms(top) / bottom


def _at(case: _Case, point: sp.Rational, exact: sp.Expr) -> arb:
    """Return the relative error at a point where the code decides something."""
    got, wanted = case._run(point)[0].value, exact.subs(case.activation.x, point)
    if _vanishes(got - wanted):
        return arb(0)
    off = arb("inf") if _vanishes(wanted) else abs(_number(got) / _number(wanted) - 1).abs_upper()
    if not off < HALF:
        raise case._problem(f"at x = {point} it is off by {off.str(3, radius=False)} of the value")
    return off


def _enclosed(
    pair: list[sp.Expr], x: sp.Symbol, low: float, high: float
) -> tuple[arb, list[Region], int]:
    """Bound |value/wanted − 1| on a closed interval by Taylor models on ever smaller boxes."""
    order = multiplicity(pair[1], x, sp.Integer(0)) if low <= 0 else 0
    if order > 1 or (order and pair[0].is_rational_function(x)):
        error, boxes = _around(pair, x, order, low)
        beyond, near, more = _enclosed(pair, x, AROUND, high)
        return error.max(beyond), near, boxes + more
    if pair[1].subs(x, 0) == 0:  # or 0/0 would stop it there
        pair = [sp.expand(sp.factor_terms(e) / x, deep=False) for e in pair]
    for e in pair:
        roots = [p for p in e.atoms(sp.Pow) if p.base.has(x) and not p.exp.is_Integer]
        if roots or any(not isinstance(f, sp.exp | sp.erf) for f in e.atoms(sp.Function)):
            raise Problem(f"no bound: {e} is not known to be analytic")
    return _bisected([compile_ball(e, x) for e in pair], low, high)


def _around(pair: list[sp.Expr], x: sp.Symbol, order: int, low: float) -> tuple[arb, int]:
    """Do the same from low to AROUND where both have a zero of some order at 0.

    Both are divided by that power of x: the code's expression, which must be rational, in symbols,
    the wanted one by its Taylor polynomial at 0, whose rest is bounded on a disc.
    """
    value = sp.cancel(pair[0] / x**order)
    if not value.is_rational_function(x) or sp.fraction(value)[1].subs(x, 0) == 0:
        raise Problem(f"no bound near 0: {pair[0]} is not {x}**{order} times a rational function")
    wanted, terms, radius = compile_ball(pair[1], x), 2 * TERMS, 4 * AROUND
    with _capped(terms):
        series = wanted(arb_series([0, 1], terms))
    shifted = [series[k] for k in range(order, terms)]
    most = abs(wanted(acb(arb(0, radius), arb(0, radius)))).abs_upper()
    share = arb(2.2 * AROUND / radius)  # no farther out do the boxes and their discs reach
    rest = most / arb(radius) ** order * share ** (terms - order) / (1 - share)

    def polynomial(v):
        result = 0 * v + shifted[-1]
        for coefficient in reversed(shifted[:-1]):
            result = result * v + coefficient
        return result

    size = abs(polynomial(arb(AROUND / 2, AROUND / 2))).lower() - rest
    if not size > 0:
        raise Problem("no bound near 0: the rest of the Taylor polynomial is too large")
    error, _, boxes = _bisected([compile_ball(value, x), polynomial], low, AROUND)
    return error + 2 * rest / size, boxes


def _bisected(both: list[Callable], low: float, high: float) -> tuple[arb, list[Region], int]:
    gap = [lambda v: 1 + both[0](v) - both[1](v), lambda v: 0 * v + 1]
    stack, worst, count = [(low, high)], arb(0), 0
    near: list[tuple[float, float, arb]] = []
    while stack:
        a, b = stack.pop()
        count += 1
        middle, radius = arb((a + b) / 2), arb((b - a) / 2 * (1 + 2**-40))
        if b - a < NEAR and both[1](middle + arb(0, 16 * radius)).contains(0):
            off = _off(gap, middle, radius)
            if near and near[-1][0] == b:
                _, b, other = near.pop()
                off = off.max(other)
            if not off.is_finite():
                raise Problem(f"no bound near |x| = {abs(a)}")
            near.append((a, b, off))
            continue
        off = _off(both, middle, radius)
        if off.is_finite():
            worst = worst.max(off)
        if HALF < off < arb("inf") or (b - a < NEAR / 2 and not off.is_finite()):
            raise Problem(f"no bound below half an ULP near |x| = {abs(a)}")
        if not off.is_finite():
            stack += [(a, (a + b) / 2), ((a + b) / 2, b)]
    return worst, [Region(sp.Rational(a), sp.Rational(b), off) for a, b, off in near], count


@contextlib.contextmanager
def _capped(terms: int) -> Iterator[None]:
    """Compute power series to so many terms."""
    before, ctx.cap = ctx.cap, terms
    try:
        yield
    finally:
        ctx.cap = before


def _off(both: list[Callable], middle: arb, radius: arb) -> arb:
    """Bound |quotient − 1| around a point by its Taylor polynomial; infinite without success."""
    try:
        with ctx.workprec(64):
            disc = acb(middle + arb(0, WIDER * radius), arb(0, WIDER * radius))
            most = abs(both[0](disc) / both[1](disc) - 1)
    except ZeroDivisionError:
        return arb("inf")
    rest = most * arb(WIDER) ** (1 - TERMS) / (WIDER - 1)  # Cauchy's estimate
    if not rest < FINE:
        return arb("inf")
    with _capped(TERMS):
        top, bottom = (f(arb_series([middle, 1], TERMS)) for f in both)
    series = top / bottom - 1
    return sum((abs(series[k]) * radius**k for k in range(TERMS)), rest).abs_upper()


def main(names: list[str]) -> None:
    """Prove the NumPy cells of the named activations and print what is proved."""
    for name in names:
        proof = prove(pick(name))
        for result in (proof.function, proof.gradient, *proof.learned):
            where = ", ".join(str(r) for r in result.regions)
            print(f"{result.function}: {result.kind} on {where}, {result.seconds:.2f} s")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or [a.name for a in catalog()])
    except Problem as problem:
        sys.exit(str(problem))
