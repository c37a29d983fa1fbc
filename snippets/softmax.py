"""Softmax. Positive numbers that sum to 1, in proportion to the exponentials of the inputs."""

# %% SymPy
import sympy as sp

n, i, j, k = sp.symbols("n i j k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(n,), real=True)
formula = sp.exp(x[i]) / sp.Sum(sp.exp(x[j]), (j, 1, n))
f, v = sp.IndexedBase("f", real=True), sp.IndexedBase("v", real=True)
derivative = f[i] * (sp.KroneckerDelta(i, k) - f[k])
vjp = f[k] * (v[k] - sp.Sum(v[j] * f[j], (j, 1, n)))

# %% NumPy
import numpy as np


def softmax(x, axis=-1):
    """Return exp(x) over its sum along an axis, for an array of any shape; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))  # the shift changes nothing but overflow
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax_vjp(x, v, axis=-1):
    """Return v times the Jacobian at x, the gradient of sum(v * softmax(x)) by x."""
    f = softmax(x, axis)
    top = np.argmax(f, axis, keepdims=True)  # the rows of the Jacobian sum to 0: shift v
    v = v - np.take_along_axis(v, top, axis)  # so that nothing cancels where f is almost 1
    return f * (v - np.sum(v * f, axis=axis, keepdims=True))


# %% PyTorch
import torch

module = torch.nn.Softmax(dim=-1)  # as a function: torch.nn.functional.softmax

# %% Facts
family = "normalisers"
aliases = ["softargmax", "normalised exponential function", "Softmax2d"]
