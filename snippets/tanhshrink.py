"""Tanhshrink. The input less its hyperbolic tangent: flat at 0, far out a line moved by 1."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x - sp.tanh(x)
derivative = sp.tanh(x) ** 2

# %% NumPy
import numpy as np


def tanhshrink(x):
    """Return x - tanh(x), without cancellation; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    c = np.clip(x, -1.5, 1.5)
    z, k = c * c, 0.0 * c
    for odd in range(23, 1, -2):  # tanh(c) is c / (1 + k), a continued fraction
        k = z / (odd + k)
    return np.where(np.abs(x) < 1.5, c * (k / (1 + k)), x - np.tanh(x))


def tanhshrink_grad(x):
    """Return the derivative, tanh(x)**2."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.square(np.tanh(x))


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.tanhshrink(x)


module = torch.nn.Tanhshrink()

# %% Facts
family = "shrinkage"
descends = "tanh"
_t = sp.tanh(x)

steps = [
    (sp.Derivative(x - _t, x), "The definition."),
    (1 - sp.Derivative(_t, x), "Term by term: the derivative of x is 1."),
    (1 - sp.UnevaluatedExpr(1 - _t**2), "The derivative of tanh is 1 − tanh²."),
    (_t**2, "The two 1 cancel."),
]
naive = ["x - np.tanh(x)"]
naive_grad = ["1 - 1 / np.cosh(x) ** 2"]
identities = [
    "tanhshrink(x) = x - tanh(x)",
]
claims = {
    "what is large is moved by almost 1": lambda f: (x - formula).limit(x, sp.oo) == 1,
    "slope at 0 is 0": lambda f: derivative.subs(x, 0) == 0,
    "near 0 the function is about a third\n  of the cube": lambda f: (
        formula.series(x, 0, 5).removeO() == x**3 / 3
    ),
    "start near 0 starts": lambda f: derivative.subs(x, 0) == 0,
    "Only 0 itself gives 0": lambda f: f.zeros == (sp.FiniteSet(0), []),
    "Near 0 the input and its tanh": lambda f: (x - formula).diff(x).subs(x, 0) == 1,
    "A slope near 1 far out": lambda f: f.limits[1] == (1, 1),
}
