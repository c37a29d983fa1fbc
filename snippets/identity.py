"""Identity. The linear activation: the output is the input."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x
derivative = sp.Integer(1)

# %% NumPy
import numpy as np


def identity(x):
    """Return x, as a new array; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return x


def identity_grad(x):
    """Return the derivative: 1, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.where(np.isnan(x), x, 1)


# %% PyTorch
import torch


def forward(x):
    return x


module = torch.nn.Identity()

# %% Facts
family = "other shapes"
aliases = ["linear activation"]
steps = [
    (sp.Derivative(x, x), "The definition."),
    (derivative, "The limit of (x + h − x)/h, which is 1 for every h."),
]
cited = ["to 1, so that an error"]
claims = {
    "are one affine map": lambda f: (
        sp.Poly((formula.subs(x, 5 * formula.subs(x, 2 * x + 3) + 7)), x).degree() == 1
    ),
    "the output can be any number": lambda f: f.range.start == -sp.oo and f.range.end == sp.oo,
    "It keeps mean and variance": lambda f: (f.mean, f.second_moment) == (0, 1),
    "the gain is 1": lambda f: f.gain == 1,
    "the slope is 1 everywhere": lambda f: f.limits[1] == (1, 1) and f.lipschitz[0] == 1,
    "the very tensor it was given": lambda f: (lambda t: module(t) is t)(torch.zeros(3)),
    "its constructor takes any arguments and\nignores them": lambda f: (
        torch.nn.Identity(3, anything=4)(torch.ones(())) == 1
    ),
}
