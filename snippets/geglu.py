"""GEGLU. GELU, in its tanh form, of the first half of the inputs times the second half."""

# %% SymPy
import sympy as sp

n, i, k = sp.symbols("n i k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(2 * n,), real=True)
u = sp.sqrt(2 / sp.pi) * (x[i] + sp.Rational(44715, 1000000) * x[i] ** 3)
gate = x[i] * (1 + sp.tanh(u)) / 2
slope = (1 + sp.tanh(u)) / 2 + x[i] * (1 - sp.tanh(u) ** 2) * u.diff(x[i]) / 2
formula = gate * x[n + i]
derivative = sp.KroneckerDelta(i, k) * x[n + i] * slope + sp.KroneckerDelta(n + i, k) * gate

# %% NumPy
import numpy as np


def _parts(x, axis):
    """Return a, b, m, p, q, s: gelu_tanh(a) is a * m * m / q; s is for its slope."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, b = np.split(x, 2, axis)
    with np.errstate(over="ignore"):  # of the cube, far out
        u, c = 0.7978845608028654 * a, 0.044715 * a * a
        t = u * (1 + c)
        m, p = np.exp(np.minimum(t, 0)), np.exp(-np.maximum(t, 0))
        s = np.where(m * p > 0, 2 * u * (1 + 3 * c), 0)
        return a, b, m, p, m * m + p * p, s


def geglu(x, axis=-1):
    """Return gelu_tanh(a) * b for the halves a and b of x along an axis."""
    a, b, m, _, q, _ = _parts(x, axis)
    return a * (m / q) * b * m  # m * m may be too small a number


def geglu_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * geglu(x))."""
    a, b, m, p, q, s = _parts(x, axis)
    slope = (1 + s * (p / q * p)) * (m / q)  # of GELU, divided by m
    return np.concatenate([v * slope * b * m, v * a * (m / q) * m], axis, dtype=a.dtype)


# %% PyTorch
import torch


def module(x, dim=-1):
    a, b = x.split([x.shape[dim] // 2] * 2, dim)  # an odd number is refused
    return torch.nn.functional.gelu(a, approximate="tanh") * b


# %% Facts
family = "gates"
descends = "glu"
where = {"u": u}
claims = {
    "Which half?* Here the first half goes through GELU": lambda _: (
        geglu([3, 1]) > 2.9 and geglu([1, 3]) < 2.6
    ),
    "cut to ⅔": lambda _: 3 * sp.Rational(2, 3) == 2,  # three matrices of two thirds are two
}
cited = ["Gemma 2 [@gemma2024, section 2] and", "Gemma 2 calls it", "applies it to the second half"]
