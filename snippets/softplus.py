"""Softplus. A smooth version of ReLU: the logarithm of one plus an exponential."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
beta = sp.Symbol("beta", positive=True)
formula = sp.log(1 + sp.exp(beta * x)) / beta
derivative = 1 / (1 + sp.exp(-beta * x))

# %% NumPy
import numpy as np


def _product(x, beta):
    """Return u and v: u + v is beta * |x| to more than 53 bits, for exp magnifies errors."""
    m, e = np.frexp(np.float64(beta))  # beta is m * 2**e
    with np.errstate(over="ignore"):
        a = np.minimum(np.ldexp(np.abs(np.float64(x)), e), 4000)
    n, b = np.round(a), np.round(m * 2.0**40) / 2.0**40
    return n * b, m * (a - n) + n * (m - b)  # the first is exact


def softplus(x, beta=1.0):
    """Return log(1 + exp(beta * x)) / beta; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    (u, v), beta = _product(x, beta), np.float64(beta)
    root, q = np.exp(-u / 2), np.exp(-v)  # exp(-u) may underflow before it is divided by beta
    tail = np.where(u + v > 100, root * q / beta * root, np.log1p(np.exp(-u) * q) / beta)
    return (np.maximum(x, 0) + tail).astype(x.dtype)


def softplus_grad(x, beta=1.0):
    """Return the derivative, the sigmoid of beta * x."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    u, v = _product(x, beta)
    e = np.exp(-u) * np.exp(-v)
    return (np.where(x < 0, e, 1) / (1 + e)).astype(x.dtype)


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
identities = [
    "diff(softplus(x, beta), x) = sigmoid(beta * x)",
    "softplus(x, beta) - softplus(-x, beta) = x",
]
claims = {
    "slope never 0": lambda f: [run.sign for run in f.monotone] == [1],
    "the gap is largest\n  at 0, where it is log 2 divided by β": lambda f: (
        f.at_zero == sp.log(2) / beta and f.limits[1] == (0, 1)
    ),
    "`threshold` (default 20)": lambda f: module.threshold == 20,
    "the function jumps down there, and its slope jumps to 1": lambda f: (
        module(torch.tensor([20.0, 20.000000000001], dtype=torch.double) / float(beta)).diff() < 0
    ),
    "*Never write log(1 + exp(x)).*": lambda f: naive == ["np.log(1 + np.exp(beta * x)) / beta"],
    "on the left it is 0 where the exact": lambda f: np.log(1 + np.exp(-40.0)) == 0,
    "`log1p` mends only the second": lambda f: np.log1p(np.exp(-40.0)) > 0,
    "`np.logaddexp(0, x)` mends both": lambda f: np.allclose(
        np.logaddexp(0, _x := np.array([-700, -40, -1, 0, 1, 40, 1e4])), softplus(_x, 1), 1e-15, 0
    ),
    "set x to log(expm1(βy))/β, computed as y + log(−expm1(−βy))/β": lambda f: (
        sp.simplify(formula.subs(x, sp.log(sp.exp(beta * x) - 1) / beta)) == x
        and (lambda y, b: np.allclose(softplus(y + np.log(-np.expm1(-b * y)) / b), y, 1e-14, 0))(
            np.array([1e-9, 0.1, 3, 900.0]), float(beta)
        )
    ),
}
