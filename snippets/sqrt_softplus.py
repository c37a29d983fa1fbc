"""Sqrt-softplus. The square root of softplus: always positive, and growing like √x on the right."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.sqrt(sp.log(1 + sp.exp(x)))
derivative = 1 / (2 * (1 + sp.exp(-x)) * sp.sqrt(sp.log(1 + sp.exp(x))))

# %% NumPy
import numpy as np


def _parts(x):
    """Return z, which is x cut off where softplus is exp, its softplus, and what is left."""
    x = x.astype(np.result_type(x, np.float32))
    z = np.maximum(x, -44)
    return z, np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))), np.exp(np.minimum(x + 44, 0) / 2)


def sqrt_softplus(x):
    """Return sqrt(log(1 + exp(x))), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    _, soft, far = _parts(x)
    return (np.sqrt(soft) * far).astype(x.dtype)


def sqrt_softplus_grad(x):
    """Return the derivative, sigmoid(x) / (2 * sqrt(softplus(x)))."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, soft, far = _parts(x)
    return (far / ((1 + np.exp(-z)) * (2 * np.sqrt(soft)))).astype(x.dtype)


# %% PyTorch
import math

import torch
import torch.nn.functional as F


def module(x):  # torch.nn has none
    far = x < math.log(torch.finfo(x.dtype).eps)  # where softplus is exp
    root = torch.sqrt(F.softplus(torch.where(far, 0, x)))  # sqrt has no slope at 0
    return torch.where(far, torch.exp(torch.where(far, x, 0) / 2), root)


# %% Facts
family = "smooth rectifiers"
descends = "softplus"
_u = sp.log(1 + sp.exp(x))

aliases = ["sqrtsoftplus"]
steps = [
    (sp.Derivative(sp.sqrt(_u), x), "The definition."),
    (
        sp.Derivative(_u, x) / (2 * sp.sqrt(_u)),
        "Chain rule: the derivative of √u is u′/(2√u), here with u = log(1 + exp(x)).",
    ),
    (
        sp.UnevaluatedExpr(sp.exp(x) / (1 + sp.exp(x))) / (2 * sp.sqrt(_u)),
        "Chain rule: the derivative of log(v) is v′/v, here with v = 1 + exp(x).",
    ),
    (derivative, "Top and bottom of the inner fraction divided by the exponential."),
]
naive = ["np.sqrt(np.log(1 + np.exp(x)))", "np.sqrt(np.log1p(np.exp(x)))"]
identities = ["sqrt_softplus(x)**2 = softplus(x, 1)"]
claims = {
    "The sigmoid approaches 1": lambda f: sp.limit(1 / (1 + sp.exp(-x)), x, sp.oo) == 1,
    "This function grows like\n  √x": lambda f: sp.limit(formula**2 / x, x, sp.oo) == 1,
    "falls towards 0 on the right, like 1/(2√x)": lambda f: (
        f.limits[1][1] == 0 and sp.limit((derivative * formula), x, sp.oo) == sp.Rational(1, 2)
    ),
    "like exp(x/2), half as fast": lambda f: (
        sp.limit(formula**2 / sp.exp(x), x, -sp.oo) == 1  # and softplus is its square
    ),
    "In float32 that is 0 for\n  x = −104, where the true result, about 2.6 · 10⁻²³": lambda f: (
        _root(torch.tensor(-104.0)) == 0 and round(sqrt_softplus(-104.0) * 1e23, 1) == 2.6
    ),
    "is an ordinary number; and the\n  slope of the root at 0 is infinite": lambda f: (
        sqrt_softplus(-104.0) > np.finfo(np.float32).tiny
        and torch.func.grad(_root)(torch.tensor(-104.0)).isnan()
        and torch.func.grad(module)(torch.tensor(-104.0)) > 0
    ),
    "takes\n  exp(x/2) where softplus is exp(x) but for rounding": lambda f: all(
        torch.allclose(F.softplus(v), v.exp(), rtol=4 * torch.finfo(kind).eps, atol=0)
        for kind in (torch.float32, torch.float64)
        for v in [torch.linspace(-60, math.log(torch.finfo(kind).eps), 99, dtype=kind)]
    ),
    "by x above 20": lambda f: torch.nn.Softplus().threshold == 20,
}


def _root(x):
    return torch.sqrt(F.softplus(x))
