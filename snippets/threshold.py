"""Threshold. The input where it is larger than a threshold, and one fixed value elsewhere."""

# %% SymPy
import sympy as sp

x, threshold, value = sp.symbols("x threshold value", real=True)
formula = sp.Piecewise((x, x > threshold), (value, True))
derivative = sp.Piecewise((1, x > threshold), (0, True))

# %% NumPy
import numpy as np


def threshold(x, threshold=1.0, value=0.0):
    """Return x where x > threshold, else value; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    y = np.where(x <= np.float64(threshold), np.float64(value), x)  # this way round nan stays
    return y.astype(x.dtype)


def threshold_grad(x, threshold=1.0, value=0.0):
    """Return the derivative: 1 where x > threshold, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.clip(x, 0, 0) + (x > np.float64(threshold))  # the clip is 0, but nan at nan


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, threshold=1.0, value=0.0):
    return F.threshold(x, threshold, value)


module = torch.nn.Threshold(threshold=1.0, value=0.0)

# %% Facts
family = "rectifiers"
descends = "relu"
import inspect as _inspect

_symbol = sp.Symbol("threshold", real=True)  # the function has its name now


def _required():
    """Return the parameters that PyTorch's module cannot do without."""
    given = _inspect.signature(torch.nn.Threshold).parameters.values()
    return [p.name for p in given if p.default is p.empty]


parameters = {
    "threshold": (sp.Reals, [0.0, 0.125, -2.0]),
    "value": (sp.Reals, [1.0, 3.0, -0.5]),
}
naive = ["np.where(x > threshold, x, value)"]
naive_grad = ["np.where(x > threshold, 1, 0)"]
identities = ["threshold(x, 0, 0) = relu(x)"]
cited = ["its threshold is 1 unless told otherwise"]
claims = {
    "With both parameters 0 it is": lambda f: identities == ["threshold(x, 0, 0) = relu(x)"],
    "The 1 and 0 of the code above": lambda f: (
        (module.threshold, module.value) == (1, 0) and _required() == ["threshold", "value"]
    ),
    "Unless `value` equals `threshold` it jumps": lambda f: (
        (f.smoothness == -1) == (f.kinks[0].at != formula.args[-1][0])
    ),
    "by default from 0 to 1": lambda f: (
        [(k.at, k.order, k.jump) for k in f.kinks] == [(1, 0, (0, 1))]
    ),
    "the derivative by\n  `threshold` is 0": lambda f: (
        [v.diff(_symbol) for v, _ in formula.args] == [0, 0]
    ),
    "larger than the\n  threshold it is not monotone": lambda f: (
        [threshold(v, 1.0, 3.0) for v in (0.5, 2.0, 4.0)] == [3, 2, 4]
    ),
    "any comparison with nan is false": lambda f: (
        not (np.nan > 1 or np.nan <= 1) and np.isnan(threshold(np.nan))
    ),
}
