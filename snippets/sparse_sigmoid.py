"""Sparse sigmoid. It rises in a straight line from 0 at −1 to 1 at 1, and is constant beyond."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((0, x <= -1), (1, x >= 1), ((x + 1) / 2, True))
derivative = sp.Piecewise((0, x <= -1), (0, x >= 1), (sp.Rational(1, 2), True))

# %% NumPy
import numpy as np


def sparse_sigmoid(x):
    """Return 0 where x <= -1, 1 where x >= 1, else (x + 1) / 2; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return (np.clip(x, -1, 1) + 1) / 2


def sparse_sigmoid_grad(x):
    """Return the derivative: 1 / 2 where -1 < x < 1, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.where(np.isnan(x), x, (np.abs(x) < 1) / 2).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def module(x):  # torch.nn has none; this is hardtanh, moved
    return (F.hardtanh(x) + 1) / 2


# %% Facts
family = "sigmoids"
descends = "sigmoid"
naive_grad = ["np.where(np.abs(x) < 1, 0.5, 0)"]
identities = [
    "sparse_sigmoid(x) = (hardtanh(x, -1, 1) + 1) / 2",
    "sparse_sigmoid(x) = diff(sparse_plus(x), x)",
]
near = ["sigmoid"]
cited = ["section 6.2"]
claims = {
    "exactly 0 or exactly 1 from −1 and 1 on": lambda f: (
        f.zeros[0] == sp.Interval(-sp.oo, -1) and [k.at for k in f.kinks] == [-1, 1]
    ),
    "Its slope at 0 is ½, that of the logistic sigmoid ¼": lambda f: (
        f.lipschitz[0] == sp.Rational(1, 2)
        and (1 / (1 + sp.exp(-x))).diff(x).subs(x, 0) == sp.Rational(1, 4)
    ),
    "to 0 and 1 at −3 and 3": lambda f: (
        torch.nn.functional.hardsigmoid(torch.tensor([-3.0, -2.9, 2.9, 3.0])).tolist()[::3]
        == [0, 1]
    ),
    "At −1 and 1 there is no derivative": lambda f: (
        [(k.at, k.order) for k in f.kinks] == [(-1, 1), (1, 1)]
    ),
    "here it is 0": lambda f: (sparse_sigmoid_grad(-1.0), sparse_sigmoid_grad(1.0)) == (0, 0),
    "that are to be 0 or 1": lambda f: f.limits[0] == (0, 1),
    "the gradient is exactly 0": lambda f: f.limits[1] == (0, 0),
}
