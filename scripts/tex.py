"""SymPy and Arb results as LaTeX, in the order and the signs that a textbook would choose."""

import math
from collections.abc import Iterable

import sympy as sp
from flint import arb, ctx
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

from catalog import Parameter
from derive import Span
from project import SNIPPETS

DIGITS = 20


def _decimal(value: sp.Rational) -> str:
    """Return 0.044715 for 8943/200000, or 20 digits; nothing where a fraction reads better."""
    if value.q <= 100 or not set(sp.factorint(value.q)) <= {2, 5}:
        return ""
    text = str(sp.N(value, 45))
    if "e" in text:
        return ""
    short = text.rstrip("0")
    return short if sp.Rational(short) == value else text[: DIGITS - 45] + r"\ldots"


class _Printer(LatexPrinter):
    """Products as they were written; sums by degree, but never with a minus sign in front."""

    def _as_ordered_terms(self, expr: sp.Add, order: str | None = None) -> list[sp.Expr]:
        terms = expr.as_ordered_terms()
        return sorted(terms, key=lambda term: term.could_extract_minus_sign())

    def _needs_add_brackets(self, expr: sp.Expr) -> bool:
        held = isinstance(expr, sp.UnevaluatedExpr) and expr.args[0].is_Add
        return held or super()._needs_add_brackets(expr)  # 1 − (1 − t), held back

    def _print_Mul(self, expr: sp.Mul) -> str:  # noqa: N802
        if (lowered := self._lowered(expr)) != expr:
            return self._print(lowered)
        number, rest = expr.as_coeff_Mul()
        if decimal := _decimal(abs(number)):  # not over one fraction line with the rest
            return f"{'- ' * bool(number < 0)}{decimal} {self._print(rest)}"
        # a derivative that is not the last factor, in brackets: else it takes in what follows
        *first, last = expr.args
        held = [sp.UnevaluatedExpr(f) if isinstance(f, sp.Derivative) else f for f in first]
        if held != first:
            parts = [self._print(f) for f in (*held, last)]
            return " ".join(
                rf"\left({part}\right)" if isinstance(f, sp.UnevaluatedExpr | sp.Add) else part
                for f, part in zip((*held, last), parts, strict=True)
            )
        if expr.func(*expr.args).args == expr.args:  # nothing was held back: SymPy's own order
            self._settings["order"] = None
        text = super()._print_Mul(expr)
        self._settings["order"] = "none"
        return text

    def _lowered(self, product: sp.Mul) -> sp.Expr:
        """Return x/√2 for √2 x/2, and 1/√(2π) for √2/(2√π): the root as one letter below."""
        number, _ = product.as_coeff_Mul()
        half = sp.Rational(1, 2)
        for factor in product.args:
            base, power = factor.as_base_exp()
            if power == half and base.is_Integer and number.q % base == 0:
                below = [f for f in product.args if f.is_number and f.as_base_exp()[1] == -half]
                inside = sp.Mul(base, *(f.as_base_exp()[0] for f in below))
                root = sp.Symbol(rf"\sqrt{{{self._print(inside)}}}")
                return number * base * sp.Mul(*set(product.args) - {number, factor, *below}) / root
        return product

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:  # noqa: N802
        text = super()._print_Symbol(expr, style)
        return rf"\mathtt{{{text}}}\," if len(text) > 1 and text.isalpha() else text

    def _print_Rational(self, expr: sp.Rational) -> str:  # noqa: N802
        return _decimal(expr) or super()._print_Rational(expr)

    def _print_Function(self, expr: sp.Function, exp: str | None = None) -> str:  # noqa: N802
        name = expr.func.__name__
        named = isinstance(expr, AppliedUndef) and (SNIPPETS / f"{name}.py").exists()
        if not named or hasattr(sp, name):
            return super()._print_Function(expr, exp)
        inner = ", ".join(self._print(a) for a in expr.args)
        name = name.replace("_", r"\_")
        return rf"\mathtt{{{name}}}({inner})" + (f"^{exp}" if exp else "")

    def _print_Relational(self, expr: sp.core.relational.Relational) -> str:  # noqa: N802
        x = sp.Symbol("x", real=True)
        if expr.lhs.has(x) or not expr.rhs.has(x):
            return super()._print_Relational(expr)
        expr = expr.reversed  # x < −λ, not λ < −x
        return super()._print_Relational(expr.reversedsign if expr.lhs == -x else expr)

    def _print_Abs(self, expr: sp.Abs, exp: str | None = None) -> str:  # noqa: N802
        # \left| … \right| would end the cell of a Markdown table
        inner = rf"\lvert {self._print(expr.args[0])} \rvert"
        return f"{inner}^{{{exp}}}" if exp else inner

    def _print_Interval(self, i: sp.Interval) -> str:  # noqa: N802
        if i == sp.S.Reals:
            return r"\mathbb{R}"
        left, right = "(" if i.left_open else "[", ")" if i.right_open else "]"
        return f"{left}{self._print(i.start)}, {self._print(i.end)}{right}"


def tex(expression: sp.Basic | arb | Span, parameters: Iterable[Parameter] = ()) -> str:
    r"""Return LaTeX; a ball as its certified digits, a parameter under its name.

    >>> tex(1 - sp.exp(sp.Symbol("x")))
    '1 - e^{x}'
    """
    if isinstance(expression, Span):
        left = "(" if expression.left_open else "["
        right = ")" if expression.right_open else "]"
        whole = expression.start == -sp.oo and expression.end == sp.oo
        return (
            r"\mathbb{R}"
            if whole
            else f"{left}{tex(expression.start)}, {tex(expression.end)}{right}"
        )
    if isinstance(expression, arb):
        return certain(expression)
    names = {p.symbol: rf"\mathtt{{{p.symbol.name}}}".replace("_", r"\_") for p in parameters}
    names[sp.Symbol("x_h", real=True)] = "h"
    after = ("x", "h", "e^", r"\mathtt")
    space = {f"{name} {v}": rf"{name}\, {v}" for name in names.values() for v in after if v != name}
    printer = _Printer({"order": "none", "symbol_names": names, "inv_trig_style": "full"})
    text = printer.doprint(expression)
    for narrow, wide in space.items():
        text = text.replace(narrow, wide)
    return (
        text.replace(r"{\left(x \right)}", "(x)")
        .replace(r"{\left(h \right)}", "(h)")
        .replace(r"{\left(0 \right)}", "(0)")
        .replace(r"\text{for}\: ", r"\text{if } ")
    )


def certain(ball: arb, count: int = DIGITS) -> str:
    r"""Return the first `count` digits of a number, which are certain, and an ellipsis.

    An exact number of fewer digits is returned whole. Raises ValueError where the ball leaves a
    digit open: one that holds 1/2 and is wider may be 0.49… or 0.50…, and needs a closed form.

    >>> certain(arb(2).sqrt(), 4), certain(arb(1) / 3000000, 4), certain(arb(0.5))
    ('1.414\\ldots', '3.333\\ldots \\cdot 10^{-7}', '0.5')
    """
    text = ball.str(count, radius=False)
    if ball.is_exact() and "e" not in text and arb(text) == ball:
        return text.rstrip("0").rstrip(".") if "." in text else text
    if ball.contains(0) or not ball.is_finite():
        raise ValueError(f"{ball} has no certain digits")
    with ctx.workprec(1000):
        decimals = count - 1 - math.floor(math.log10(abs(float(ball.mid()))))
        whole = (abs(ball) * arb(10) ** decimals).floor().unique_fmpz()
    if whole is None:
        raise ValueError(f"{ball} has fewer than {count} certain digits")
    digits, sign = str(whole), "-" if ball < 0 else ""
    if 0 < decimals < count + 5:
        digits = digits.zfill(decimals + 1)
        return rf"{sign}{digits[:-decimals]}.{digits[-decimals:]}\ldots"
    power = len(digits) - 1 - decimals
    return rf"{sign}{digits[0]}.{digits[1:]}\ldots \cdot 10^{{{power}}}"
