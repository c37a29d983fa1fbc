"""SiLU. The sigmoid linear unit: the input times its own sigmoid; also known as swish."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x / (1 + sp.exp(-x))
derivative = (1 + sp.exp(-x) + x * sp.exp(-x)) / (1 + sp.exp(-x)) ** 2

# %% NumPy
import numpy as np


def _parts(x):
    """Return z, e, far: x cut off where f is 0, exp(-z) but at most exp(80), what that leaves."""
    z = np.maximum(x, -1600, dtype=np.result_type(x, np.float32))
    return z, np.exp(-np.maximum(z, -80)), np.exp(np.minimum(z + 80, 0))


def silu(x):
    """Return x / (1 + exp(-x)), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, e, far = _parts(x)
    return (z / (1 + e) * far).astype(x.dtype)


def silu_grad(x):
    """Return the derivative, s + x * s * (1 - s) with s = sigmoid(x)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, e, far = _parts(np.minimum(x, 1600))
    s = 1 / (1 + e)
    return (s * (1 + z * (e * s)) * far).astype(x.dtype)  # e * s is 1 - s


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.silu(x)


module = torch.nn.SiLU()

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
    (1, -2.1, -1.0, "the derivative is 0 near −1.28, and what is left there is rounding.")
]
identities = ["silu(x) = x * sigmoid(x)", "silu(x) - silu(-x) = x"]
claims = {
    "the slope is 0 at one point only": lambda f: len(f.turns) == 1,
    "PyTorch returns −0 where the exact result": lambda f: (
        module(torch.full((64,), -89.0))[0] == 0 and 89 / np.exp(89.0) > np.finfo("float32").tiny
    ),
}
