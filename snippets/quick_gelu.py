"""QuickGELU. GELU with the sigmoid of 1.702 x in place of the normal distribution function."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
u = sp.Rational("1.702") * x
formula = x / (1 + sp.exp(-u))
derivative = (1 + sp.exp(-u) + u * sp.exp(-u)) / (1 + sp.exp(-u)) ** 2

# %% NumPy
import numpy as np


def _parts(z):
    """Return u = 1.702 * z, cut off; exp(-u), but at most exp(80); and what that leaves."""
    u = 1.702 * np.clip(z, -900, 900)  # beyond 900 one side is 0
    return u, np.exp(-np.maximum(u, -80)), np.exp(np.minimum(u + 80, 0))


def quick_gelu(x):
    """Return x / (1 + exp(-1.702 * x)); float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z = np.maximum(x, -900, dtype=np.result_type(x, np.float32))
    _, e, far = _parts(z)
    return (z / (1 + e) * far).astype(x.dtype)


def quick_gelu_grad(x):
    """Return the derivative, s + u * s * (1 - s) with u = 1.702 * x and s = sigmoid(u)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    u, e, far = _parts(x.astype(np.result_type(x, np.float32)))
    s = 1 / (1 + e)
    return (s * (1 + u * (e * s)) * far).astype(x.dtype)  # e * s is 1 - s


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
