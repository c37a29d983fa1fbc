"""Gaussian. A bell: 1 at 0, and nearly 0 a few units away."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.exp(-(x**2))
derivative = -2 * x * sp.exp(-(x**2))

# %% NumPy
import numpy as np


def gaussian(x):
    """Return exp(-x * x), elementwise; float16, 32, 64 stay what they are."""
    x = np.clip(np.asarray(x) * 1.0, -40, 40)  # integers become float64; beyond 40 f is 0
    return np.exp(-x * x)


def gaussian_grad(x):
    """Return the derivative, -2 * x * exp(-x * x)."""
    x = np.clip(np.asarray(x) * 1.0, -40, 40)
    e = np.exp(-x * x / 2)
    return -2 * x * e * e  # not e * e first: it may be subnormal


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
exceptions = [
    (0, -27, -2.0, "the square is rounded, which the exponential multiplies by the square."),
    (0, 2.0, 27, "the same."),
    (1, -27, -1.4, "the same; half of the square is in an exponential that is used twice."),
    (1, 1.4, 27, "the same."),
]
claims = {
    "Only inputs near 0": lambda f: gaussian(4.0) < 1e-6 and f.limits[0] == (0, 0),
    "that is not nearly 0.": lambda f: gaussian(4.0) < 1e-6,
    "No gradient at 0, and none far out": lambda f: (
        derivative.subs(x, 0) == 0 and f.limits[1] == (0, 0)
    ),
    "its mean for standard normal input is $1/\\sqrt{3}$": lambda f: abs(f.mean - 3**-0.5) < 1e-15,
    "$\\exp(-x^2/2\\sigma^2)$, with a width": lambda f: (
        formula.subs(x, x / sp.sqrt(2) / sp.Symbol("s"))
        == sp.exp(-(x**2) / 2 / sp.Symbol("s") ** 2)
    ),
    "divided by $\\sqrt{2}\\,\\sigma$": lambda f: (
        formula.subs(x, x / sp.sqrt(2)) == sp.exp(-(x**2) / 2)
    ),
}
