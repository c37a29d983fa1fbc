"""Heaviside step. The binary step: 1 where the input is positive, else 0."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((1, x > 0), (0, True))
derivative = sp.Integer(0)

# %% NumPy
import numpy as np


def heaviside(x):
    """Return 1 where x > 0, else 0, and nan at nan; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.sign(np.maximum(x, 0))  # np.heaviside(x, 0) does the same


def heaviside_grad(x):
    """Return the derivative: 0, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.where(np.isnan(x), x, 0)


# %% PyTorch
import torch


def module(x):  # torch.heaviside(x, x.new_zeros(())) has no gradient at all
    return torch.relu(x).sign()


# %% Facts
family = "sigmoids"
aliases = ["Heaviside function", "binary step", "unit step", "threshold function"]
naive = ["np.where(x > 0, 1, 0)", "(x > 0).astype(x.dtype)"]
claims = {
    "outputs 0 or 1 and nothing else": lambda f: f.limits[0] == (0, 1) and len(f.kinks) == 1,
    "is 0 wherever it exists": lambda f: derivative == 0,
    "At 0 the value is a convention": lambda f: [(k.at, k.order) for k in f.kinks] == [(0, 0)],
    "Here it is 0": lambda f: f.at_zero == 0,
    "gives 1 there": lambda f: np.heaviside(0.0, 1) == 1 and np.heaviside(0.0, 0) == 0,
    "slope 1 everywhere": lambda f: (
        lambda t: torch.autograd.grad((t + (module(t) - t).detach()).sum(), t)[0] == 1
    )(torch.linspace(-9, 9, 99, requires_grad=True)).all(),
    "slope 1 between −1 and 1 and 0 beyond": lambda f: (
        lambda t, h: torch.equal(
            torch.autograd.grad((h(t) + (module(t) - h(t)).detach()).sum(), t)[0],
            (t.abs() < 1).float(),
        )
    )(torch.linspace(-9, 9, 99, requires_grad=True), torch.nn.functional.hardtanh),
    "for an x of a hundred million it\n  returns 0, not 1": lambda f: (
        lambda t: t + (module(t) - t) == 0 and module(t) == 1
    )(torch.tensor(1e8)),
    "in bfloat16 for 258 already it is not 1": lambda f: (
        lambda t: torch.equal(t + (module(t) - t) == 1, t < 258)
    )(torch.arange(1, 259).bfloat16().unique()),
    "half of 1 plus the sign gives ½": lambda f: (1 + np.sign(0.0)) / 2 == 0.5,
    "turns nan into 0, and so does `torch.heaviside`": lambda f: (
        lambda t: module(t) == 0 and torch.heaviside(t, torch.ones(())) == 0
    )(torch.tensor(float("nan"))),
    "but for 0 itself, they differ by a scale and a\n  shift": lambda f: (
        lambda t: ((2 * module(t) - 1 == t.sign()) == (t != 0)).all()
    )(torch.arange(-3.0, 4)),
}
