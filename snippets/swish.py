"""Swish. The input times the sigmoid of beta times the input, where beta may be learned."""

# %% SymPy
import sympy as sp

x, beta = sp.symbols("x beta", real=True)
formula = x / (1 + sp.exp(-beta * x))
derivative = (1 + sp.exp(-beta * x) + beta * x * sp.exp(-beta * x)) / (1 + sp.exp(-beta * x)) ** 2

# %% NumPy
import numpy as np


def _product(z, beta):
    """Return u = beta * z, but at least -1600: further down the sigmoid is 0."""
    with np.errstate(over="ignore"):
        return np.maximum(beta * z, -1600)


def _exps(u):
    """Return m, k, far: exp(u) is m * far / k, none of them overflows, m is normal."""
    m, k = np.exp(np.clip(u, -700, 0)), np.exp(-np.maximum(u, 0))
    return m, k, np.exp(np.minimum(u + 700, 0))


def swish(x, beta=1.0):
    """Return x / (1 + exp(-beta * x)); float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    z = x.astype(np.float64)  # float16 and float32 are rounded once, at the end
    u = _product(z, beta)
    m, k, far = _exps(u)
    z = np.where(u > -1600, z, 0)  # inf * 0 is nan
    return (z * m / (m + k) * far).astype(x.dtype)


def swish_grad(x, beta=1.0):
    """Return the derivative, s + u * s * (1 - s) with u = beta * x and s = sigmoid(u)."""
    x = np.asarray(x) * 1.0
    u = np.minimum(_product(x.astype(np.float64), beta), 1600)
    m, k, far = _exps(u)
    return (m * (((u + 1) * k + m) / (k * k + m * (2 * k + m))) * far).astype(x.dtype)


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
    (1, -1.32, -1.25, "the derivative is 0 near −1.28, and what is left there is rounding."),
    (1, -2.63, -2.47, "the same for a beta of 0.5."),
    (1, -0.66, -0.615, "the same for a beta of 2."),
    (1, 1.25, 1.32, "the same for a beta of −1."),
]
identities = ["swish(x) = silu(x)", "swish(2 * x, 1) = 2 * swish(x, 2)", "swish(x, 0) = x / 2"]
claims = {
    "With $\\beta = 1$ it is": lambda f: identities[0] == "swish(x) = silu(x)",
    "With $\\beta = 0$ it is $x/2$": lambda f: formula.subs(beta, 0) == x / 2,
    "leaves\nout 0 as a $\\beta$": lambda f: 0 not in parameters["beta"][0],
}
