"""Thresholded ReLU. The input where it is larger than theta, else 0: it jumps at theta."""

# %% SymPy
import sympy as sp

x, theta = sp.symbols("x theta", real=True)
formula = sp.Piecewise((x, x > theta), (0, True))
derivative = sp.Piecewise((1, x > theta), (0, True))

# %% NumPy
import numpy as np


def thresholded_relu(x, theta=1.0):
    """Return x where x > theta, else 0; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.where(x <= np.float64(theta), 0, x)  # x <= theta is false for nan, which stays


def thresholded_relu_grad(x, theta=1.0):
    """Return the derivative: 1 where x > theta, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.where(np.isnan(x), x, x > np.float64(theta)).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def module(x, theta=1.0):  # torch.nn.Threshold(theta, 0.0) as a module
    return F.threshold(x, theta, 0.0)


# %% Facts
family = "rectifiers"
descends = "relu"
aliases = ["thresholded rectified linear unit", "TRec"]
parameters = {"theta": (sp.Interval(0, sp.oo), [0.0, 0.125, 3.0])}
naive = ["np.where(x > theta, x, 0)"]
naive_grad = ["np.where(x > theta, 1, 0)"]
identities = ["thresholded_relu(x, 0) = relu(x)"]
cited = [
    "Keras 2 had a layer of this name, with a theta of at least 0 and by default 1; Keras 3\n"
    "has dropped it"
]
claims = {
    "jumps from 0 to theta": lambda f: (
        theta == 0 or [(k.order, k.jump) for k in f.kinks] == [(0, (0, theta))]
    ),
    "the slope is 1 on the right and 0 on the\n  left": lambda f: f.limits[1] == (0, 1),
    "with value 0 is the same; at theta itself all take the 0": lambda f: (
        (lambda t: torch.equal(torch.nn.Threshold(float(theta), 0.0)(t), module(t)))(
            torch.arange(-3.0, 4)
        )
        and module(torch.tensor(float(theta))) == 0
    ),
    "With theta 0 it is [ReLU]": lambda f: formula.subs(theta, 0).args[0] == (x, x > 0),
    "by default 1\n[@onnx2017]": lambda f: (
        thresholded_relu(1.0) == 0 and thresholded_relu(np.nextafter(1.0, 2.0)) > 1
    ),
    "lets 16 percent of its inputs through": lambda f: (
        0.155 < float(1 - sp.erf(1 / sp.sqrt(2))) / 2 < 0.165
    ),
}
