"""Softshrink. The input moved towards 0 by lambd, and 0 where it is no larger than that."""

# %% SymPy
import sympy as sp

x, lambd = sp.symbols("x lambd", real=True)
formula = sp.Piecewise((x - lambd, x > lambd), (x + lambd, x < -lambd), (0, True))
derivative = sp.Piecewise((1, x > lambd), (1, x < -lambd), (0, True))

# %% NumPy
import numpy as np


def softshrink(x, lambd=0.5):
    """Return x - lambd where x > lambd, x + lambd where x < -lambd, else 0."""
    x = np.asarray(x) * 1.0  # integers become float64
    return x - np.clip(x, -lambd, lambd)


def softshrink_grad(x, lambd=0.5):
    """Return the derivative: 1 where abs(x) > lambd, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    return np.where(np.isnan(x), x, np.abs(x) > lambd).astype(x.dtype)


# %% PyTorch
import torch

module = torch.nn.Softshrink(lambd=0.5)  # as a function: F.softshrink

# %% Facts
aliases = ["soft thresholding"]
parameters = {"lambd": (sp.Interval.open(0, sp.oo), [0.125, 1.0, 3.0])}
naive_grad = ["np.abs(x) > lambd"]
