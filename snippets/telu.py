"""TeLU. The input times the hyperbolic tangent of its exponential."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x * sp.tanh(sp.exp(x))
derivative = sp.tanh(sp.exp(x)) + x * sp.exp(x) * (1 - sp.tanh(sp.exp(x)) ** 2)

# %% NumPy
import numpy as np


def _parts(x):
    """Return z, w, far: x cut off where f is 0, exp(z) cut off on both sides, what that leaves."""
    z = np.maximum(x, -1600, dtype=np.result_type(x, np.float32))
    return z, np.exp(np.clip(z, -80, 8)), np.exp(np.minimum(z + 80, 0))


def telu(x):
    """Return x * tanh(exp(x)), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, w, far = _parts(x)
    return (z * np.tanh(w) * far).astype(x.dtype)


def telu_grad(x):
    """Return the derivative, tanh(w) + x * w * (1 - tanh(w)**2) with w = exp(x)."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    z, w, far = _parts(np.minimum(x, 3.5))  # beyond 3.5 it is 1
    q = np.exp(-2 * w)
    d = 4 * w * q
    slope = (z - np.expm1(-4 * w) / d) * d  # 4 * w is added to it as late as can be
    return (slope / (1 + q) ** 2 * far).astype(x.dtype)


# %% PyTorch
import torch


def module(x):  # torch.nn has none
    return x * torch.tanh(torch.exp(x.clamp(max=5)))  # tanh is 1 long before


# %% Facts
family = "smooth rectifiers"
descends = "silu"
_w = sp.exp(x)
_t = sp.tanh(_w)

aliases = ["TanhExp", "hyperbolic tangent exponential linear unit"]
steps = [
    (sp.Derivative(x * _t, x), "The definition."),
    (_t + x * sp.Derivative(_t, x), "Product rule: the derivative of x is 1."),
    (
        derivative,
        "Chain rule: the derivative of tanh(w) is 1 − tanh²(w), times that of w = exp(x), which is "
        "w again.",
    ),
]
naive = ["x * np.tanh(np.exp(x))"]
exceptions = [
    (1, -1.8, -0.6, "the derivative is 0 near −1.08, and what is left there is rounding.")
]
near = ["silu"]
claims = {
    "reaches the line $y = x$ far sooner": lambda f: (
        abs(1 - np.tanh(np.exp(2.5))) < 1e-10 and 2.5 - 2.5 / (1 + np.exp(-2.5)) > 0.1
    ),
    "dips below 0 on the\n  left": lambda f: f.turns[0][0] < 0 and f.turns[0][1] < 0,
    "from 0.37 on the slope is a little more than 1": lambda f: (
        telu_grad(0.365) < 1 < telu_grad(0.375) < f.lipschitz[0] < 1.1
        and (telu_grad(np.linspace(0.375, 2.8, 99)) > 1).all()  # then it rounds to 1
    ),
    "What its gate lacks of 1 shrinks like an exponential": lambda f: (
        sp.limit((1 - sp.tanh(x)) / (2 * sp.exp(-2 * x)), x, sp.oo) == 1
    ),
    "tanh is 1 long before the exponential": lambda f: np.tanh(np.exp(4.0)) == 1,
    "the slope of tanh, which is 0": lambda f: 1 - np.tanh(np.exp(4.0)) ** 2 == 0,
    "From 3 on a float32 result is the input itself": lambda f: bool(
        (lambda t: (module(t) == t).all())(torch.linspace(3, 80, 999))
    ),
    "form is nan at −∞, where the limit is 0": lambda f: (
        bool(module(torch.tensor(-torch.inf)).isnan()) and f.limits[0][0] == 0
    ),
    "a gradient\nof nan from 89 on in float32": lambda f: (
        [
            torch.func.vmap(torch.func.grad(g))(torch.tensor([88.0, 89.0])).isnan().tolist()
            for g in (lambda t: t * torch.tanh(torch.exp(t)), module)
        ]
        == [[False, True], [False, False]]
    ),
    "exp(x) overflows there": lambda f: (
        bool(torch.exp(torch.tensor(89.0)).isinf()) and bool(torch.exp(torch.tensor(88.0)) < 1e39)
    ),
}
