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
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis)


def crelu_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * crelu(x))."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    p, m = np.split(np.sign(crelu(x, axis)) * v, 2, axis)
    return (p - m).astype(x.dtype)


# %% PyTorch
import torch


def module(x, dim=-1):
    return torch.cat([torch.relu(x), torch.relu(-x)], dim)


# %% Facts
family = "rectifiers"
descends = "relu"
aliases = ["concatenated ReLU"]
claims = {
    "The first part less the second is the input, and their sum is its absolute": lambda _: (
        np.array_equal(np.subtract(*np.split(crelu([-3, 0, 2]), 2)), [-3, 0, 2])
        and np.array_equal(np.add(*np.split(crelu([-3, 0, 2]), 2)), [3, 0, 2])
    ),
    "One of its two outputs passes the gradient on, wherever the input is not 0": lambda _: (
        sum(abs(d.subs(k, i).subs(x[i], 5)) for d in derivative) == 1
        and sum(abs(d.subs(k, i).subs(x[i], -5)) for d in derivative) == 1
    ),
    "the squares have the same sum": lambda _: sum(crelu([-3, 2]) ** 2) == 13,
    "Half as many filters in the layer before make up for that": lambda _: (
        len(crelu(np.ones(4))) == len(np.ones(8))
    ),
    "where the input is 0. There neither has a slope: both are taken as 0": lambda _: (
        not crelu_vjp(np.zeros(1), np.array([1.0, 2.0])).any()
    ),
    "that is `dim=1`": lambda _: torch.nn.Conv2d(3, 5, 1)(torch.ones(1, 3, 2, 2)).shape[1] == 5,
}
