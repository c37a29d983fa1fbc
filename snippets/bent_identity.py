"""Bent identity. The identity plus half a hyperbola: a line that bends near 0."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x + (sp.sqrt(x**2 + 1) - 1) / 2
derivative = 1 + x / (2 * sp.sqrt(x**2 + 1))

# %% NumPy
import numpy as np


def _slope(x):
    """Return z and sqrt(1 + z * z), where z is x but so small that z * z is finite."""
    z = np.clip(x, -1e19, 1e19, dtype=np.result_type(x, np.float32))
    return z, np.sqrt(1 + z * z)


def bent_identity(x):
    """Return x + (sqrt(x**2 + 1) - 1) / 2; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, root = _slope(x)
    return (x * (1 + z / (1 + root) / 2)).astype(x.dtype)  # root - 1 would cancel near 0


def bent_identity_grad(x):
    """Return the derivative, 1 + x / (2 * sqrt(x**2 + 1))."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, root = _slope(x)
    return (1 + z / root / 2).astype(x.dtype)


# %% PyTorch
import torch


def module(x):  # torch.nn has none; x**2 + 1 would overflow
    return x + (torch.hypot(x, x.new_tensor(1)) - 1) / 2


# %% Facts
family = "other shapes"
descends = "identity"
_u = x**2 + 1

steps = [
    (sp.Derivative(formula, x), "The definition."),
    (
        1 + sp.Derivative(_u, x) / (2 * sp.sqrt(_u)) / 2,
        "The derivative of √u is u′/(2√u), here with u = x² + 1; that of x is 1.",
    ),
    (1 + x / (2 * sp.sqrt(_u)), "The derivative of x² + 1 is 2x, and a factor 2 cancels."),
]
naive = ["x + (np.sqrt(x**2 + 1) - 1) / 2"]
naive_grad = ["x / (2 * np.sqrt(x**2 + 1)) + 1"]
identities = ["bent_identity(x) = squareplus(x, 1) + (x - 1) / 2"]
claims = {
    "Its slope stays\nbetween ½ and 1½": lambda f: (
        f.limits[1] == (sp.Rational(1, 2), sp.Rational(3, 2)) and f.convex
    ),
    "along a line of slope ½, far to the right along one\n  of slope 1½": lambda f: (
        f.limits[1] == (sp.Rational(1, 2), sp.Rational(3, 2))
    ),
    "with a third of\n  the right slope on the left": lambda f: (
        3 * f.limits[1][0] == f.limits[1][1]
    ),
    "*It is the identity near 0.* Value 0 and slope 1 there": lambda f: (
        f.at_zero == 0 and derivative.subs(x, 0) == 1
    ),
    "the difference grows like x²/4": lambda f: sp.limit((formula - x) / x**2, x, 0) == 1 / sp.S(4),
    "which is below 1": lambda f: f.gain < 1,
    "everywhere but at 0, so the mean is\n  positive": lambda f: (
        f.fixed == (sp.FiniteSet(0), []) and f.mean > 0
    ),
    "*The formula cancels near 0.* The root is rounded to a number next to 1 before 1": lambda f: (
        module(torch.tensor(5e-4)) - 5e-4 - 6.25e-8 < -1e-9
    ),
}
