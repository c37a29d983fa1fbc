"""Swish. The input times the sigmoid of beta times the input, where beta may be learned."""

# %% SymPy
import sympy as sp

x, beta = sp.symbols("x beta", real=True)
formula = x / (1 + sp.exp(-beta * x))
derivative = (1 + sp.exp(-beta * x) + beta * x * sp.exp(-beta * x)) / (1 + sp.exp(-beta * x)) ** 2

# %% NumPy
import numpy as np


def _parts(z, beta):
    """Return u = beta * z, cut off; exp(-u), but at most exp(80); and what that leaves."""
    with np.errstate(over="ignore"):
        u = np.maximum(beta * z, -1600)  # further down the sigmoid is 0
    return u, np.exp(-np.maximum(u, -80)), np.exp(np.minimum(u + 80, 0))


def swish(x, beta=1.0):
    """Return x / (1 + exp(-beta * x)); float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    z = x.astype(np.result_type(x, np.float32))  # float16 is rounded once, at the end
    u, e, far = _parts(z, beta)
    return (np.where(u > -1600, z, 0) / (1 + e) * far).astype(x.dtype)  # inf * 0 is nan


def swish_grad(x, beta=1.0):
    """Return the derivative, s + u * s * (1 - s) with u = beta * x and s = sigmoid(u)."""
    x = np.asarray(x) * 1.0
    u, e, far = _parts(x.astype(np.result_type(x, np.float32)), beta)
    s = 1 / (1 + e)
    return (s * (1 + np.minimum(u, 1600) * (e * s)) * far).astype(x.dtype)  # e * s is 1 - s


# %% PyTorch
import torch


def module(x, beta=1.0):
    """Return x * sigmoid(beta * x)."""
    return x * torch.sigmoid(beta * x)


# %% Facts
family = "smooth rectifiers"
descends = "silu"
_e = sp.exp(-beta * x)

aliases = ["SiLU, where beta is 1"]
learned = ["beta"]
parameters = {"beta": (sp.Reals - {0}, [0.5, 2.0, -1.0])}
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
        (1 + _e + beta * x * _e) / (1 + _e) ** 2,
        "The derivative of x is 1, and the exponential brings a factor −β.",
    ),
]
naive = ["x / (1 + np.exp(-beta * x))"]
exceptions = [
    (1, -2.1, -1.0, "the derivative is 0 near −1.28, and what is left there is rounding."),
    (1, -4.2, -2.0, "the same for a beta of 0.5."),
    (1, -1.05, -0.5, "the same for a beta of 2."),
    (1, 1.0, 2.1, "the same for a beta of −1."),
]
identities = [
    "swish(x, 1) = silu(x)",
    "swish(beta * x, 1) = beta * swish(x, beta)",
    "swish(x, 0) = x / 2",
]
claims = {
    "With $\\beta = 1$ it is": lambda f: identities[0] == "swish(x, 1) = silu(x)",
    "With $\\beta = 0$ it is $x/2$": lambda f: identities[2] == "swish(x, 0) = x / 2",
    "The larger $\\lvert \\beta \\rvert$, the smaller the dip": lambda f: (
        f.turns[0][1] * beta == -sp.LambertW(sp.exp(-1))
    ),
    "A $\\beta$ of 0 gives $x/2$ at every finite x": lambda f: (
        swish(3.0, 0.0) == 1.5 and np.isnan(np.errstate(invalid="ignore")(swish)(np.inf, 0.0))
    ),
}
