"""The sign of an expression on a half-line, proved: what bisection on a bounded part leaves open.

For a ≥ B and x = a or x = −a, the expression is written as a ratio of polynomials in a and in
E = exp(−p(a)), p an increasing polynomial. Where erfc or log(1 + E) occur they are E times a factor
that is enclosed: erfc(z) = exp(−z²) r / (z √π) with 1 − 1/(1 + 2z²) ≤ r ≤ 1, and
log(1 + E) = E s with 1 − E/2 ≤ s ≤ 1. So are π/2 − atan(z) = s/z with 1 − 1/(3z²) ≤ s ≤ 1, and
√(1 + v) = 1 + v s with s = 1 / (1 + √(1 + v)). Where u = −c exp(±a) stands in an exponential,
exp(u) is 1 + u s or a power of E times a factor that falls. Sine and cosine are factors in [−1, 1].
The term with the lowest power of E and the highest power of a then decides, if all others together
are proved smaller than it at every a ≥ B.
"""

import functools
import math

import sympy as sp
from flint import arb

from exact import compile_ball
from project import Problem

A, E = sp.symbols("a E", positive=True)
STEEP = 4  # exp(−c exp(u)) is exp(−4u) times what falls to 0


def sign(expression: sp.Expr, x: sp.Symbol, start: float | sp.Rational, right: bool) -> int:
    """Return the sign that an expression has on all of [start, ∞), or (−∞, start] if not right.

    0 means that it is 0 there. Raises Problem when the sign cannot be proved from this start on.
    """
    outer = A if right else -A
    if (start > 0) != right or start == 0:
        raise Problem(f"the half-line from {start} holds 0")
    try:
        return _Tail(sp.Rational(abs(start))).sign(expression.subs(x, outer))
    except _OpenError as reason:
        side = "right" if right else "left"
        raise Problem(
            f"no sign proved for {expression} to the {side} of {start}: {reason}"
        ) from None


class _OpenError(Exception):
    """Why a sign could not be proved."""


def _number(value: sp.Expr) -> arb:
    return compile_ball(value, A)(arb(0))


class _Tail:
    """One half-line a ≥ B, with the exponential and the enclosed factors met on the way."""

    def __init__(self, bound: sp.Rational) -> None:
        self.bound = bound
        self.rate: sp.Poly = sp.Poly(0, A)  # p, where E = exp(−p(a))
        self.factors: dict[sp.Symbol, arb] = {}
        self.roots: dict[sp.Expr, sp.Symbol] = {}

    def sign(self, expression: sp.Expr) -> int:
        plain = expression.doit()
        # a constant such as exp(−10³⁰⁸) must not be turned round into a denominator
        numbers = [e for e in plain.atoms(sp.Function) if e.is_number]
        plain = plain.xreplace({e: self._factor(_number(e), _number(e)) for e in numbers})
        plain = plain.rewrite((sp.tanh, sp.sinh, sp.cosh), sp.exp)
        for function, build in (
            (sp.erf, self._erf),
            (sp.erfc, self._erfc),
            (sp.log, self._log),
            (sp.atan, self._atan),
            (sp.sin, lambda _: self._factor(arb(-1), arb(1))),
            (sp.cos, lambda _: self._factor(arb(-1), arb(1))),
            (sp.exp, self._nested),
        ):
            plain = plain.replace(function, functools.cache(build))  # equal arguments, one factor
        plain = self._exponentials(plain)
        plain = plain.replace(lambda e: e.is_Pow and e.exp.is_Rational and e.exp.q == 2, self._root)
        numerator, denominator = sp.fraction(sp.together(plain))
        top, bottom = (self._dominant(self._rootless(part)) for part in (numerator, denominator))
        return top * bottom

    def _atan(self, z: sp.Expr) -> sp.Expr:
        if not z.is_polynomial(A) or sp.degree(z, A) != 1:
            raise _OpenError(f"atan({z}) is not of a line")
        first = _number(z.subs(A, self.bound))
        if _number(sp.LC(z, A)) < 0:
            return -self._atan(-z)
        if not first > 0:
            raise _OpenError(f"{z} is not yet positive")
        return sp.pi / 2 - self._factor(1 - 1 / (3 * first**2), arb(1)) / z

    def _root(self, power: sp.Expr) -> sp.Expr:
        """Return √u as a line times 1 + v s, or as a symbol whose square is u."""
        u, odd = power.base, 2 * power.exp
        if u.is_number:
            return power
        if u in self.factors and self.factors[u] > 0:
            value = self.factors[u]
            return self._factor(value.lower().sqrt(), value.upper().sqrt()) ** odd
        if u.is_polynomial(A) and not u.free_symbols - {A} and sp.degree(u, A) == 2:
            lead = sp.LC(u, A)
            v = sp.expand((u - lead * A**2) / (lead * A**2))
            most = sum((abs(_number(t.subs(A, self.bound))) for t in sp.Add.make_args(v)), arb(0))
            if not (_number(lead) > 0 and most < 1):
                raise _OpenError(f"the root of {u} is not yet a line")
            s = self._factor(1 / (1 + (1 + most).sqrt()), 1 / (1 + (1 - most).sqrt()))
            return (sp.sqrt(lead) * A * (1 + v * s)) ** odd
        root = self.roots.setdefault(u, sp.Symbol(f"s{len(self.roots)}", positive=True))
        return root**odd

    def _rootless(self, part: sp.Expr) -> sp.Expr:
        """Divide by a root that is in every term to an odd power."""
        part = sp.expand(part)
        for u, root in self.roots.items():
            powers = sp.Poly(part, root).as_dict()
            if len({k % 2 for (k,) in powers}) > 1:
                part = sp.expand(part.subs(root, self._slow(u)))
            else:
                part = sp.expand(sum(c * u ** (k // 2) for (k,), c in powers.items()))
        return part

    def _slow(self, u: sp.Expr) -> sp.Expr:
        """Return √u as a times an enclosed factor, where u / a² is proved to fall."""
        most = arb(0)
        for (_, j, *rest), c in sp.Poly(u, E, A, *self.factors).terms():
            if j > 1 or not _number(c) > 0:
                raise _OpenError(f"the root of {u} is in some terms only")
            term = _number(c) * _number(self.bound) ** (j - 2)
            for factor, count in zip(self.factors.values(), rest, strict=True):
                term *= factor.upper() ** count
            most += term
        return A * self._factor(arb(0), most.sqrt())

    def _factor(self, low: arb, high: arb) -> sp.Symbol:
        kind = {"positive": True} if low > 0 else {"real": True}
        symbol = sp.Symbol(f"r{len(self.factors)}", **kind)
        self.factors[symbol] = low.union(high)
        return symbol

    def _erf(self, z: sp.Expr) -> sp.Expr:
        side = 1 if _number(z.subs(A, self.bound)) > 0 else -1
        return side * (1 - self._erfc(side * z))

    def _erfc(self, z: sp.Expr) -> sp.Expr:
        z = sp.expand(z)
        if not z.is_polynomial(A) or sp.degree(z, A) != 1:
            raise _OpenError(f"erfc({z}) is not of a line")
        if _number(sp.LC(z, A)) < 0:
            return 2 - self._erfc(-z)
        if not _number(z.subs(A, self.bound)) > 0:
            raise _OpenError(f"{z} is not yet positive")
        r = self._factor(1 - 1 / (1 + 2 * _number(z.subs(A, self.bound)) ** 2), arb(1))
        return sp.exp(-(z**2)) * r / (z * sp.sqrt(sp.pi))

    def _log(self, inner: sp.Expr) -> sp.Expr:
        power = sp.expand(inner - 1)
        if power in self.factors:
            constant = self.factors[power].log1p()
            return self._factor(constant, constant)
        if not isinstance(power, sp.exp):
            return sp.log(inner)
        u = power.args[0]
        rising = _number(u.subs(A, self.bound)) > 0
        small = _number(sp.exp(-u if rising else u).subs(A, self.bound))
        s = self._factor(1 - small / 2, arb(1))
        return u + sp.exp(-u) * s if rising else sp.exp(u) * s

    def _nested(self, u: sp.Expr) -> sp.Expr:
        """Return exp(u), without an exponential in u where u is a multiple of one."""
        number, inner = u.as_independent(A)
        if not (isinstance(inner, sp.exp) and sp.degree(inner.args[0], A) == 1):
            return sp.exp(u)
        if _number(number) > 0:
            return 1 / self._nested(-u)
        line = inner.args[0]
        end = _number(u.subs(A, self.bound))
        if _number(sp.LC(line, A)) < 0:  # u rises to 0, and (exp(u) − 1) / u with it
            return 1 + u * self._factor((end.exp() - 1) / end, arb(1))
        if not -end > STEEP:
            raise _OpenError(f"exp({u}) does not yet fall fast enough")
        rest = (end + STEEP * _number(line.subs(A, self.bound))).exp()
        symbol = sp.Symbol(f"r{len(self.factors)}", positive=True)
        self.factors[symbol] = rest.union(arb(0))
        return sp.exp(-STEEP * line) * symbol

    def _exponentials(self, plain: sp.Expr) -> sp.Expr:
        """Write every exponential as a power of one E that falls."""
        plain = plain.replace(sp.exp, self._split)
        exponents = [sp.expand(e.args[0]) for e in plain.atoms(sp.exp) if e.has(A)]
        if not exponents:
            return plain
        base = exponents[0]
        ratios = [sp.cancel(e / base) for e in exponents]
        if any(not r.is_Rational for r in ratios):
            raise _OpenError("its exponentials are not powers of one")
        halves = any(p.exp.is_Rational and p.exp.q == 2 for p in plain.atoms(sp.Pow))
        unit = base / sp.ilcm(1, *(r.q for r in ratios)) / (2 if halves else 1)
        falling = _number(unit.subs(A, self.bound)) < 0
        self.rate = sp.Poly(sp.expand(-unit if falling else unit), A)
        shifted = sp.Poly(self.rate.as_expr().subs(A, A + self.bound), A).all_coeffs()[:-1]
        if any(not _number(c) > 0 for c in shifted if c != 0):
            raise _OpenError(f"the exponent {unit} is not proved monotone")

        def power(exponent: sp.Expr) -> sp.Expr:
            if not exponent.has(A):
                return sp.exp(exponent)
            count = sp.cancel(sp.expand(exponent) / unit)
            return E**count if falling else E**-count

        return plain.replace(sp.exp, power)

    def _split(self, exponent: sp.Expr) -> sp.Expr:
        """Return exp(c + u) as a number times exp(u)."""
        constant, rest = sp.expand(exponent).as_independent(A, as_Add=True)
        if constant == 0 or rest == 0:
            return sp.exp(exponent)
        value = _number(sp.exp(constant))
        return self._factor(value, value) * sp.exp(rest)

    def _dominant(self, polynomial: sp.Expr) -> int:
        """Return the sign of the dominant term, once the others are proved smaller."""
        generators = (E, A, *self.factors)
        if polynomial.free_symbols - set(generators) or not polynomial.is_polynomial(*generators):
            raise _OpenError(f"{polynomial} is no polynomial in a and exp")
        for symbol in (s for s in self.factors if s.is_positive):  # of all terms
            while polynomial != 0 and polynomial.subs(symbol, 0) == 0:
                polynomial = sp.expand(polynomial / symbol)
        terms: dict[tuple[int, int], arb] = {}
        for (k, j, *rest), coefficient in sp.Poly(polynomial, *generators).terms():
            value = _number(coefficient)
            for factor, count in zip(self.factors.values(), rest, strict=True):
                value *= math.prod([factor] * count)  # a power of a ball that holds 0 is nan
            terms[k, j] = terms.get((k, j), arb(0)) + value
        terms = {key: v for key, v in terms.items() if not v.is_zero()}
        if not terms:
            return 0
        lowest = min(k for k, _ in terms)
        degree = max(j for k, j in terms if k == lowest)
        lead = terms.pop((lowest, degree))
        others = sum(
            (abs(v) * self._ratio(k - lowest, j - degree) for (k, j), v in terms.items()), arb(0)
        )
        if not abs(lead) > others:
            raise _OpenError("the terms that are left out are not proved small enough")
        return 1 if lead > 0 else -1

    def _ratio(self, k: int, j: int) -> arb:
        """Return a bound of E^k a^j for all a ≥ B: its value at B, where it is proved to fall."""
        b = _number(self.bound)
        if k == 0:
            return b**j  # j ≤ 0 here: the dominant term has the highest power
        rate = self.rate.as_expr()
        if j > 0 and not k * b * _number(rate.diff(A).subs(A, self.bound)) > j:
            raise _OpenError("a power of x is not yet outweighed by the exponential")
        return (-k * _number(rate.subs(A, self.bound))).exp() * b**j
