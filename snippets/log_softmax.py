"""LogSoftmax. The logarithm of softmax, computed without taking softmax first."""

# %% SymPy
import sympy as sp

n, i, j, k = sp.symbols("n i j k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(n,), real=True)
formula = x[i] - sp.log(sp.Sum(sp.exp(x[j]), (j, 1, n)))
f, v = sp.IndexedBase("f", real=True), sp.IndexedBase("v", real=True)
derivative = sp.KroneckerDelta(i, k) - sp.exp(f[k])
vjp = v[k] - sp.exp(f[k]) * sp.Sum(v[j], (j, 1, n))

# %% NumPy
import numpy as np


def log_softmax(x, axis=-1):
    """Return x minus the logarithm of the sum of exp(x) along an axis; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    s = x - np.max(x, axis=axis, keepdims=True)
    top = s == 0  # their exponentials are 1; log1p of all but one keeps the digits of the rest
    rest = np.sum(np.where(top, 0, np.exp(s)), axis=axis, keepdims=True)
    ties = np.sum(top, axis=axis, keepdims=True, dtype=x.dtype) - 1
    return s - np.log1p(rest + ties)


def log_softmax_vjp(x, v, axis=-1):
    """Return v times the Jacobian at x, the gradient of sum(v * log_softmax(x)) by x."""
    f, rest = log_softmax(x, axis), np.array(v)
    top = np.argmax(f, axis, keepdims=True)
    first = np.take_along_axis(rest, top, axis)
    np.put_along_axis(rest, top, 0, axis)
    others = np.sum(rest, axis=axis, keepdims=True) + (first - v)  # the sum of v but for this one
    return -np.expm1(f) * v - np.exp(f) * others  # v - exp(f) * sum(v), where that cancels too


# %% PyTorch
import torch

module = torch.nn.LogSoftmax(dim=-1)  # as a function: torch.nn.functional.log_softmax

# %% Facts
family = "normalisers"
descends = "softmax"
aliases = ["log-softmax", "log softmax"]
