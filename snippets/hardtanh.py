"""Hardtanh. The input, cut off at a least and a largest value."""

# %% SymPy
import sympy as sp

x, min_val, max_val = sp.symbols("x min_val max_val", real=True)
formula = sp.Piecewise((min_val, x <= min_val), (max_val, x >= max_val), (x, True))
derivative = sp.Piecewise((0, x <= min_val), (0, x >= max_val), (1, True))

# %% NumPy
import numpy as np


def hardtanh(x, min_val=-1.0, max_val=1.0):
    """Return x cut off at min_val and max_val; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.clip(x, np.float64(min_val), np.float64(max_val)).astype(x.dtype)


def hardtanh_grad(x, min_val=-1.0, max_val=1.0):
    """Return the derivative: 1 where min_val < x < max_val, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    inside = (x > np.float64(min_val)) & (x < np.float64(max_val))
    return np.clip(x, 0, 0) + inside  # the clip is 0, but nan at nan


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, min_val=-1.0, max_val=1.0):
    return F.hardtanh(x, min_val, max_val)


module = torch.nn.Hardtanh(min_val=-1.0, max_val=1.0)

# %% Facts
family = "sigmoids"
descends = "tanh"


def _slope(function, at):
    """Return the gradient that PyTorch computes at one point."""
    point = torch.tensor(at, requires_grad=True)
    return float(torch.autograd.grad(function(point), point)[0])


aliases = ["hard tanh"]
parameters = {
    "min_val": (sp.Reals, [-2.0, 0.0, 0.5]),
    "max_val": (sp.Reals, [6.0, 0.25, -0.5]),
}
relations = [sp.Lt(min_val, max_val)]
naive_grad = ["(x > min_val) & (x < max_val)"]
identities = [
    "hardtanh(x, min_val, max_val) = relu(x - min_val) - relu(x - max_val) + min_val",
    "hardtanh(x, -1, 1) = 2 * hardsigmoid(3 * x) - 1",
]
near = ["tanh"]
claims = {
    "slope is 0 nearly everywhere": lambda f: (
        sp.Piecewise((1, x > 0), (-1, x < 0), (0, True)).diff(x).simplify() == 0
    ),
    "exactly 0 outside the bounds": lambda f: f.limits[1] == (0, 0),
    "Between the bounds the slope is 1": lambda f: derivative.args[-1] == (1, True),
    "the mean of the output is 0 for inputs\n  symmetric about 0": lambda f: (
        min_val != -max_val or (f.symmetry == "odd" and f.mean == 0)
    ),
    "at a bound\n  Hardtanh's gradient in PyTorch is 0": lambda f: (
        lambda ends: [_slope(torch.nn.Hardtanh(*ends), v) for v in ends] == [0, 0]
    )((float(min_val), float(max_val))),
    "that of `torch.clamp` is 1 up to torch 2.13, and 0 since 2.14": lambda f: (
        [_slope(lambda x: torch.clamp(x, -1, 1), v) for v in (-1.0, 1.0)]
        == [1 if torch.__version__ < "2.14" else 0] * 2
    ),
}
cited = ["That of JAX's `hard_tanh` is 1"]
