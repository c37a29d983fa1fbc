"""ELU. The identity for positive inputs, a shifted exponential for the others."""

# %% SymPy
import sympy as sp

x, alpha = sp.symbols("x alpha", real=True)
formula = sp.Piecewise((x, x > 0), (alpha * (sp.exp(x) - 1), True))
derivative = sp.Piecewise((1, x > 0), (alpha * sp.exp(x), True))

# %% NumPy
import numpy as np


def elu(x, alpha=1.0):
    """Return x where x > 0, else alpha * (exp(x) - 1); the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    left = np.float64(alpha) * np.expm1(np.minimum(x, 0, dtype=np.float64))
    return (np.maximum(x, 0) + left).astype(x.dtype)


def elu_grad(x, alpha=1.0):
    """Return the derivative: 1 where x > 0, else alpha * exp(x)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    root = np.exp(np.minimum(x, 0, dtype=np.float64) / 2)  # exp(x) may underflow before alpha
    return np.where(x > 0, 1, np.float64(alpha) * root * root).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, alpha=1.0):
    return F.elu(x, alpha)


module = torch.nn.ELU(alpha=1.0)

# %% Facts
family = "smooth rectifiers"
descends = "relu"
aliases = ["exponential linear unit"]
parameters = {"alpha": (sp.Reals, [0.5, 2.0, -0.5])}
naive = ["np.where(x > 0, x, alpha * (np.exp(x) - 1))"]
naive_grad = ["np.where(x > 0, 1, alpha * np.exp(x))", "np.where(x > 0, 1, elu(x, alpha) + alpha)"]
identities = ["elu(x, alpha) - relu(x) = alpha * (exp(-relu(-x)) - 1)", "elu(x, 0) = relu(x)"]
claims = {
    "Negative outputs occur, which pull the mean of the output down": lambda f: (
        alpha < 0 or (f.limits[0][0] < 0 and f.mean < 1 / np.sqrt(2 * np.pi))
    ),
    "it is less than half of ReLU's": lambda f: 0 < f.mean < 1 / np.sqrt(2 * np.pi) / 2,
    "To the left the output approaches": lambda f: f.limits[0][0] == -alpha,
    "never quite 0, so a unit can come back": lambda f: (
        derivative.args[1][0].is_nonzero and f.limits[1][0] == 0
    ),
    "one slope on both sides of 0 only if `alpha` is 1": lambda f: (
        (f.smoothness > 0) == (alpha == 1)
    ),
    "With 0 it\n  is ReLU": lambda f: identities[1] == "elu(x, 0) = relu(x)",
    "$f'(x) = f(x) + \\alpha$ where $x \\le 0$": lambda f: (
        sp.expand(formula.args[1][0] + alpha - derivative.args[1][0]) == 0
    ),
    "a\n  sum with the output, not with the input": lambda f: elu_grad(-2.0) != -2.0 + alpha,
    "If `alpha` is positive, an output tells on which side of\n  0 its input was": lambda f: (
        (f.limits[0][0] < 0) == (elu(-1.0) < 0) == (alpha > 0)
    ),
    "if it is negative, two inputs may\n  have the same output": lambda f: (
        alpha > 0 or elu(elu(-1.0)) == elu(-1.0)
    ),
    "`exp(x) - 1` returns 0": lambda f: (
        np.exp(np.float32(-1e-8)) - 1 == 0
        and abs(elu(np.float32(-1e-8))) > np.finfo(np.float32).tiny
    ),
}
