"""QuickGELU. GELU with the sigmoid of 1.702 x in place of the normal distribution function."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
u = sp.Rational("1.702") * x
formula = x / (1 + sp.exp(-u))
derivative = (1 + sp.exp(-u) + u * sp.exp(-u)) / (1 + sp.exp(-u)) ** 2

# %% NumPy
import numpy as np


def _tail(z):
    """Return |z|, u = 1.702 * |z|, and 1 / (1 + exp(u)) in two factors: neither is tiny."""
    a = np.minimum(np.abs(z), 900)  # beyond 900 the tail is 0
    u = 1.702 * a
    e = np.exp(-np.minimum(u, 700))
    return a, u, e, np.exp(700 - np.maximum(u, 700)) / (1 + e)


def quick_gelu(x):
    """Return x / (1 + exp(-1.702 * x)); float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    z = x.astype(np.float64)  # float16 and float32 are rounded once, at the end
    a, _, e, q = _tail(z)
    return (np.maximum(z, 0) - a * e * q).astype(x.dtype)


def quick_gelu_grad(x):
    """Return the derivative, s + u * s * (1 - s) with u = 1.702 * x and s = sigmoid(u)."""
    x = np.asarray(x) * 1.0
    z = x.astype(np.float64)
    _, u, e, q = _tail(z)
    r = e * (u / (1 + e) - 1) * q  # the derivative is 1 + r on the right, -r on the left
    side = np.copysign(1, z)
    return ((1 + side) / 2 + side * r).astype(x.dtype)


# %% PyTorch
import torch


def module(x):
    """Return x * sigmoid(1.702 * x)."""
    return x * torch.sigmoid(1.702 * x)


# %% Facts
family = "smooth rectifiers"
descends = "gelu"
_e = sp.exp(-u)

steps = [
    (sp.Derivative(x / (1 + _e), x), "The definition."),
    (
        (
            sp.Mul(sp.Derivative(x, x), 1 + _e, evaluate=False)
            - sp.Mul(x, sp.Derivative(1 + _e, x), evaluate=False)
        )
        / (1 + _e) ** 2,
        "Quotient rule: (derivative of the top × bottom − top × derivative of the bottom), "
        "over the bottom squared.",
    ),
    (
        (1 + _e + u * _e) / (1 + _e) ** 2,
        "The derivative of x is 1, and the exponential brings a factor −1.702.",
    ),
]
naive = ["x / (1 + np.exp(-1.702 * x))"]
exceptions = [
    (0, -440, -2.3, "1.702x is rounded, which its exponential multiplies by 1.702x."),
    (1, -440, -0.6, "the same, and near −0.75 the derivative is 0."),
]
near = ["gelu"]
cited = ["in old releases with 1.773 for 1.702"]
identities = ["quick_gelu(x) = silu(851 * x / 500) * 500 / 851"]
claims = {
    "SiLU of $1.702 x$ divided by $1.702$": lambda f: (
        identities == ["quick_gelu(x) = silu(851 * x / 500) * 500 / 851"]
        and sp.Rational(851, 500) == sp.Rational("1.702")
    ),
    "the product $1.702 x$ is rounded": lambda f: u == sp.Rational("1.702") * x,
}
