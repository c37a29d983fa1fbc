"""Snake. The input plus a wave, whose frequency a may be learned."""

# %% SymPy
import sympy as sp

x, a = sp.symbols("x a", real=True)
formula = x + sp.sin(a * x) ** 2 / a
derivative = 1 + sp.sin(2 * a * x)

# %% NumPy
import numpy as np


def _product(a, x):
    """Return a * x rounded, and what the rounding cut off, which counts far out."""
    (m, i), (n, j) = np.frexp(np.float64(a)), np.frexp(np.float64(x))
    h, k = np.float64(np.float32(m)), np.float64(np.float32(n))  # h * k is exact
    high = m * n
    low = h * k - high + h * (n - k) + (m - h) * k + (m - h) * (n - k)
    return np.ldexp(high, i + j), np.ldexp(low, i + j)


def _phase(x, a):
    """Return a * x in two parts, but 1 where that is beyond float64, and nan at ±inf."""
    with np.errstate(over="ignore", invalid="ignore"):
        u, low = _product(a, x)
        far = np.isinf(u)
        return np.where(far, x - x + 1, u), np.where(far, 0, low)


def _waves(u, low):
    """Return the sine and the cosine of u + low."""
    s, c, t, d = np.sin(u), np.cos(u), np.sin(low), np.cos(low)
    return s * d + c * t, c * d - s * t


def snake(x, a=1.0):
    """Return x + sin(a * x)**2 / a; a may be an array that broadcasts against x."""
    x = np.asarray(x) * 1.0  # integers become float64
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a = np.float64(a)
    u, low = _phase(x, a)
    s, c = np.sin(u), np.cos(u)
    wave = np.where(np.isinf(x), 0, s * (s / a))
    less = (u > -2) & (u < -0.4)  # where the wave takes most of x away
    near = np.where(u < -0.785, 1 + u - c * c, u + s * s) + low * (s + c) ** 2
    return np.where(less, np.where(less, near, 0) / a, x + wave).astype(x.dtype)


def snake_grad(x, a=1.0):
    """Return the derivative, 1 + sin(2 * a * x), as a square; nan at ±inf."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    s, c = _waves(*_phase(x, a))
    return ((s + c) ** 2).astype(x.dtype)


def snake_grad_a(x, a=1.0):
    """Return the derivative by a, (2 * a * x * s * c - s**2) / a**2, s and c being sine, cosine."""
    x = np.asarray(x) * 1.0
    if np.iscomplexobj(x):
        raise TypeError("real numbers only")
    a = np.float64(a)
    u, low = _phase(x, a)
    s, c = _waves(u, low)
    q = np.where(np.abs(u) < 1e-170, x, s / a)
    return (2 * (q * (x * c - q / 2))).astype(x.dtype)


# %% PyTorch
import torch


def module(x, a=1.0):  # torch.nn has none
    u = a * x
    u = torch.where(u.isfinite(), u, 0)  # the sine of inf is nan
    return x + torch.sin(u) ** 2 / a


# %% Facts
family = "periodic"
descends = "identity"
learned = ["a"]
parameters = {"a": (sp.Interval.open(0, sp.oo), [3.0, 0.125, 16.0])}
exceptions = [
    (1, -float("inf"), float("inf"), "the slope is 0 again and again, where rounding is left."),
    ("a", -float("inf"), float("inf"), "the derivative is 0 again and again, too."),
]
steps = [
    (sp.Derivative(formula, x), "The definition."),
    (
        1 + 2 * sp.sin(a * x) * sp.Derivative(sp.sin(a * x), x) / a,
        "The derivative of x is 1. Chain rule: that of v² is 2v times that of v.",
    ),
    (
        1 + 2 * sp.sin(a * x) * sp.cos(a * x),
        "The derivative of sin(ax) is a cos(ax), and the factor a cancels.",
    ),
    (derivative, "Twice the sine times the cosine is the sine of the double."),
]
identities = ["snake(x, a) - snake(-x, a) = 2 * x", "snake(x, a) = snake(a * x, 1) / a"]
claims = {
    "between 0 and twice that of the line": lambda f: (
        f.limits[1][0] == sp.AccumBounds(0, 2) and f.monotone[0].sign == 1
    ),
    "the slope is 1 at 0": lambda f: derivative.subs(x, 0) == 1,
    "far out only\npowers of two give the right phase": lambda f: (
        abs(np.sin(0.3 * 1e20) - float(sp.sin(sp.Rational(0.3) * 10**20).evalf(20))) > 0.1
    ),
    "for an `a` of 3 by more than 5 ULP\nnear −0.39": lambda f: (
        _off(_short, -0.3902973495802612, 3) > 5 and _off(snake, -0.3902973495802612, 3) < 4
    ),
    "takes the square of the cosine from 1": lambda f: (
        sp.simplify(x + (1 - sp.cos(a * x) ** 2) / a - formula) == 0
    ),
    "keep it above 0:\n  an `a` of 0 divides by 0": lambda f: bool(
        module(torch.ones(1), torch.zeros(1)).isnan()
    ),
    "mean output is above 0": lambda f: f.mean > 0,
}


_wave = sp.Lambda((x, a), formula)


def _short(x, a):
    return x + np.sin(a * x) ** 2 / a


def _off(function, at, frequency):
    """Return the error of one float64 result in ULP."""
    exact = _wave(sp.Rational(at), frequency).evalf(40)
    got = float(function(at, frequency))
    return float(abs(exact - sp.Rational(got))) / np.spacing(abs(got))
