"""LogSigmoid. The logarithm of the sigmoid: the log-likelihood of a yes."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = -sp.log(1 + sp.exp(-x))
derivative = 1 / (1 + sp.exp(x))

# %% NumPy
import numpy as np


def logsigmoid(x):
    """Return -log(1 + exp(-x)), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    # the exponent is at most 0, so nothing overflows
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def logsigmoid_grad(x):
    """Return the derivative, the sigmoid of -x."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.exp(-np.maximum(x, 0)) / (1 + np.exp(-np.abs(x)))


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.logsigmoid(x)


module = torch.nn.LogSigmoid()

# %% Facts
family = "smooth rectifiers"
descends = "softplus"
_e = sp.exp(-x)

aliases = ["log-sigmoid"]
steps = [
    (sp.Derivative(-sp.log(1 + _e), x), "The definition."),
    (
        -sp.Derivative(_e, x) / (1 + _e),
        "Chain rule: the derivative of log(v) is v′/v, and the 1 in v = 1 + exp(−x) adds none.",
    ),
    (_e / (1 + _e), "The exponential brings a factor −1, and the signs cancel."),
    (1 / (1 + 1 / _e), "Top and bottom divided by the exponential: the sigmoid of −x."),
]
naive = ["np.log(1 / (1 + np.exp(-x)))", "-np.log(1 + np.exp(-x))"]
naive_grad = ["1 - 1 / (1 + np.exp(-x))"]
identities = [
    "logsigmoid(x) = log(sigmoid(x))",
    "logsigmoid(x) = -softplus(-x, 1)",
    "logsigmoid(x) - logsigmoid(-x) = x",
    "diff(logsigmoid(x), x) = sigmoid(-x)",
]
claims = {
    "it rounds to 1 and the logarithm to 0": lambda f: np.log(1 / (1 + np.exp(-40.0))) == 0,
    "It tends to 1 where": lambda f: f.limits[1][0] == 1,
    "and to 0 where the answer is right": lambda f: f.limits[1][1] == 0,
    "outputs below 0 only and a large negative mean": lambda f: (
        f.range.end == 0 and f.range.right_open and f.mean < -0.8
    ),
}
