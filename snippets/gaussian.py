"""Gaussian. A bell: 1 at 0, and nearly 0 a few units away."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.exp(-(x**2))
derivative = -2 * x * sp.exp(-(x**2))

# %% NumPy
import numpy as np


def _parts(x):
    """Return z = x, but no further out than 28, and exp(-z * z) in two factors, neither tiny."""
    z = np.clip(x.astype(np.float64), -28, 28)  # beyond 28 both functions are 0
    h = z.astype(np.float32).astype(np.float64)  # so few digits that h * h is exact
    e = np.exp(-h * h / 2)
    return z, e, e * np.exp((h - z) * (h + z))


def gaussian(x):
    """Return exp(-x * x), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    _, e, rest = _parts(x)
    return (e * rest).astype(x.dtype)


def gaussian_grad(x):
    """Return the derivative, -2 * x * exp(-x * x)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, e, rest = _parts(x)
    return (-2 * z * rest * e).astype(x.dtype)


# %% PyTorch
import torch


def module(x):
    """Return exp(-x * x)."""
    return torch.exp(-x * x)


# %% Facts
family = "other shapes"
aliases = ["Gaussian function", "bell curve"]
steps = [
    (sp.Derivative(sp.exp(-(x**2)), x), "The definition."),
    (
        sp.Mul(sp.exp(-(x**2)), sp.Derivative(-(x**2), x), evaluate=False),
        "Chain rule: an exponential is its own derivative, times that of the exponent.",
    ),
    (-2 * x * sp.exp(-(x**2)), "The derivative of −x² is −2x."),
]
naive = ["np.exp(-(x**2))"]
claims = {
    "Only inputs near 0": lambda f: gaussian(4.0) < 1e-6 and f.limits[0] == (0, 0),
    "that is not nearly 0.": lambda f: gaussian(4.0) < 1e-6,
    "No gradient at 0, and almost none far out": lambda f: (
        derivative.subs(x, 0) == 0 and f.limits[1] == (0, 0)
    ),
    "its mean for standard normal input is $1/\\sqrt{3}$": lambda f: abs(f.mean - 3**-0.5) < 1e-15,
    "$\\exp(-x^2/(2\\sigma^2))$, with a width": lambda f: (
        formula.subs(x, x / sp.sqrt(2) / sp.Symbol("s"))
        == sp.exp(-(x**2) / 2 / sp.Symbol("s") ** 2)
    ),
    "divided by $\\sqrt{2}\\,\\sigma$": lambda f: (
        formula.subs(x, x / sp.sqrt(2)) == sp.exp(-(x**2) / 2)
    ),
}
