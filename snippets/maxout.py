"""Maxout. The larger of each two inputs, or the largest of each few."""

# %% SymPy
import sympy as sp

n, i, k = sp.symbols("n i k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(2 * n,), real=True)  # two pieces
a, b = x[2 * i - 1], x[2 * i]
formula = sp.Piecewise((a, a >= b), (b, True))
derivative = sp.KroneckerDelta(2 * i - 1, k) * sp.Piecewise(
    (1, a >= b), (0, True)
) + sp.KroneckerDelta(2 * i, k) * sp.Piecewise((1, a < b), (0, True))

# %% NumPy
import numpy as np


def _pieces(x, pieces, axis):
    """Return x with the inputs that make one output along a new last axis."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    x = np.moveaxis(x, axis, -1)
    return x.reshape(*x.shape[:-1], x.shape[-1] // pieces, pieces)


def maxout(x, pieces=2, axis=-1):
    """Return the largest of each `pieces` inputs along an axis."""
    return np.moveaxis(np.max(_pieces(x, pieces, axis), -1), -1, axis)


def maxout_vjp(x, v, pieces=2, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * maxout(x))."""
    z = _pieces(x, pieces, axis)
    top = np.argmax(z, -1, keepdims=True)  # the first, where several are largest
    m = np.take_along_axis(z, top, -1)
    v = np.where(m == m, np.moveaxis(v, axis, -1)[..., None], m)  # nan stays nan
    g = np.zeros_like(z)
    np.put_along_axis(g, top, v, -1)
    return np.moveaxis(g.reshape(*g.shape[:-2], g.shape[-2] * pieces), -1, axis)


# %% PyTorch


def module(x, pieces=2):
    return x.unflatten(-1, (-1, pieces)).max(-1).values


# %% Facts
import torch as _torch

family = "rectifiers"
descends = "relu"
claims = {
    "take any number": lambda _: (
        maxout([1, 3, 2, 5, 4, 6], 3).tolist() == [3, 6]
        and maxout_vjp([1, 3, 2, 5, 4, 6], [1, 2], 3).tolist() == [0, 1, 0, 0, 0, 2]
        and maxout(np.arange(12.0).reshape(4, 3), 4, axis=0).tolist() == [[9, 10, 11]]
        and module(_torch.tensor([1, 3, 2, 5, 4, 6]), 3).tolist() == [3, 6]
    ),
    "With a piece that is always 0 it is [ReLU]": lambda _: (
        maxout([-2, 0, 3, 0]).tolist() == [0, 3]
    ),
    "it is the absolute value": lambda _: maxout([-2, 2, 3, -3]).tolist() == [2, 3],
    "split it evenly": lambda _: all(
        _torch.autograd.functional.jacobian(split, _torch.tensor([3.0, 3.0])).tolist() == [0.5, 0.5]
        for split in (_torch.amax, lambda z: _torch.maximum(z[0], z[1]))
    ),
    "one input of each output has the slope 1": lambda _: (
        maxout_vjp([-9.0, 9.0, 4.0, 4.0], [1.0, 1.0]).tolist() == [0, 1, 1, 0]
    ),
}
