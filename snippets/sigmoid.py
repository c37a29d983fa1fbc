"""Sigmoid. The logistic curve: it turns any real number into one between 0 and 1."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = 1 / (1 + sp.exp(-x))
derivative = sp.exp(-x) / (1 + sp.exp(-x)) ** 2

# %% NumPy
import numpy as np


def sigmoid(x):
    """Return 1 / (1 + exp(-x)), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    # both exponents are at most 0, so nothing overflows
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def sigmoid_grad(x):
    """Return the derivative, exp(-x) / (1 + exp(-x))**2, elementwise."""
    # it is even; s * (1 - s) would lose its digits for large x
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


# %% PyTorch
import torch


def forward(x):
    return torch.sigmoid(x)


module = torch.nn.Sigmoid()

# %% Facts
_e, _s = sp.exp(-x), sp.Function("sigma")(x)
_q = sp.UnevaluatedExpr(1 / (1 + _e))

family = "sigmoids"
aliases = ["logistic function", "logistic sigmoid", "expit"]
steps = [
    (sp.Derivative(1 / (1 + _e), x), "The definition."),
    (
        (
            sp.Mul(sp.Derivative(1, x), 1 + _e, evaluate=False)
            - sp.Mul(1, sp.Derivative(1 + _e, x), evaluate=False)
        )
        / (1 + _e) ** 2,
        "Quotient rule: (derivative of the top × bottom − top × derivative of the bottom), "
        "over the bottom squared.",
    ),
    (_e / (1 + _e) ** 2, "The derivative of 1 is 0, and the exponential brings a factor −1."),
    (
        _q * sp.UnevaluatedExpr(1 - 1 / (1 + _e)),
        "A product: the second factor is what the first lacks of 1.",
    ),
    (sp.Mul(_s, 1 - _s, evaluate=False), "Write σ for the function: the form most often quoted."),
]
naive = ["1 / (1 + np.exp(-x))"]
naive_grad = ["sigmoid(x) * (1 - sigmoid(x))"]
identities = ["sigmoid(x) = (1 + tanh(x / 2)) / 2"]
claims = {
    "a number between 0 and 1 is meant": lambda f: (f.range.start, f.range.end) == (0, 1),
    "The slope is at most ¼, at 0, and falls towards 0": lambda f: (
        f.lipschitz == (sp.Rational(1, 4), 0) and f.limits[1] == (0, 0)
    ),
    "together at most $4^{-n}$": lambda f: f.lipschitz[0] == sp.Rational(1, 4),
    "the result rounds to exactly 1": lambda f: sigmoid(40.0) == 1,
    "$\\log(1 - 1)$": lambda f: sp.log(sp.Integer(0)) == sp.zoo,
    "usually written σ(1 − σ)": lambda f: steps[-1][0].doit() == _s * (1 - _s),
    "2 · (1 − 2)\nis −2, the slope at 2 is about 0.105": lambda f: (
        2 * (1 - 2) == -2 and round(sigmoid_grad(2.0), 3) == 0.105
    ),
    "as σ approaches 1": lambda f: f.limits[0][1] == 1,
    "is\nfar below 1": lambda f: f.carried < 0.5,
}
