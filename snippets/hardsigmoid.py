"""Hardsigmoid. A sigmoid made of three pieces of straight line."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((0, x <= -3), (1, x >= 3), ((x + 3) / 6, True))
derivative = sp.Piecewise((0, x <= -3), (0, x >= 3), (sp.Rational(1, 6), True))

# %% NumPy
import numpy as np


def hardsigmoid(x):
    """Return (x + 3) / 6, cut off at 0 and at 1; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.clip(x + 3, 0, 6) / 6


def hardsigmoid_grad(x):
    """Return the derivative: 1/6 where -3 < x < 3, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    x = np.asarray(x)
    step = np.clip(x, 0.0, 0.0)  # 0, but nan at nan
    step += np.abs(x) < 3
    return step * (1 / 6)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.hardsigmoid(x)


module = torch.nn.Hardsigmoid()

# %% Facts
family = "sigmoids"
descends = "sigmoid"


def _slope_of_slope():
    """Return PyTorch's second derivative at 0; raises RuntimeError."""
    point = torch.zeros(1, requires_grad=True)
    (slope,) = torch.autograd.grad(module(point), point, create_graph=True)
    return torch.autograd.grad(slope, point)


def _raises(function):
    """Tell whether a function raises RuntimeError."""
    try:
        function()
    except RuntimeError:
        return True
    return False


aliases = ["hard sigmoid", "h-sigmoid"]
naive = ["np.clip(x / 6 + 0.5, 0, 1)"]
naive_grad = ["((x > -3) & (x < 3)) / 6"]
identities = [
    "hardsigmoid(x) = relu6(x + 3) / 6",
    "hardsigmoid(x) = (1 + hardtanh(x / 3, -1, 1)) / 2",
]
near = ["sigmoid"]
cited = [
    "slope is ½, so the line ends at −1 and 1",
    "slope 0.2 and an offset of 0.5",
]
claims = {
    "between 0 and 1": lambda f: (f.range.start, f.range.end) == (0, 1),
    "reaches 0 and 1": lambda f: not f.range.left_open and not f.range.right_open,
    "logarithm of 0": lambda f: sp.log(sp.Integer(0)) == sp.zoo,
    "Here it is 1/6": lambda f: f.lipschitz[0] == sp.Rational(1, 6),
    "less than the sigmoid's ¼": lambda f: (
        sp.diff(1 / (1 + sp.exp(-x)), x).subs(x, 0) == sp.Rational(1, 4)
    ),
    "gradient is exactly 0 beyond −3 and 3": lambda f: (
        f.limits[1] == (0, 0) and [k.at for k in f.kinks] == [-3, 3]
    ),
    "refuses to differentiate twice": lambda f: _raises(_slope_of_slope),
    "1/6 to single precision": lambda f: (
        torch.autograd.grad(
            module(z := torch.zeros(1, dtype=torch.float64, requires_grad=True)), z
        )[0].item()
        == float(np.float32(1 / 6))
    ),
}
