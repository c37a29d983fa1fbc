"""RReLU. A Leaky ReLU whose slope is drawn anew in training; in evaluation it is the mean slope."""

# %% SymPy
import sympy as sp

x, lower, upper = sp.symbols("x lower upper", real=True)
formula = sp.Piecewise((x, x > 0), (x * (lower + upper) / 2, True))
derivative = sp.Piecewise((1, x > 0), ((lower + upper) / 2, True))

# %% NumPy
import numpy as np


def rrelu(x, lower=1 / 8, upper=1 / 3):
    """Return x where x > 0, else (lower + upper) / 2 * x; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    slope = np.float64(lower) / 2 + np.float64(upper) / 2
    return (np.maximum(x, 0) + slope * np.minimum(x, 0)).astype(x.dtype)


def rrelu_grad(x, lower=1 / 8, upper=1 / 3):
    """Return the derivative: 1 where x > 0, else (lower + upper) / 2, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    slope = np.where(x > 0, 1, np.float64(lower) / 2 + np.float64(upper) / 2)
    return (np.clip(x, 0, 0) + slope).astype(x.dtype)  # the clip is 0, but nan at nan


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, lower=1 / 8, upper=1 / 3):
    return F.rrelu(x, lower, upper)  # training=True draws random slopes


module = torch.nn.RReLU(lower=1 / 8, upper=1 / 3).eval()

# %% Facts
family = "rectifiers"
descends = "leaky_relu"
_a, _l, _u = sp.symbols("a l u", positive=True)  # a slope and its bounds


def _mean(value):
    """Return the mean of an expression in the slope, uniform between the bounds."""
    return sp.integrate(value / (_u - _l), (_a, _l, _u))


def _drawn():
    """Return what PyTorch makes of 10,000 inputs of −1 in training, and the gradients."""
    point = torch.full((10_000,), -1.0, requires_grad=True)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        result = torch.nn.functional.rrelu(point, training=True)
    return result, torch.autograd.grad(result.sum(), point)[0]


aliases = ["randomized leaky rectified linear unit", "randomized leaky ReLU"]
parameters = {
    "lower": (sp.Reals, [0.25, 0.01]),
    "upper": (sp.Reals, [0.125, 0.75, 3.0]),
}
relations = [sp.Le(lower, upper)]
at_infinity = [sp.Ne(lower + upper, 0)]
naive_grad = ["np.where(x > 0, 1, (lower + upper) / 2)"]
identities = ["rrelu(x, lower, upper) = leaky_relu(x, (lower + upper) / 2)"]
cited = ["a number below 1,\n  but the numbers it draws lie between 3 and 8"]
claims = {
    "slope of its own,\ndrawn anew": lambda f: (
        1 / 8 <= -_drawn()[0].max() < 0.126 and 0.332 < -_drawn()[0].min() <= 1 / 3 + 1e-7
    ),
    "(`lower` + `upper`) / 2": lambda f: sp.simplify(_mean(_a) - (_l + _u) / 2) == 0,
    "(`upper` − `lower`)² / 12": lambda f: (
        sp.simplify(_mean(_a**2) - _mean(_a) ** 2 - (_u - _l) ** 2 / 12) == 0
    ),
    "11/48 and 25/6912": lambda f: (
        [_mean(e).subs({_l: sp.Rational(1, 8), _u: sp.Rational(1, 3)}) for e in (_a, _a**2)]
        == [sp.Rational(11, 48), sp.Rational(11, 48) ** 2 + sp.Rational(25, 6912)]
    ),
    "gradient in training is the slope that was drawn": lambda f: bool(
        (_drawn()[0] == -_drawn()[1]).all()
    ),
    "larger in training, by half that variance": lambda f: (
        sp.simplify((1 + _mean(_a**2)) / 2 - (1 + _mean(_a) ** 2) / 2 - (_u - _l) ** 2 / 24) == 0
        and f.second_moment == (1 + ((lower + upper) / 2) ** 2) / 2
    ),
    "a slope of 2/11, not 11/48": lambda f: 1 / sp.Rational(3 + 8, 2) == sp.Rational(2, 11),
    "bounds are the\n  reciprocals": lambda f: (lambda m: [1 / m.upper, 1 / m.lower] == [3, 8])(
        torch.nn.RReLU()
    ),
    "`F.rrelu` has `training=False`": lambda f: (
        torch.nn.functional.rrelu(torch.tensor([-48.0, -48.0])).tolist() == [-11.0, -11.0]
    ),
}
