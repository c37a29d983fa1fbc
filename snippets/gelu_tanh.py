"""GELU, tanh form. GELU with a hyperbolic tangent in place of the error function."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
u = sp.sqrt(2 / sp.pi) * (x + sp.Rational(44715, 1000000) * x**3)
formula = x * (1 + sp.tanh(u)) / 2
derivative = (1 + sp.tanh(u)) / 2 + x * (1 - sp.tanh(u) ** 2) * u.diff(x) / 2

# %% NumPy
import numpy as np


def _parts(x):
    """Return a = |x|, exp(-u) at a, and a times the derivative of 2 * u."""
    a = np.minimum(np.abs(x), 24)  # beyond 24 the tail is 0, and the cube must not overflow
    u = 0.7978845608028654 * a
    c = 0.044715 * a * a
    return a, np.exp(-u * (1 + c)), 2 * u * (1 + 3 * c)


def gelu_tanh(x):
    """Return x * (1 + tanh(u)) / 2 with u = sqrt(2 / pi) * (x + 0.044715 * x**3)."""
    x = np.asarray(x) * 1.0  # integers become float64; float16, 32 and 64 keep their dtype
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, e, _ = _parts(x)
    return np.maximum(x, 0) - e * (e / (1 + e * e) * a)  # not e * e * a: e * e may be subnormal


def gelu_tanh_grad(x):
    """Return the derivative for each element of x."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    _, e, slope = _parts(x)
    q = 1 + e * e
    r = e * (e / q * (slope / q - 1))  # the derivative is 1 + r on the right, -r on the left
    side = np.copysign(1, x)
    return np.maximum(side, 0) + side * r


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.gelu(x, approximate="tanh")


module = torch.nn.GELU(approximate="tanh")

# %% Facts
_t = sp.tanh(u)

family = "smooth rectifiers"
descends = "gelu"
aliases = ["tanh approximation of GELU", "gelu_new", "gelu_pytorch_tanh"]
where = {"u": u}
steps = [
    (sp.Derivative(formula, x), "The definition."),
    ((1 + _t) / 2 + x * sp.Derivative(_t, x) / 2, "Product rule: the derivative of x is 1."),
    (
        (1 + _t) / 2 + x * (1 - _t**2) * sp.Derivative(u, x) / 2,
        "Chain rule: the derivative of tanh(u) is 1 − tanh²(u), times the derivative of u.",
    ),
    (derivative, "The derivative of the cubic."),
]
naive = ["0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))"]
naive_grad = [
    "0.5 * np.tanh(0.0356774 * x**3 + 0.797885 * x) + (0.0535161 * x**3 + 0.398942 * x)"
    " / np.cosh(0.0356774 * x**3 + 0.797885 * x) ** 2 + 0.5"
]
exceptions = [
    (0, -22, -1.2, "2u is rounded, which its exponential multiplies by 2u."),
    (1, -22, -0.35, "the same, and near −0.75 the derivative is 0."),
]
near = ["gelu"]
