"""Bilinear gate. The first half of the inputs times the second, no activation on either."""

# %% SymPy
import sympy as sp

n, i, k = sp.symbols("n i k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(2 * n,), real=True)
formula = x[i] * x[n + i]
derivative = sp.KroneckerDelta(i, k) * x[n + i] + sp.KroneckerDelta(n + i, k) * x[i]

# %% NumPy
import numpy as np


def bilinear(x, axis=-1):
    """Return a * b for the halves a and b of x along an axis."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, b = np.split(x, 2, axis)
    return a * b


def bilinear_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * bilinear(x))."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, b = np.split(x, 2, axis)
    return np.concatenate([v * b, v * a], axis, dtype=x.dtype)


# %% PyTorch


def module(x, dim=-1):
    a, b = x.split([x.shape[dim] // 2] * 2, dim)  # an odd number is refused
    return a * b


# %% Facts
family = "gates"
descends = "glu"
claims = {
    "The slope by each half is the other half. Where both are 0, neither learns": lambda _: (
        bilinear_vjp(np.array([2.0, 3.0]), np.array([1.0])).tolist() == [3, 2]
        and not bilinear_vjp(np.zeros(2), np.ones(1)).any()
    ),
    "The two halves change places freely": lambda _: (
        formula == formula.subs({x[i]: x[n + i], x[n + i]: x[i]}, simultaneous=True)
    ),
}
