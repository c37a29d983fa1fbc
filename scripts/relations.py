"""What holds between functions: identities, proved, and largest gaps, with certified digits."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import sympy as sp
from flint import arb
from sympy.core.function import AppliedUndef

import derive
import tails
from catalog import Activation, Parameter, pick
from exact import compile_ball
from project import Problem, shown

Places: TypeAlias = tuple[derive.Number, ...]


@dataclass(frozen=True)
class Gap:
    """The supremum of |f − g| and where it is taken."""

    other: Activation
    size: derive.Number
    places: Places


@functools.cache
def identities(activation: Activation) -> list[sp.Eq]:
    """Return the identities that a snippet states, each proved for every x.

    A name is the function of that snippet, `f(x, 2)` with its first parameter at 2. A parameter of
    the snippet may be named: then the identity is proved for all its values, too. So may numbers
    of the SymPy cell. Raises Problem for one that is false, cannot be proved or leaves a parameter
    out.
    """
    cell = activation.symbolic.items()
    numbers = {sp.Symbol(name): value for name, value in cell if isinstance(value, sp.Rational)}
    letters = {s.name: s for s in (*numbers, *(p.symbol for p in activation.parameters))}
    found = []
    for text in activation.identities:
        where = f"{shown(activation.path)}: the identity {text}"
        sides = text.split(" = ")
        if len(sides) != 2:
            raise Problem(f"{where} must have two sides")
        names = {name: sp.Function(name) for name in re.findall(r"\b([a-z]\w+)\(", text)}
        names = {k: f for k, f in names.items() if k not in ("diff", "log", "exp", "sqrt")}
        both = [sp.sympify(side, {"x": activation.x, **letters, **names}) for side in sides]
        try:
            left, right = (unfolded(e.subs(numbers), activation.x) for e in both)
            verdict = _equal(left, right, activation)
        except Problem as problem:
            raise Problem(f"{where}: {problem}") from None
        if verdict is not True:
            raise Problem(f"{where} {'is false' if verdict is False else 'could not be proved'}")
        found.append(sp.Eq(*both, evaluate=False))
    return found


def unfolded(expression: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """Return an expression with the formula in place of each function that it names."""
    while calls := expression.atoms(AppliedUndef):
        call = min(calls, key=lambda c: (c.count_ops(), str(c)))  # an inner one before the outer
        activation = pick(call.func.__name__)
        at, *given = call.args
        names = [p.symbol for p in activation.parameters]
        if len(given) != len(names):
            raise Problem(
                f"{activation.name} needs x and {', '.join(map(str, names)) or 'no more'}"
            )
        values = dict(zip(names, given, strict=True))
        formula = activation.formula.xreplace({activation.x: x}).subs(values, simultaneous=True)
        expression = expression.subs(call, formula.subs(x, at))
    return expression.doit()


def _equal(left: sp.Expr, right: sp.Expr, activation: Activation) -> bool | None:
    """Prove two sides equal for every x and all values of the parameters.

    At each breakpoint and between each two the sides are single expressions: which ones is read
    off at the defaults, and the breakpoints are proved to keep their order. Two that are parameters
    keep the one that the function asks for.
    """
    x, rising = activation.x, []
    positive = {p.symbol: _positive(p) for p in activation.parameters}
    for side in (left, right):
        for relation in side.atoms(sp.core.relational.Relational):
            line = sp.Poly(relation.lhs - relation.rhs, x)
            factor = line.coeff_monomial(x).subs(positive)
            if line.degree() != 1 or not (factor.is_positive or factor.is_negative):
                raise Problem(f"no breakpoint found where {relation} changes")
            rising += sp.solve(relation.lhs - relation.rhs, x)
    here = activation.decimals
    cuts = sorted(set(rising), key=lambda at: at.subs(here))
    for low, high in pairwise(cuts):
        if not ((low in positive and high in positive) or (high - low).subs(positive).is_positive):
            raise Problem(f"the breakpoints {low} and {high} may change their order")
    points: list[tuple[sp.Expr, sp.Expr]] = [(at, at.subs(here)) for at in cuts]
    ends = [at for _, at in points] or [sp.S.Zero]
    between = [ends[0] - 1, *((a + b) / 2 for a, b in pairwise(ends)), ends[-1] + 1]
    verdicts = []
    for place, at in (*points, *((x, at) for at in between)):
        first, second = (_branch(side, {**here, x: at}).subs(x, place) for side in (left, right))
        verdicts.append(derive.is_zero((first - second).subs(positive), x))
    return False if False in verdicts else None if None in verdicts else True


def _positive(parameter: Parameter) -> sp.Expr:
    """Return a parameter with what its domain says of its sign, which a symbol can carry."""
    name, domain = parameter.symbol.name, parameter.domain
    low = domain.inf >= 0 and 0 not in domain
    return sp.Symbol(name, positive=True) if low else parameter.symbol


def _branch(expression: sp.Expr, here: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Return an expression without Piecewise, as it is near one point."""
    return expression.replace(
        sp.Piecewise,
        lambda *cases: next(value for value, condition in cases if condition.subs(here)),
    )


@functools.cache
def gap(activation: Activation, other: Activation) -> Gap:
    """Return the largest distance between two functions at their defaults, on the whole line.

    Beyond some |x| both are proved nearer to their common asymptote than half of what is found
    within. Raises Problem where this does not succeed.
    """
    x = activation.x
    both = [a.formula.xreplace({a.x: x}).subs(a.decimals) for a in (activation, other)]
    apart = sp.piecewise_fold(both[0] - both[1])
    reach = 1 + max((abs(float(b)) for b in derive.breakpoints(apart, x)), default=0.0)
    for _ in range(7):
        reach *= 2
        end = sp.Integer(int(reach))
        best, places = _within(apart, x, end)
        if _tails_are_small(both, x, end, best):
            return Gap(other, best, places)
    raise Problem(f"no largest gap proved between {activation.name} and {other.name}")


def _within(apart: sp.Expr, x: sp.Symbol, end: sp.Integer) -> tuple[derive.Number, Places]:
    """Return the largest |value| on [−end, end] and where it is taken, by branch and bound."""
    points: list[derive.Number] = [-end, *derive.breakpoints(apart, x), end]
    parts = [
        derive.Piece(part.expression, sp.Max(part.low, -end), sp.Min(part.high, end))
        for part in derive.pieces(apart, x)
    ]
    floor = max((derive.as_ball(_size(apart, x, at)).lower() for at in points), key=float)
    for part in parts:
        value, low, width = compile_ball(part.expression, x), part.low, part.high - part.low
        inside = (abs(value(arb(float(low + width * k / 64)))) for k in range(1, 64))
        floor = max([floor, *(size.lower() for size in inside)], key=float)
    for part in parts:
        points += _tops(part, x, floor)
    sizes = [(_size(apart, x, at), at) for at in points]
    best = max(sizes, key=lambda pair: float(derive.as_ball(pair[0]).mid()))[0]
    places = [at for size, at in sizes if derive.as_ball(size).overlaps(derive.as_ball(best))]
    return best, tuple(sorted(places, key=derive.float_of))


def _tops(part: derive.Piece, x: sp.Symbol, floor: arb) -> list[derive.Number]:
    """Enclose each point inside a piece at which |value| has a maximum that reaches `floor`."""
    value, slope, bend = (
        compile_ball(part.expression.diff(x, order) if order else part.expression, x)
        for order in range(3)
    )
    stack, found = [(float(part.low), float(part.high))], []
    while stack:
        a, b = stack.pop()
        middle, radius = arb((a + b) / 2), arb((b - a) / 2 * (1 + 2**-40))
        box = middle + arb(0, radius)
        steep = slope(box)
        height = abs(value(middle) + steep * arb(0, radius))
        if height < floor or not steep.contains(0):
            continue
        if not bend(box).contains(0):
            left, right = slope(box.lower()), slope(box.upper())
            if (left < 0 and right > 0) or (left > 0 and right < 0):
                found.append(derive.refine(slope, bend, box))
            continue
        if b - a < 1e-9:
            raise Problem(f"cannot find the maximum of {part.expression} near {a}")
        stack += [(a, (a + b) / 2), ((a + b) / 2, b)]
    places: list[derive.Number] = []
    for box in sorted(found, key=derive.float_of):
        if not (places and derive.as_ball(places[-1]).overlaps(box)):  # else found from both sides
            places.append(derive.closed(part.expression.diff(x), x, box))
    return places


def _size(expression: sp.Expr, x: sp.Symbol, at: derive.Number) -> derive.Number:
    if isinstance(at, arb):
        part = next(
            p for p in derive.pieces(expression, x) if float(p.low) < float(at) < float(p.high)
        )
        return abs(derive.value_at(part.expression, x, at))
    return sp.Abs(expression.subs(x, at))


def _tails_are_small(
    both: list[sp.Expr], x: sp.Symbol, end: sp.Integer, best: derive.Number
) -> bool:
    """Tell whether both are within best/2 of one asymptote on either side of [−end, end]."""
    room = sp.Rational(float(derive.as_ball(best).lower())) / 2
    for right in (True, False):
        start = end if right else -end
        parts = [derive.pieces(e, x)[-1 if right else 0].expression for e in both]
        asymptote = _asymptote(parts[0], x, right)
        for part in parts:
            try:
                signs = [
                    tails.sign(room + side * (part - asymptote), x, start, right)
                    for side in (1, -1)
                ]
            except Problem:
                return False
            if signs != [1, 1]:
                return False
    return True


def _asymptote(expression: sp.Expr, x: sp.Symbol, right: bool) -> sp.Expr:
    """Guess a line: what is made of it proves that it is near enough."""
    far = 1e8 if right else -1e8  # a rational tail is not yet there at 1000
    slope = round(float(compile_ball(expression.diff(x), x)(arb(far)).mid()), 6)
    start = round(float(compile_ball(expression, x)(arb(far)).mid()) - slope * far, 6)
    return sp.Rational(str(slope)) * x + sp.Rational(str(start))
