"""GLU. The gated linear unit: the first half of the inputs times the sigmoid of the second."""

# %% SymPy
import sympy as sp

n, i, k = sp.symbols("n i k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(2 * n,), real=True)
gate = 1 / (1 + sp.exp(-x[n + i]))
formula = x[i] * gate
derivative = sp.KroneckerDelta(i, k) * gate + (
    sp.KroneckerDelta(n + i, k) * x[i] * gate * (1 - gate)
)

# %% NumPy
import numpy as np


def _parts(x, axis):
    """Return a, m, p, q: m * m / q is the sigmoid of b, p * p / q of -b."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, b = np.split(x, 2, axis)
    m, p = np.exp(np.minimum(b, 0) / 2), np.exp(-np.maximum(b, 0) / 2)
    return a, m, p, m * m + p * p


def glu(x, axis=-1):
    """Return a * sigmoid(b) for the halves a and b of x along an axis."""
    a, m, _, q = _parts(x, axis)
    return a * (m / q) * m  # m * m may be too small a number


def glu_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * glu(x))."""
    a, m, p, q = _parts(x, axis)
    first = v * (m / q) * m
    second = v * a * (m * p / q / q) * (m * p)
    return np.concatenate([first, second], axis, dtype=a.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.glu(x, dim=-1)


module = torch.nn.GLU(dim=-1)

# %% Facts
family = "gates"
aliases = ["gated linear unit"]
claims = {
    "Which half is the gate?* Here and in PyTorch": lambda _: (
        module(torch.tensor([2.0, 0.0])) == 1 and glu([2, 0]) == 1
    ),
    "Where it is near 0, neither the value nor the gate gets much gradient": lambda _: (
        np.abs(glu_vjp(np.array([2.0, -30.0]), np.array([1.0]))).max() < 1e-12
    ),
}
