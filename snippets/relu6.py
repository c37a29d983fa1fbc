"""ReLU6. A ReLU that is cut off at 6."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((0, x <= 0), (6, x >= 6), (x, True))
derivative = sp.Piecewise((0, x <= 0), (0, x >= 6), (1, True))

# %% NumPy
import numpy as np


def relu6(x):
    """Return x cut off at 0 and at 6; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.clip(x, 0, 6)


def relu6_grad(x):
    """Return the derivative: 1 where 0 < x < 6, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    inside = (x > 0) & (x < 6)
    return np.clip(x, 0, 0) + inside  # the clip is 0, but nan at nan


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.relu6(x)


module = torch.nn.ReLU6()

# %% Facts
family = "rectifiers"
descends = "relu"


def _slope(function, at):
    """Return the gradient that PyTorch computes at one point."""
    point = torch.tensor(at, requires_grad=True)
    return float(torch.autograd.grad(function(point), point)[0])


aliases = ["ReLU-6"]
naive_grad = ["(x > 0) & (x < 6)"]
identities = [
    "relu6(x) = relu(x) - relu(x - 6)",
    "relu6(x) = hardtanh(x, 0, 6)",
    "relu6(x) = 6 * hardsigmoid(x - 3)",
]
cited = ["capped at 6 by Krizhevsky"]
claims = {
    "from 0 to 6": lambda f: (f.range.start, f.range.end) == (0, 6),
    "is the 6 in the formulas": lambda f: [k.at for k in f.kinks] == [0, 6],
    "the gradient is exactly 0": lambda f: f.limits[1] == (0, 0),
    "at 0 and at 6 PyTorch's gradient\n  is 0": lambda f: (
        [_slope(module, v) for v in (0.0, 6.0)] == [0, 0]
    ),
    "`torch.clamp(x, 0, 6)` has 1 there up to torch 2.13, and 0 since 2.14": lambda f: (
        [_slope(lambda x: torch.clamp(x, 0, 6), v) for v in (0.0, 6.0)]
        == [1 if torch.__version__ < "2.14" else 0] * 2
    ),
    "less than a\nbillionth": lambda f: sp.erfc(6 / sp.sqrt(2)) / 2 < sp.Rational(1, 10**9),
    "gain is ReLU's √2 to eight digits": lambda f: abs(f.gain.n(20) - sp.sqrt(2)) < 1e-8,
}
