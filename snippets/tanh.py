"""Tanh. The hyperbolic tangent: it turns any real number into one between −1 and 1."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = (sp.exp(x) - sp.exp(-x)) / (sp.exp(x) + sp.exp(-x))
derivative = 4 / (sp.exp(x) + sp.exp(-x)) ** 2

# %% NumPy
import numpy as np


def tanh(x):
    """Return the hyperbolic tangent; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.tanh(x)


def tanh_grad(x):
    """Return the derivative, 4 / (exp(x) + exp(-x))**2, elementwise."""
    # beyond 400 it is 0 in every dtype, and 2 * 400 does not overflow
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a = np.minimum(np.abs(x), 400)
    e = np.exp(-2 * a)  # 1 - tanh(x)**2 would lose its digits for large x
    return 4 * e / (1 + e) ** 2


# %% PyTorch
import torch


def forward(x):
    return torch.tanh(x)


module = torch.nn.Tanh()

# %% Facts
_p, _m = sp.exp(x), sp.exp(-x)

family = "sigmoids"
descends = "sigmoid"
aliases = ["hyperbolic tangent"]
steps = [
    (sp.Derivative((_p - _m) / (_p + _m), x), "The definition."),
    (
        ((_p + _m) ** 2 - (_p - _m) ** 2) / (_p + _m) ** 2,
        "Quotient rule: numerator and denominator are each the derivative of the other.",
    ),
    (4 / (_p + _m) ** 2, "A difference of squares: twice one exponential times twice the other."),
    (1 - ((_p - _m) / (_p + _m)) ** 2, "The quotient of step 2, divided term by term."),
    (1 - sp.Function("tanh")(x) ** 2, "The definition again."),
]
naive = ["(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"]
naive_grad = ["1 - np.tanh(x) ** 2", "4 / np.power(np.exp(x) + np.exp(-x), 2)"]
identities = ["tanh(x) = 2 * sigmoid(2 * x) - 1"]
claims = {
    "$\\tanh x = 2\\sigma(2x) - 1$": lambda f: identities == ["tanh(x) = 2 * sigmoid(2 * x) - 1"],
    "an output between −1 and 1": lambda f: (f.range.start, f.range.end) == (-1, 1),
    "symmetrically about 0 give outputs with\n  mean 0": lambda f: f.symmetry == "odd",
    "the mean need not be 0": lambda f: tanh(1.0) > 0.7,
    "Its slope at 0 is 1": lambda f: derivative.subs(x, 0) == 1,
    "The slope is 1 at 0 only": lambda f: f.lipschitz == (1, 0),
    "$1 - \\tanh^2 x$": lambda f: steps[-1][0] == 1 - sp.Function("tanh")(x) ** 2,
    "at 2 the slope is about 0.071, and $1 - 2^2 = -3$": lambda f: (
        1 - 2**2 == -3 and round(tanh_grad(2.0), 3) == 0.071
    ),
    "as tanh approaches ±1": lambda f: f.limits[0] == (-1, 1),
    "is 5/3 instead, a little more": lambda f: (
        f.gain < torch.nn.init.calculate_gain("tanh") == 5 / 3 < 1.1 * f.gain
    ),
    "it reaches ±1": lambda f: tanh(30.0) == 1,
}
