"""RReLU. A Leaky ReLU whose slope is drawn anew in training; in evaluation it is the mean slope."""

# %% SymPy
import sympy as sp

x, lower, upper = sp.symbols("x lower upper", real=True)
formula = sp.Piecewise((x, x > 0), ((lower + upper) / 2 * x, True))
derivative = sp.Piecewise((1, x > 0), ((lower + upper) / 2, True))

# %% NumPy
import numpy as np


def rrelu(x, lower=1 / 8, upper=1 / 3):
    """Return x where x > 0, else (lower + upper) / 2 * x; bounds are Python floats."""
    x = np.asarray(x) * 1.0  # integers become float64
    return np.maximum(x, 0) + (lower + upper) / 2 * np.minimum(x, 0)


def rrelu_grad(x, lower=1 / 8, upper=1 / 3):
    """Return the derivative: 1 where x > 0, else (lower + upper) / 2, and nan at nan."""
    # 1 where x > 0, else 0; unlike x > 0 it keeps nan
    step = np.sign(np.maximum(np.asarray(x) * 1.0, 0))
    return step + (lower + upper) / 2 * (1 - step)


# %% PyTorch
import torch

module = torch.nn.RReLU(lower=1 / 8, upper=1 / 3).eval()  # in training the slope is random

# %% Facts
aliases = ["randomized leaky rectified linear unit"]
parameters = {
    "lower": (sp.Interval(0, sp.Rational(1, 3), True, False), [0.25, 0.01]),
    "upper": (sp.Interval(sp.Rational(1, 8), sp.oo), [0.125, 0.75, 3.0]),
}
naive_grad = ["np.where(x > 0, 1, (lower + upper) / 2)"]
