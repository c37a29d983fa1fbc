"""ReLU². The square of ReLU: x² where x is positive, else 0."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((x**2, x > 0), (0, True))
derivative = sp.Piecewise((2 * x, x > 0), (0, True))

# %% NumPy
import numpy as np


def relu_squared(x):
    """Return max(0, x)**2, elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    r = np.maximum(x, 0)
    return r * r


def relu_squared_grad(x):
    """Return the derivative, 2 * max(0, x)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return 2 * np.maximum(x, 0)


# %% PyTorch
import torch


def module(x):  # torch.nn has none
    return torch.relu(x).square()


# %% Facts
family = "rectifiers"
descends = "relu"
aliases = ["squared ReLU", "ReLU2"]
naive = ["np.where(x > 0, x * x, 0)"]
naive_grad = ["np.where(x > 0, 2 * x, 0)"]
identities = ["relu_squared(x) = x * relu(x)"]
cited = ["two changes, of which squaring ReLU is one", "Nemotron-4 uses it"]
claims = {
    "output is 0 for every negative input": lambda f: f.zeros[0] == sp.Interval(-sp.oo, 0),
    "At 0 the slope does not jump": lambda f: [(k.at, k.order) for k in f.kinks] == [(0, 2)],
    "of degree 2": lambda f: sp.degree(formula.args[0][0], x) == 2,
    "It is 2x": lambda f: derivative.args[0][0] == 2 * x and f.limits[1][1] == sp.oo,
    "multiplies the output by 4": lambda f: relu_squared(6.0) == 4 * relu_squared(3.0),
    "∞ from 256 on": lambda f: (
        float(np.finfo(np.float16).max) + 16 < 256.0**2  # from where on float16 rounds to ∞
        and np.isfinite(relu_squared(np.nextafter(np.float16(256), np.float16(0))))
    ),
    "it is 0 below 0.0001": lambda f: relu_squared(np.float16(0.0001)) == 0,
}
