"""Print the constants of snippets/gelu.py as they stand there.

GELU is max(x, 0) minus a tail that depends on a = |x| alone. Where x < 0 its derivative is the
slope of that tail; it changes sign at a = root.
"""

from collections.abc import Callable

import numpy as np
from mpmath import mp, mpf

mp.dps = 60
TOP = 40  # beyond it GELU's tail is 0 in float64
DEGREE = 10
CENTRE = 3  # half of the points lie below it; other values give larger errors
Polynomial = list[mpf]  # the highest power first
Function = Callable[[mpf], mpf]


def rational(function: Function) -> tuple[Polynomial, Polynomial]:
    """Return numerator and denominator that meet the function at Chebyshev points.

    They are those of t = (a − CENTRE) / (a + CENTRE), between a = 0 and a = TOP.
    """
    last = mpf(TOP - CENTRE) / (TOP + CENTRE)
    rows, right = mp.matrix(2 * DEGREE, 2 * DEGREE), mp.matrix(2 * DEGREE, 1)
    for i in range(2 * DEGREE):
        turn = mp.cos(mp.pi * (2 * i + 1) / (4 * DEGREE))
        t = (last - 1) / 2 - (last + 1) / 2 * turn
        a = CENTRE * (1 + t) / (1 - t)
        value = function(a)
        for j in range(DEGREE):
            rows[i, j] = a ** (DEGREE - 1 - j)
            rows[i, DEGREE + j] = -value * a ** (DEGREE - 1 - j)
        right[i] = value * a**DEGREE
    solved = list(mp.lu_solve(rows, right))
    return [mpf(0), *solved[:DEGREE]], [mpf(1), *solved[DEGREE:]]


def doubles(values: Polynomial) -> Polynomial:
    """Return the nearest doubles."""
    return [mpf(float(v)) for v in values]


def error(over: Polynomial, under: Polynomial, function: Function, beside: Function) -> mpf:
    """Return the largest |over/under − function| / (function + beside) on a fine grid."""
    worst = mpf(0)
    for i in range(4001):
        a = TOP * (mpf(i) / 4000) ** 3
        value = function(a)
        off = mp.polyval(over, a) / mp.polyval(under, a) - value
        worst = max(worst, abs(off) / (value + beside(a)))
    return worst


def gelu() -> None:
    """Print the table and the constants of snippets/gelu.py."""
    scale = mp.sqrt(2 * mp.pi)

    def ratio(a: mpf) -> mpf:  # of the normal density to its tail
        return 2 / scale * mp.exp(-a * a / 2) / mp.erfc(a / mp.sqrt(2))

    first, second = doubles([scale, 1 / scale])  # the fit makes up for their rounding
    root = mp.findroot(lambda a: a * ratio(a) - 1, 0.75)
    parts: list[tuple[str, Function, Function]] = [
        ("tail", lambda a: scale * ratio(a) - first * a, lambda a: first * a),
        (
            "slope",
            lambda a: (1 / ratio(a) - a) / (root - a) / scale - second,
            lambda a: second,
        ),
    ]
    columns: list[Polynomial] = []
    for name, function, beside in parts:
        fit = rational(function)
        assert min(fit[0] + fit[1]) >= 0  # so nothing cancels where a > 0
        columns += fit
        exact, rounded = (
            mp.nstr(error(over, under, function, beside), 2)
            for over, under in (fit, map(doubles, fit))
        )
        print(f"# {name}: degree {DEGREE - 1} over {DEGREE}, relative error {exact} on [0, {TOP}],")
        print(f"# {rounded} with coefficients rounded to doubles")
    print("FIT = (")
    for row in zip(*columns, strict=True):
        print("    (" + ", ".join(repr(float(v)) for v in row) + "),")
    print(")")
    digits = [root]  # the first has those of a float32, the second those of a float64
    for dtype in (np.float32, np.float64):
        digits[-1:] = [mpf(float(dtype(digits[-1]))), digits[-1] - float(dtype(digits[-1]))]
    constants("ROOT", digits)
    constants("A, B", [first, second])


def constants(names: str, values: list[mpf]) -> None:
    """Print an assignment."""
    text = ", ".join(repr(float(v)) for v in values)
    print(f"{names} = {text if len(values) == names.count(',') + 1 else f'({text})'}")


if __name__ == "__main__":
    gelu()
