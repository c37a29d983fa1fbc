"""GELU. The input times the probability that a standard normal variable lies below it."""

# %% SymPy
import sympy as sp

x = sp.Symbol("x", real=True)
formula = x * (1 + sp.erf(x / sp.sqrt(2))) / 2
derivative = (1 + sp.erf(x / sp.sqrt(2))) / 2 + x * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)

# %% NumPy
import numpy as np

# Fitted to 0 <= a <= 40: with T and S the quotients of the polynomials in the first and the last
# two columns, the normal tail is exp(-a * a / 2) / (A * a + T), and the derivative of GELU
# at -a is exp(-a * a / 2) * (ROOT - a) * (B + S). ROOT is a sum: one float has too few digits.
FIT = (
    (0.0, 1.0, 0.0, 1.0),
    (2.5066282744610224, 30.185326919467194, 0.2999214252469978, 29.34990217640042),
    (75.66339396878027, 449.1064407793367, 8.629200596944122, 416.3092438444912),
    (1120.7296432451553, 4278.347606308373, 119.63850471461272, 3715.186217189872),
    (10572.900450554223, 28675.491007827448, 1038.5227430741702, 22917.807361387346),
    (69652.37122939182, 140686.5630877621, 6183.858073807072, 101509.93646093516),
    (331957.2491225072, 510839.23688082385, 26115.98178303753, 325452.4363887507),
    (1147795.3840174451, 1356843.2614906207, 78194.33137701015, 743036.8678977855),
    (2797494.262380401, 2533311.8359064525, 160452.60558676446, 1152599.8867767183),
    (4425769.543321137, 3028271.64799459, 206110.5634058354, 1094119.694839293),
    (3580737.47681339, 1790368.738406695, 128167.1375200586, 481585.63629870565),
)
ROOT = (0.7517915368080139, -1.211444945855772e-08, -2.869037074309186e-25)
A, B = 2.5066282746310007, 0.3989422804014327


def _ratio(a, over, under):
    """Return the quotient of two columns of FIT as polynomials at a."""
    p, q = FIT[0][over], FIT[0][under]
    for row in FIT[1:]:
        p *= a  # in place: several times as fast
        p += row[over]
        q *= a
        q += row[under]
    p /= q
    return p


def _parts(x):
    """Return a = |x| and -a * a / 2 as a sum: an exact number and a small one."""
    a = np.minimum(np.abs(x), 40, dtype=np.result_type(x, np.float32))  # beyond 40 the tail is 0
    shift = 1 / 128 / np.finfo(a.dtype).eps
    h = (a + shift) - shift  # a rounded to 128ths: h * h is exact
    return a, h * h / -2, (h - a) * (h + a) / 2


def gelu(x):
    """Return x times the normal distribution function; float16, 32 and 64 keep their dtype."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, t, rest = _parts(x)
    tail = a / (A * a + _ratio(a, 0, 1)) * np.exp(t) * np.exp(rest)
    return (np.maximum(x, 0) - tail).astype(x.dtype)


def gelu_grad(x):
    """Return the derivative: the normal distribution function plus x times the normal density."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a, t, rest = _parts(x)
    e = np.exp(np.maximum(t, -80))
    e += e * np.expm1(rest)
    far = np.exp(np.minimum(t + 80, 0))  # e * far is exp(-a * a / 2), neither of them subnormal
    tail = (ROOT[0] - a + ROOT[1] + ROOT[2]) * (B + _ratio(a, 2, 3)) * e * far
    return (tail + (x >= 0) * (1 - 2 * tail)).astype(x.dtype)  # tail where x < 0, else 1 - tail


# %% PyTorch
import torch
import torch.nn.functional as F


def forward(x):
    return F.gelu(x)


module = torch.nn.GELU()

# %% Facts
_cdf = (1 + sp.erf(x / sp.sqrt(2))) / 2
_density = sp.exp(-(x**2) / 2) / sp.sqrt(sp.pi)

family = "smooth rectifiers"
descends = "relu"
aliases = ["Gaussian error linear unit"]
steps = [
    (sp.Derivative(formula, x), "The definition."),
    (_cdf + x * sp.Derivative(_cdf, x), "Product rule: the derivative of x is 1."),
    (
        _cdf + x * sp.UnevaluatedExpr(_density) * sp.UnevaluatedExpr(1 / sp.sqrt(2)),
        "The derivative of erf(u) is 2 exp(−u²)/√π; it is halved, and multiplied by that of "
        "u = x/√2.",
    ),
    (derivative, "Collect: the normal distribution function, plus x times the normal density."),
]
identities = ["gelu(x) - gelu(-x) = x"]
claims = {
    "the slope is 0 at one point only": lambda f: len(f.turns) == 1,
    "Written with 1 + erf, all digits cancel": lambda f: 1 + np.float64(sp.erf(-9.0)) == 0,
    "PyTorch returns 0 where the exact result": lambda f: (
        module(torch.tensor([-9.0]).double()) == 0 and gelu(-9.0) < -1e-18
    ),
}
