"""Swish. The input times the sigmoid of beta times the input, where beta may be learned."""

# %% SymPy
import sympy as sp

x, beta = sp.symbols("x beta", real=True)
formula = x / (1 + sp.exp(-beta * x))
derivative = (1 + sp.exp(-beta * x) + beta * x * sp.exp(-beta * x)) / (1 + sp.exp(-beta * x)) ** 2

# %% NumPy
import numpy as np


def _product(beta, x):
    """Return beta * x rounded, and what the rounding cut off, which exp would magnify."""
    (m, i), (n, j) = np.frexp(np.float64(beta)), np.frexp(np.float64(x))
    h, k = np.float64(np.float32(m)), np.float64(np.float32(n))  # h * k is exact
    with np.errstate(over="ignore", invalid="ignore"):
        high = m * n
        low = h * k - high + h * (n - k) + (m - h) * k + (m - h) * (n - k)
        return np.ldexp(high, i + j), np.ldexp(low, i + j)


def _parts(x, beta):
    """Return u + low, beta * x in two parts; e and far, exp(-|u|) being e * far**2; x or 0."""
    u, low = _product(beta, x)
    size = np.abs(u)
    low = np.where(size < 3000, low, 0)
    e, far = np.exp(-np.minimum(size, 708)), np.exp(np.minimum(708 - size, 0) / 2)
    e -= e * (np.sign(u) * low)
    return np.clip(u, -3000, 3000), low, e, far, np.where(size > 3000, 0, x)


def swish(x, beta=1.0):
    """Return x / (1 + exp(-beta * x)); beta may be an array that broadcasts against x."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    u, _, e, far, z = _parts(x, beta)
    y = np.where(u < 0, z * far * (e / (1 + e)) * far, x / (1 + e))
    return y.astype(x.dtype)


def swish_grad(x, beta=1.0):
    """Return the derivative, s + u * s * (1 - s) with u = beta * x and s = sigmoid(u)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    u, low, e, far, _ = _parts(x, beta)
    top = np.where(u < 0, e * (1 + u + (e + low)) * far * far, 1 + e * far * far * (1 + u))
    return (top / (1 + e * (2 + e))).astype(x.dtype)


def swish_grad_beta(x, beta=1.0):
    """Return the derivative by beta, x**2 * s * (1 - s), to be summed over all that beta serves."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    _, _, e, far, z = _parts(x, beta)
    return (z * far * (e / (1 + e * (2 + e))) * (z * far)).astype(x.dtype)


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
parameters = {"beta": (sp.Reals, [0.3, 2.0, -1.0])}
at_infinity = [sp.Ne(beta, 0)]
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
    (1, -1.34, -1.21, "the derivative is 0 near −1.28, and what is left there is rounding."),
    (1, -4.46, -4.04, "the same for a beta of 0.3."),
    (1, -0.67, -0.605, "the same for a beta of 2."),
    (1, 1.21, 1.34, "the same for a beta of −1."),
]
identities = [
    "swish(x, 1) = silu(x)",
    "swish(beta * x, 1) = beta * swish(x, beta)",
    "swish(x, 0) = x / 2",
]
claims = {
    "of 0.3 the short form is more than 100 ULP off at −2000": lambda f: (
        [_off(g) > 100 for g in (lambda x, b: x / (1 + np.exp(-b * x)), swish)] == [True, False]
    ),
    "With $\\beta = 1$ it is": lambda f: identities[0] == "swish(x, 1) = silu(x)",
    "With $\\beta = 0$ it is $x/2$": lambda f: identities[2] == "swish(x, 0) = x / 2",
    "The larger $\\lvert \\beta \\rvert$, the smaller the dip": lambda f: (
        f.turns[0][1] * beta == -sp.LambertW(sp.exp(-1))
    ),
}


_exact = sp.Lambda((x, beta), formula)


def _off(function):
    """Return the error of one float64 result in ULP."""
    exact = _exact(sp.Integer(-2000), sp.Rational(0.3)).evalf(40)
    got = float(function(-2000.0, 0.3))
    return float(abs(exact - sp.Rational(got))) / np.spacing(abs(got))
