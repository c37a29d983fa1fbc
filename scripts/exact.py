"""The only oracle: a SymPy expression evaluated in ball arithmetic, to any precision.

A ball is a number with a proved bound of its error (Arb, through python-flint). What this module
returns therefore holds, whatever cancels or overflows on the way.
"""

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import sympy as sp
from flint import acb, arb, ctx

from project import Problem

BITS = 80  # of every result: 27 more than a double has
SMALLEST = arb(2) ** -1140  # far below half the least subnormal double
Names: TypeAlias = Mapping[sp.Basic, str]  # what stands for each symbol in the code
PRECISIONS = (96, 192, 384, 1280, 2560, 5120)

ctx.prec = 160  # of balls that are combined outside of this module

FUNCTIONS = {
    sp.exp: "exp",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.atan: "atan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.erf: "erf",
    sp.erfc: "erfc",
    sp.LambertW: "lambertw",
}
CONSTANTS = {sp.pi: "arb.pi()", sp.E: "arb.const_e()"}
RELATIONS = {sp.Gt: ">", sp.Lt: "<", sp.Ge: ">=", sp.Le: "<="}


class _Sigma(sp.Function):
    """1 / (1 + exp(−u)), in the form in which a wide ball stays narrow."""


def _sigma(u):
    if (u.real if isinstance(u, acb) else u) < 0:
        return u.exp() / (1 + u.exp())
    return 1 / (1 + (-u).exp())


class _UndecidedError(Exception):
    """The ball straddles a breakpoint: more precision is needed."""


def _holds(yes: bool, no: bool) -> bool:
    if yes == no:
        raise _UndecidedError
    return yes


OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}


def _steady(node: sp.Add) -> sp.Expr:
    """Rewrite c ± c erf(u), c ± c tanh(u), c − c tanh²(u), where nearly all digits can cancel."""
    for term in node.args:
        found = list(term.atoms(sp.erf, sp.tanh))
        if len(found) != 1:
            continue
        f, u = found[0], found[0].args[0]
        for power in (1, 2):
            c = term / f**power
            if c.has(f):
                continue
            side = next((s for s in (1, -1) if s * c in node.args), 0)  # c + c f, or c − c f
            if not side or (power, side) == (2, 1):
                continue
            if power == 2:
                near = 4 * _Sigma(2 * u) * _Sigma(-2 * u) if isinstance(f, sp.tanh) else None
            elif isinstance(f, sp.erf):
                near = sp.erfc(-side * u, evaluate=False)  # SymPy writes 2 − erfc(u)
            else:
                near = 2 * _Sigma(2 * side * u)
            if near is not None:
                return node - term - side * c + side * c * near
    return node


def _code(node: sp.Basic, x: Names) -> str:
    """Write a SymPy expression as Python over balls."""
    if node in x:
        return x[node]
    if node in CONSTANTS:
        return CONSTANTS[node]
    if isinstance(node, sp.Integer):
        return f"({node})"
    if isinstance(node, sp.Rational):
        return f"(arb({node.p}) / {node.q})"
    if isinstance(node, sp.UnevaluatedExpr):
        return _code(node.args[0], x)
    if isinstance(node, sp.Add) and (better := _steady(node)) != node:
        return _code(better, x)
    if isinstance(node, sp.Add | sp.Mul):
        sign = "+" if isinstance(node, sp.Add) else "*"
        return "(" + sign.join(_code(part, x) for part in node.args) + ")"
    if isinstance(node, sp.Pow):
        base, power = node.args
        if isinstance(power, sp.Integer):
            inner = f"{_code(base, x)}**{abs(int(power))}" if abs(power) != 1 else _code(base, x)
            return f"(1/_ball({inner}))" if power < 0 else f"({inner})"
        if power.is_Rational and power.q == 2:
            root = f"_root(_ball({_code(base, x)}))**{abs(power.p)}"
            return f"(1/{root})" if power < 0 else f"({root})"
        return f"(_ball({_code(base, x)})**{_code(power, x)})"
    if isinstance(node, sp.Piecewise):
        *branches, (last, always) = node.args
        if always is not sp.true and always != sp.true:
            raise Problem(f"a Piecewise must end in (…, True): {node}")
        code = _code(last, x)
        for value, condition in reversed(branches):
            code = f"({_code(value, x)} if {_condition(condition, x)} else {code})"
        return code
    if isinstance(node, sp.Max):
        first, *others = (f"_ball({_code(part, x)})" for part in node.args)
        return first + "".join(f".max({other})" for other in others)
    if isinstance(node, sp.log) and 1 in node.args[0].as_ordered_terms():
        return f"_log1p(_ball({_code(node.args[0] - 1, x)}))"
    if isinstance(node, sp.log):
        return f"_log(_ball({_code(node.args[0], x)}))"
    if isinstance(node, _Sigma):
        return f"_sigma({_code(node.args[0], x)})"
    name = FUNCTIONS.get(type(node))
    if name is None:
        raise Problem(f"no exact evaluation for {type(node).__name__} in {node}")
    return f"_ball({_code(node.args[0], x)}).{name}()"


_asked = {"analytic": False}


def _cut(value) -> dict[str, bool]:
    """Return what makes a function undefined on a complex box that its branch cut crosses."""
    return _asked if isinstance(value, acb) else {}


def _condition(node: sp.Basic, x: Names) -> str:
    if isinstance(node, sp.And | sp.Or):
        joint = " and " if isinstance(node, sp.And) else " or "
        return "(" + joint.join(_condition(part, x) for part in node.args) + ")"
    sign = RELATIONS.get(type(node))
    if sign is None:
        raise Problem(f"no exact evaluation for the condition {node}")
    left, right = (_code(side, x) for side in node.args)
    return f"_holds({left} {sign} {right}, {left} {OPPOSITE[sign]} {right})"


def compile_ball(expression: sp.Expr | sp.Tuple, x: sp.Symbol | Sequence[sp.Symbol]) -> Callable:
    """Return the expression as a function of one ball, at the precision that `ctx` then has.

    It also takes what python-flint computes with besides real balls: complex ones (`acb`) and
    power series. Given several symbols, the function takes a list; a tuple of expressions gives
    one. Raises Problem for a function, condition or symbol it does not know.
    """
    several = not isinstance(x, sp.Symbol)
    names = {s: f"x[{j}]" for j, s in enumerate(x)} if several else {x: "x"}
    unknown = expression.free_symbols - set(names)
    if unknown:
        raise Problem(f"no value for {sorted(s.name for s in unknown)} in {expression}")
    scope = {
        "arb": arb,
        "_ball": lambda v: arb(v) if isinstance(v, int) else v,
        "_holds": _holds,
        "_root": lambda v: v.sqrt(**_cut(v)),
        "_log": lambda v: v.log(**_cut(v)),
        "_log1p": lambda v: (1 + v).log(**_asked) if isinstance(v, acb) else v.log1p(),
        "_sigma": _sigma,
    }
    if isinstance(expression, sp.Tuple):
        code = ", ".join(f"arb({_code(part, names)})" for part in expression)
        return eval(f"lambda x: [{code}]", scope)
    function = eval(f"lambda x: {_code(expression, names)}", scope)

    def evaluate(ball):
        value = function(ball)
        return 0 * ball + value if isinstance(value, int) else value

    return evaluate


@functools.lru_cache(maxsize=64)
def _compiled(expression: sp.Expr, symbols: tuple[sp.Symbol, ...]) -> Callable:
    function = compile_ball(sp.Tuple(expression), symbols)
    return lambda balls: function(balls)[0]


@dataclass(frozen=True)
class Rounded:
    """Exact values as doubles: `nearest` to 53 bits, and what is left in ULPs of `nearest`.

    Both are float64 arrays of one shape.
    """

    nearest: np.ndarray
    rest: np.ndarray


class Exact:
    """A real function that can be asked for its value at a double, to a proved precision."""

    def __init__(
        self, expression: sp.Expr, x: sp.Symbol, given: Mapping[sp.Symbol, float] | None = None
    ) -> None:
        self.expression = expression
        if given is None:
            self._function = compile_ball(expression, x)
        else:  # compiled once for whatever the other symbols are
            function, values = _compiled(expression, (x, *given)), [arb(v) for v in given.values()]
            self._function = lambda ball: function([ball, *values])

    def ball(self, point: float | arb, bits: int = BITS) -> arb:
        """Return a ball of at least `bits` correct bits, or one so near 0 that no double differs.

        Raises Problem when that is out of reach.
        """
        for precision in PRECISIONS:
            if precision <= bits:
                continue
            with ctx.workprec(precision):
                try:
                    value = self._function(arb(point))
                except (_UndecidedError, ZeroDivisionError):
                    continue
                if value.is_exact() or value.rel_accuracy_bits() >= bits:
                    return value
                if precision > 1000 and abs(value) < SMALLEST:
                    return value
        raise Problem(f"cannot evaluate {self.expression} at {point} to {bits} bits")

    def zero_at(self, point: float) -> bool:
        """Tell whether a ball of high precision around the value at a point holds 0."""
        with ctx.workprec(400):
            return bool(self._function(arb(point)).contains(0))

    def rounded(self, points: Iterable[float]) -> Rounded:
        """Return the exact values at the given doubles."""
        function, nearest, rest = self._function, [], []
        with ctx.workprec(PRECISIONS[0]):  # which is enough nearly everywhere
            for point in points:
                try:
                    value = function(arb(point))
                    good = value.rel_accuracy_bits() >= BITS or value.is_exact()
                except (_UndecidedError, ZeroDivisionError):
                    good = False
                if not good:
                    value = self.ball(point)
                near = float(value)
                nearest.append(near)
                left = value - near
                if abs(near) > 1e-280:
                    rest.append(float(left) / math.ulp(near))
                else:  # a double does not hold what is left
                    tiny = not math.isfinite(near) or abs(value) < SMALLEST
                    rest.append(0.0 if tiny else float(left / math.ulp(near)))
        found = np.array(rest)
        return Rounded(np.array(nearest), np.where(np.isfinite(found), found, 0.0))


def integral(function: Callable, low: float, high: float) -> arb:
    """Return a ball around the integral of an analytic function over [low, high]."""

    def evaluate(z, analytic):
        _asked["analytic"] = analytic
        try:
            return function(z)
        finally:
            _asked["analytic"] = False

    return acb.integral(evaluate, low, high).real
