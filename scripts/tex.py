"""SymPy and Arb results as LaTeX, in the order and the signs that a textbook would choose."""

from collections.abc import Iterable

import sympy as sp
from flint import arb
from sympy.printing.latex import LatexPrinter

from catalog import Parameter

DIGITS = 20


class _Printer(LatexPrinter):
    """Products as they were written; sums by degree, but never with a minus sign in front."""

    def _as_ordered_terms(self, expr: sp.Add, order: str | None = None) -> list[sp.Expr]:
        terms = expr.as_ordered_terms()
        return sorted(terms, key=lambda term: term.could_extract_minus_sign())

    def _print_Abs(self, expr: sp.Abs, exp: str | None = None) -> str:  # noqa: N802
        # \left| … \right| would end the cell of a Markdown table
        inner = rf"\lvert {self._print(expr.args[0])} \rvert"
        return f"{inner}^{{{exp}}}" if exp else inner

    def _print_Interval(self, i: sp.Interval) -> str:  # noqa: N802
        if i == sp.S.Reals:
            return r"\mathbb{R}"
        left, right = "(" if i.left_open else "[", ")" if i.right_open else "]"
        return f"{left}{self._print(i.start)}, {self._print(i.end)}{right}"


def tex(expression: sp.Basic | arb, parameters: Iterable[Parameter] = ()) -> str:
    r"""Return LaTeX; a ball as its certified digits, a parameter under its name.

    >>> tex(1 - sp.exp(sp.Symbol("x")))
    '1 - e^{x}'
    """
    if isinstance(expression, arb):
        return digits(expression)
    names = {p.symbol: rf"\mathtt{{{p.symbol.name}}}\,".replace("_", r"\_") for p in parameters}
    names[sp.Symbol("x_h", real=True)] = "h"
    printer = _Printer({"order": "none", "symbol_names": names})
    return (
        printer.doprint(expression)
        .replace(r"{\left(x \right)}", "(x)")
        .replace(r"{\left(h \right)}", "(h)")
        .replace(r"{\left(0 \right)}", "(0)")
        .replace(r"\text{for}\: ", r"\text{if } ")
    )


def digits(ball: arb, count: int = DIGITS) -> str:
    """Return `count` digits that are certain, and an ellipsis.

    Raises ValueError when the ball is too wide for them.
    """
    text = ball.str(count, radius=False)
    if ball.rel_accuracy_bits() < 3.33 * count + 2:
        raise ValueError(f"{ball} has fewer than {count} certain digits")
    return text + r"\ldots"
