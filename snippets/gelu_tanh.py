"""GELU, tanh form. GELU with a hyperbolic tangent in place of the error function."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
u = sp.sqrt(2 / sp.pi) * (x + sp.Rational(44715, 1000000) * x**3)
formula = x * (1 + sp.tanh(u)) / 2
derivative = (1 + sp.tanh(u)) / 2 + x * (1 - sp.tanh(u) ** 2) * u.diff(x) / 2

# %% NumPy
import numpy as np

# With s = 2u at a = |x| and d = a - ROOT - REST, s is S0 plus a cubic in d, and a times the
# derivative of s is 1 + E0 plus another, R. The derivative of the function is 0 at d = 0.
# Without their LOW parts the coefficients have few digits.
ROOT, REST = 0.7524614220710163, -3.635560509207687e-17
E0 = 0.29195521191476714
S0 = 1.2311553955078125
S0_LOW = -5.231759137170371e-07
S = (1.7169647216796875, 0.16107177734375, 0.07135009765625)
S_LOW = (7.303755038647888e-06, 3.4622285406247256e-06, 4.718616350248776e-06)
R = (1.959381103515625, 0.4832305908203125, 0.2140655517578125)
R_LOW = (-3.2704229079798564e-06, -4.872103440625823e-06, -1.102940011753671e-06)


def _split(a):
    """Return d in two parts: one of few digits and a small one."""
    h = np.round(256 * (a - ROOT)) / 256
    return h, a - h - ROOT - REST


def _cubic(high, low, h, small):
    """Return a cubic at h + small in two parts: one without any rounding and a small one."""
    (a, b, c), (p, q, r), d = high, low, h + small
    chord = a + p + (b + q) * (h + d) + (c + r) * (h * (h + d) + d * d)
    return h * (a + h * (b + h * c)), h * (p + h * (q + h * r)) + small * chord


def _decay(top, rest):
    """Return exp(-top - rest) in two factors, neither of them subnormal."""
    s = top + rest
    e = np.exp(-np.minimum(s, 708))
    e -= e * (rest - (s - top))  # what rounding s lost
    return e, np.exp(np.minimum(708 - s, 0))


def gelu_tanh(x):
    """Return x * (1 + tanh(u)) / 2 with u = sqrt(2 / pi) * (x + 0.044715 * x**3)."""
    x = np.asarray(x) * 1.0  # integers become float64; float16, 32 and 64 keep their dtype
    a = np.minimum(np.abs(x), 22, dtype=np.float64)  # beyond 22 the tail is 0
    h, small = _split(a)
    top, rest = _cubic(S, S_LOW, h, small)
    e, far = _decay(S0 + top, S0_LOW + rest)
    tail = a * e / (1 + e) * far
    return (np.maximum(x, 0) - tail).astype(x.dtype)


def gelu_tanh_grad(x):
    """Return the derivative for each element of x."""
    x = np.asarray(x) * 1.0
    h, small = _split(np.minimum(np.abs(x), 22, dtype=np.float64))
    top, rest = _cubic(S, S_LOW, h, small)
    e, far = _decay(S0 + top, S0_LOW + rest)
    high, low = _cubic(R, R_LOW, h, small)
    factor = E0 * np.expm1(-top - rest) - low - high  # 1 + e - a * s', without cancellation
    tail = factor * (e / (1 + (2 * e + e * e))) * far
    sign = np.copysign(1, x)  # the derivative is tail where x < 0, else 1 - tail
    return (np.maximum(sign, 0) - sign * tail).astype(x.dtype)


# %% PyTorch
import torch

module = torch.nn.GELU(approximate="tanh")

# %% Facts
_t = sp.tanh(u)

aliases = ["tanh approximation of GELU", "gelu_new", "gelu_pytorch_tanh"]
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
