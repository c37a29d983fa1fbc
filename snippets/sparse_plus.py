"""Sparseplus. Softplus with exact pieces: 0 up to −1, x from 1 on, a parabola between them."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((0, x <= -1), (x, x >= 1), ((x + 1) ** 2 / 4, True))
derivative = sp.Piecewise((0, x <= -1), (1, x >= 1), ((x + 1) / 2, True))

# %% NumPy
import numpy as np


def sparse_plus(x):
    """Return 0 where x <= -1, x where x >= 1, else (x + 1)**2 / 4; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    h = (np.clip(x, -1, 1) + 1) / 2
    return h * h + np.maximum(x - 1, 0)


def sparse_plus_grad(x):
    """Return the derivative: 0 where x <= -1, 1 where x >= 1, else (x + 1) / 2."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return (np.clip(x, -1, 1) + 1) / 2


# %% PyTorch
import torch


def module(x):  # torch.nn has none
    middle = (x.clamp(-1, 1) + 1).square() / 4
    return torch.where(x < 1, middle, x)


# %% Facts
family = "smooth rectifiers"
descends = "softplus"
near = ["softplus"]
cited = ["section 6.2"]
identities = [
    "sparse_plus(x) - sparse_plus(-x) = x",
]
claims = {
    "exactly 0 up to −1": lambda f: f.zeros[0] == sp.Interval(-sp.oo, -1),
    "exactly x from 1 on": lambda f: formula.args[1] == (x, x >= 1),
    "second derivative\n  is ½ or 0": lambda f: (
        {sp.Integer(0), sp.Rational(1, 2)} == {e for e, _ in derivative.diff(x).args}
    ),
    "at 0 is ¼, not log 2": lambda f: (
        f.at_zero == sp.Rational(1, 4) and sp.log(1 + sp.exp(sp.Integer(0))) == sp.log(2)
    ),
    "Where the output is 0 the gradient is 0 too": lambda f: f.limits[1][0] == 0,
}
