"""CELU. ELU with its input divided by alpha, so that the slope has no jump at 0."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
alpha = sp.Symbol("alpha", positive=True)
formula = sp.Piecewise((x, x > 0), (alpha * (sp.exp(x / alpha) - 1), True))
derivative = sp.Piecewise((1, x > 0), (sp.exp(x / alpha), True))

# %% NumPy
import numpy as np


def celu(x, alpha=1.0):
    """Return x where x > 0, else alpha * (exp(x / alpha) - 1); the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    alpha = np.float64(alpha)
    with np.errstate(over="ignore"):  # x / alpha may be -inf, and expm1 of that is -1
        z = np.minimum(x, 0) / alpha
    return np.where(z > -1e-19, x, alpha * np.expm1(z)).astype(x.dtype)  # z may have underflowed


def celu_grad(x, alpha=1.0):
    """Return the derivative: 1 where x > 0, else exp(x / alpha)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    m, e = np.frexp(np.float64(alpha))  # alpha is m * 2**e
    with np.errstate(over="ignore"):
        z = np.clip(np.ldexp(np.float64(x), -e), -1000, 0)
    r = np.fmod(z, m)  # z / m would be rounded, and exp magnifies that
    n = np.round((z - r) / m)
    return (np.exp(n) * np.exp(r / m)).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, alpha=1.0):
    return F.celu(x, alpha)


module = torch.nn.CELU(alpha=1.0)

# %% Facts
family = "smooth rectifiers"
descends = "elu"
aliases = ["continuously differentiable exponential linear unit"]
parameters = {"alpha": (sp.Interval.open(0, sp.oo), [0.125, 0.5, 4.0])}
naive = ["np.where(x > 0, x, alpha * (np.exp(x / alpha) - 1))"]
naive_grad = ["np.where(x > 0, 1, np.exp(x / alpha))"]
identities = ["celu(x, 1) = elu(x, 1)", "celu(alpha * x, alpha) = alpha * elu(x, 1)"]
claims = {
    "with an $\\alpha$ other than 1": lambda f: f.smoothness == 1,
    "so has a kink at 0": lambda f: (
        (alpha * sp.exp(x)).subs(x, 0) == alpha  # the slope of ELU from the left; 1 from the right
    ),
    "the slope at 0 is 1 from both sides": lambda f: (
        [p.subs(x, 0) for p, _ in derivative.args] == [1, 1]
    ),
    "For $\\alpha = 1$ it\nis ELU": lambda f: identities[0] == "celu(x, 1) = elu(x, 1)",
    "The slope is never larger than 1, where that of ELU jumps from\n  $\\alpha$ to 1": lambda f: (
        f.lipschitz[0] == 1 and [p.subs(x, 0) for p, _ in derivative.args] == [1, 1]
    ),
    "nearer to 0 than ReLU's": lambda f: f.mean < 0.3989,
    "The second derivative still jumps at 0": lambda f: f.kinks[0].order == 2,
    "A model with ELU and $\\alpha \\ne 1$": lambda f: celu(-1.0, 2.0) != 2 * np.expm1(-1.0),
    "$\\alpha$ must be positive here; PyTorch takes negative": lambda f: (
        torch.nn.CELU(alpha=-1.0)(torch.tensor(-50.0)) < -1e20
    ),
    "If $\\alpha$ is no power of 2": lambda f: (
        abs(np.exp(-100 / 0.3) / (_exact := sp.exp(-100 / sp.Rational(0.3)).n(30)) - 1)
        > 1e-14
        > 1e-15
        > abs(celu_grad(-100.0, 0.3) / _exact - 1)
    ),
}
