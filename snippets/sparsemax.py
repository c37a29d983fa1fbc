"""Sparsemax. The nearest point whose elements are not negative and sum to 1: many of them are 0."""

# %% SymPy
import sympy as sp

n, i, j, k, m = sp.symbols("n i j k m", integer=True, positive=True)
x, v = sp.IndexedBase("x", shape=(n,), real=True), sp.IndexedBase("v", real=True)


def above(i):
    """Return by how much the larger inputs exceed input i, in total."""
    return sp.Sum(sp.Max(x[m] - x[i], 0), (m, 1, n))


def kept(value):
    """Return the sum of a value over the inputs that are not set to 0."""
    return sp.Sum(sp.Piecewise((value, above(j) < 1), (0, True)), (j, 1, n))


tau = (kept(x[j]) - 1) / kept(1)
formula = sp.Piecewise((x[i] - tau, above(i) < 1), (0, True))
derivative = sp.Piecewise(
    (sp.KroneckerDelta(i, k) - 1 / kept(1), (above(i) < 1) & (above(k) < 1)), (0, True)
)
vjp = sp.Piecewise((v[k] - kept(v[j]) / kept(1), above(k) < 1), (0, True))

# %% NumPy
import numpy as np


def sparsemax(x, axis=-1):
    """Return max(x - tau, 0) along an axis, with tau such that the sum is 1."""
    x = np.asarray(x) * 1.0  # integers become float64
    # What lies 1 or more below the largest becomes 0.
    s = np.maximum(x - np.max(x, axis=axis, keepdims=True), -1)
    up = np.sort(np.moveaxis(s, axis, -1).astype(np.float64), -1)
    # If the k largest alone were kept, tau would be (their sum - 1) / k: at most what it is.
    k = np.arange(1, up.shape[-1] + 1)
    tau = np.max((np.cumsum(up[..., ::-1], -1) - 1) / k, -1)
    return np.maximum(s - np.expand_dims(tau, axis), 0).astype(x.dtype)


def sparsemax_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * sparsemax(x))."""
    s = np.sign(sparsemax(x, axis))  # 1 where the result is not 0
    mean = np.sum(s * v, axis=axis, keepdims=True) / np.sum(s, axis=axis, keepdims=True)
    return s * (v - mean)


# %% PyTorch
import torch


def module(x):
    x = x - x.amax(-1, keepdim=True).detach()
    total = x.sort(-1, descending=True).values.cumsum(-1)
    k = torch.arange(1, x.shape[-1] + 1, device=x.device)
    tau = ((total - 1) / k).max(-1, keepdim=True).values
    return torch.relu(x - tau)


# %% Facts
family = "normalisers"
descends = "softmax"
where = {"a": above, "s": kept(1), "tau": tau}
