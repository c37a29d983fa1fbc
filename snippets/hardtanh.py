"""Hardtanh. The input, cut off at a least and a largest value."""

# %% SymPy
import sympy as sp

x, min_val, max_val = sp.symbols("x min_val max_val", real=True)
formula = sp.Piecewise((min_val, x <= min_val), (max_val, x >= max_val), (x, True))
derivative = sp.Piecewise((0, x <= min_val), (0, x >= max_val), (1, True))

# %% NumPy
import numpy as np


def hardtanh(x, min_val=-1.0, max_val=1.0):
    """Return x cut off at min_val and max_val, Python floats; the dtype stays."""
    return np.clip(np.asarray(x) * 1.0, min_val, max_val)


def hardtanh_grad(x, min_val=-1.0, max_val=1.0):
    """Return the derivative: 1 where min_val < x < max_val, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    inside = (x > min_val) & (x < max_val)
    return np.where(np.isnan(x), x, inside).astype(x.dtype)


# %% PyTorch
import torch

module = torch.nn.Hardtanh(min_val=-1.0, max_val=1.0)  # as a function: F.hardtanh

# %% Facts
parameters = {
    "min_val": (sp.Interval.open(-sp.oo, 1), [-2.0, 0.0, 0.5]),
    "max_val": (sp.Interval.open(-1, sp.oo), [6.0, 0.25, -0.5]),
}
naive_grad = ["(x > min_val) & (x < max_val)"]
