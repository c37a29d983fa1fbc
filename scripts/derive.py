"""What follows from a formula: pieces, limits, range, smoothness, slopes, moments, derivations.

SymPy fails on limits and ranges of a Piecewise, so everything here goes piece by piece. Where SymPy
has no closed form, ball arithmetic encloses the number.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import sympy as sp
from flint import arb, ctx
from sympy.calculus.util import continuous_domain, periodicity

import tails
from catalog import Activation
from exact import Exact, compile_ball, integral
from project import Problem

REACH = (-53.7, 51.3)  # where zeros are looked for; uneven, so that no cut falls on a round number
NESTED = (-53.7, 4.7)  # the same for what holds exp(exp(x)): further out no box is small enough
HYPERBOLIC = (sp.tanh, sp.sinh, sp.cosh)
LONGEST = 10**20  # in a closed form: a larger number no one would read
PRINTED = 120  # bits of a number of which digits are shown
SMOOTH = 6  # derivatives compared at a breakpoint
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


@functools.cache
def pieces(expression: sp.Expr, x: sp.Symbol) -> tuple[Piece, ...]:
    """Split an expression at its breakpoints; one piece where it has no Piecewise.

    Raises Problem when a breakpoint depends on a parameter or a piece is no interval.
    """
    folded = sp.piecewise_fold(expression)
    if not isinstance(folded, sp.Piecewise):
        return (Piece(folded, -sp.oo, sp.oo),)
    rest: sp.Set = sp.S.Reals
    found = []
    for value, condition in folded.args:
        if condition.free_symbols - {x}:
            raise Problem(f"the breakpoint of {condition} depends on a parameter: give it a value")
        region = rest & _where(condition, x)
        rest -= region
        parts = region.args if isinstance(region, sp.Union) else (region,)
        for part in parts:
            if isinstance(part, sp.Interval):
                found.append(Piece(value, part.start, part.end))
            elif part != sp.S.EmptySet and not isinstance(part, sp.FiniteSet):
                raise Problem(f"the piece {value} of {expression} is not on an interval: {part}")
    return tuple(sorted(found, key=lambda piece: float(piece.low)))


def _where(condition: sp.Basic, x: sp.Symbol) -> sp.Set:
    """Return where a condition holds; SymPy's own way is slow."""
    if condition == sp.true:
        return sp.S.Reals
    if isinstance(condition, sp.And | sp.Or):
        join = sp.Intersection if isinstance(condition, sp.And) else sp.Union
        return join(*(_where(part, x) for part in condition.args))
    if isinstance(condition, sp.core.relational._Inequality):
        line = sp.Poly(condition.lhs - condition.rhs, x)
        if line.degree() == 1 and not line.free_symbols - {x}:
            factor, start = line.all_coeffs()
            opened = isinstance(condition, sp.Gt | sp.Lt)
            if isinstance(condition, sp.Gt | sp.Ge) == bool(factor > 0):
                return sp.Interval(-start / factor, sp.oo, opened, True)
            return sp.Interval(-sp.oo, -start / factor, True, opened)
    return condition.as_set()


def breakpoints(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """Return where the pieces meet, in increasing order."""
    return [piece.low for piece in pieces(expression, x)[1:]]


@functools.cache
def limit(piece: Piece, x: sp.Symbol, right: bool) -> sp.Expr:
    """Return the limit of a piece at its right or its left end."""
    end = piece.high if right else piece.low
    found = sp.limit(piece.expression, x, end, "-" if right else "+")
    if end.is_finite or not found.is_number:
        return found
    far = compile_ball(piece.expression, x)(arb(4000 if right else -4000))
    for value in (found, sp.Integer(round(float(far))) if abs(far) < 1e9 else found):
        near = abs(far - _ball(value)) < 0.01 if value.is_finite else abs(far) > 30
        if near and (value.is_finite or (far > 0) == (value > 0)):
            return value  # SymPy's limit of an error function may be that of the other side
    raise Problem(f"SymPy's limit of {piece.expression} at {end} is not {found}")


@functools.cache
def period(expression: sp.Expr, x: sp.Symbol) -> sp.Expr | None:
    """Return a number after which a function repeats itself; None if it holds no sine or cosine."""
    found = periodicity(expression, x) if expression.has(sp.sin, sp.cos) else None
    if found is not None and not equal(expression.subs(x, x + found), expression, x):
        raise Problem(f"{expression} is not proved to repeat itself after {found}")
    return found


# Proofs of equality


def is_zero(expression: sp.Expr, x: sp.Symbol) -> bool | None:
    """Prove that an expression without Piecewise is 0 for every x; None when it is not settled.

    False comes with a point at which a ball excludes 0.
    """
    plain = expression.doit()
    if plain == 0:
        return True
    probe = {s: sp.Rational(3, 7) for s in plain.free_symbols - {x}}
    exact = Exact(plain.subs(probe), x)
    if not all(exact.zero_at(point) for point in (0.3125, -1.40625, 2.71875)):
        return False
    for proof in (sp.expand, lambda e: sp.cancel(sp.together(e)), _simplify):
        if proof(plain) == 0:
            return True
    return None


def _simplify(expression: sp.Expr) -> sp.Expr:
    return sp.simplify(expression.rewrite(sp.exp))


def equal(first: sp.Expr, second: sp.Expr, x: sp.Symbol) -> bool | None:
    """Prove two expressions equal for every x, breakpoints included; None when not settled."""
    cuts = sorted({*breakpoints(first, x), *breakpoints(second, x)})
    for cut in cuts:
        difference = (first - second).subs(x, cut)
        if sp.simplify(difference) != 0:
            constants = {s: sp.Rational(3, 7) for s in difference.free_symbols}
            return None if _ball(difference.subs(constants)).contains(0) else False
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
    """Prove `derivative` right, and each step of the derivation equal to the one before.

    The first step must be the formula under a derivative sign; at a breakpoint the value of
    `derivative` is a convention. Raises Problem otherwise.
    """
    x, path = activation.x, f"snippets/{activation.name}.py"
    forms = [(activation.derivative, activation.formula)]
    if activation.generic[1] != activation.derivative:  # then its pieces do not compare by name
        forms = [(activation.at(1, s), activation.at(0, s)) for s in activation.settings()]
    for slope, formula in forms:
        for before, after in zip(pieces(slope, x), pieces(formula.diff(x), x), strict=True):
            if is_zero(before.expression - after.expression, x) is not True:
                raise Problem(f"{path}: `derivative` is not the derivative of `formula`")
    expressions = [_unfold(activation, step) for step, _ in activation.steps]
    if expressions and not isinstance(activation.steps[0][0], sp.Derivative):
        raise Problem(f"{path}: step 1 must be sp.Derivative of the definition")
    chain = [activation.derivative, *expressions]
    for number, (before, after) in enumerate(pairwise(chain), 1):
        verdict = equal(before.doit(), after.doit(), x)
        if verdict is not True:
            why = "is wrong" if verdict is False else "could not be proved"
            raise Problem(f"{path}: step {number} {why}: {activation.steps[number - 1][0]}")
    for number, (before, after) in enumerate(pairwise(expressions), 2):
        said = activation.steps[number - 1][1].startswith("Quotient rule")
        if said and after.has(sp.Derivative) and not _is_quotient_rule(before, after, x):
            raise Problem(f"{path}: step {number} is wrong: it is not the quotient rule")


def _is_quotient_rule(before: sp.Expr, after: sp.Expr, x: sp.Symbol) -> bool:
    """Tell whether a step is the rule even if what stands under Derivative were any function."""
    [asked] = before.atoms(sp.Derivative)
    top, bottom = sp.fraction(asked.args[0], exact=True)
    slopes = [sp.Derivative(part, x) for part in (top, bottom)]
    rule = before.xreplace({asked: (slopes[0] * bottom - top * slopes[1]) / bottom**2})
    free = {d: sp.Dummy() for d in (rule - after).atoms(sp.Derivative) | set(slopes)}
    return sp.simplify((rule.xreplace(free) - after.xreplace(free)).doit()) == 0


# Zeros


def zeros(
    expression: sp.Expr, x: sp.Symbol, piece: Piece, slope: sp.Expr | None = None
) -> list[Number]:
    """Return the zeros inside the interval of the piece, in order.

    `slope` is the derivative, if there is a form of it in which balls lose less than in SymPy's.
    A periodic function, on the whole line, is asked for one period around 0.
    Each zero is proved to be there and to be the only one near: the function has no zero on the
    boxes left out, and on the others it is monotone with a change of sign, or (at 0 and at the
    ends) some derivative rules out a second zero; beyond that its sign is proved. Raises Problem
    when a box or a tail can be settled in none of these ways.
    """
    try:
        return _zeros(expression, x, piece, slope, 3000)
    except Problem:
        factored = factorised(sp.together(expression))
    if factored != expression:  # as one fraction, in factors, balls may lose fewer digits
        try:
            rate = factorised(sp.together(factored.diff(x)))
            return _zeros(factored, x, piece, rate, 20_000)
        except Problem:
            pass
    return _zeros(expression, x, piece, slope, 20_000, 1024)


def _zeros(
    expression: sp.Expr,
    x: sp.Symbol,
    piece: Piece,
    slope: sp.Expr | None,
    most: int,
    precision: int = 128,
) -> list[Number]:
    """Return the zeros found with at most so many boxes; raises Problem if they do not suffice."""
    if not expression.has(x):
        return []
    marks = [sp.Integer(0)]  # where a zero is looked for by hand: it may be multiple
    if piece.high == -piece.low == sp.oo and (length := period(expression, x)):
        piece = Piece(expression, -3 * length / 7, 4 * length / 7)
        marks = [length * eighth / 8 for eighth in range(-3, 5)]
    value = compile_ball(expression, x)
    rate = compile_ball(expression.diff(x) if slope is None else slope, x)
    reach = NESTED if nested(expression) else REACH
    low = max(reach[0], float(piece.low)) if piece.low.is_finite else reach[0]
    high = min(reach[1], float(piece.high)) if piece.high.is_finite else reach[1]
    for right, end in ((False, piece.low), (True, piece.high)):
        if not end.is_finite:
            tails.sign(expression, x, reach[right], right)  # proves that there is no zero beyond
    if len(marks) > 1 and any(multiplicity(expression, x, e) for e in (piece.low, piece.high)):
        raise Problem(f"a zero of {expression} falls on the edge of the period from {piece.low}")
    known = [at for at in marks if low < at < high]
    known += [e for e in (piece.low, piece.high) if e.is_finite]
    alone = {
        float(at): compile_ball(expression.diff(x, order), x)
        for at in known
        if (order := multiplicity(expression, x, at))
    }

    def free(a: float, b: float) -> bool:
        """Tell whether an interval is proved to hold no zero, directly or by the mean value."""
        whole = arb((a + b) / 2, (b - a) / 2 * 1.01)  # overlaps its neighbours
        if not _contains_zero(value, whole):
            return True
        middle = value(arb((a + b) / 2)) + rate(whole) * arb(0, (b - a) / 2 * 1.01)
        return bool(middle.is_finite() and not middle.contains(0))

    stack, found, boxes_left = [(low, high)], [], most
    with ctx.workprec(precision):
        while stack:
            a, b = stack.pop()
            box = arb((a + b) / 2, (b - a) / 2 * 1.01)  # overlaps its neighbours
            if free(a, b):
                continue
            if any(a <= at <= b and not _contains_zero(f, box) for at, f in alone.items()):
                continue  # no zero here but the known one
            if not _contains_zero(rate, box):
                left, right = value(box.lower()), value(box.upper())
                if (left < 0 and right > 0) or (left > 0 and right < 0):
                    found.append(box)
                elif left.contains(0) or right.contains(0):
                    raise Problem(f"a zero of {expression} falls on the edge of a box near {a}")
            elif b - a < 1e-9 or len(stack) > 200 or (boxes_left := boxes_left - 1) < 0:
                raise Problem(f"cannot separate the zeros of {expression} near {a}")
            else:
                stack += [((a + b) / 2, b), (a, (a + b) / 2)]
        refined = sorted((refine(value, rate, box) for box in found), key=float_of)
    boxes: list[arb] = []
    for box in refined:
        if not boxes or not boxes[-1].overlaps(box):  # else found from both sides
            boxes.append(box)
    inside = [box for box in boxes if low < float_of(box) < high]
    zeros = [
        *(closed(expression, x, box) for box in inside),
        *(at for at in known if float(at) in alone),
    ]
    return sorted((z for z in zeros if z not in (piece.low, piece.high)), key=float_of)


def factorised(expression: sp.Expr) -> sp.Expr:
    """Return what SymPy's `factor` does, exponentials of multiples taken as powers of one.

    SymPy alone takes exp(1.702 x) for the power of exp(x/500), a polynomial of degree 851.
    """
    expression = expression.replace(sp.exp, lambda u: sp.expand_power_exp(sp.exp(sp.expand(u))))
    powers = {e: e.args[0].as_coeff_Mul(rational=True) for e in expression.atoms(sp.exp)}
    units = {
        rest: (functools.reduce(sp.gcd, (n for n, u in powers.values() if u == rest)), sp.Dummy())
        for _, rest in powers.values()
    }
    plain = {e: units[u][1] ** (n / units[u][0]) for e, (n, u) in powers.items()}
    found = sp.factor(expression.xreplace(plain))
    return found.subs({letter: sp.exp(unit * rest) for rest, (unit, letter) in units.items()})


def nested(expression: sp.Expr) -> bool:
    """Tell whether an exponential stands in an exponential or a hyperbolic function."""
    return any(e.args[0].has(sp.exp) for e in expression.atoms(sp.exp, *HYPERBOLIC))


def float_of(number: Number) -> float:
    """Return the double next to a number."""
    return float(number.mid()) if isinstance(number, arb) else float(number)


def multiplicity(expression: sp.Expr, x: sp.Symbol, at: sp.Expr) -> int:
    """Return how many derivatives, from the function itself on, vanish at a point."""
    for order in range(SMOOTH):
        if sp.simplify(expression.diff(x, order).subs(x, at)) != 0:
            return order
    raise Problem(f"{expression} vanishes at {at} to order {SMOOTH} or more")


def _contains_zero(function, box: arb) -> bool:
    value = function(box)
    return not value.is_finite() or value.contains(0)


def refine(value: Callable, slope: Callable, box: arb) -> arb:
    """Shrink a box that holds one simple zero by interval Newton steps."""
    with ctx.workprec(320):
        while box.rad() > arb(2) ** -280:
            middle = box.mid()
            box = box.intersection(middle - value(middle) / slope(box))
    return box


def closed(expression: sp.Expr, x: sp.Symbol, box: arb) -> Number:
    """Return a closed form of a simple zero where there is one, proved by substitution.

    The slope has one sign from the zero in the box to the closed form: they are the same zero. A
    rational number of small denominator, the root of one, or Lambert's W of an equation that is
    linear in x and in one exponential.
    """
    digits = sp.Float(box.str(40, radius=False), 40)
    guesses = [
        sp.nsimplify(digits, tolerance=1e-30, rational=True),
        sp.sign(digits) * sp.sqrt(sp.nsimplify(digits**2, tolerance=1e-30, rational=True)),
    ]
    small = [g for g in guesses if max(q.q for q in g.atoms(sp.Rational)) <= 64]
    top = factorised(sp.fraction(sp.together(expression))[0])
    for factor in sp.Mul.make_args(top):
        powers = [e for e in factor.atoms(sp.exp) if e.has(x)]
        if len(powers) != 1 or factor == powers[0]:
            continue
        if any(max(abs(q.p), q.q) > 10**6 for q in factor.atoms(sp.Rational)):
            continue  # a parameter at its binary value: SymPy takes forever
        plain = factor.subs(powers[0], z := sp.Dummy())
        linear = sp.Poly(plain if plain.is_polynomial(z, x) else 0, z, x)
        if sorted(linear.monoms()) in ([(0, 0), (0, 1), (1, 0)], [(0, 0), (1, 0), (1, 1)]):
            small += [s for s in sp.solve(factor, x) if s.has(sp.LambertW)]
    for guess in small:
        near = box.union(_ball(guess))
        alone = near.rad() < 1e-20 and not _contains_zero(compile_ball(expression.diff(x), x), near)
        if alone and lambert(expression.subs(x, guess)) == 0:
            return guess
    return box


def lambert(value: sp.Expr) -> sp.Expr:
    """Simplify a number in which exp(W(z)) = z / W(z) occurs."""

    def power(u: sp.Expr) -> sp.Expr:
        for w in u.atoms(sp.LambertW):
            count = u.coeff(w)
            if count.is_Integer:
                return (w.args[0] / w) ** count * sp.exp(u - count * w)
        return sp.exp(u)

    return sp.simplify(sp.simplify(value.replace(sp.exp, power)))


def value_at(expression: sp.Expr, x: sp.Symbol, point: Number) -> Number:
    """Return a function's value at a number in closed form, or a ball around it."""
    if isinstance(point, arb):
        with ctx.workprec(320):
            return compile_ball(expression, x)(point)
    return lambert(expression.subs(x, point))


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


@dataclass(frozen=True)
class Span:
    """An interval whose ends may be balls."""

    start: Number
    end: Number
    left_open: bool
    right_open: bool


Bound: TypeAlias = tuple[Number, Number | None]  # a value, and where it is taken, if anywhere
Range: TypeAlias = Span | sp.Set
Solutions: TypeAlias = tuple[
    sp.Set, list[arb]
]  # those in closed form, and enclosures of the others


@dataclass(frozen=True)
class Facts:
    """What the page states of the shape; nothing here is typed by hand."""

    kinks: list[Kink]
    general: list[Kink]  # the same for any parameters, but special ones: see `agreeing`
    smoothness: int | None  # k of C^k; None for C^∞, −1 for a function that jumps
    limits: tuple[tuple[sp.Expr, sp.Expr], ...]  # at ∓∞, of f and f'; AccumBounds for none
    range: Range
    symmetry: str  # "odd", "even", "point" (odd about (0, f(0))) or "neither"
    monotone: list[Run]
    lipschitz: Bound
    fixed: Solutions
    zeros: Solutions
    turns: list[tuple[Number, Number, bool]]  # where, value, whether a minimum
    at_zero: sp.Expr
    mean: Number  # E f(X), E f(X)² and E f'(X)² for a standard normal X
    second_moment: Number
    slope_moment: Number
    gain: Number  # 1 / √E f(X)²
    carried: Number  # gain² · E f'(X)²: what a layer does to the variance of a gradient
    convex: bool
    concave: bool
    inflections: list[Number]  # where a change of the sign of f'' is no kink
    period: sp.Expr | None  # of f'; what is periodic is told for one period around 0

    @property
    def wave(self) -> bool:
        """Whether f rises and falls again and again; then its first run is the last one."""
        return bool(self.period) and len(self.monotone) > 1


def kinks(
    formula: sp.Expr,
    slope: sp.Expr,
    x: sp.Symbol,
    named: Mapping[sp.Expr, sp.Expr] | None = None,
) -> list[Kink]:
    """Return the breakpoints at which some derivative up to order SMOOTH jumps.

    `named` are breakpoints as they depend on parameters, by their values at the defaults.
    """
    chain = [formula, slope, *(slope.diff(x, n) for n in range(1, SMOOTH))]
    found = []
    for at in breakpoints(formula, x):
        place = (named or {}).get(at, at)
        sides = [
            tuple(
                sp.limit(p.expression, x, place, "-" if p.high == at else "+")
                for p in pieces(e, x)
                if at in (p.low, p.high)
            )
            for e in chain
        ]
        order = next((n for n, (a, b) in enumerate(sides) if sp.simplify(a - b) != 0), None)
        if order is None and len({p.expression for p in pieces(formula, x)}) > 1:
            raise Problem(f"the pieces of {formula} agree at {at} in {SMOOTH} derivatives")
        if order is not None:
            slopes = sides[1] or (slope.subs(x, place),) * 2  # none where it is one piece
            found.append(Kink(place, order, sides[order], slopes))
    return found


def general_kinks(activation: Activation) -> list[Kink]:
    """Return the kinks with the parameters as symbols, in their order at the defaults."""
    x, here = activation.x, activation.decimals
    ends = [r.lhs - r.rhs for r in activation.formula.atoms(sp.core.relational.Relational)]
    named = {at.subs(here): at for end in ends for at in sp.solve(end, x)}

    def still(expression: sp.Expr) -> sp.Expr:
        """Put the breakpoints alone at the defaults."""
        return expression.replace(
            sp.Piecewise, lambda *cases: sp.Piecewise(*((v, c.subs(here)) for v, c in cases))
        )

    return kinks(still(activation.formula), still(activation.derivative), x, named)


def agreeing(apart: sp.Expr, activation: Activation) -> dict[sp.Symbol, list[sp.Expr]]:
    """Return for which values of one of its parameters a difference is 0."""
    for p in (p for p in activation.parameters if apart.has(p.symbol)):
        values = [v for v in sp.solve(apart, p.symbol) if not v.is_number or v in p.domain]
        return {p.symbol: values} if values else {}  # for another it is the same condition
    return {}


def _sign(expression: sp.Expr, x: sp.Symbol, point: sp.Expr) -> int:
    value = Exact(expression, x).ball(float(point))
    return 1 if value > 0 else -1 if value < 0 else 0


def monotone(slope: sp.Expr, x: sp.Symbol, jumps: Mapping[sp.Expr, int] | None = None) -> list[Run]:
    """Return maximal runs on which a function with this derivative rises, falls or is constant.

    `jumps` are the signs of its jumps. If the derivative is periodic, the runs cover one period and
    a little more: the first is the last one again.
    """
    runs: list[Run] = []
    length = period(slope, x)
    for part in pieces(slope, x):
        inside = [at for at in jumps or () if part.low < at < part.high]
        turns = sorted([*zeros(part.expression, x, part), *inside], key=float_of)
        ends = [part.low, *turns, part.high]
        if length and turns:  # one period, and what is next to it on either side
            ends = [turns[-1] - length, *turns, turns[0] + length]
        for low, high in pairwise(ends):
            middle = Piece(
                slope, *(sp.Float(float(e)) if isinstance(e, arb) else e for e in (low, high))
            )
            sign = _sign(part.expression, x, middle.inside)
            if runs and runs[-1].sign == sign == (jumps or {}).get(low, sign):
                runs[-1] = Run(runs[-1].low, high, sign)
            else:
                runs.append(Run(low, high, sign))
    return [Run(-sp.oo, sp.oo, runs[0].sign)] if len(runs) == 1 else runs


def parity(expression: sp.Expr, x: sp.Symbol) -> str:
    """Return "odd", "even", "point" (odd about (0, f(0)), not the origin) or "neither"."""
    mirrored = expression.subs(x, -x)
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
            end, value = part.high if right else part.low, limit(part, x, right)
            if not isinstance(value, sp.AccumBounds):  # then turning points bound it
                found.append((value, end if end.is_finite else None))
        if not part.expression.has(x):
            found.append((part.expression, Piece(slope, part.low, part.high).inside))
    for part in pieces(slope, x):
        for zero in zeros(part.expression, x, part):
            found.append((value_at(expression, x, zero), zero))
    return found


def _largest(bounds: list[Bound]) -> list[Bound]:
    """Return the bounds of the largest value, a closed form first; proved, or Problem."""

    def size(value: Number) -> arb:
        if isinstance(value, arb):
            return value
        if not value.is_finite:
            return arb.pos_inf() if value > 0 else arb.neg_inf()
        return _ball(value)

    best = max(bounds, key=lambda b: float(size(b[0]).mid()))
    equal = [b for b in bounds if b[0] == best[0] and not isinstance(b[0], arb)]
    others = [b for b in bounds if b not in equal and b is not best]
    if isinstance(best[0], arb):  # as high, for all that is known: both enclose the largest
        twins = [b for b in others if isinstance(b[0], arb) and b[0].overlaps(best[0])]
        others = [b for b in others if b not in twins]
        for value, _ in twins:
            best = (best[0].union(value), best[1])
    for value, at in others:
        if not (size(value) < size(best[0]) or (at is None and size(value) <= size(best[0]))):
            raise Problem(f"cannot tell which is larger: {value} or {best[0]}")
    return equal or [best]


def value_range(formula: sp.Expr, slope: sp.Expr, x: sp.Symbol, jumps: bool) -> Range:
    """Return the range of a function, with its ends open where they are not taken."""
    if jumps:  # each piece has its own
        parts = (Piece(p.expression, p.low, p.high) for p in pieces(formula, x))
        spans = [_span(_turning(p, x)) for p in parts]
        ranges = [sp.Interval(s.start, s.end, s.left_open, s.right_open) for s in spans]
        taken = sp.FiniteSet(*(formula.subs(x, cut) for cut in breakpoints(formula, x)))
        return sp.Union(*ranges, taken)
    return _span(_bounds(formula, slope, x))


def _turning(part: Piece, x: sp.Symbol) -> list[Bound]:
    """Return the values that can bound one piece on its open interval."""
    found: list[Bound] = [(limit(part, x, right), None) for right in (False, True)]
    if not part.expression.has(x):
        return [(part.expression, part.inside)]
    slope = Piece(part.expression.diff(x), part.low, part.high)
    zeroes = zeros(slope.expression, x, slope)
    return found + [(value_at(part.expression, x, zero), zero) for zero in zeroes]


def _span(bounds: list[Bound]) -> Span:
    tops = _largest(bounds)
    lows = [(-v, at) for v, at in _largest([(-v, at) for v, at in bounds])]
    return Span(
        lows[0][0],
        tops[0][0],
        all(at is None for _, at in lows),
        all(at is None for _, at in tops),
    )


def lipschitz(slope: sp.Expr, x: sp.Symbol, jumps: list[Kink]) -> Bound:
    """Return the supremum of |f'| and a point where a smooth f takes it, if there is one."""
    if any(k.order == 0 for k in jumps):
        return sp.oo, None
    constants = [p.expression for p in pieces(slope, x) if not p.expression.has(x)]
    if len(constants) == len(pieces(slope, x)):
        return sp.Max(*(sp.Abs(c) for c in constants)), None
    bounds = [
        (abs(v) if isinstance(v, arb) else sp.Abs(v), at)
        for v, at in _bounds(slope, slope.diff(x), x)
    ]
    tops = _largest(bounds)
    return next((b for b in tops if b[1] is not None), tops[0])


def solutions(expression: sp.Expr, slope: sp.Expr, x: sp.Symbol) -> Solutions:
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
        steep = next(p.expression for p in pieces(slope, x) if p.low <= part.inside <= p.high)
        for zero in zeros(part.expression, x, part, steep):
            if isinstance(zero, arb):
                boxes.append(zero)
            else:
                closed |= sp.FiniteSet(zero)
    return closed, boxes


def mean(expression: sp.Expr, x: sp.Symbol, bound: sp.Expr) -> Number:
    """Return E g(X) for a standard normal X, in closed form where there is one by parts.

    `bound` is a number with |g(x)| ≤ bound · (1 + |x|)², which takes care of the tails.
    """
    density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    total: Number = sp.Integer(0)
    for part in pieces(expression, x):
        whole = part.high == -part.low == sp.oo  # then the odd part has the mean 0
        even = (part.expression + part.expression.subs(x, -x)) / 2 if whole else part.expression
        if (closed := _by_parts(even, x, part)) is not None:
            total = total + (closed if isinstance(total, sp.Expr) else _ball(closed))
            continue
        low = max(-40, float(part.low)) if part.low.is_finite else -40
        high = min(40, float(part.high)) if part.high.is_finite else 40
        with ctx.workprec(160):
            body = integral(compile_ball(part.expression * density, x), low, high)
            # (1 + x)² ≤ 2x² beyond 40, ∫ x² φ from 40 on is (40 + Φ(−40)/φ(40)) φ(40) < 41 φ(40)
            tail = 2 * _ball(bound) * 2 * 41 * (-arb(800)).exp()
            body += arb(0, tail.abs_upper())
            total = body + (_ball(total) if isinstance(total, sp.Expr) else total)
    if isinstance(total, sp.Expr):
        total = min((sp.simplify(total), total), key=sp.count_ops)
        long = any(max(abs(q.p), q.q) > LONGEST for q in total.atoms(sp.Rational))
        return _ball(total) if long else total
    return total


def _by_parts(expression: sp.Expr, x: sp.Symbol, part: Piece) -> sp.Expr | None:
    """Return the integral of g times the normal density over a piece; None without a closed form.

    For g a sum of R exp(q), R rational and q at most quadratic: R exp(w), w = q − x²/2, is the
    derivative of Q exp(w) plus c exp(w), if a rational Q and a number c solve R = Q' + w' Q + c.
    """
    terms: dict[sp.Expr, sp.Expr] = {}
    waves = expression.rewrite([sp.sin, sp.cos], sp.exp)
    for term in sp.Add.make_args(sp.expand(waves)):
        powers = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
        exponent = sp.expand(sum(f.args[0] for f in powers) - x**2 / 2)
        terms[exponent] = terms.get(exponent, 0) + term / sp.Mul(*powers)
    total = sp.Integer(0)
    for w, factor in terms.items():
        bent = w.is_polynomial(x) and sp.degree(w, x) == 2 and w.coeff(x, 2).is_negative
        if not bent or not factor.is_rational_function(x):
            return None
        top, bottom = (sp.Poly(e, x) for e in sp.fraction(sp.cancel(factor)))
        if bottom.degree() and (bottom.free_symbols_in_domain or bottom.count_roots()):
            return None
        lower = sp.gcd(bottom, bottom.diff(x))
        count = max(top.degree() - bottom.degree(), 1) + lower.degree()
        *unknown, c = sp.symbols(f"c:{count + 1}", cls=sp.Dummy)
        q = sum(a * x**n for n, a in enumerate(unknown)) / lower.as_expr()
        rest = sp.together(q.diff(x) + w.diff(x) * q + c - factor)
        found = sp.solve(sp.Poly(sp.fraction(rest)[0], x).coeffs(), [*unknown, c], dict=True)
        if not found or sp.cancel(rest.subs(found[0])) != 0:
            return None
        q, c = (e.subs(found[0]) for e in (q, c))
        a, b, d = -w.coeff(x, 2), w.coeff(x, 1), w.coeff(x, 0)
        area = sp.sqrt(sp.pi / a) * sp.exp(d + b**2 / (4 * a)) / 2
        for end, sign in ((part.low, -1), (part.high, 1)):
            if end.is_finite:
                total += sign * (q * sp.exp(w)).subs(x, end)
                total += sign * c * area * sp.erf(sp.sqrt(a) * end - b / (2 * sp.sqrt(a)))
            else:
                total += c * area
    return sp.expand(total / sp.sqrt(2 * sp.pi))


def as_ball(value: Number) -> arb:
    """Return a number as a ball."""
    return value if isinstance(value, arb) else _ball(value)


def _ball(value: sp.Expr) -> arb:
    return Exact(value, sp.Symbol("x", real=True)).ball(0.0, PRINTED)


@functools.cache
def facts(activation: Activation) -> Facts:
    """Derive everything that the page states of the shape.

    `general` has the parameters as symbols, and so have the Lipschitz constant and the moments if
    the pieces are polynomials; the rest holds at the defaults, read as decimals (0.01 is 1/100
    here, not its binary neighbour).
    """
    x = activation.x
    formula, slope = (
        e.subs(activation.decimals) for e in (activation.formula, activation.derivative)
    )
    for part in pieces(formula, x):
        domain = sp.Interval.open(part.low, part.high)
        whole = part.expression.replace(sp.erf, sp.atan)  # SymPy does not know erf's domain: ℝ too
        if not domain.is_subset(continuous_domain(whole, x, domain)):
            raise Problem(f"snippets/{activation.name}.py: {part.expression} is not continuous")
    here = kinks(formula, slope, x)
    jumps = {k.at: sp.sign(k.jump[1] - k.jump[0]) for k in here if k.order == 0}
    runs = monotone(slope, x, jumps)
    symmetry = parity(formula, x)
    straight = all(p.expression.is_polynomial(x) for p in pieces(activation.generic[0], x))
    shown = activation.generic if straight else (formula, slope)
    steepest = lipschitz(shown[1], x, here)
    top = steepest[0]
    bound = top.abs_upper() if isinstance(top, arb) else sp.Max(1, top, sp.Abs(formula.subs(x, 0)))
    bound = sp.Integer(1) if bound == sp.oo else bound  # then no integral needs it
    bound = sp.Integer(int(float(bound)) + 1) if isinstance(bound, arb) else bound
    turns = [
        (after.low, value_at(formula, x, after.low), before.sign < 0)
        for before, after in pairwise(runs)
        if before.sign * after.sign < 0
    ]
    curves = monotone(slope.diff(x), x)
    bends = [run.sign for run in curves]
    bends += [sp.sign(k.slopes[1] - k.slopes[0]) for k in here if k.order == 1]
    second = mean(sp.piecewise_fold(shown[0] ** 2), x, bound**2)
    steep = mean(sp.piecewise_fold(shown[1] ** 2), x, bound**2)
    closed = isinstance(second, sp.Expr) and isinstance(steep, sp.Expr)
    return Facts(
        kinks=here,
        general=general_kinks(activation),
        smoothness=min((k.order - 1 for k in here), default=None),
        limits=tuple(
            (limit(pieces(e, x)[0], x, False), limit(pieces(e, x)[-1], x, True))
            for e in (formula, slope)
        ),
        range=value_range(formula, slope, x, bool(jumps)),
        symmetry=symmetry,
        monotone=runs,
        lipschitz=steepest,
        fixed=solutions(formula - x, slope - 1, x),
        zeros=solutions(formula, slope, x),
        turns=turns,
        at_zero=formula.subs(x, 0),
        mean=formula.subs(x, 0) if symmetry in ("odd", "point") else mean(shown[0], x, bound),
        second_moment=second,
        gain=sp.sqrt(1 / second) if isinstance(second, sp.Expr) else 1 / second.sqrt(),
        slope_moment=steep,
        carried=sp.simplify(steep / second) if closed else as_ball(steep) / as_ball(second),
        convex=min(bends) >= 0 and not jumps,
        concave=max(bends) <= 0 and not jumps,
        inflections=[
            after.low
            for before, after in pairwise(curves)
            if before.sign * after.sign < 0 and after.low not in [k.at for k in here]
        ],
        period=period(slope, x),
    )
