"""LiSHT. The input times its own hyperbolic tangent."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x * sp.tanh(x)
derivative = sp.tanh(x) + x * (1 - sp.tanh(x) ** 2)

# %% NumPy
import numpy as np


def lisht(x):
    """Return x * tanh(x), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return x * np.tanh(x)


def lisht_grad(x):
    """Return the derivative, tanh(x) + x / cosh(x)**2."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a = np.minimum(np.abs(x), 400)  # beyond 400 the second term is 0
    e = np.exp(-2 * a)
    return np.tanh(x) + np.copysign(4 * a * e / (1 + e) ** 2, x)


# %% PyTorch
import torch


def module(x):  # torch.nn has none
    return x * torch.tanh(x)


# %% Facts
family = "other shapes"
descends = "tanh"
_t = sp.tanh(x)

aliases = ["linearly scaled hyperbolic tangent"]
steps = [
    (sp.Derivative(formula, x), "The definition."),
    (_t + x * sp.Derivative(_t, x), "Product rule: the derivative of x is 1."),
    (derivative, "The derivative of tanh(x) is 1 − tanh²(x)."),
]
naive_grad = ["np.tanh(x) + x / np.cosh(x) ** 2"]
identities = ["lisht(x) = silu(2 * x) - x"]
claims = {
    "gives the same output for x and −x": lambda f: f.symmetry == "even",
    "input its mean is larger\n  than that of ReLU": lambda f: (
        f.mean > 0.4 > 1 / np.sqrt(2 * np.pi)
    ),
    "slope tends to −1 on the left and 1 on the right": lambda f: f.limits[1] == (-1, 1),
    "Near 0 it is close to x²": lambda f: sp.limit(formula / x**2, x, 0) == 1,
    "The slope vanishes only at 0": lambda f: [t[:2] for t in f.turns] == [(0, 0)],
    "overshoots 1": lambda f: f.lipschitz[0] > 1,
    "but near 0 loses the digits": lambda f: (
        lambda t: torch.nn.functional.silu(2 * t) - t < 0.5 * t * t
    )(torch.tensor(1e-9)),
    "where x tanh(x) is 1": lambda f: (
        len(f.inflections) == 2
        and sp.simplify(derivative.diff(x) - 2 * (1 - sp.tanh(x) ** 2) * (1 - formula)) == 0
    ),
    "is also the steepest slope": lambda f: (
        float(f.lipschitz[0]) == abs(float(f.lipschitz[1]))  # f' = 1 / x + x (1 - 1 / x²) = x there
    ),
    "where the\nslope of tanh, 0, is multiplied by ∞": lambda f: 1 - np.tanh(np.inf) ** 2 == 0,
    "gives nan at ±∞": lambda f: (lambda t: torch.autograd.grad(module(t), t)[0].isnan())(
        torch.tensor(float("inf"), requires_grad=True)
    ),
}
