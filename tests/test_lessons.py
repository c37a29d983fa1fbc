"""Every equation that a lesson displays is covered: by a check that names it."""

import re

import pytest
import sympy as sp

from catalog import pick
from project import ROOT

x, w, c, p, q, d = sp.symbols("x w c p q d", real=True)
RELU = pick("relu").formula
NETWORK = sp.piecewise_fold(2 * RELU.subs(pick("relu").x, 3 * x + 1) + 2)
THIRD = sp.Rational(1, 3)


def composed_is_affine() -> bool:
    n, m, k = sp.symbols("n m k", integer=True, positive=True)
    w1, w2 = sp.MatrixSymbol("W1", m, n), sp.MatrixSymbol("W2", k, m)
    b1, b2, v = sp.MatrixSymbol("b1", m, 1), sp.MatrixSymbol("b2", k, 1), sp.MatrixSymbol("x", n, 1)
    return sp.expand(w2 * (w1 * v + b1) + b2 - ((w2 * w1) * v + (w2 * b1 + b2))).is_ZeroMatrix


def second_difference_tells() -> bool:
    line = w * x + c

    def bend(f):
        return sp.expand(f.subs(x, -4 * THIRD) - 2 * f.subs(x, -THIRD) + f.subs(x, 2 * THIRD))

    return bend(line) == 0 and bend(NETWORK) == 6


# The equation as it stands in the lesson, and what shows that it is right.
CHECKED = {
    r"y_1 = 3 x + 1, \qquad y_2 = 2 y_1 + 2": lambda: sp.expand(2 * (3 * x + 1) + 2) == 6 * x + 4,
    r"W_2 (W_1 x + b_1) + b_2 = (W_2 W_1) x + (W_2 b_1 + b_2)": composed_is_affine,
    r"y = 2 \operatorname{relu}(3 x + 1) + 2": lambda: (
        sp.Piecewise((6 * x + 4, x > -THIRD), (2, True)) == NETWORK
    ),
    r"\frac{(w q + c) - (w p + c)}{q - p} = w": lambda: (
        sp.cancel(((w * q + c) - (w * p + c)) / (q - p)) == w
    ),
    (
        r"f\left(-\tfrac{4}{3}\right) - 2 f\left(-\tfrac{1}{3}\right)"
        r" + f\left(\tfrac{2}{3}\right)"
    ): second_difference_tells,
}


def displayed() -> list[str]:
    """Return every equation set apart in docs/, outside of what a program writes."""
    found = []
    for file in sorted((ROOT / "docs").rglob("*")):
        if file.suffix in (".md", ".py"):
            text = re.sub(r"^# ?", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
            found += [
                " ".join(tex.split()) for tex in re.findall(r"\$\$(.+?)\$\$", text, re.DOTALL)
            ]
    return found


def test_no_displayed_equation_is_uncovered():
    assert sorted(displayed()) == sorted(CHECKED)


@pytest.mark.parametrize("equation", CHECKED)
def test_displayed_equation_holds(equation):
    assert CHECKED[equation]()
