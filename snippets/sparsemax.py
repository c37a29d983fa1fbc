"""Sparsemax. The nearest point whose elements are not negative and sum to 1: many of them are 0."""

# %% SymPy
import sympy as sp

n, i, j, k, m = sp.symbols("n i j k m", integer=True, positive=True)
x, v = sp.IndexedBase("x", shape=(n,), real=True), sp.IndexedBase("v", real=True)


def above(i):
    """Return by how much the larger inputs exceed input i, in total."""
    return sp.Sum(sp.Max(x[m] - x[i], 0), (m, 1, n))


def kept(value):
    """Return the sum of a value over the inputs that are not set to 0."""
    return sp.Sum(sp.Piecewise((value, above(j) < 1), (0, True)), (j, 1, n))


tau = (kept(x[j]) - 1) / kept(1)
formula = sp.Piecewise((x[i] - tau, above(i) < 1), (0, True))
derivative = sp.Piecewise(
    (sp.KroneckerDelta(i, k) - 1 / kept(1), (above(i) < 1) & (above(k) < 1)), (0, True)
)
vjp = sp.Piecewise((v[k] - kept(v[j]) / kept(1), above(k) < 1), (0, True))

# %% NumPy
import numpy as np


def _sum(x, axis):
    """Return the sum along an axis in float64 or wider: float16 would soon overflow."""
    x = x * np.float64(1)
    if x.ndim > 1:  # NumPy adds in pairs, not one by one, only what lies side by side
        x = np.swapaxes(np.ascontiguousarray(np.swapaxes(x, axis, -1)), axis, -1)
    return np.sum(x, axis=axis, keepdims=True)


def sparsemax(x, axis=-1):
    """Return max(x - tau, 0) along an axis, with tau such that the sum is 1."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    # What lies 1 or more below the largest becomes 0.
    s = np.maximum(x - top, -1) * np.float64(1)
    up = np.sort(np.moveaxis(np.atleast_1d(s), axis, -1), -1)
    # If the k largest alone were kept, tau would be (their sum - 1) / k: at most what it is.
    k = np.arange(1, up.shape[-1] + 1)
    tau = np.max((np.cumsum(up[..., ::-1], -1) - 1) / k, -1, initial=-1).reshape(top.shape)
    # Now that it is known which are kept, their sum again: np.cumsum adds one by one.
    kept = s > tau
    tau = (_sum(np.where(kept, s, 0), axis) - 1) / np.maximum(_sum(kept, axis), 1)
    return np.maximum(s - tau, 0).astype(x.dtype)


def sparsemax_vjp(x, v, axis=-1):
    """Return v times the Jacobian, the gradient of sum(v * sparsemax(x))."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    s = np.sign(sparsemax(x * np.float64(1), axis))  # 1 where the result is not 0
    mean = _sum(s * v, axis) / np.maximum(_sum(s, axis), 1)
    return (s * (v - mean)).astype(x.dtype)


# %% PyTorch
import torch


def module(x):
    x = x - x.amax(-1, keepdim=True).detach()
    total = x.sort(-1, descending=True).values.cumsum(-1)
    k = torch.arange(1, x.shape[-1] + 1, device=x.device)
    tau = ((total - 1) / k).max(-1, keepdim=True).values
    return torch.relu(x - tau)


# %% Facts
family = "normalisers"
descends = "softmax"
where = {"a": above, "s": kept(1), "tau": tau}
claims = {
    "exceed it by less than 1 in total": lambda _: (
        sparsemax([1.5, 1, 0.5]).tolist() == [0.75, 0.25, 0]  # 0.5 is exceeded by 1 + 0.5
    ),
    "For two inputs the first element is the [sparse sigmoid]": lambda _: all(
        sparsemax([t, 0.0])[0] == (np.clip(t, -1, 1) + 1) / 2 for t in np.linspace(-2, 2, 17)
    ),
    "*No gradient from what is 0,*": lambda _: (
        not sparsemax_vjp([0.5, 0, -2], np.array([0, 0, 1])).any()
    ),
    "once one input leads each other by 1 or more: for\n  (3, 1, 0) all slopes are 0": lambda _: (
        sparsemax([3, 1, 0]).tolist() == [1, 0, 0]
        and not any(sparsemax_vjp([lead, 1, 0], v).any() for v in np.eye(3) for lead in (2, 3))
    ),
    "a target whose element is 0": lambda _: torch.isinf(module(torch.tensor([2.0, 0.0])).log()[1]),
    "(0.5, 0) gives (0.75, 0.25), ten times\n  as much gives (1, 0)": lambda _: (
        sparsemax([0.5, 0]).tolist() == [0.75, 0.25] and sparsemax([5, 0]).tolist() == [1, 0]
    ),
    "At (1, 0) the second input is just left out. Up to torch 2.13\n  "
    "`torch.clamp(x - tau, min=0)` has there the slopes (0, 0) for the first element and (−1, 1) "
    "for": lambda _: (
        torch.autograd.functional.jacobian(_clamped, torch.tensor([1.0, 0.0])).tolist()
        == [[0, 0], [-1, 1]]
        or torch.__version__ >= "2.14"
    ),
    "takes the largest guess": lambda _: (
        max((sum([1.5, 1, 0.5][:size]) - 1) / size for size in (1, 2, 3)) == 0.75
    ),
}


def _clamped(x):
    total = x.sort(-1, descending=True).values.cumsum(-1)
    tau = ((total - 1) / torch.arange(1, 3)).max(-1, keepdim=True).values
    return torch.clamp(x - tau, min=0)
