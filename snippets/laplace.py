"""Laplace. A normal distribution function, moved and narrowed to resemble ReLU²."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = (1 + sp.erf(sp.sqrt(sp.pi) * (sp.sqrt(2) * x - 1))) / 2
derivative = sp.sqrt(2) * sp.exp(-sp.pi * (sp.sqrt(2) * x - 1) ** 2)

# %% NumPy
import numpy as np

# Fitted: with T the quotient of the polynomials in the two columns at z, the normal tail beyond z
# is exp(-z * z / 2) / (A * z + T); A is the root of 2 pi.
FIT = (
    (0.0, 1.0),
    (2.5066282744610224, 30.185326919467194),
    (75.66339396878027, 449.1064407793367),
    (1120.7296432451553, 4278.347606308373),
    (10572.900450554223, 28675.491007827448),
    (69652.37122939182, 140686.5630877621),
    (331957.2491225072, 510839.23688082385),
    (1147795.3840174451, 1356843.2614906207),
    (2797494.262380401, 2533311.8359064525),
    (4425769.543321137, 3028271.64799459),
    (3580737.47681339, 1790368.738406695),
)
A, MU, MU_REST = 2.5066282746310007, 0.7071067811865476, -4.833646656726457e-17
SCALE, SCALE_REST = 3.5449076890945435, 1.2716488597565084e-08  # 1 / sigma: the first has 26 bits


def _distance(x):
    """Return (x - mu) / sigma in float64 as a sum of two, cut off where the tails are 0."""
    x = np.clip(x.astype(np.float64), -10.5, 12)
    d = x - MU
    back = d - x
    rest = (x - (d - back)) - (MU + back) - MU_REST  # what rounding d lost
    h = d.astype(np.float32).astype(np.float64)  # half of the digits: h * SCALE is exact
    z = (SCALE + SCALE_REST) * d
    return z, (SCALE * h - z) + (SCALE * (d - h) + SCALE_REST * d) + SCALE * rest


def _bell(z, rest):
    """Return exp(-(z + rest)**2 / 2) in two factors, neither of them subnormal."""
    h = z.astype(np.float32).astype(np.float64)
    top, low = h * h / 2, (z - h) * (z + h) / 2
    s = top + low
    e = np.exp(-np.minimum(s, 708))
    e = e - e * (low - (s - top) + z * rest)  # what rounding s lost
    return e, np.exp(np.minimum(708 - s, 0))


def laplace(x):
    """Return the normal distribution function at (x - mu) / sigma; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, rest = _distance(x)
    a, p, q = np.abs(z + rest), 0 * z, 0 * z
    for over, under in FIT:
        p = p * a + over
        q = q * a + under
    e, far = _bell(z, rest)
    tail = e / (A * a + p / q) * far
    sign = np.copysign(1, z + rest)  # the result is tail where z < 0, else 1 - tail
    return (np.maximum(sign, 0) - sign * tail).astype(x.dtype)


def laplace_grad(x):
    """Return the derivative, a normal density."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    e, far = _bell(*_distance(x))
    return (1.4142135623730951 * e * far).astype(x.dtype)


# %% PyTorch
import torch


def module(x):  # torch.nn has none
    mu, sigma = 0.5**0.5, (4 * torch.pi) ** -0.5
    return (1 + torch.erf((x - mu) / (sigma * 2**0.5))) / 2


# %% Facts
family = "sigmoids"
_u = sp.sqrt(sp.pi) * (sp.sqrt(2) * x - 1)

steps = [
    (sp.Derivative(formula, x), "The definition."),
    (
        sp.exp(-(_u**2)) / sp.sqrt(sp.pi) * sp.Derivative(_u, x),
        "Chain rule: the derivative of erf(u) is 2 exp(−u²)/√π, halved here, times that of u.",
    ),
    (derivative, "The derivative of u is √(2π)."),
]
claims = {
    "agree\nwith those of x² at the root of ½": lambda f: (
        [e.subs(x, sp.sqrt(2) / 2) for e in (formula, derivative)]
        == [sp.Rational(1, 2), sp.sqrt(2)]
        == [e.subs(x, sp.sqrt(2) / 2) for e in (x**2, 2 * x)]
    ),
    "*A weight between 0 and 1*": lambda f: (f.range.start, f.range.end) == (0, 1),
    "at most √2, at the root of ½": lambda f: f.lipschitz == (sp.sqrt(2), sp.sqrt(2) / 2),
    "The value at 0 is about 0.006, and what is left of it is small but not\n  0": lambda f: (
        0.0055 < f.at_zero < 0.0065 and f.limits[0][0] == 0 and f.zeros[0] == sp.EmptySet
    ),
    "for an x of 2 it is below 0.0001": lambda f: derivative.subs(x, 2) < 0.0001,
    "Written with 1 + erf, all digits cancel": lambda f: 1 + torch.erf(torch.tensor(-6.0)) == 0,
    "returns 0 from −1 on": lambda f: (
        module(torch.tensor([-1.0, -1.5, -3.0])).tolist() == [0] * 3 and laplace(-1.0) > 0
    ),
    "0.707107 and 0.282095, which changes the result by less than 0.000001": lambda f: all(
        abs(torch.erf(torch.tensor((v - 0.707107) / 0.282095 / 2**0.5)) / 2 + 0.5 - laplace(v))
        < 1e-6
        for v in np.linspace(-3, 4, 9999)
    ),
}
