"""ReLU. The rectified linear unit: it keeps what is positive and sets the rest to 0."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = sp.Piecewise((x, x > 0), (0, True))
derivative = sp.Piecewise((1, x > 0), (0, True))

# %% NumPy
import numpy as np


def relu(x):
    """Return max(0, x), elementwise; float16, 32, 64 stay what they are."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.maximum(x, 0)


def relu_grad(x):
    """Return the derivative: 1 where x > 0, else 0, and nan at nan."""
    # the sign, and not x > 0, because that would lose nan
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    return np.sign(np.maximum(x, 0))


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.relu(x)


module = torch.nn.ReLU()

# %% Facts
family = "rectifiers"
aliases = ["rectifier", "rectified linear unit", "ramp function"]
naive = ["np.where(x > 0, x, 0)"]
naive_grad = ["np.where(x > 0, 1, 0)"]
cited = ["is derived for an activation\nwith slope 1 at 0", "Fukushima used it in 1969"]
identities = [
    "relu(x) - relu(-x) = x",
]
claims = {
    "the slope is exactly 1": lambda f: f.limits[1][1] == 1,
    "The output is exactly 0 for every negative input": lambda f: (
        f.zeros[0] == sp.Interval(-sp.oo, 0)
    ),
    "the gradient is exactly 0": lambda f: f.limits[1][0] == 0,
    "At 0 there is no derivative": lambda f: [k.at for k in f.kinks] == [0],
    "PyTorch 0": lambda f: derivative.subs(x, 0) == 0,
    "it is max(0, x)": lambda f: (
        relu(np.arange(-3, 4)).tolist() == [max(0, v) for v in range(-3, 4)]
    ),
    "inputs of exactly 0 are common": lambda f: f.kinks[0].at == 0,
    "ReLU offers 0 and a kink": lambda f: {e for e, _ in derivative.diff(x).args} <= {0},
    "so the gain is √2": lambda f: f.gain == sp.sqrt(2),
}
