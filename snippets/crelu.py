"""CReLU. ReLU of the inputs, followed by ReLU of their negatives: twice as many outputs."""

# %% SymPy
import sympy as sp

n, i, k = sp.symbols("n i k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(n,), real=True)
formula = (  # elements i and n + i
    sp.Piecewise((x[i], x[i] > 0), (0, True)),
    sp.Piecewise((-x[i], x[i] < 0), (0, True)),
)
derivative = (
    sp.KroneckerDelta(i, k) * sp.Piecewise((1, x[i] > 0), (0, True)),
    sp.KroneckerDelta(i, k) * sp.Piecewise((-1, x[i] < 0), (0, True)),
)

# %% NumPy
import numpy as np


def crelu(x, axis=-1):
    """Return relu(x) and relu(-x), one after the other along an axis."""
    x = np.asarray(x) * 1.0  # integers become float64
    return np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis)


def crelu_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * crelu(x))."""
    p, m = np.split(np.sign(crelu(x, axis)) * v, 2, axis)
    return p - m


# %% PyTorch
import torch


def module(x):
    return torch.cat([torch.relu(x), torch.relu(-x)], dim=-1)


# %% Facts
family = "rectifiers"
descends = "relu"
aliases = ["concatenated ReLU"]
