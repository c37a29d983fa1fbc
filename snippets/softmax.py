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


def _sum(x, axis):
    """Return the sum along an axis in float64 or wider: float16 would soon overflow."""
    x = x * np.float64(1)
    if x.ndim > 1:  # NumPy adds in pairs, not one by one, only what lies side by side
        x = np.swapaxes(np.ascontiguousarray(np.swapaxes(x, axis, -1)), axis, -1)
    return np.sum(x, axis=axis, keepdims=True)


def softmax(x, axis=-1):
    """Return exp(x) over its sum along an axis; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    # In float16 many small terms that add up would be 0 or twice their size.
    kind, x = x.dtype, x.astype(np.result_type(x, np.float64))
    # The shift changes nothing, but exp no longer overflows.
    e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return (e / _sum(e, axis)).astype(kind)


def softmax_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * softmax(x))."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    f = softmax(x * np.float64(1), axis)
    # The rows of the Jacobian sum to 0. So v may be shifted, and is, so that
    # nothing cancels where f is almost 1.
    top = f == np.max(f, axis=axis, keepdims=True, initial=0)
    v = v - _sum(np.where(top, v, 0), axis) / np.maximum(_sum(top, axis), 1)
    return (f * (v - _sum(v * f, axis))).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.softmax(x, dim=-1)


module = torch.nn.Softmax(dim=-1)

# %% Facts
family = "normalisers"
aliases = ["softargmax", "normalised exponential function", "Softmax2d"]
claims = {
    "sums to 1:": lambda _: abs(module(torch.tensor([1.0, 2.0, 5.0])).sum() - 1) < 1e-6,
    "`Softmax2d` is softmax over the channels of images, `dim=-3`": lambda _: torch.equal(
        torch.nn.Softmax2d()(torch.arange(24.0).reshape(1, 2, 3, 4)),
        torch.softmax(torch.arange(24.0).reshape(1, 2, 3, 4), -3),
    ),
    "An input of −∞ gets the weight 0": lambda _: (
        module(torch.tensor([0.0, -torch.inf])).tolist() == [1, 0]
    ),
    "Where every input is −∞ the result is nan": lambda _: (
        module(torch.full([3], -torch.inf)).isnan().all()
    ),
    "for the inputs (20, 0) in float32,\n  PyTorch finds the slope of the first element by its own "
    "input to be 0": lambda _: (
        torch.autograd.functional.jacobian(module, torch.tensor([20.0, 0.0]))[0, 0] == 0
        and softmax_vjp(np.float32([20, 0]), np.float32([1, 0]))[0] > 2e-9
    ),
}
