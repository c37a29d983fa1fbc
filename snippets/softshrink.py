"""Softshrink. The input moved towards 0 by lambd, and 0 where it is no larger than that."""

# %% SymPy
import sympy as sp

x, lambd = sp.symbols("x lambd", real=True)
formula = sp.Piecewise((x - lambd, x > lambd), (x + lambd, x < -lambd), (0, True))
derivative = sp.Piecewise((1, x > lambd), (1, x < -lambd), (0, True))

# %% NumPy
import numpy as np


def softshrink(x, lambd=0.5):
    """Return x - lambd where x > lambd, x + lambd where x < -lambd, else 0."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    lambd = np.float64(lambd)
    return (x - np.clip(x, -lambd, lambd)).astype(x.dtype)


def softshrink_grad(x, lambd=0.5):
    """Return the derivative: 1 where abs(x) > lambd, else 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.clip(x, 0, 0) + (np.abs(x) > np.float64(lambd))  # the clip is 0, but nan at nan


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, lambd=0.5):
    return F.softshrink(x, lambd)


module = torch.nn.Softshrink(lambd=0.5)

# %% Facts
family = "shrinkage"
aliases = ["soft thresholding"]
parameters = {"lambd": (sp.Interval.open(0, sp.oo), [0.125, 1.0, 3.0])}
naive = ["np.where(x > lambd, x - lambd, np.where(x < -lambd, x + lambd, 0))"]
naive_grad = ["np.abs(x) > lambd"]
identities = [
    "softshrink(x, lambd) = relu(x - lambd) - relu(-x - lambd)",
    "softshrink(x, lambd) = x - hardtanh(x, -lambd, lambd)",
]
_u = sp.Symbol("u", real=True)


def _refused(value):
    """Tell whether PyTorch refuses this lambd."""
    try:
        torch.nn.Softshrink(value)(torch.zeros(1))
    except RuntimeError:
        return True
    return False


claims = {
    "$\\frac{1}{2} (u - x)^2 + \\lambda \\lvert u \\rvert$": lambda f: (
        all(
            # the slope for u of sign s, (u − x) + λ s, vanishes at u = f(x) …
            sp.simplify((_u - x + side * lambd).subs(_u, value)) == 0
            for (value, _), side in zip(formula.args[:2], (1, -1), strict=True)
        )
        # … and at u = 0 there is none to either side that falls, as −λ ≤ x ≤ λ
        and formula.args[2][0] == 0
    ),
    "output is exactly 0": lambda f: f.zeros[0] == sp.Interval(-lambd, lambd),
    "gradient is exactly 0 between the two kinks, and 1 outside": lambda f: (
        derivative.args[-1] == (0, True) and {e for e, _ in derivative.args[:-1]} == {1}
    ),
    "turns nan into 0": lambda f: not (np.nan > 0.5 or np.nan < -0.5),
    "refuses a negative one": lambda f: _refused(-1.0) and not _refused(0.0),
}
