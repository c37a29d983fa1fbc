"""Hardswish. SiLU with a piecewise linear sigmoid."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((0, x <= -3), (x, x >= 3), (x * (x + 3) / 6, True))
derivative = sp.Piecewise((0, x <= -3), (1, x >= 3), ((2 * x + 3) / 6, True))

# %% NumPy
import numpy as np


def hardswish(x):
    """Return x times a number that rises from 0 at -3 to 1 at 3; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    return np.maximum(x, -3) * (np.clip(x + 3, 0, 6) / 6)


def hardswish_grad(x):
    """Return the derivative: 0 where x <= -3, 1 where x >= 3, between them (2 * x + 3) / 6."""
    x = np.asarray(x) * 1.0
    return np.where(np.abs(x) < 3, (2 * np.clip(x, -3, 3) + 3) / 6, np.clip(x, 0, 1))


# %% PyTorch
import torch

module = torch.nn.Hardswish()  # as a function: torch.nn.functional.hardswish

# %% Facts
aliases = ["hard-swish", "h-swish", "hard SiLU"]
near = ["silu"]
