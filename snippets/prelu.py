"""PReLU. A Leaky ReLU whose slope for negative inputs is learned."""

# %% SymPy
import sympy as sp

x, weight = sp.symbols("x weight", real=True)
formula = sp.Piecewise((x, x > 0), (weight * x, True))
derivative = sp.Piecewise((1, x > 0), (weight, True))

# %% NumPy
import numpy as np


def prelu(x, weight=0.25):
    """Return x where x > 0, else weight * x; weight may be an array that broadcasts against x."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    y = np.maximum(x, 0) + np.float64(weight) * np.minimum(x, 0)
    return y.astype(x.dtype)


def prelu_grad(x, weight=0.25):
    """Return the derivative by x: 1 where x > 0, else weight, and nan at nan."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    step = np.clip(x, 0.0, 0.0) + (x > 0)  # 1 where x > 0, else 0, but nan at nan
    return (step + np.float64(weight) * (1 - step)).astype(x.dtype)


def prelu_grad_weight(x, weight=0.25):
    """Return the derivative by weight, min(x, 0), to be summed over all that one weight serves."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.minimum(x, 0)


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x, weight):  # a tensor: one weight, or one for each channel
    return F.prelu(x, weight)


module = torch.nn.PReLU(init=0.25)  # PReLU(channels) has one weight for each channel

# %% Facts
family = "rectifiers"
descends = "leaky_relu"
aliases = ["parametric rectified linear unit", "parametric ReLU"]
parameters = {"weight": (sp.Reals, [0.01, 1.0, 2.0, -0.5])}
at_infinity = [sp.Ne(weight, 0)]
learned = ["weight"]
naive = ["np.maximum(x, weight * x)"]
naive_grad = ["np.where(x > 0, 1, weight)"]
identities = [
    "prelu(x, weight) - relu(x) = -weight * relu(-x)",
    "prelu(x, weight) = leaky_relu(x, weight)",
    "prelu(x, 0) = relu(x)",
]
cited = ["start it at 0.25 and leave weight decay off", "rarely above 1"]
_by_weight = formula.diff(weight)
claims = {
    "PyTorch's module starts at\n  0.25 too": lambda f: torch.nn.PReLU().weight.item() == 0.25,
    "the sum of min($x$, 0)": lambda f: _by_weight.args == ((0, x > 0), (x, True)),
    "drawn towards 0, where it is [ReLU]": lambda f: identities[2] == "prelu(x, 0) = relu(x)",
    "right only for weights up to 1": lambda f: (
        [max(w * v, v) == prelu(v, w) for w in (0.5, 1, 1.01) for v in (-1.0, 1.0)]
        == [True, True, True, True, False, False]
    ),
    "along dimension 1": lambda f: torch.nn.PReLU(3)(torch.zeros(2, 3, 5)).shape == (2, 3, 5),
    "`prelu(x, w.reshape(-1, 1, 1))`": lambda f: _as_channels(),
    "Below 0 the function": lambda f: prelu(-1.0, -0.5) > 0 > prelu(-1.0, 0.5),
    "above 1 it is the steepest slope": lambda f: f.lipschitz[0] == sp.Max(1, sp.Abs(weight)),
    "√(2 / (1 + `weight`²))": lambda f: (
        sp.simplify(f.gain**2 - 2 / (1 + weight**2)) == 0 and f.gain.is_positive
    ),
}


def _as_channels():
    """Tell whether one weight for each channel gives what torch.nn.PReLU(3) gives, and learns."""
    module, x = torch.nn.PReLU(3), torch.linspace(-3, 3, 120).reshape(2, 3, 4, 5)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([0.5, -2.0, 0.01]))
    x.requires_grad_()
    module(x).backward(2 * x.detach())
    v, w = x.detach().numpy(), module.weight.detach().numpy().reshape(-1, 1, 1)
    return (
        np.array_equal(prelu(v, w), module(x).detach())
        and np.array_equal(2 * v * prelu_grad(v, w), x.grad)
        and np.allclose((2 * v * prelu_grad_weight(v, w)).sum((0, 2, 3)), module.weight.grad)
    )
