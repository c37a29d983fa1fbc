"""ISRU. The inverse square root unit: an S-shaped curve that needs no exponential."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
alpha = sp.Symbol("alpha", positive=True)
formula = x / sp.sqrt(1 + alpha * x**2)
derivative = 1 / sp.sqrt(1 + alpha * x**2) ** 3

# %% NumPy
import numpy as np


def isru(x, alpha=1.0):
    """Return x / sqrt(1 + alpha * x**2); the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    alpha = np.float64(alpha)
    limit = 1e20 / np.sqrt(alpha)
    z = np.clip(x, -limit, limit)  # so that alpha * z * z is finite
    return (z / np.sqrt(1 + alpha * z * z)).astype(x.dtype)


def isru_grad(x, alpha=1.0):
    """Return the derivative, (1 + alpha * x**2) ** -1.5."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    with np.errstate(over="ignore"):  # of alpha * x * x: then the derivative is 0
        s = 1 + np.float64(alpha) * x * x
    return (1 / s / np.sqrt(s)).astype(x.dtype)


# %% PyTorch
import torch


def module(x, alpha=1.0):  # torch.nn has none; 1 + alpha * x**2 would overflow
    c = alpha**-0.5
    return x / torch.hypot(x, x.new_tensor(c)) * c


# %% Facts
family = "sigmoids"
_u = 1 + alpha * x**2

aliases = ["inverse square root unit"]
parameters = {"alpha": (sp.Interval.open(0, sp.oo), [0.125, 0.5, 3.0, 16.0])}
steps = [
    (sp.Derivative(x / sp.sqrt(_u), x), "The definition."),
    (
        (
            sp.Mul(sp.Derivative(x, x), sp.sqrt(_u), evaluate=False)
            - sp.Mul(x, sp.Derivative(sp.sqrt(_u), x), evaluate=False)
        )
        / _u,
        "Quotient rule: (derivative of the top × bottom − top × derivative of the bottom), "
        "over the bottom squared.",
    ),
    (
        (sp.sqrt(_u) - x * sp.UnevaluatedExpr(alpha * x / sp.sqrt(_u))) / _u,
        "The derivative of √u is u′/(2√u), here with u = 1 + αx² and u′ = 2αx.",
    ),
    (
        1 / sp.sqrt(_u) ** 3,
        "Top and bottom times the root: on the top, 1 + αx² − αx² = 1 is left.",
    ),
]
naive = ["x / np.sqrt(1 + alpha * x**2)"]
naive_grad = ["(1 / np.sqrt(1 + alpha * x**2)) ** 3"]
identities = ["diff(squareplus(x, 1 / alpha), x) = (1 + sqrt(alpha) * isru(x, alpha)) / 2"]
claims = {
    "They are ±1/√α. The slope at 0 is 1 for every α": lambda f: (
        [sp.limit(formula, x, side) for side in (-sp.oo, sp.oo)]
        == [-1 / sp.sqrt(alpha), 1 / sp.sqrt(alpha)]
        and derivative.subs(x, 0) == 1
    ),
    "For α = 1 the distance to the limit falls like 1/(2x²)": lambda f: (
        sp.limit((1 - formula.subs(alpha, 1)) * x**2, x, sp.oo) == sp.Rational(1, 2)
    ),
    "like 1/|x|³; those of tanh": lambda f: (
        sp.limit(derivative.subs(alpha, 1) * x**3, x, sp.oo) == 1
    ),
    "It is the cube of $1/\\sqrt{1 + \\alpha x^2}$": lambda f: (
        derivative == (1 / sp.sqrt(1 + alpha * x**2)) ** 3
    ),
    "Where $\\alpha x^2$ overflows the slope is less than the least positive number, and the\n"
    "code returns 0": lambda f: (
        isru_grad(2.0**512) == 0 and sp.Rational(2) ** (-1024 * 3 // 2) < sp.Rational(2) ** -1074
    ),
    "whatever $\\alpha$ is, cuts x off": lambda f: all(
        abs(isru(1e308, a) * a**0.5 - 1) < 1e-15 for a in (1e-300, 1e-10, 1e10, 1e300)
    ),
    "symmetrically about 0 give outputs with\n  mean 0": lambda f: f.symmetry == "odd",
    "*Relatives.* With α = 1 it is the sine": lambda f: (
        sp.sin(sp.atan(x)) == formula.subs(alpha, 1)
    ),
    "that happens from 256 on, and the quotient is then 0 where the result is nearly 1": lambda f: (
        [
            g(torch.tensor([255.0, 256.0]).half()).tolist()
            for g in (lambda v: v / torch.sqrt(1 + v**2), module)
        ]
        == [[1, 0], [1, 1]]
    ),
}
