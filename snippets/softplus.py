"""Softplus. A smooth version of ReLU: the logarithm of one plus an exponential."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
beta = sp.Symbol("beta", positive=True)
formula = sp.log(1 + sp.exp(beta * x)) / beta
derivative = 1 / (1 + sp.exp(-beta * x))

# %% NumPy
import numpy as np


def softplus(x, beta=1.0):
    """Return log(1 + exp(beta * x)) / beta, beta a Python float; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    a = np.minimum(np.abs(x), 4000)  # so that beta * a does not overflow
    return np.maximum(x, 0) + np.log1p(np.exp(-beta * a)) / beta


def softplus_grad(x, beta=1.0):
    """Return the derivative, the sigmoid of beta * x."""
    x = np.asarray(x) * 1.0
    z = beta * np.clip(x, -4000, 4000)  # so that it does not overflow
    m, p = np.exp(np.minimum(z, 0)), np.exp(-np.maximum(z, 0))
    return m / (m + p)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, beta=1.0):
    return F.softplus(x, beta)


module = torch.nn.Softplus(beta=1.0)

# %% Facts
_u = sp.exp(beta * x)

family = "smooth rectifiers"
descends = "relu"
aliases = ["smooth ReLU", "SmoothReLU"]
parameters = {"beta": (sp.Interval.open(0, sp.oo), [0.5, 2.0, 8.0])}
steps = [
    (sp.Derivative(sp.log(1 + _u) / beta, x), "The definition."),
    (
        sp.Mul(1 / beta, sp.UnevaluatedExpr(beta * _u / (1 + _u)), evaluate=False),
        "Chain rule: the derivative of log(v) is v′/v, here with v = 1 + exp(βx).",
    ),
    (_u / (1 + _u), "The factor β cancels."),
    (1 / (1 + 1 / _u), "Top and bottom divided by the exponential: the sigmoid of βx."),
]
naive = ["np.log(1 + np.exp(beta * x)) / beta"]
identities = ["diff(softplus(x), x) = sigmoid(x)", "softplus(x) - softplus(-x) = x"]
claims = {
    "slope never 0": lambda f: [run.sign for run in f.monotone] == [1],
    "the gap is largest\n  at 0, where it is log 2 divided by β": lambda f: (
        f.at_zero == sp.log(2) and f.limits[1] == (0, 1)
    ),
    "`threshold` (default 20)": lambda f: module.threshold == 20,
    "the function jumps down there, and its slope jumps to 1": lambda f: (
        module(torch.tensor([20.0, 20.000000000001], dtype=torch.double)).diff() < 0
    ),
    "*Never write log(1 + exp(x)).*": lambda f: naive == ["np.log(1 + np.exp(beta * x)) / beta"],
    "on the left it is 0 where the exact": lambda f: np.log(1 + np.exp(-40.0)) == 0,
    "`log1p` mends only the second": lambda f: np.log1p(np.exp(-40.0)) > 0,
    "`np.logaddexp(0, x)` mends both": lambda f: np.allclose(
        np.logaddexp(0, _x := np.array([-700, -40, -1, 0, 1, 40, 1e4])), softplus(_x), 1e-15, 0
    ),
    "set x to log(exp(y) − 1), computed as y + log(−expm1(−y))": lambda f: (
        sp.simplify(sp.exp(x + sp.log(1 - sp.exp(-x))) - (sp.exp(x) - 1)) == 0
        and np.allclose(
            softplus((_y := np.array([1e-9, 0.1, 3, 900.0])) + np.log(-np.expm1(-_y))), _y, 1e-14, 0
        )
    ),
}
