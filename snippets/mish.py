"""Mish. The input times the hyperbolic tangent of its softplus."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
w = sp.exp(x)
formula = x * (w**2 + 2 * w) / (w**2 + 2 * w + 2)  # x * tanh(log(1 + w)), without tanh
derivative = 1 - 2 / (w**2 + 2 * w + 2) + 4 * x * w * (w + 1) / (w**2 + 2 * w + 2) ** 2

# %% NumPy
import numpy as np


def _parts(x):
    """Return z, e, far: x cut off where f is 0, exp(-z) but at most exp(43), what that leaves."""
    z = np.maximum(x, -1600, dtype=np.result_type(x, np.float32))
    return z, np.exp(-np.maximum(z, -43)), np.exp(np.minimum(z + 43, 0))


def mish(x):
    """Return x * tanh(log(1 + exp(x))); float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, e, far = _parts(x)
    n = 1 + 2 * e
    return (z * (n / (n + 2 * e * e)) * far).astype(x.dtype)


def mish_grad(x):
    """Return the derivative, where tanh is (1 - q) / (1 + q) and m is 1 - q."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, e, far = _parts(np.minimum(x, 1600))
    left, right = np.minimum(z, 0), np.maximum(z, 0)
    s = 1 / (1 + e)
    m, q = s * (2 - s), (1 - s) ** 2
    rest = (4 * right * q - 2 * left * m) / (1 + q)
    return (s * (2 * (1 + left) + (rest - s)) / (1 + q) * far).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.mish(x)


module = torch.nn.Mish()

# %% Facts
family = "smooth rectifiers"
descends = "silu"
_w, _n = sp.exp(x), sp.exp(2 * x) + 2 * sp.exp(x)

steps = [
    (sp.Derivative(x * sp.tanh(sp.log(1 + _w)), x), "The definition."),
    (
        sp.Derivative(x * _n / (_n + 2), x),
        "tanh(v) is (exp(2v) − 1) / (exp(2v) + 1), and exp(2v) is the square of 1 + exp(x) here.",
    ),
    (
        _n / (_n + 2) + x * sp.Derivative(_n / (_n + 2), x),
        "Product rule: the derivative of x is 1.",
    ),
    (
        _n / (_n + 2)
        + x
        * (
            sp.Mul(sp.Derivative(_n, x), _n + 2, evaluate=False)
            - sp.Mul(_n, sp.Derivative(_n + 2, x), evaluate=False)
        )
        / (_n + 2) ** 2,
        "Quotient rule: (derivative of the top × bottom − top × derivative of the bottom), "
        "over the bottom squared.",
    ),
    (
        _n / (_n + 2) + 2 * x * sp.Derivative(_n, x) / (_n + 2) ** 2,
        "Top and bottom differ by a constant and have one derivative: what is left of it is twice.",
    ),
    (
        _n / (_n + 2) + 4 * x * _w * (_w + 1) / (_n + 2) ** 2,
        "Each exponential brings its factor, 2 or 1.",
    ),
    (derivative, "The first quotient is 1 less 2 over its bottom."),
]
naive = ["x * np.tanh(np.log1p(np.exp(x)))"]
naive_grad = [
    "np.exp(x) * (4 * (x + 1) + 4 * np.exp(2 * x) + np.exp(3 * x) + np.exp(x) * (4 * x + 6))"
    " / (2 * np.exp(x) + np.exp(2 * x) + 2) ** 2"
]
exceptions = [
    (1, -1.35, -0.8, "the derivative is 0 near −1.19, and what is left there is rounding.")
]
identities = ["mish(x) = x * tanh(softplus(x, 1))"]
near = ["silu"]
claims = {
    "except at one point, not 0": lambda f: len(f.turns) == 1 and f.limits[0][0] == 0,
    "lies nearer to 0.\n": lambda f: (
        abs(f.turns[0][0]) < 1.2 and f.turns[0][1] < -0.3 and mish_grad(-1.27846) < 0
    ),
    "PyTorch's gradient\nhas the wrong sign at −90": lambda f: (
        torch.autograd.grad(module(_t := torch.full((64,), -90.0, requires_grad=True)).sum(), _t)[
            0
        ][0]
        > 0
        > mish_grad(-90.0)
    ),
    "is nan; the limit is 0": lambda f: (
        f.limits[0][0] == 0 and bool(module(torch.full((64,), -torch.inf)).isnan().all())
    ),
}
