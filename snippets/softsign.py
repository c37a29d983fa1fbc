"""Softsign. The input divided by one plus its size: a curve like tanh with slow tails."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((x / (1 + x), x > 0), (x / (1 - x), True))
derivative = sp.Piecewise((1 / (1 + x) ** 2, x > 0), (1 / (1 - x) ** 2, True))

# %% NumPy
import numpy as np


def softsign(x):
    """Return x / (1 + abs(x)), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    most = np.finfo(x.dtype).max
    x = np.clip(x, -most, most)  # inf / inf is nan
    return x / (1 + np.abs(x))


def softsign_grad(x):
    """Return the derivative, 1 / (1 + abs(x))**2."""
    # the square of a number that is at most 1 cannot overflow
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.square(1 / (1 + np.abs(x)))


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.softsign(x)


module = torch.nn.Softsign()

# %% Facts
family = "sigmoids"
aliases = ["Elliott function"]
naive_grad = ["1 / (1 + np.abs(x)) ** 2"]
claims = {
    "It has the limits ±1 and the slope 1 at 0, as tanh has": lambda f: (
        f.limits[0] == (-1, 1) and derivative.subs(x, 0) == 1 == sp.tanh(x).diff(x).subs(x, 0)
    ),
    "falls like one over $x$": lambda f: sp.limit(x * (1 - x / (1 + x)), x, sp.oo) == 1,
    "is (1 − |y|)²": lambda f: all(
        sp.simplify((1 - side * value) ** 2 - slope) == 0
        for (value, _), (slope, _), side in zip(formula.args, derivative.args, (1, -1), strict=True)
    ),
    "it would\n  be 1 at 2 instead of 1/9": lambda f: (
        (1 - 2) ** 2 == 1 and derivative.subs(x, 2) == sp.Rational(1, 9)
    ),
    "At 0 it goes from 2 to −2": lambda f: f.kinks[0].jump == (2, -2) and f.kinks[0].order == 2,
    "Slopes below 1.* Everywhere but at 0 the slope is below 1": lambda f: f.lipschitz == (1, 0),
    "is 0 at 10⁸, where the exact one": lambda f: (
        torch.autograd.grad(module(_t := torch.full((64,), 1e8, requires_grad=True)).sum(), _t)[0][
            0
        ]
        == 0
        and softsign_grad(np.float32(1e8)) > np.finfo("float32").tiny
    ),
    "is\nnan, because it is ∞/∞": lambda f: bool(module(torch.tensor(torch.inf)).isnan()),
}
