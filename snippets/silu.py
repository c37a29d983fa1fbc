"""SiLU. The sigmoid linear unit: the input times its own sigmoid; also known as swish."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x / (1 + sp.exp(-x))
derivative = (1 + sp.exp(-x) + x * sp.exp(-x)) / (1 + sp.exp(-x)) ** 2

# %% NumPy
import numpy as np


def _tail(z):
    """Return |z| and 1 / (1 + exp(|z|)), the latter in two factors: neither is tiny."""
    a = np.minimum(np.abs(z), 1600)  # beyond 1600 the tail is 0
    e = np.exp(-np.minimum(a, 700))
    return a, e, np.exp(700 - np.maximum(a, 700)) / (1 + e)


def silu(x):
    """Return x / (1 + exp(-x)), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    z = x.astype(np.float64)  # float16 and float32 are rounded once, at the end
    a, e, q = _tail(z)
    return (np.maximum(z, 0) - a * e * q).astype(x.dtype)


def silu_grad(x):
    """Return the derivative, s + x * s * (1 - s) with s = sigmoid(x)."""
    x = np.asarray(x) * 1.0
    z = x.astype(np.float64)
    a, e, q = _tail(z)
    r = e * (a / (1 + e) - 1) * q  # the derivative is 1 + r on the right, -r on the left
    side = np.copysign(1, z)
    return ((1 + side) / 2 + side * r).astype(x.dtype)


# %% PyTorch
import torch

module = torch.nn.SiLU()  # as a function: torch.nn.functional.silu

# %% Facts
_e, _s = sp.exp(-x), sp.Function("f")(x)

family = "smooth rectifiers"
descends = "relu"
aliases = ["swish", "sigmoid linear unit", "sigmoid-weighted linear unit", "SiL"]
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
        (1 + _e + x * _e) / (1 + _e) ** 2,
        "The derivative of x is 1, and the exponential brings a factor −1.",
    ),
]
naive = ["x / (1 + np.exp(-x))"]
exceptions = [
    (1, -1.75, -1.05, "the derivative is 0 near −1.28, and what is left there is rounding.")
]
identities = ["silu(x) = x * sigmoid(x)", "silu(x) - silu(-x) = x"]
claims = {
    "is small but, but for one point, not 0": lambda f: len(f.turns) == 1,
    "PyTorch returns −0 where the exact result": lambda f: (
        module(torch.full((64,), -89.0))[0] == 0 and 89 / np.exp(89.0) > np.finfo("float32").tiny
    ),
}
