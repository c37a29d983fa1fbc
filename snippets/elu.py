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
    step = np.sign(np.maximum(x, 0))  # 1 where x > 0, else 0; unlike x > 0 it keeps nan
    return step + (1 - step) * (alpha * np.exp(np.minimum(x, 0)))


# %% PyTorch
import torch

module = torch.nn.ELU(alpha=1.0)  # as a function: F.elu

# %% Facts
aliases = ["exponential linear unit"]
parameters = {"alpha": (sp.Reals, [0.5, 2.0, -0.5])}
naive = ["np.where(x > 0, x, alpha * (np.exp(x) - 1))"]
naive_grad = ["np.where(x > 0, 1, alpha * np.exp(x))"]
