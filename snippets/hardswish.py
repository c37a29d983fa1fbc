"""Hardswish. SiLU with a piecewise linear sigmoid."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((0, x <= -3), (x, x >= 3), (x * (x + 3) / 6, True))
derivative = sp.Piecewise((0, x <= -3), (1, x >= 3), ((2 * x + 3) / 6, True))

# %% NumPy
import numpy as np


def hardswish(x):
    """Return x times a number that rises from 0 at -3 to 1 at 3; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.maximum(x, -3) * (np.clip(x + 3, 0, 6) / 6)


def hardswish_grad(x):
    """Return the derivative: 0 where x <= -3, 1 where x >= 3, between them (2 * x + 3) / 6."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return (2 * np.clip(x, -3, 3) + 3) / 6 * (np.abs(x) < 3) + (x >= 3)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.hardswish(x)


module = torch.nn.Hardswish()

# %% Facts
family = "smooth rectifiers"
descends = "silu"
aliases = ["hard-swish", "h-swish", "hard SiLU"]
naive = ["x * np.clip(x + 3, 0, 6) / 6"]
naive_grad = ["np.where(x <= -3, 0, np.where(x >= 3, 1, (2 * x + 3) / 6))"]
identities = [
    "hardswish(x) = x * hardsigmoid(x)",
    "hardswish(x) = x * relu6(x + 3) / 6",
    "hardswish(x) - x = hardswish(-x)",
]
near = ["silu"]
cited = ["first layer and in the deeper half of the network"]
claims = {
    "From −3 to 3": lambda f: [k.at for k in f.kinks] == [-3, 3],
    "exactly 0 to the left of −3": lambda f: (
        f.zeros[0] == sp.Union(sp.Interval(-sp.oo, -3), sp.FiniteSet(0))
    ),
    "from 0 to −½ at −3 and from\n  1½ to 1 at 3": lambda f: (
        [k.slopes for k in f.kinks] == [(0, -sp.Rational(1, 2)), (sp.Rational(3, 2), 1)]
    ),
    "with slopes up to 1½": lambda f: f.lipschitz[0] == sp.Rational(3, 2),
    "Its minimum, −⅜, lies deeper than that of SiLU": lambda f: (
        -sp.Rational(3, 8) < -sp.LambertW(sp.exp(-1))
        and f.turns == [(-sp.Rational(3, 2), -sp.Rational(3, 8), True)]
    ),
    "multiplies first and divides by 6 last": lambda f: (
        bool(module(torch.tensor(1e38)).isinf()) and hardswish(np.float32(1e38)) == np.float32(1e38)
    ),
}
