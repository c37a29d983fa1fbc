"""Hardshrink. The input, but 0 where it is no larger in size than lambd."""

# %% SymPy
import sympy as sp

x, lambd = sp.symbols("x lambd", real=True)
formula = sp.Piecewise((x, x > lambd), (x, x < -lambd), (0, True))
derivative = sp.Piecewise((1, x > lambd), (1, x < -lambd), (0, True))

# %% NumPy
import numpy as np


def hardshrink(x, lambd=0.5):
    """Return x where abs(x) > lambd, else 0; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return x * (np.abs(x) > np.float64(lambd))


def hardshrink_grad(x, lambd=0.5):
    """Return the derivative: 1 where abs(x) > lambd, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.clip(x, 0, 0) + (np.abs(x) > np.float64(lambd))  # the clip is 0, but nan at nan


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, lambd=0.5):
    return F.hardshrink(x, lambd)


module = torch.nn.Hardshrink(lambd=0.5)

# %% Facts
family = "shrinkage"
aliases = ["hard thresholding"]
parameters = {"lambd": (sp.Interval.open(0, sp.oo), [0.125, 1.0, 3.0])}
naive = ["np.where((x > lambd) | (x < -lambd), x, 0)"]
naive_grad = ["np.abs(x) > lambd"]
cited = ["a `bias` of 0"]
identities = [
    "hardshrink(x, lambd) = thresholded_relu(x, lambd) - thresholded_relu(-x, lambd)",
]
_by_lambd = [v.diff(lambd) for v, _ in formula.args]
claims = {
    # u = x costs λ²/2 and u = 0 costs x²/2: the former is less where |x| > λ
    "$\\frac{1}{2} (u - x)^2$ plus\n$\\frac{1}{2} \\lambda^2$ if $u$ is not 0": lambda f: (
        set(sp.solve(x**2 / 2 - lambd**2 / 2, x)) == {-lambd, lambd}
        and [v for v, _ in formula.args] in ([x, 0], [x, x, 0])
    ),
    "the function jumps by `lambd`": lambda f: (
        [(k.at, *k.jump) for k in f.kinks] == [(-lambd, -lambd, 0), (lambd, 0, lambd)]
    ),
    "It is 1 where the input is kept and 0 elsewhere": lambda f: (
        [v for v, _ in derivative.args] in ([1, 0], [1, 1, 0])
    ),
    "The derivative by `lambd` is 0": lambda f: set(_by_lambd) == {0},
    "takes a negative one and returns its input": lambda f: (
        torch.nn.Hardshrink(-1.0)(torch.tensor([0.5, -2.0, 0.0])).tolist() == [0.5, -2.0, 0.0]
    ),
    "A comparison turns nan into 0": lambda f: not np.nan > 0.5 and np.isnan(hardshrink(np.nan)),
}
