"""Leaky ReLU. A ReLU that keeps a small slope where its input is negative."""

# %% SymPy
import sympy as sp

x, negative_slope = sp.symbols("x negative_slope", real=True)
formula = sp.Piecewise((x, x > 0), (negative_slope * x, True))
derivative = sp.Piecewise((1, x > 0), (negative_slope, True))

# %% NumPy
import numpy as np


def leaky_relu(x, negative_slope=0.01):
    """Return x where x > 0, else negative_slope * x, a Python float; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


def leaky_relu_grad(x, negative_slope=0.01):
    """Return the derivative: 1 where x > 0, else negative_slope, and nan at nan."""
    # 1 where x > 0, else 0; unlike x > 0 it keeps nan
    step = np.sign(np.maximum(np.asarray(x) * 1.0, 0))
    return step + negative_slope * (1 - step)


# %% PyTorch
import torch

module = torch.nn.LeakyReLU(negative_slope=0.01)  # as a function: F.leaky_relu

# %% Facts
aliases = ["leaky rectified linear unit", "LReLU"]
parameters = {"negative_slope": (sp.Reals - {0}, [0.2, 1.0, 2.0, -0.5])}
naive = ["np.maximum(negative_slope * x, x)"]
naive_grad = ["np.where(x > 0, 1, negative_slope)"]
