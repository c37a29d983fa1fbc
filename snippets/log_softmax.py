"""LogSoftmax. The logarithm of softmax, computed without taking softmax first."""

# %% SymPy
import sympy as sp

n, i, j, k = sp.symbols("n i j k", integer=True, positive=True)
x = sp.IndexedBase("x", shape=(n,), real=True)
formula = x[i] - sp.log(sp.Sum(sp.exp(x[j]), (j, 1, n)))
f, v = sp.IndexedBase("f", real=True), sp.IndexedBase("v", real=True)
derivative = sp.KroneckerDelta(i, k) - sp.exp(f[k])
vjp = v[k] - sp.exp(f[k]) * sp.Sum(v[j], (j, 1, n))

# %% NumPy
import numpy as np


def _sum(x, axis):
    """Return the sum along an axis in float64 or wider: float16 would soon overflow."""
    x = x * np.float64(1)
    if x.ndim > 1:  # NumPy adds in pairs, not one by one, only what lies side by side
        x = np.swapaxes(np.ascontiguousarray(np.swapaxes(x, axis, -1)), axis, -1)
    return np.sum(x, axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    """Return x minus log(sum(exp(x))) along an axis; the dtype stays."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    # In float16 many small terms that add up would be 0 or twice their size.
    kind, x = x.dtype, x.astype(np.result_type(x, np.float64))
    s = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    # The exponential of the largest is 1: log1p of the others keeps their digits.
    top = s == 0
    rest = _sum(np.where(top, 0, np.exp(s)), axis)
    ties = np.maximum(_sum(top, axis), 1) - 1  # 0 also for no elements
    return (s - np.log1p(rest + ties)).astype(kind)


def log_softmax_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * log_softmax(x))."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    f = log_softmax(x * np.float64(1), axis)
    # For each element the sum of v over the others, exact for one that is the largest
    # alone; and then v - exp(f) * sum(v) in a form that does not cancel.
    top = f == np.max(f, axis=axis, keepdims=True, initial=-np.inf)
    first, rest = _sum(np.where(top, v, 0), axis), _sum(np.where(top, 0, v), axis)
    others = rest + (first - v)
    return (-np.expm1(f) * v - np.exp(f) * others).astype(x.dtype)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.log_softmax(x, dim=-1)


module = torch.nn.LogSoftmax(dim=-1)

# %% Facts
family = "normalisers"
descends = "softmax"
aliases = ["log-softmax", "log softmax"]
claims = {
    "is `LogSoftmax` followed by `torch.nn.NLLLoss`": lambda _: torch.equal(
        torch.nn.CrossEntropyLoss()(torch.tensor([[1.0, 3.0]]), torch.tensor([0])),
        torch.nn.NLLLoss()(module(torch.tensor([[1.0, 3.0]])), torch.tensor([0])),
    ),
    "For the inputs (120, 0) the smaller probability underflows in\n  float32, and its logarithm "
    "is −∞ in place of −120": lambda _: (
        torch.softmax(torch.tensor([120.0, 0.0]), -1).log()[1] == -torch.inf
        and module(torch.tensor([120.0, 0.0]))[1] == -120
    ),
    "Its result is close to 0": lambda _: -1e-8 < log_softmax([20, 0])[0] < 0,
    "what the others add to 1": lambda _: np.isclose(
        log_softmax([20, 0])[0], -np.log1p(np.exp(-20))
    ),
    "for (20, 0) in float32 the first element becomes 0, not −2·10⁻⁹": lambda _: (
        module(torch.tensor([20.0, 0.0]))[0] == 0 and round(log_softmax([20, 0])[0] * 1e9) == -2
    ),
    "For (5, 0) PyTorch's first element is 16 % off": lambda _: (
        round(
            100
            * module(torch.tensor([5.0, 0.0], dtype=torch.bfloat16))[0].item()
            / log_softmax([5, 0])[0]
        )
        == 116
    ),
    "it meets a\n  target of 0, and the product is nan": lambda _: (
        torch.nn.functional.cross_entropy(
            torch.tensor([[0.0, -torch.inf]]), torch.tensor([[1.0, 0.0]])
        ).isnan()
    ),
}
