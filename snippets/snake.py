"""Snake. The input plus a wave, whose frequency a may be learned."""

# %% SymPy
import sympy as sp

x, a = sp.symbols("x a", real=True)
formula = x + sp.sin(a * x) ** 2 / a
derivative = 1 + sp.sin(2 * a * x)

# %% NumPy
import numpy as np


def _phase(x, a):
    """Return a * x, but 0 where that is past 1e38 and nan at ±inf."""
    z = x.astype(np.result_type(x, np.float32))  # float16 is rounded once, at the end
    with np.errstate(over="ignore", invalid="ignore"):
        u = a * z
        return np.where(np.abs(u) < 1e38, u, z - z)


def snake(x, a=1.0):
    """Return x + sin(a * x)**2 / a; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    wave = np.where(np.isinf(x), 0, np.sin(_phase(x, a)))
    return (x + wave * wave / a).astype(x.dtype)


def snake_grad(x, a=1.0):
    """Return the derivative, 1 + sin(2 * a * x), as a square; nan at ±inf."""
    x = np.asarray(x) * 1.0
    u = _phase(x, a)
    return ((np.sin(u) + np.cos(u)) ** 2).astype(x.dtype)


# %% PyTorch
import torch


def module(x, a=1.0):  # torch.nn has none
    return x + torch.sin(a * x) ** 2 / a


# %% Facts
family = "periodic"
descends = "identity"
learned = ["a"]
parameters = {"a": (sp.Interval.open(0, sp.oo), [0.5, 0.125, 16.0])}
exceptions = [
    (1, -float("inf"), float("inf"), "the slope is 0 again and again, where rounding is left."),
]
steps = [
    (sp.Derivative(formula, x), "The definition."),
    (
        1 + 2 * sp.sin(a * x) * sp.Derivative(sp.sin(a * x), x) / a,
        "The derivative of x is 1. Chain rule: that of v² is 2v times that of v.",
    ),
    (
        1 + 2 * sp.sin(a * x) * sp.cos(a * x),
        "The derivative of sin(ax) is a cos(ax), and the factor a cancels.",
    ),
    (derivative, "Twice the sine times the cosine is the sine of the double."),
]
identities = ["snake(x, a) - snake(-x, a) = 2 * x", "snake(x, a) = snake(a * x, 1) / a"]
claims = {
    "between 0 and twice that of the line": lambda f: (
        f.limits[1][0] == sp.AccumBounds(0, 2) and f.monotone[0].sign == 1
    ),
    "the slope is 1 at 0": lambda f: derivative.subs(x, 0) == 1,
    "for an `a` of 3 it is more than 5 ULP off near −0.39": lambda f: (
        5 < _off(-0.3902973495802612, 3) < 6
    ),
    "keep it above 0:\n  an `a` of 0 divides by 0": lambda f: bool(
        module(torch.ones(1), torch.zeros(1)).isnan()
    ),
    "mean output is above 0": lambda f: f.mean > 0,
}


_wave = sp.Lambda((x, a), formula)


def _off(at, frequency):
    """Return the error of one float64 result in ULP."""
    exact = _wave(sp.Rational(at), frequency).evalf(40)
    got = float(snake(at, frequency))
    return float(abs(exact - sp.Rational(got))) / np.spacing(abs(got))
