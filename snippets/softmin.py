"""Softmin. Softmax of the negated inputs: the smallest gets the largest share."""

# %% SymPy
import sympy as sp

n, i, j, k = sp.symbols("n i j k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(n,), real=True)
formula = sp.exp(-x[i]) / sp.Sum(sp.exp(-x[j]), (j, 1, n))
f, v = sp.IndexedBase("f", real=True), sp.IndexedBase("v", real=True)
derivative = f[i] * (f[k] - sp.KroneckerDelta(i, k))
vjp = f[k] * (sp.Sum(v[j] * f[j], (j, 1, n)) - v[k])

# %% NumPy
import numpy as np


def _sum(x, axis):
    """Return the sum along an axis in float64 or wider: float16 would soon overflow."""
    x = x * np.float64(1)
    if x.ndim > 1:  # NumPy adds in pairs, not one by one, only what lies side by side
        x = np.swapaxes(np.ascontiguousarray(np.swapaxes(x, axis, -1)), axis, -1)
    return np.sum(x, axis=axis, keepdims=True)


def softmin(x, axis=-1):
    """Return exp(-x) over its sum along an axis; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    # In float16 many small terms that add up would be 0 or twice their size.
    kind, x = x.dtype, x.astype(np.result_type(x, np.float64))
    e = np.exp(np.min(x, axis=axis, keepdims=True, initial=np.inf) - x)
    return (e / _sum(e, axis)).astype(kind)


def softmin_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * softmin(x))."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    f = softmin(x * np.float64(1), axis)
    # The rows of the Jacobian sum to 0. So v may be shifted, and is, so that
    # nothing cancels where f is almost 1.
    top = f == np.max(f, axis=axis, keepdims=True, initial=0)
    v = v - _sum(np.where(top, v, 0), axis) / np.maximum(_sum(top, axis), 1)
    return (f * (_sum(v * f, axis) - v)).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.softmin(x, dim=-1)


module = torch.nn.Softmin(dim=-1)

# %% Facts
family = "normalisers"
descends = "softmax"
claims = {
    "PyTorch computes it so": lambda _: torch.equal(
        module(torch.tensor([1.0, 3.0])), torch.softmax(-torch.tensor([1.0, 3.0]), -1)
    ),
    "Softmin is the gradient of\n  that": lambda _: np.allclose(
        torch.autograd.functional.jacobian(
            lambda x: -torch.logsumexp(-x, -1), torch.tensor([1.0, 3.0])
        ),
        softmin([1, 3]),
    ),
    "To leave an element out, make it +∞; −∞ makes the result nan": lambda _: (
        module(torch.tensor([0.0, torch.inf])).tolist() == [1, 0]
        and module(torch.tensor([0.0, -torch.inf])).isnan().any()
    ),
}
