"""ISRLU. The identity for positive inputs, an inverse square root unit for the others."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
alpha = sp.Symbol("alpha", positive=True)
formula = sp.Piecewise((x, x > 0), (x / sp.sqrt(1 + alpha * x**2), True))
derivative = sp.Piecewise((1, x > 0), (1 / sp.sqrt(1 + alpha * x**2) ** 3, True))

# %% NumPy
import numpy as np


def isrlu(x, alpha=1.0):
    """Return x where x > 0, else x / sqrt(1 + alpha * x**2); the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    alpha = np.float64(alpha)
    z = np.clip(x, -1e20 / np.sqrt(alpha), 0)  # so that alpha * z * z is finite
    return (np.maximum(x, 0) + z / np.sqrt(1 + alpha * z * z)).astype(x.dtype)


def isrlu_grad(x, alpha=1.0):
    """Return the derivative: 1 where x > 0, else (1 + alpha * x**2) ** -1.5."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z = np.minimum(x, 0)
    with np.errstate(over="ignore"):  # of alpha * z * z: then the derivative is 0
        s = 1 + np.float64(alpha) * z * z
    return (1 / s / np.sqrt(s)).astype(x.dtype)


# %% PyTorch
import torch


def module(x, alpha=1.0):  # torch.nn has none; 1 + alpha * x**2 would overflow
    c = alpha**-0.5
    return torch.where(x > 0, x, x / torch.hypot(x, x.new_tensor(c)) * c)


# %% Facts
family = "smooth rectifiers"
descends = "isru"
aliases = ["inverse square root linear unit"]
parameters = {"alpha": (sp.Interval.open(0, sp.oo), [0.125, 0.5, 3.0, 16.0])}
naive = ["np.where(x > 0, x, x / np.sqrt(1 + alpha * x**2))"]
naive_grad = ["np.where(x > 0, 1, (1 / np.sqrt(1 + alpha * x**2)) ** 3)"]
near = ["elu"]
claims = {
    "−1/√α: the larger α, the nearer": lambda f: (
        sp.limit(formula.args[1][0], x, -sp.oo) == -1 / sp.sqrt(alpha)
    ),
    "By default\n  both functions approach −1": lambda f: f.limits[0][0] == -1,
    "Value, slope and curvature go through 0 without a jump, whatever": lambda f: (
        f.smoothness == 2 and [k.jump for k in f.kinks] == [(-3 * alpha, 0)]
    ),
    "For α = 1 the slope on the left falls like 1/|x|³": lambda f: (
        sp.limit(derivative.args[1][0].subs(alpha, 1) * -(x**3), x, -sp.oo) == 1
    ),
    "*Closer to zero mean than ReLU.*": lambda f: 0 < f.mean < 0.3989,  # 1 / sqrt(2 pi)
    "the left one would be 0, by default instead of nearly −1": lambda f: (
        [g(torch.tensor(-256.0).half()) > -0.99 for g in (_squared, module)] == [True, False]
    ),
    "contribute 0 · ∞ to the gradient, so it would be nan\nin float16 for x = 40 000": lambda f: (
        [bool(torch.func.grad(g)(torch.tensor(40000.0).half()).isnan()) for g in (_squared, module)]
        == [True, False]
    ),
}


def _squared(x):
    return torch.where(x > 0, x, x / torch.sqrt(1 + x**2))
