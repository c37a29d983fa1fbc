"""What follows from a formula: pieces, limits, range, smoothness, slopes, moments, derivations.

SymPy fails on limits and ranges of a Piecewise, so everything here goes piece by piece. Where SymPy
has no closed form, ball arithmetic encloses the number.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import sympy as sp
from flint import arb, ctx
from sympy.calculus.util import continuous_domain

from catalog import Activation
from exact import Exact, compile_ball, integral
from project import Problem

REACH = (-53.7, 51.3)  # where zeros are looked for; uneven, so that no cut falls on a round number
SMOOTH = 6  # derivatives compared at a breakpoint
DIGITS = 20
Number: TypeAlias = sp.Expr | arb


@dataclass(frozen=True)
class Piece:
    """One expression and the open interval (low, high) on which it is the function."""

    expression: sp.Expr
    low: sp.Expr
    high: sp.Expr

    @property
    def inside(self) -> sp.Expr:
        """A point of the interval that is no breakpoint."""
        if self.low.is_finite and self.high.is_finite:
            return (self.low + self.high) / 2
        if self.low.is_finite:
            return self.low + 1
        return self.high - 1 if self.high.is_finite else sp.Integer(0)


def pieces(expression: sp.Expr, x: sp.Symbol) -> list[Piece]:
    """Split an expression at its breakpoints; one piece where it has no Piecewise.

    Raises Problem when a breakpoint depends on a parameter or a piece is no interval.
    """
    folded = sp.piecewise_fold(expression)
    if not isinstance(folded, sp.Piecewise):
        return [Piece(folded, -sp.oo, sp.oo)]
    rest: sp.Set = sp.S.Reals
    found = []
    for value, condition in folded.args:
        if condition.free_symbols - {x}:
            raise Problem(f"the breakpoint of {condition} depends on a parameter: give it a value")
        region = rest & (sp.S.Reals if condition == sp.true else condition.as_set())
        rest -= region
        parts = region.args if isinstance(region, sp.Union) else (region,)
        for part in parts:
            if isinstance(part, sp.Interval):
                found.append(Piece(value, part.start, part.end))
            elif not isinstance(part, sp.FiniteSet | sp.core.singleton.Singleton):
                raise Problem(f"the piece {value} of {expression} is not on an interval: {part}")
    return sorted(found, key=lambda piece: float(piece.low))


def breakpoints(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """Return where the pieces meet, in increasing order."""
    return [piece.low for piece in pieces(expression, x)[1:]]


def limit(piece: Piece, x: sp.Symbol, right: bool) -> sp.Expr:
    """Return the limit of a piece at its right or its left end."""
    end = piece.high if right else piece.low
    return sp.limit(piece.expression, x, end, "-" if right else "+")


# Proofs of equality


def is_zero(expression: sp.Expr, x: sp.Symbol) -> bool | None:
    """Prove that an expression without Piecewise is 0 for every x; None when it is not settled.

    False comes with a point at which a ball excludes 0.
    """
    plain = expression.doit()
    if plain == 0 or sp.simplify(plain.rewrite(sp.exp)) == 0:
        return True
    probe = {s: sp.Rational(3, 7) for s in plain.free_symbols - {x}}
    exact = Exact(plain.subs(probe), x)
    for point in (0.3125, -1.40625, 2.71875):
        ball = exact.ball(point)
        if not ball.contains(0):
            return False
    return None


def equal(first: sp.Expr, second: sp.Expr, x: sp.Symbol) -> bool | None:
    """Prove two expressions equal for every x, breakpoints included; None when not settled."""
    cuts = sorted({*breakpoints(first, x), *breakpoints(second, x)})
    for cut in cuts:
        difference = sp.simplify((first - second).subs(x, cut))
        if difference != 0:
            return False
    ends = [-sp.oo, *cuts, sp.oo]
    results = []
    for low, high in pairwise(ends):
        middle = Piece(sp.Integer(0), low, high).inside
        values = [
            next(p.expression for p in pieces(e, x) if p.low < middle < p.high)
            for e in (first, second)
        ]
        results.append(is_zero(values[0] - values[1], x))
    return False if False in results else None if None in results else True


def _unfold(activation: Activation, expression: sp.Expr) -> sp.Expr:
    """Put the definition where a derivation writes the name of the function, σ(x) say."""
    formula, x = activation.formula, activation.x
    named = expression.atoms(sp.core.function.AppliedUndef)
    return expression.subs({f: formula.subs(x, f.args[0]) for f in named})


def prove_steps(activation: Activation) -> None:
    """Prove each step of the derivation equal to the one before, and the last to the derivative.

    The first step must be the formula under a derivative sign. Raises Problem otherwise.
    """
    x, path = activation.x, f"snippets/{activation.name}.py"
    if equal(activation.derivative, activation.formula.diff(x), x) is not True:
        cuts = breakpoints(activation.derivative, x)
        slopes = activation.formula.diff(x)
        if any(
            is_zero(p.expression - q.expression, x) is not True
            for p, q in zip(pieces(activation.derivative, x), pieces(slopes, x), strict=True)
        ):
            raise Problem(f"{path}: `derivative` is not the derivative of `formula` (cuts {cuts})")
    expressions = [_unfold(activation, step) for step, _ in activation.steps]
    if expressions and not isinstance(activation.steps[0][0], sp.Derivative):
        raise Problem(f"{path}: step 1 must be sp.Derivative of the definition")
    chain = [activation.derivative, *expressions]
    for number, (before, after) in enumerate(pairwise(chain), 1):
        verdict = equal(before.doit(), after.doit(), x)
        if verdict is not True:
            why = "is wrong" if verdict is False else "could not be proved"
            raise Problem(f"{path}: step {number} {why}: {activation.steps[number - 1][0]}")


# Zeros


def zeros(expression: sp.Expr, x: sp.Symbol, piece: Piece) -> list[Number]:
    """Return the zeros inside the interval of the piece, in order.

    Each is proved to be there and to be the only one near: the function has no zero on the boxes
    left out, and on the others it is monotone with a change of sign, or (at 0) some derivative
    rules out a second zero. Beyond REACH nothing is looked for. Raises Problem when a box can be
    settled in none of these ways.
    """
    if not expression.has(x):
        return []
    value, slope = (compile_ball(e, x) for e in (expression, expression.diff(x)))
    low = max(REACH[0], float(piece.low)) if piece.low.is_finite else REACH[0]
    high = min(REACH[1], float(piece.high)) if piece.high.is_finite else REACH[1]
    at_zero = _multiplicity(expression, x) if low < 0 < high else 0
    alone = compile_ball(expression.diff(x, at_zero), x) if at_zero else None
    stack, found = [(low, high)], []
    before, ctx.prec = ctx.prec, 128
    while stack:
        a, b = stack.pop()
        box = arb((a + b) / 2, (b - a) / 2 * 1.000001)
        if not _contains_zero(value, box):
            continue
        if alone and a < 0 < b and not _contains_zero(alone, box):
            found.append((a, b))
        elif not _contains_zero(slope, box):
            left, right = value(arb(a)), value(arb(b))
            if (left < 0 and right > 0) or (left > 0 and right < 0):
                found.append((a, b))
        elif b - a < 1e-9:
            ctx.prec = before
            raise Problem(f"cannot separate the zeros of {expression} near {a}")
        else:
            stack += [((a + b) / 2, b), (a, (a + b) / 2)]
    result = [
        sp.Integer(0) if alone and a < 0 < b else _refine(value, slope, a, b)
        for a, b in sorted(found)
    ]
    ctx.prec = before
    return [_rational(expression, x, z) if isinstance(z, arb) else z for z in result]


def _multiplicity(expression: sp.Expr, x: sp.Symbol) -> int:
    """Return how many derivatives, from the function itself on, vanish at 0."""
    for order in range(SMOOTH):
        if sp.simplify(expression.diff(x, order).subs(x, 0)) != 0:
            return order
    raise Problem(f"{expression} vanishes at 0 to order {SMOOTH} or more")


def _contains_zero(function, box: arb) -> bool:
    value = function(box)
    return not value.is_finite() or value.contains(0)


def _refine(value: Callable, slope: Callable, a: float, b: float) -> arb:
    """Shrink a box that holds one simple zero by interval Newton steps."""
    box = arb((a + b) / 2, (b - a) / 2)
    ctx.prec = 320
    while box.rad() > arb(2) ** -280:
        middle = box.mid()
        box = box.intersection(middle - value(middle) / slope(box))
    return box


def _rational(expression: sp.Expr, x: sp.Symbol, box: arb) -> Number:
    """Return the rational number of small denominator that is the zero, where there is one."""
    guess = sp.nsimplify(sp.Float(box.str(40, radius=False), 40), tolerance=1e-30, rational=True)
    return guess if guess.q <= 64 and sp.simplify(expression.subs(x, guess)) == 0 else box


# Facts


@dataclass(frozen=True)
class Kink:
    """A breakpoint: the first derivative that jumps there, and the slopes on either side."""

    at: sp.Expr
    order: int  # of the derivative that differs; 0 is a jump of f itself
    jump: tuple[sp.Expr, sp.Expr]  # the one-sided values of that derivative
    slopes: tuple[sp.Expr, sp.Expr]  # the one-sided derivatives of f


@dataclass(frozen=True)
class Run:
    """An interval on which the function rises (sign 1), falls (−1) or is constant (0)."""

    low: Number
    high: Number
    sign: int


Bound = tuple[sp.Expr, sp.Expr | None]  # a value, and where it is taken; None: only approached
Solutions = tuple[sp.Set, list[arb]]  # those in closed form, and enclosures of the others


@dataclass(frozen=True)
class Facts:
    """What the page states of the shape; nothing here is typed by hand."""

    kinks: list[Kink]
    smoothness: int | None  # k of C^k; None for C^∞, −1 for a function that jumps
    limits: tuple[tuple[sp.Expr, sp.Expr], ...]  # at −∞ and +∞, of f and of f'
    range: sp.Set
    symmetry: str  # "odd", "even", "point" (odd about (0, f(0))) or "neither"
    monotone: list[Run]
    lipschitz: sp.Expr
    lipschitz_at: list[sp.Expr]
    fixed: Solutions
    zeros: Solutions
    turns: list[tuple[Number, sp.Expr, bool]]  # where, value, whether a minimum
    at_zero: sp.Expr
    mean: Number  # E f(X), E f(X)² and E f'(X)² for a standard normal X
    second_moment: Number
    slope_moment: Number
    gain: Number  # 1 / √E f(X)²
    convex: bool
    concave: bool


def kinks(formula: sp.Expr, slope: sp.Expr, x: sp.Symbol) -> list[Kink]:
    """Return the breakpoints at which some derivative up to order SMOOTH jumps."""
    chain = [formula, slope, *(slope.diff(x, n) for n in range(1, SMOOTH))]
    found = []
    for at in breakpoints(formula, x):
        sides = [
            tuple(
                sp.limit(p.expression, x, at, "-" if p.high == at else "+")
                for p in pieces(e, x)
                if at in (p.low, p.high)
            )
            for e in chain
        ]
        order = next((n for n, (a, b) in enumerate(sides) if sp.simplify(a - b) != 0), None)
        if order is not None:
            found.append(Kink(at, order, sides[order], sides[1]))
    return found


def _sign(expression: sp.Expr, x: sp.Symbol, point: sp.Expr) -> int:
    value = Exact(expression, x).ball(float(point))
    return 1 if value > 0 else -1 if value < 0 else 0


def monotone(slope: sp.Expr, x: sp.Symbol) -> list[Run]:
    """Return maximal runs on which a function with this derivative rises, falls or is constant."""
    runs: list[Run] = []
    for part in pieces(slope, x):
        ends = [part.low, *zeros(part.expression, x, part), part.high]
        for low, high in pairwise(ends):
            middle = Piece(
                slope, *(sp.Float(float(e)) if isinstance(e, arb) else e for e in (low, high))
            )
            sign = _sign(part.expression, x, middle.inside)
            if runs and runs[-1].sign == sign:
                runs[-1] = Run(runs[-1].low, high, sign)
            else:
                runs.append(Run(low, high, sign))
    return runs


def parity(expression: sp.Expr, x: sp.Symbol) -> str:
    """Return "odd", "even", "point" (odd about (0, f(0)), not the origin) or "neither"."""
    mirrored = expression.subs(x, -x)
    if isinstance(mirrored, sp.Piecewise):
        mirrored = sp.Piecewise(*((e, c.canonical) for e, c in mirrored.args))
    if equal(mirrored, expression, x):
        return "even"
    start = expression.subs(x, 0)
    if equal(mirrored, 2 * start - expression, x):
        return "odd" if start == 0 else "point"
    return "neither"


def _bounds(expression: sp.Expr, slope: sp.Expr, x: sp.Symbol) -> list[Bound]:
    """Return the values that can bound a function: its limits at the ends, its turning points."""
    found: list[Bound] = []
    for part in pieces(expression, x):
        for right in (False, True):
            end = part.high if right else part.low
            found.append((limit(part, x, right), end if end.is_finite else None))
        if not part.expression.has(x):
            found.append((part.expression, Piece(slope, part.low, part.high).inside))
    for part in pieces(slope, x):
        for zero in zeros(part.expression, x, part):
            if isinstance(zero, arb):
                raise Problem(f"no closed form for the extremum of {expression} near {zero}")
            found.append((expression.subs(x, zero), zero))
    return found


def value_range(formula: sp.Expr, slope: sp.Expr, x: sp.Symbol) -> sp.Set:
    """Return the range of a continuous function, with its ends open where they are not taken."""
    bounds = _bounds(formula, slope, x)
    low, high = min(v for v, _ in bounds), max(v for v, _ in bounds)
    taken = {v for v, at in bounds if at is not None}
    return sp.Interval(low, high, low not in taken, high not in taken)


def lipschitz(slope: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, list[sp.Expr]]:
    """Return the supremum of |f'| and the points, if any, where a smooth f takes it."""
    constants = [p.expression for p in pieces(slope, x) if not p.expression.has(x)]
    if len(constants) == len(pieces(slope, x)):
        return sp.Max(*(sp.Abs(c) for c in constants)), []
    bounds = [(sp.Abs(v), at) for v, at in _bounds(slope, slope.diff(x), x)]
    top = max(v for v, _ in bounds)
    return top, [at for v, at in bounds if v == top and at is not None]


def solutions(expression: sp.Expr, x: sp.Symbol) -> Solutions:
    """Return where an expression is 0: a set of what has a closed form, and enclosures else."""
    closed: sp.Set = sp.EmptySet
    boxes = []
    for cut in breakpoints(expression, x):
        if sp.simplify(expression.subs(x, cut)) == 0:
            closed |= sp.FiniteSet(cut)
    for part in pieces(expression, x):
        if sp.simplify(part.expression) == 0:
            closed |= sp.Interval.open(part.low, part.high)
            continue
        for zero in zeros(part.expression, x, part):
            if isinstance(zero, arb):
                boxes.append(zero)
            else:
                closed |= sp.FiniteSet(zero)
    return closed, boxes


def mean(expression: sp.Expr, x: sp.Symbol, bound: sp.Expr) -> Number:
    """Return E g(X) for a standard normal X: closed for polynomial pieces, a ball otherwise.

    `bound` is a number with |g(x)| ≤ bound · (1 + |x|)², which takes care of the tails.
    """
    density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    total: Number = sp.Integer(0)
    for part in pieces(expression, x):
        if part.expression.is_polynomial(x):
            closed = sp.integrate(sp.expand(part.expression) * density, (x, part.low, part.high))
            total = total + (closed if isinstance(total, sp.Expr) else _ball(closed))
            continue
        before, ctx.prec = ctx.prec, 160
        low = max(-40, float(part.low)) if part.low.is_finite else -40
        high = min(40, float(part.high)) if part.high.is_finite else 40
        body = integral(compile_ball(part.expression * density, x), low, high)
        # (1 + x)² ≤ 2x² beyond 40, and ∫ x² φ from 40 on is (40 + Φ(−40)/φ(40)) φ(40) < 41 φ(40)
        tail = 2 * _ball(bound) * 2 * 41 * (-arb(800)).exp()
        body += arb(0, tail.abs_upper())
        total = body + (_ball(total) if isinstance(total, sp.Expr) else total)
        ctx.prec = before
    return sp.simplify(total) if isinstance(total, sp.Expr) else total


def _ball(value: sp.Expr) -> arb:
    return Exact(value, sp.Symbol("x", real=True)).ball(0.0)


@functools.cache
def facts(activation: Activation) -> Facts:
    """Derive everything that the page states of the shape.

    Kinks, Lipschitz constant and moments keep the parameters as symbols; the rest holds at the
    defaults, read as decimals (0.01 is 1/100 here, not its binary neighbour).
    """
    x = activation.x
    decimal = {p.symbol: sp.Rational(str(p.default)) for p in activation.parameters}
    formula, slope = (e.subs(decimal) for e in (activation.formula, activation.derivative))
    for part in pieces(formula, x):
        domain = sp.Interval(part.low, part.high)
        if not domain.is_subset(continuous_domain(part.expression, x, domain)):
            raise Problem(f"snippets/{activation.name}.py: {part.expression} is not continuous")
    here = kinks(formula, slope, x)
    runs = monotone(slope, x)
    symmetry = parity(formula, x)
    steepest, where = lipschitz(activation.derivative, x)
    bound = sp.Max(1, steepest, sp.Abs(formula.subs(x, 0)))
    turns = [
        (after.low, formula.subs(x, after.low), before.sign < 0)
        for before, after in pairwise(runs)
        if before.sign * after.sign < 0
    ]
    bends = [run.sign for run in monotone(slope.diff(x), x)]
    bends += [sp.sign(k.slopes[1] - k.slopes[0]) for k in here if k.order == 1]
    second = mean(sp.piecewise_fold(activation.formula**2), x, bound**2)
    return Facts(
        kinks=kinks(activation.formula, activation.derivative, x),
        smoothness=min((k.order - 1 for k in here), default=None),
        limits=tuple(
            (limit(pieces(e, x)[0], x, False), limit(pieces(e, x)[-1], x, True))
            for e in (formula, slope)
        ),
        range=value_range(formula, slope, x),
        symmetry=symmetry,
        monotone=runs,
        lipschitz=steepest,
        lipschitz_at=where,
        fixed=solutions(formula - x, x),
        zeros=solutions(formula, x),
        turns=turns,
        at_zero=formula.subs(x, 0),
        mean=formula.subs(x, 0)
        if symmetry in ("odd", "point")
        else mean(activation.formula, x, bound),
        second_moment=second,
        gain=sp.sqrt(1 / second) if isinstance(second, sp.Expr) else 1 / second.sqrt(),
        slope_moment=mean(sp.piecewise_fold(activation.derivative**2), x, bound**2),
        convex=min(bends) >= 0,
        concave=max(bends) <= 0,
    )
