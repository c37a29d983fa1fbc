"""Arctan. The inverse tangent: an S-shaped curve that approaches its limits slowly."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.atan(x)
derivative = 1 / (1 + x**2)

# %% NumPy
import numpy as np


def arctan(x):
    """Return the angle whose tangent is x; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.arctan(x)


def arctan_grad(x):
    """Return the derivative, 1 / (1 + x**2)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a = np.abs(x)
    m, k = np.minimum(a, 1), 1 / np.maximum(a, 1)  # |x| is m / k; x * x would overflow
    return k * k / (m * m + k * k)


# %% PyTorch
import torch


def module(x):
    return torch.atan(x)


# %% Facts
family = "sigmoids"
aliases = ["arctangent", "inverse tangent", "atan"]
steps = [
    (sp.Derivative(sp.atan(x), x), "The definition."),
    (1 / (1 + x**2), "A standard derivative: tan y = x, and tan′ = 1 + tan²."),
]
naive_grad = ["1 / (1 + x**2)"]
identities = ["isru(x, 1)**2 + diff(arctan(x), x) = 1"]
claims = {
    "not (−1, 1)* but reaches to π/2 on": lambda f: f.range.end == -f.range.start == sp.pi / 2,
    "Multiply by 2/π where ±1 is meant;\n  the slope at 0 is then 2/π, no longer 1": lambda f: (
        [2 / sp.pi * v for v in f.limits[0]] == [-1, 1] and derivative.subs(x, 0) == 1
    ),
    "The slope falls like 1/x²": lambda f: sp.limit(derivative * x**2, x, sp.oo) == 1,
    "overflows, in float16 from 256 on": lambda f: (
        (torch.tensor([255.0, 256.0]).half() ** 2).isinf().tolist() == [False, True]
    ),
    "symmetrically about 0 give outputs with\n  mean 0": lambda f: f.symmetry == "odd",
    "`torch.atan` and `torch.arctan`": lambda f: (
        torch.arctan(torch.ones(1)) == torch.atan(torch.ones(1))
    ),
}
