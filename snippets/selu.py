"""SELU. An ELU scaled so that standard normal input gives mean 0 and variance 1."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
alpha = sp.Rational("1.6732632423543772848170429916717")
scale = sp.Rational("1.0507009873554804934193349852946")
formula = sp.Piecewise((scale * x, x > 0), (scale * alpha * (sp.exp(x) - 1), True))
derivative = sp.Piecewise((scale, x > 0), (scale * alpha * sp.exp(x), True))

# %% NumPy
import numpy as np

SCALE = 1.0507009873554804934193349852946
SCALE_ALPHA = 1.7580993408473768599402175208123


def selu(x):
    """Return scale * x where x > 0, else scale * alpha * (exp(x) - 1); the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return SCALE * np.maximum(x, 0) + SCALE_ALPHA * np.expm1(np.minimum(x, 0))


def selu_grad(x):
    """Return the derivative: scale where x > 0, else scale * alpha * exp(x)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    step = np.sign(np.maximum(x, 0))  # 1 where x > 0, else 0; unlike x > 0 it keeps nan
    return SCALE * step + (1 - step) * (SCALE_ALPHA * np.exp(np.minimum(x, 0)))


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.selu(x)


module = torch.nn.SELU()

# %% Facts
family = "smooth rectifiers"
descends = "elu"
aliases = ["scaled exponential linear unit"]
where = {"\\lambda": scale, "\\lambda \\alpha": scale * alpha, "\\alpha": alpha}
naive = ["np.where(x > 0, SCALE * x, SCALE_ALPHA * (np.exp(x) - 1))"]
naive_grad = ["np.where(x > 0, SCALE, SCALE_ALPHA * np.exp(x))"]
identities = [
    "selu(x) = scale * elu(x, alpha)",
]
claims = {
    "the output has mean 0 and variance 1": lambda f: (
        abs(f.mean) < 1e-15 and abs(f.second_moment - 1) < 1e-15
    ),
    "the second moment is\n1 to more digits than a float has": lambda f: (
        abs(f.second_moment - 1) < 2.0**-54
    ),
    "weights with mean 0 and a variance of one": lambda f: abs(f.second_moment - 1) < 1e-15,
    "So the gain is 1": lambda f: abs(f.gain - 1) < 1e-15,
    "is 0.75 instead": lambda f: torch.nn.init.calculate_gain("selu") == 0.75,
    "Both sides are steeper than 1": lambda f: scale > 1 and scale * alpha > 1,
    "at 0 it jumps from $\\lambda \\alpha$ to $\\lambda$. PyTorch takes": lambda f: (
        f.kinks[0].slopes == (scale * alpha, scale) and derivative.subs(x, 0) == scale * alpha
    ),
    "$f'(x) = f(x) + \\lambda \\alpha$ where $x \\le 0$": lambda f: (
        sp.expand(formula.args[1][0] + scale * alpha - derivative.args[1][0]) == 0
    ),
    "which at −2 would give a negative slope": lambda f: -2 + scale * alpha < 0 < selu_grad(-2.0),
    "It saturates* at $-\\lambda \\alpha$": lambda f: f.limits[0][0] == -scale * alpha,
}
