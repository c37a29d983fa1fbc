"""xIELU. A parabola on the right and the integral of ELU on the left, both with learned weights."""

# %% SymPy
import sympy as sp

x, alpha_p, alpha_n, beta = sp.symbols("x alpha_p alpha_n beta", real=True)
formula = sp.Piecewise(
    (alpha_p * x**2 + beta * x, x > 0),
    (alpha_n * (sp.exp(x) - 1 - x) + beta * x, True),
)
derivative = sp.Piecewise(
    (2 * alpha_p * x + beta, x > 0),
    (alpha_n * (sp.exp(x) - 1) + beta, True),
)

# %% NumPy
import numpy as np


def _share(c):
    """Return (exp(c) - 1 - c) / c, to be used between -1 and 0: written so, digits cancel."""
    near = 1.0
    for n in range(20, 2, -1):
        near = 1 + c * near / n
    return c / 2 * near


def xielu(x, alpha_p=0.8, alpha_n=0.8, beta=0.5):
    """Return alpha_p * x**2 + beta * x where x > 0, else alpha_n * (exp(x) - 1 - x) + beta * x."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    p, n = np.maximum(x, 0), np.float64(np.minimum(x, 0))
    alpha_p, alpha_n, beta = np.float64(alpha_p), np.float64(alpha_n), np.float64(beta)
    c = np.maximum(n, -1)
    near = c * (alpha_n * _share(c) + beta)
    far = alpha_n * np.expm1(n) + (beta - alpha_n) * n
    return (p * (alpha_p * p + beta) + np.where(n > -1, near, far)).astype(x.dtype)


def xielu_grad(x, alpha_p=0.8, alpha_n=0.8, beta=0.5):
    """Return the derivative: 2 * alpha_p * x + beta, or alpha_n * (exp(x) - 1) + beta."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    p, n = np.maximum(x, 0), np.float64(np.minimum(x, 0))
    alpha_p, alpha_n, beta = np.float64(alpha_p), np.float64(alpha_n), np.float64(beta)
    near, far = alpha_n * np.expm1(n) + beta, alpha_n * np.exp(n) + (beta - alpha_n)
    return (2 * (alpha_p * p) + np.where(n > -1, near, far)).astype(x.dtype)


def xielu_grad_alpha_p(x, alpha_p=0.8, alpha_n=0.8, beta=0.5):
    """Return the derivative by alpha_p, x**2 where x > 0, else 0."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.maximum(x, 0) ** 2


def xielu_grad_alpha_n(x, alpha_p=0.8, alpha_n=0.8, beta=0.5):
    """Return the derivative by alpha_n, exp(x) - 1 - x where x < 0, else 0."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    n = np.float64(np.minimum(x, 0))
    c = np.maximum(n, -1)
    return np.where(n > -1, c * _share(c), np.expm1(n) - n).astype(x.dtype)


# %% PyTorch
import torch


def module(x, alpha_p=0.8, alpha_n=0.8, beta=0.5):  # torch.nn has none
    p, n = torch.where(x > 0, x, 0), torch.where(x > 0, 0, x)
    return p * (alpha_p * p + beta) + alpha_n * torch.expm1(n) + (beta - alpha_n) * n


# %% Facts
family = "smooth rectifiers"
_positive = sp.Interval.open(0, sp.oo)

aliases = ["expanded integral of the ELU"]
parameters = {
    "alpha_p": (_positive, [0.125, 3.0]),
    "alpha_n": (_positive, [0.125, 0.25]),
    "beta": (_positive, [1.0, 3.0]),
}
at_infinity = [sp.Ne(alpha_n, beta)]
learned = ["alpha_p", "alpha_n"]
exceptions = [
    (0, -3.45, -1.0, "the function is 0 near −2.43, and what is left there is rounding."),
    (1, -1.25, -0.68, "the derivative is 0 near −0.98, and what is left there is rounding."),
]
naive = ["np.where(x > 0, alpha_p * x**2 + beta * x, alpha_n * (np.exp(x) - 1 - x) + beta * x)"]
naive_grad = ["np.where(x > 0, 2 * alpha_p * x + beta, alpha_n * (np.exp(x) - 1) + beta)"]
_left = formula.args[1][0]
claims = {
    "right of 0 a straight line, left of 0 an\nexponential": lambda f: (
        derivative.args[0][0].diff(x, 2) == 0
        and derivative.args[1][0].diff(x) / alpha_n == sp.exp(x)
    ),
    "slope at 0 is `beta` on both sides": lambda f: (
        [k.slopes for k in f.kinks] == [(beta, beta)] and f.kinks[0].order >= 2
    ),
    "unless `alpha_n` is 2 `alpha_p`": lambda f: f.kinks[0].jump == (alpha_n, 2 * alpha_p),
    "by default it is\n  −0.3": lambda f: f.limits[1][0] == sp.Rational(-3, 10),
    "from 286 on": lambda f: (
        formula.args[0][0].subs(x, 286) > 65520 > formula.args[0][0].subs(x, 285.5)
    ),
    "at 0.8, and `beta` stays 0.5": lambda f: (
        [xielu.__defaults__, xielu_grad.__defaults__] == [(0.8, 0.8, 0.5)] * 2
    ),
    "On the right the function grows with the square": lambda f: (
        sp.degree(formula.args[0][0], x) == 2
    ),
    "*An exponential,* less 1": lambda f: _left.has(sp.exp(x) - 1 - x),
    "−0.0000008 at 0 instead of 0": lambda f: abs(0.8 * np.expm1(-1e-6) + 8e-7) < 1e-12,
}
