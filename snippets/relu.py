"""ReLU. The rectified linear unit: it keeps what is positive and sets the rest to 0."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((x, x > 0), (0, True))
derivative = sp.Piecewise((1, x > 0), (0, True))

# %% NumPy
import numpy as np


def relu(x):
    """Return max(0, x), elementwise; float16, 32, 64 stay what they are."""
    return np.maximum(np.asarray(x) * 1.0, 0)  # integers become float64


def relu_grad(x):
    """Return the derivative: 1 where x > 0, else 0, and nan at nan."""
    # the sign, and not x > 0, because that would lose nan
    return np.sign(np.maximum(np.asarray(x) * 1.0, 0))


# %% PyTorch
import torch

module = torch.nn.ReLU()  # as a function: torch.nn.functional.relu

# %% Facts
aliases = ["rectifier", "rectified linear unit", "ramp function"]
naive = ["np.where(x > 0, x, 0)"]
naive_grad = ["np.where(x > 0, 1, 0)"]
