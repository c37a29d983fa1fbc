"""SwiGLU. SiLU of the first half of the inputs times the second half."""

# %% SymPy
import sympy as sp

n, i, k = sp.symbols("n i k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(2 * n,), real=True)
gate = x[i] / (1 + sp.exp(-x[i]))
formula = gate * x[n + i]
derivative = (
    sp.KroneckerDelta(i, k)
    * x[n + i]
    * ((1 + sp.exp(-x[i]) + x[i] * sp.exp(-x[i])) / (1 + sp.exp(-x[i])) ** 2)
    + sp.KroneckerDelta(n + i, k) * gate
)

# %% NumPy
import numpy as np


def _parts(x, axis):
    """Return a, b, m, p, q: m * m / q is the sigmoid of a, p * p / q of -a."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, b = np.split(x, 2, axis)
    m, p = np.exp(np.minimum(a, 0) / 2), np.exp(-np.maximum(a, 0) / 2)
    return a, b, m, p, m * m + p * p


def swiglu(x, axis=-1):
    """Return silu(a) * b for the halves a and b of x along an axis."""
    a, b, m, _, q = _parts(x, axis)
    return a * (m / q) * b * m  # m * m may be too small a number


def swiglu_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * swiglu(x))."""
    a, b, m, p, q = _parts(x, axis)
    slope = (1 + a * (p / q * p)) * (m / q)  # of SiLU, divided by m
    return np.concatenate([v * slope * b * m, v * a * (m / q) * m], axis, dtype=a.dtype)


# %% PyTorch
import torch


def module(x, dim=-1):
    a, b = x.split([x.shape[dim] // 2] * 2, dim)  # an odd number is refused
    return torch.nn.functional.silu(a) * b


# %% Facts
family = "gates"
descends = "glu"
claims = {
    "the swish of parameter 1, which is [SiLU]": lambda _: gate == x[i] / (1 + sp.exp(-1 * x[i])),
    "Which half?* Here SiLU acts on the first half of the inputs": lambda _: np.isclose(
        swiglu([3, 1]), torch.nn.functional.silu(torch.tensor(3.0))
    ),
    "cut to ⅔": lambda _: 3 * sp.Rational(2, 3) == 2,  # three matrices of two thirds are two
    "In float16 it is infinite where both\n  halves are 256": lambda _: (
        module(torch.tensor([256.0, 256.0], dtype=torch.float16)).isinf()
        and module(torch.tensor([255.0, 255.0], dtype=torch.float16)).isfinite()
    ),
}
cited = [
    "applies SiLU to the second half",
    "1 is added to\n  the other part",
    "filling a half each",
]
