"""Squareplus. A smooth ReLU made of a square root: half the sum of x and a hyperbola."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
b = sp.Symbol("b", positive=True)
formula = (x + sp.sqrt(x**2 + b)) / 2
derivative = (1 + x / sp.sqrt(x**2 + b)) / 2

# %% NumPy
import numpy as np


def _parts(x, b):
    """Return r = sqrt(x**2 + b), and (r - |x|) / 2 without a difference."""
    a, b = np.abs(np.float64(x)), np.float64(b)
    r = np.hypot(a, np.sqrt(b))  # x * x would overflow
    return r, b / (a / 2 + r / 2) / 4


def squareplus(x, b=4.0):
    """Return (x + sqrt(x**2 + b)) / 2; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return (np.maximum(x, 0) + _parts(x, b)[1]).astype(x.dtype)


def squareplus_grad(x, b=4.0):
    """Return the derivative, (1 + x / sqrt(x**2 + b)) / 2."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    r, gap = _parts(x, b)
    root = np.sqrt(np.float64(b))
    near = np.clip(x, -root / 2, root / 2)  # further out, 1 + x / r cancels
    far = np.where(x > 0, 1 - gap / r, gap / r)
    return np.where(x == near, (1 + near / r) / 2, far).astype(x.dtype)


# %% PyTorch
import torch


def module(x, b=4.0):  # torch.nn has none; x**2 + b would overflow
    return x / 2 + torch.hypot(x, x.new_tensor(b**0.5)) / 2


# %% Facts
family = "smooth rectifiers"
descends = "softplus"
_u = x**2 + b

parameters = {"b": (sp.Interval.open(0, sp.oo), [0.25, 1.0, 2.0, 16.0])}
steps = [
    (sp.Derivative(formula, x), "The definition."),
    (
        (1 + sp.Derivative(_u, x) / (2 * sp.sqrt(_u))) / 2,
        "The derivative of √u is u′/(2√u), here with u = x² + b; that of x is 1.",
    ),
    ((1 + x / sp.sqrt(_u)) / 2, "The derivative of x² + b is 2x, and the factor 2 cancels."),
]
naive = ["(x + np.sqrt(x**2 + b)) / 2"]
naive_grad = ["(1 + x / np.sqrt(x**2 + b)) / 2"]
cited = ["maximum of 0 and x smooth"]
identities = [
    "squareplus(x, b) - squareplus(-x, b) = x",
    "squareplus(x, b) * squareplus(-x, b) = b / 4",
]
claims = {
    "At 0 the value is half the root of b, and no input lies further\n  from ReLU": lambda f: (
        formula.subs(x, 0) == sp.sqrt(b) / 2
        # the distance is the same at x and -x, and for x > 0 its slope is f' - 1 < 0
        and f.lipschitz == (1, None)
    ),
    "With b = 0 it would be ReLU": lambda f: formula.subs(b, 0) == (x + sp.Abs(x)) / 2,
    "with 4μ² for b": lambda f: (
        formula.subs({x: 0, b: 4 * sp.Symbol("mu", positive=True) ** 2})
        == sp.Symbol("mu", positive=True)
    ),
    "*Why 4.* With b = 4, the default": lambda f: squareplus.__defaults__ == (4,),
    "slope and curvature at 0 are those": lambda f: (
        [(sp.log(1 + sp.exp(x)) - formula.subs(b, 4)).diff(x, n).subs(x, 0) for n in (1, 2)]
        == [0, 0]
    ),
    "it is 1, that of softplus log 2. With b = 4 (log 2)² the two meet\n  at 0": lambda f: (
        f.at_zero == 1 and formula.subs({x: 0, b: 4 * sp.log(2) ** 2}) == sp.log(2)
    ),
    "it falls like b / (4|x|)": lambda f: sp.limit(formula * x, x, -sp.oo) == -b / 4,
    "*The formula cancels.* Left of 0": lambda f: squareplus(-1e4) < 1e-3,
    "PyTorch in float32 returns 0 at x = −10 000, where the exact result is 0.0001": lambda f: (
        module(torch.tensor(-1e4)) == 0 and round(squareplus(-1e4), 8) == 0.0001
    ),
    "float16 from 256 on": lambda f: (
        [
            g(torch.tensor([255.0, 256.0]).half()).isinf().tolist()
            for g in (lambda v: (v + torch.sqrt(v**2 + 4)) / 2, module)
        ]
        == [[False, True], [False, False]]
    ),
}
