"""ReGLU. ReLU of the first half of the inputs times the second half."""

# %% SymPy
import sympy as sp

n, i, k = sp.symbols("n i k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(2 * n,), real=True)
gate = sp.Piecewise((x[i], x[i] > 0), (0, True))
formula = gate * x[n + i]
derivative = (
    sp.KroneckerDelta(i, k) * x[n + i] * sp.Piecewise((1, x[i] > 0), (0, True))
    + sp.KroneckerDelta(n + i, k) * gate
)

# %% NumPy
import numpy as np


def reglu(x, axis=-1):
    """Return relu(a) * b for the halves a and b of x along an axis."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, b = np.split(x, 2, axis)
    return np.maximum(a, 0) * b


def reglu_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * reglu(x))."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, b = np.split(x, 2, axis)
    r = np.maximum(a, 0)
    return np.concatenate([v * b * np.sign(r), v * r], axis, dtype=x.dtype)


# %% PyTorch
import torch


def module(x, dim=-1):
    a, b = x.split([x.shape[dim] // 2] * 2, dim)  # an odd number is refused
    return torch.relu(a) * b


# %% Facts
family = "gates"
descends = "glu"
claims = {
    "Which half?* Here [ReLU](relu.md) acts on the first half": lambda _: (
        reglu([-3, 1]) == 0 and reglu([3, -1]) == -3
    ),
    "cut to ⅔": lambda _: 3 * sp.Rational(2, 3) == 2,  # three matrices of two thirds are two
    "the result is 0 and so are the slopes by both\n  halves": lambda _: (
        reglu([-1, 3]) == 0 and not reglu_vjp(np.array([-1.0, 3.0]), np.array([1.0])).any()
    ),
    "A kink in the first half,* at 0": lambda _: (
        reglu_vjp(np.array([0.0, 3.0]), np.array([1.0]))[0] == 0
        and reglu_vjp(np.array([5e-324, 3.0]), np.array([1.0]))[0] == 3
    ),
}
