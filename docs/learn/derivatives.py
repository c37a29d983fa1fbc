# %% [markdown]
# # Four ways to a derivative
#
# **Claim.** The rules of calculus, SymPy and autograd agree to within rounding at ordinary inputs.
# Finite differences lose digits even at their best step, half of them forward and a third central.
# `gradcheck`, which is built on them, passes gradients that are wrong.
#
# Needs: [Why a network needs a non-linear function](why-nonlinearity.py), and the derivative of the
# exponential. Takes 10 minutes.

# %%
import functools
import inspect
import warnings
from html import escape

import numpy as np
import sympy as sp
import torch
from IPython.display import HTML, Math, display
from torch.nn.functional import gelu, hardsigmoid, hardtanh, relu6, softplus

from catalog import pick
from derive import prove_steps
from exact import Exact
from figures import Curve, plot
from snippets.sigmoid import derivative, formula, sigmoid, sigmoid_grad, x
from snippets.sigmoid import steps as sigmoid_steps
from snippets.tanh import derivative as tanh_derivative
from snippets.tanh import formula as tanh_formula
from snippets.tanh import steps as tanh_steps
from snippets.tanh import tanh, tanh_grad
from tex import tex

torch.set_num_threads(1)

# %% [markdown]
# ## By hand
#
# Two rules are enough for [sigmoid](../activations/sigmoid.md) and [tanh](../activations/tanh.md).
# The *chain rule*: the derivative of $f(g(x))$ is $f'(g(x)) \, g'(x)$. The *quotient rule*,
# wherever $g(x)$ is not 0:

# %%
f, g = sp.Function("f")(x), sp.Function("g")(x)
rule = (f.diff(x) * g - f * g.diff(x)) / g**2
assert sp.simplify((f / g).diff(x) - rule) == 0
assert sp.exp(-x).diff(x) == sp.exp(-x) * (-x).diff(x)  # the chain rule for exp(-x)
Math(tex(sp.Eq(sp.Derivative(f / g, x), rule, evaluate=False)))

# %% [markdown]
# Here is sigmoid, step by step. `prove_steps` proves that each line equals the one before; it
# raises an error for a line that does not.


# %%
def show(steps):
    for number, (step, reason) in enumerate(steps, 1):
        display(HTML(f"<p>{number}. {escape(reason)}</p>"), Math(tex(step)))


prove_steps(pick("sigmoid"))
show(sigmoid_steps)

# %% [markdown]
# And tanh:

# %%
prove_steps(pick("tanh"))
show(tanh_steps)

# %% [markdown]
# ## By SymPy
#
# SymPy applies the same rules. What comes out may look different from what you have written, so
# simplify the difference. If that gives 0, the two are equal.

# %%
assert sp.simplify(formula.diff(x) - derivative) == 0
assert sp.simplify(tanh_formula.diff(x) - tanh_derivative) == 0
tanh_formula.diff(x)

# %% [markdown]
# Equal formulas need not be equal in floating point. The last step for sigmoid, σ(1 − σ), gives 0
# at $x = 40$, because σ itself rounds to 1 there. The exact value is about $4 \cdot 10^{-18}$, and
# `sigmoid_grad`, written in another form, has it. [Numerical stability](stability.py) is about such
# pairs.

# %%
assert sigmoid(40.0) * (1 - sigmoid(40.0)) == 0
assert np.isclose(sigmoid_grad(40.0), float(derivative.subs(x, 40)), rtol=1e-14, atol=0)
assert round(sigmoid_grad(40.0) * 1e18) == 4

# %% [markdown]
# ## By autograd
#
# PyTorch applies the chain rule to numbers, not to formulas. Each operation brings a formula for
# its own derivative, which somebody has typed, and autograd multiplies their values. At ordinary
# inputs it agrees with the exact derivative:


# %%
def autograd(function, point):
    point = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    [slope] = torch.autograd.grad(function(point).sum(), point)
    return slope.numpy()


points = np.random.default_rng(0).uniform(-3, 3, 400)
exact = Exact(derivative, x).rounded(points).nearest
assert np.allclose(autograd(torch.sigmoid, points), exact, rtol=1e-13, atol=0)

# %% [markdown]
# It can be no better than what was typed. `torch.sigmoid` keeps σ to compute its slope from. At 40
# this is 1, and the slope comes out as 0. Nor does it see a function as a whole:
# $\operatorname{relu}(x) - \operatorname{relu}(-x)$ is $x$, with slope 1 everywhere, but PyTorch
# gives each ReLU the slope 0 at 0, and the difference too.


# %%
def difference(x):
    return torch.relu(x) - torch.relu(-x)


kept = torch.sigmoid(torch.tensor(40.0, dtype=torch.float64, requires_grad=True))
assert kept.grad_fn._saved_result == 1
assert autograd(torch.sigmoid, 40.0) == 0
assert autograd(difference, [-1.0, 0.0, 1.0]).tolist() == [1, 0, 1]

# %% [markdown]
# ## By finite differences
#
# A *forward difference* needs nothing but values of the function: $(f(x + h) - f(x)) / h$. A
# *central difference* goes both ways: $(f(x + h) - f(x - h)) / (2 h)$. Let $a_n$ be the $n$-th
# derivative at $x$. Taylor's polynomial tells how far off they are for a small step $h$:

# %%
a, h = sp.symbols("a:4"), sp.Symbol("h", positive=True)
taylor = sum(a[n] * h**n / sp.factorial(n) for n in range(4))
forward_off = sp.expand((taylor - a[0]) / h - a[1])
central_off = sp.expand((taylor - taylor.subs(h, -h)) / (2 * h) - a[1])
assert forward_off.coeff(h, 1) == a[2] / 2
assert central_off == a[3] * h**2 / 6

# %% [markdown]
# So make $h$ small? No: each value is computed with a relative error of up to some $u$, and the
# error of the difference is divided by $h$. (So is that of rounding $x + h$, which we leave out.)
# Let $F$ bound the values, and $M$ bound $a_2$, or $a_3$ for the central difference. The best
# forward step:

# %%
u, F_, M = sp.symbols("u F M", positive=True)
forward_bound = M * h / 2 + 2 * u * F_ / h
central_bound = M * h**2 / 6 + u * F_ / h
[forward_best] = sp.solve(forward_bound.diff(h), h)
[central_best] = sp.solve(central_bound.diff(h), h)
assert sp.simplify(forward_best - 2 * sp.sqrt(u * F_ / M)) == 0
assert sp.simplify(central_best**3 - 3 * u * F_ / M) == 0
assert sp.simplify(forward_bound.subs(h, forward_best) - 2 * sp.sqrt(u * F_ * M)) == 0
sp.Eq(h, 2 * sp.sqrt(u * F_ / M), evaluate=False)

# %% [markdown]
# The best forward step grows with $\sqrt{u}$, and so does the error that is left: half of the
# digits are gone. The best central step grows with $\sqrt[3]{u}$, and its error with $u^{2/3}$: a
# third of the digits are gone. Now measure it, as the median over 400 inputs:


# %%
def forward(f, at, h):
    return (f(at + h) - f(at)) / h


def central(f, at, h):
    return (f(at + h) - f(at - h)) / (2 * h)


def complex_step(f, at, h):
    return np.imag(f(at + 1j * h)) / h


def median_error(method):
    off = [np.abs(method(plain, points, step) / exact - 1) for step in 10.0**logs]
    return np.log10(np.maximum(np.median(off, axis=1), 1e-17))


plain = sp.lambdify(x, formula)
logs = np.linspace(-16, 0, 65)
methods = {"forward": forward, "central": central, "complex step": complex_step}
lines = {label: median_error(method) for label, method in methods.items()}
curves = [Curve(label, logs, line) for label, line in lines.items()]
title = "Error of a numerical derivative of sigmoid by step, log₁₀ of both"
about = "Forward is best at 1e-8, central at 1e-5; the complex step stays at 1e-16 for small steps."
labels = {"xlabel": "log₁₀ of the step", "ylabel": "log₁₀ of the relative error"}
HTML(plot("step", curves, title=title, description=about, xlim=(-16, 0), **labels))

# %%
best = {label: (logs[line.argmin()], line.min()) for label, line in lines.items()}
assert 15 < -np.log10(np.finfo(float).eps) < 16  # digits of a float64
assert -8.5 < best["forward"][0] < -7
assert round(best["forward"][1]) == -8
assert -6 < best["central"][0] < -4.5
assert round(best["central"][1]) == -11

large, small = (logs > -3.5) & (logs < -1), (logs > -14) & (logs < -9)
for label, order in ("forward", 1), ("central", 2):
    assert abs(np.polyfit(logs[large], lines[label][large], 1)[0] - order) < 0.2
    assert abs(np.polyfit(logs[small], lines[label][small], 1)[0] + 1) < 0.2

# %% [markdown]
# Of nearly 16 digits about 8 are left with the forward difference, and 11 with the central one.
# Right of its best step each curve has the slope of its Taylor error, 1 or 2. Left of it, rounding
# rules: a step 10 times smaller makes the error 10 times larger.
#
# ## The complex step
#
# Step aside instead, into the complex plane. For a function that is real on the real line and has a
# Taylor series, $f(x + i h) = f(x) + i h f'(x) - \ldots$, so $f'(x)$ is about
# $\operatorname{Im} f(x + i h) / h$
# ([Squire and Trapp (1998)](https://doi.org/10.1137/S003614459631241X)). Nothing is subtracted, so
# nothing cancels, and the step may be as small as you like:

# %%
assert np.all(lines["complex step"][logs < -8.5] < -15)
tiny = complex_step(plain, points, 1e-200)
assert np.allclose(tiny, exact, rtol=1e-14, atol=0)

# %% [markdown]
# But the code must mean the same for complex numbers. `abs` does not: of a complex number it is the
# length, which is real. The slope of $\lvert x \rvert$ at $-1$ comes out as 0 in place of $-1$. The
# careful formula of `sigmoid` uses `abs`, so its complex step is wrong, without a word. Hence the
# code of this site refuses complex numbers. The complex step of `np.tanh` is right.


# %%
def refuses(function):
    try:
        return function() is None
    except (TypeError, RuntimeError):
        return True


def careful(z):
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


assert complex_step(np.abs, -1.0, 1e-200) == 0
assert np.array_equal(careful(points), sigmoid(points))
assert complex_step(careful, 1.0, 1e-200) == 0
assert np.isclose(complex_step(careful, -2.0, 1e-200), sigmoid(-2.0), rtol=1e-14)
assert sigmoid(-2.0) > 1.1 * sigmoid_grad(-2.0)
assert refuses(lambda: complex_step(sigmoid, 1.0, 1e-200))
slope = complex_step(np.tanh, 1.0, 1e-200)
assert np.isclose(slope, float(tanh_derivative.subs(x, 1)), rtol=1e-14)

# %% [markdown]
# Comparisons may fail or not. Complex numbers have no order, so Python's `max` and PyTorch's `relu`
# refuse them. NumPy's `maximum` compares real parts first. So a ReLU made of it gets the right
# slope on both sides, and at 0, where there is none, the sign of the step decides.

# %%
assert refuses(lambda: max(1 + 1e-200j, 0))
assert refuses(lambda: torch.relu(torch.tensor(1 + 1e-200j)))
slopes = [complex_step(lambda z: np.maximum(z, 0), at, 1e-200) for at in (-1.0, 0.0, 1.0)]
assert slopes == [0, 1, 1]
assert complex_step(lambda z: np.maximum(z, 0), 0.0, -1e-200) == 0

# %% [markdown]
# ## What gradcheck passes
#
# `torch.autograd.gradcheck` compares what autograd says, $a$, with a central difference $d$ of step
# $10^{-6}$, at the inputs that you give it and nowhere else. It passes if
# $\lvert a - d \rvert \le 10^{-5} + 10^{-3} \lvert d \rvert$ for each.


# %%
def passes(function, *inputs, dtype=torch.float64, **settings):
    inputs = torch.tensor(inputs, dtype=dtype, requires_grad=True)
    return torch.autograd.gradcheck(function, inputs, raise_exception=False, **settings)


given = inspect.signature(torch.autograd.gradcheck).parameters
assert [given[k].default for k in ("eps", "atol", "rtol")] == [1e-6, 1e-5, 1e-3]
assert passes(torch.sigmoid, -2.0, 0.0, 3.0)

# %% [markdown]
# That finds many a slip. It also lets these through.
#
# **A mistake where you have not looked.** Here is a ReLU6 whose backward forgets the upper bound.
# Of 1000 normal random inputs none exceeds 6.


# %%
class Forgetful(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return relu6(x)

    @staticmethod
    def backward(ctx, upstream):
        return upstream * (ctx.saved_tensors[0] > 0)


random = np.random.default_rng(0).standard_normal(1000)
assert random.max() < 6
assert passes(Forgetful.apply, *random)
assert not passes(Forgetful.apply, 7.0)

# %% [markdown]
# **A small relative error.** [Hardsigmoid](../activations/hardsigmoid.md) has the slope
# $\frac{1}{6}$. In float64, PyTorch gives it the float32 number next to $\frac{1}{6}$. Only a
# tighter tolerance tells.

# %%
sixth = autograd(hardsigmoid, 0.0)
assert sixth == float(np.float32(1 / 6)) != 1 / 6
assert passes(hardsigmoid, 0.0, 1.0)
assert not passes(hardsigmoid, 0.0, 1.0, atol=1e-9, rtol=0)

# %% [markdown]
# **Anything in a tail.** Where a slope is below $10^{-5}$, 0 passes too: that of `torch.sigmoid` at
# 40 does, with no correct digit.

# %%
assert passes(torch.sigmoid, 40.0)

# %% [markdown]
# **A kink.** Random inputs miss it: $\operatorname{relu}(x) - \operatorname{relu}(-x)$ passes, with
# its wrong slope at 0. At a kink the central difference is the mean of the two slopes. So `relu`
# fails at 0, though its 0 is a choice as good as another, and `maximum`, which says $\frac{1}{2}$,
# passes.

# %%
assert passes(difference, *random)
assert not passes(difference, 0.0)
assert not passes(torch.relu, 0.0)
assert autograd(lambda x: torch.maximum(x, torch.zeros_like(x)), 0.0) == 0.5
assert passes(lambda x: torch.maximum(x, torch.zeros_like(x)), 0.0)

# %% [markdown]
# **The ends.** At nan nothing passes, for nan does not equal itself. At ∞ ReLU fails with its right
# slope, since ∞ − ∞ is nan. So `gradcheck` says nothing of such inputs. Huge ones it can check, but
# random inputs are not huge, and there the slope of PyTorch's tanh form of GELU is nan:

# %%
gelu_tanh = functools.partial(gelu, approximate="tanh")
assert not passes(torch.tanh, np.nan)
assert autograd(torch.relu, np.inf) == 1
assert not passes(torch.relu, np.inf)
assert passes(gelu_tanh, *random)
assert not passes(gelu_tanh, 1e160)
assert np.isnan(autograd(gelu_tanh, 1e160))

# %% [markdown]
# **Other dtypes.** In float32 a step of $10^{-6}$ leaves one digit or two, so right gradients fail,
# after a warning. The check is meant for float64, where the float32 code does not run.

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    assert not passes(torch.tanh, 0.5, 1.0, dtype=torch.float32)
assert "not a double precision" in str(caught[0].message)
single = central(tanh, points.astype(np.float32), np.float32(1e-6))
assert 1e-3 < np.median(np.abs(single / tanh_grad(points) - 1)) < 1e-1

# %% [markdown]
# **The wrong function.** The check compares a function with its own slope. PyTorch's softplus
# returns $x$ itself above 20; the slope 1 that goes with it passes, though that of softplus is
# less.

# %%
assert torch.nn.Softplus().threshold == 20
assert passes(softplus, 19.0, 21.0)
assert autograd(softplus, 21.0) == 1 > 1 / (1 + np.exp(-21.0))

# %% [markdown]
# This is why the pages of this site compare with exact values, at every kink, in the tails and at
# the ends.
#
# ## What to take away
#
# - Prove a formula with algebra, then check the code with numbers: equal formulas can differ in
#   floats.
# - A finite difference keeps about half of the digits, a central one about two thirds, each at its
#   best step. A smaller step is worse.
# - The complex step keeps them all, if the code means the same for complex numbers.
# - A pass of `gradcheck` says: no gross error at these inputs. Give it kinks and tails, and tighten
#   its tolerances.
#
# ## Exercises
#
# **1.** Since $\tanh x = 2 \sigma(2 x) - 1$, the chain rule gives the slope of tanh from that of
# sigmoid. What is it?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# $4 \sigma'(2 x)$: one factor 2 stands outside, the other comes from $2 x$.

# %%
assert sp.simplify(tanh_formula - (2 * formula.subs(x, 2 * x) - 1)) == 0
assert sp.simplify(tanh_derivative - 4 * derivative.subs(x, 2 * x)) == 0

# %% [markdown]
# </details>
#
# **2.** The second derivative is about $(f(x + h) - 2 f(x) + f(x - h)) / h^2$. Its error from
# Taylor's polynomial is $M h^2$, that from rounding $4 u F / h^2$. How does the best step depend on
# $u$, and how many digits are lost?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# The best step grows with $\sqrt[4]{u}$, the error with $\sqrt{u}$: half of the digits are lost,
# though both sides are used. In float64 the step is about $10^{-4}$.

# %%
second_bound = M * h**2 + 4 * u * F_ / h**2
[second_best] = [s for s in sp.solve(second_bound.diff(h), h) if s.is_positive]
assert sp.simplify(second_best**4 / u).diff(u) == 0
assert sp.simplify(second_bound.subs(h, second_best) ** 2 / u).diff(u) == 0
slope = Exact(formula.diff(x, 2), x).rounded(points).nearest
at, step = points, 10.0 ** logs[:, None]
off = (sigmoid(at + step) - 2 * sigmoid(at) + sigmoid(at - step)) / step**2 / slope - 1
line = np.median(np.abs(off), axis=1)
assert 1e-5 < 10 ** logs[line.argmin()] < 1e-3
assert 1e-9 < line.min() < 1e-6

# %% [markdown]
# </details>
#
# **3.** What slope at the kink must a ReLU give to pass `gradcheck` at 0, and which slopes of a
# Hardtanh pass at 1?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# $\frac{1}{2}$ for both, to within about 0.0005: the mean of the slopes 0 and 1 on the two sides.
# In PyTorch both have 0 there, a slope as good as any between 0 and 1, and fail.

# %%
middle = torch.tensor([0.0], dtype=torch.float64)
for kinked, kink in (torch.relu, 0.0), (hardtanh, 1.0):
    at = middle + kink
    mean = ((kinked(at + 1e-6) - kinked(at - 1e-6)) / 2e-6).item()
    assert abs(mean - 0.5) < 1e-9
    assert not passes(kinked, kink)
assert round(1e-5 + 1e-3 * 0.5, 4) == 0.0005
assert autograd(hardtanh, 1.0) == 0

# %% [markdown]
# </details>
