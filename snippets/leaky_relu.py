"""Leaky ReLU. A ReLU that keeps a small slope where its input is negative."""

# %% SymPy
import sympy as sp

x, negative_slope = sp.symbols("x negative_slope", real=True)
formula = sp.Piecewise((x, x > 0), (negative_slope * x, True))
derivative = sp.Piecewise((1, x > 0), (negative_slope, True))

# %% NumPy
import numpy as np


def leaky_relu(x, negative_slope=0.01):
    """Return x where x > 0, else negative_slope * x; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    y = np.maximum(x, 0) + np.float64(negative_slope) * np.minimum(x, 0)
    return y.astype(x.dtype)


def leaky_relu_grad(x, negative_slope=0.01):
    """Return the derivative: 1 where x > 0, else negative_slope, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    slope = np.where(x > 0, 1, np.float64(negative_slope))
    return (np.clip(x, 0, 0) + slope).astype(x.dtype)  # the clip is 0, but nan at nan


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, negative_slope=0.01):
    return F.leaky_relu(x, negative_slope)


module = torch.nn.LeakyReLU(negative_slope=0.01)

# %% Facts
family = "rectifiers"
descends = "relu"
aliases = ["leaky rectified linear unit", "LReLU"]
parameters = {"negative_slope": (sp.Reals, [0.2, 1.0, 2.0, -0.5])}
at_infinity = [sp.Ne(negative_slope, 0)]
naive = ["np.maximum(negative_slope * x, x)"]
naive_grad = ["np.where(x > 0, 1, negative_slope)"]
identities = ["leaky_relu(x, 0) = relu(x)"]
cited = [
    "found larger\nslopes than its 0.01",
    "DCGAN 0.2",
    "YOLO\n0.1",
    "The default is 0.01 in JAX",
    "in Keras it is 0.3 for the layer and 0.2 for the\n  function",
    "JAX 1",
]


def _in_place(slope):
    """Tell whether PyTorch differentiates what it has computed in place with this slope."""
    point = torch.ones(1, requires_grad=True)
    result = torch.nn.functional.leaky_relu(point * 1, slope, inplace=True)
    try:
        torch.autograd.grad(result.sum(), point)
    except RuntimeError:
        return False
    return True


claims = {
    "not 0, so a unit can come back": lambda f: f.limits[1][0] == negative_slope != 0,
    "derivative at 0 is a convention too": lambda f: (
        negative_slope == 1 or [k.order for k in f.kinks] == [1]
    ),
    "only for slopes up to 1": lambda f: (
        [max(s * v, v) == leaky_relu(v, s) for s in (0.5, 1, 1.01) for v in (-1.0, 1.0)]
        == [True, True, True, True, False, False]
    ),
    "A slope of 0 is ReLU": lambda f: identities == ["leaky_relu(x, 0) = relu(x)"],
    "refuses a negative slope": lambda f: _in_place(0.5) and not _in_place(-0.5),
    "For slopes between 0 and 1": lambda f: (
        sp.simplify(f.mean * sp.sqrt(2 * sp.pi)) == 1 - negative_slope  # that of ReLU is 1
    ),
}
