"""Sine. The sine of the input: a wave that never settles."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.sin(x)
derivative = sp.cos(x)

# %% NumPy
import numpy as np


def sine(x):
    """Return sin(x), elementwise; float16, 32, 64 stay what they are; nan at ±inf."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    with np.errstate(invalid="ignore"):  # there is no limit at inf
        return np.sin(x)


def sine_grad(x):
    """Return the derivative, cos(x)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    with np.errstate(invalid="ignore"):
        return np.cos(x)


# %% PyTorch
import torch


def module(x):  # torch.nn has none
    return torch.sin(x)


# %% Facts
family = "periodic"
descends = "identity"
aliases = ["sin", "sinusoid", "sinusoidal activation"]
steps = [
    (sp.Derivative(sp.sin(x), x), "The definition."),
    (
        sp.cos(x),
        "On the unit circle, at speed 1, a point at height sin(x) rises at the speed cos(x).",
    ),
]
identities = ["sine(-x) = -sine(x)", "sine(x) ** 2 + sine(x + pi / 2) ** 2 = 1"]
claims = {
    "with a slope of 1 at 0": lambda f: derivative.subs(x, 0) == 1,
    "One output has endlessly many inputs": lambda f: f.period == 2 * sp.pi,
    "Its mean for standard normal input is 0": lambda f: f.mean == 0,
    "A float32 input of a million is rounded to a multiple of 1/16": lambda f: (
        np.spacing(np.float32(1e6)) == 1 / 16
    ),
    "the phase is only known to within 0.03": lambda f: 1 / 16 / 2 < 0.0315,
    "nan at ±∞": lambda f: bool(torch.sin(torch.tensor([torch.inf, -torch.inf])).isnan().all()),
}
cited = ["$\\omega_0 = 30$", "$\\sqrt{6 / n} / \\omega_0$", "$1 / n$"]
