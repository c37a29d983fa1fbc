"""ELU. The identity for positive inputs, a shifted exponential for the others."""

# %% SymPy
import sympy as sp

x, alpha = sp.symbols("x alpha", real=True)
formula = sp.Piecewise((x, x > 0), (alpha * (sp.exp(x) - 1), True))
derivative = sp.Piecewise((1, x > 0), (alpha * sp.exp(x), True))

# %% NumPy
import numpy as np


def elu(x, alpha=1.0):
    """Return x where x > 0, else alpha * (exp(x) - 1), alpha a Python float; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def elu_grad(x, alpha=1.0):
    """Return the derivative: 1 where x > 0, else alpha * exp(x)."""
    x = np.asarray(x) * 1.0
    step = np.clip(x, 0, 0) + (x > 0)  # 1 where x > 0, else 0, but nan at nan
    return step + (1 - step) * (alpha * np.exp(np.minimum(x, 0)))


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
identities = ["elu(x) - relu(x) = exp(-relu(-x)) - 1", "elu(x, 0) = relu(x)"]
claims = {
    "pulls the mean of the output towards 0": lambda f: 0 < f.mean < 1 / np.sqrt(2 * np.pi),
    "never quite 0, so a unit can come back": lambda f: (
        derivative.args[1][0].subs(alpha, 1).is_positive and f.limits[1][0] == 0
    ),
    "one slope on both sides of 0 only if `alpha` is 1": lambda f: (
        sp.solve(f.kinks[0].jump[0] - f.kinks[0].jump[1], alpha) == [1]
    ),
    "With 0 it\n  is ReLU": lambda f: identities[1] == "elu(x, 0) = relu(x)",
    "$f'(x) = f(x) + \\alpha$ where $x \\le 0$": lambda f: (
        sp.expand(formula.args[1][0] + alpha - derivative.args[1][0]) == 0
    ),
    "`exp(x) - 1` returns 0": lambda f: (
        np.exp(np.float32(-1e-8)) - 1 == 0 and elu(np.float32(-1e-8)) == np.float32(-1e-8)
    ),
}
