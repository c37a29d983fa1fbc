"""PReLU. A Leaky ReLU whose slope for negative inputs is learned."""

# %% SymPy
import sympy as sp

x, weight = sp.symbols("x weight", real=True)
formula = sp.Piecewise((x, x > 0), (weight * x, True))
derivative = sp.Piecewise((1, x > 0), (weight, True))

# %% NumPy
import numpy as np


def prelu(x, weight=0.25):
    """Return x where x > 0, else weight * x, weight a Python float; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    return np.maximum(x, 0) + weight * np.minimum(x, 0)


def prelu_grad(x, weight=0.25):
    """Return the derivative by x: 1 where x > 0, else weight, and nan at nan."""
    # 1 where x > 0, else 0; unlike x > 0 it keeps nan
    step = np.sign(np.maximum(np.asarray(x) * 1.0, 0))
    return step + weight * (1 - step)


# %% PyTorch
import torch

module = torch.nn.PReLU(init=0.25)  # one weight; PReLU(channels) has one for each channel

# %% Facts
aliases = ["parametric rectified linear unit"]
parameters = {"weight": (sp.Reals - {0}, [0.01, 1.0, 2.0, -0.5])}
learned = ["weight"]
naive_grad = ["np.where(x > 0, 1, weight)"]
