# %% [markdown]
# # What the post got wrong
#
# **Claim.** The blog post that this site grew out of has errors in its mathematics, in what it says
# of training, in its code, its terms and its typesetting. Most of them an `assert` finds.
#
# Needs: the lesson that an entry links to, if you want to know more. Takes 15 minutes.
#
# The post is in Chinese: “<span lang="zh">pytorch系列6 -- activation_function 激活函数 relu,
# leakly_relu, tanh, sigmoid及其优缺点</span>”. (Our copy names no author and no address, so there
# is no link.) It asks the right questions in a good order, and the lessons here follow it. But it
# has errors, as many introductions have, and readers carry them on. Here is each one: what is said,
# what is right and, wherever a program can tell, a check that runs. At the end come errors from
# other places.
#
# What is said is translated. The quoted code is the post's own, and only as much as a check needs.

# %%
import inspect
import math

import numpy as np
import sympy as sp
import torch
from torch import nn

import mathml
from catalog import pick
from derive import facts
from snippets import gelu, hardsigmoid, hardswish, leaky_relu, prelu, relu, sigmoid, tanh

F = nn.functional
torch.set_num_threads(1)
x = relu.x


def fails(error, f, *args):
    """Return what `f` says when it raises `error`."""
    try:
        f(*args)
    except error as e:
        return str(e)
    raise AssertionError(f"no {error.__name__}")


def overflows(f, at):
    """Tell whether NumPy's overflow flag goes up in `f` at that input."""
    try:
        with np.errstate(all="ignore", over="raise"):
            f(at)
    except FloatingPointError:
        return True
    return False


# %% [markdown]
# ## Mathematics
#
# ### A stack of linear layers is called linear
#
# *Said:* without an activation the relation that is learned is still linear. *Right:* it is
# *affine*, since the layers have biases: $6 x + 4$ is not 0 at 0. The rest is right, and there is
# more to it: a narrow stack can do less than one layer. See
# [why a network needs a non-linear function](why-nonlinearity.py).
#
# ### Non-linear is taken to be enough
#
# *Said:* only that a non-linear function is needed. *Right:* not each will do. With $x^2$ four
# units, or any number, give a polynomial of degree 2 at most. The
# [same lesson](why-nonlinearity.py) says which functions serve.

# %%
stack = sp.expand(2 * (3 * x + 1) + 2)
assert stack == 6 * x + 4
assert stack.subs(x, 0) != 0

units = [sp.symbols(f"w{i} b{i} v{i}") for i in range(4)]
assert sp.degree(sum(v * (w * x + b) ** 2 for w, b, v in units), x) == 2

# %% [markdown]
# ### The quotient rule lacks its condition, and has its prime in the wrong place
#
# *Said:* $(g(x)/f(x))' = (g(x)' f(x) - g(x) f(x)') / f(x)^2$. *Right:* the formula is right where
# $f(x) \ne 0$, which is not said. The prime belongs to the function: $g'(x)$. Written $g(x)'$ it
# reads as the derivative of a number.

# %%
f, g = sp.Function("f")(x), sp.Function("g")(x)
rule = (g.diff(x) * f - g * f.diff(x)) / f**2
assert sp.simplify((g / f).diff(x) - rule) == 0

# %% [markdown]
# ### ReLU is called not differentiable on the whole interval
#
# *Said:* that, in the heading. *Right:* it is differentiable everywhere but at 0. There the slopes
# from the two sides are 0 and 1; these and all numbers between are its *subgradients*.
#
# ### Two derivatives are called f(x)
#
# *Said:* the derivatives of ReLU and Leaky ReLU are $f(x) = \dots$, as the functions themselves.
# *Right:* $f'(x)$. At 2 they differ.
#
# ### Formula and code disagree at 0
#
# *Said:* the formulas, “0 if $x < 0$, 1 else” and “0.01 if $x < 0$, 1 else”, give 1 at 0. The code,
# `np.where(x > 0, 1, 0)` and `np.where(x > 0, 1, 0.01)`, gives 0 and 0.01. *Right:* there is no
# derivative at 0. A program returns a number all the same, and PyTorch's choice is that of the
# code.

# %%
[kink] = facts(pick("relu")).kinks
assert (kink.at, kink.order, kink.slopes) == (0, 1, (0, 1))
assert relu.formula.subs(x, 2) == 2
assert relu.derivative.subs(x, 2) == 1

zero = torch.zeros((), requires_grad=True)
for function, code in (F.relu, 0.0), (F.leaky_relu, 0.01):
    (slope,) = torch.autograd.grad(function(zero), zero)
    assert np.isclose(slope, code)
    assert np.where(np.zeros(1) > 0, 1, code) == code
    assert np.where(np.zeros(1) < 0, code, 1) == 1  # what the formula says

# %% [markdown]
# ### Leaky ReLU as max(0.01x, x), with 0.01 made trainable
#
# *Said:* the 0.01 may become a variable that is learned. *Right:* the maximum is Leaky ReLU only up
# to a slope of 1. At $-1$ slope 2 should give $-2$, and the maximum is $-1$. With a slope that is
# learned the function has a name of its own, [PReLU](../activations/prelu.md).

# %%
assert leaky_relu.leaky_relu(-1.0, 2.0) == prelu.prelu(-1.0, 2.0) == -2
assert np.maximum(2 * -1.0, -1.0) == -1
below, above = np.linspace(-3, 3, 13), np.linspace(0, 1, 6)
for a in above:
    assert np.array_equal(np.maximum(a * below, below), prelu.prelu(below, a))

# %% [markdown]
# ### Tanh is said to give [−1, 1] with mean 0
#
# *Right:* in mathematics the range is $(-1, 1)$; only rounding reaches the ends. The mean of the
# output is 0 if the input is symmetric about 0. For a normal input with mean 1 and variance 1 it is
# more than 0.5.
#
# ### Sigmoid's mean is “not 0 (zero-centered)”
#
# *Right:* the bracket says the opposite of what is meant: *not* zero-centred. For an input that is
# symmetric about 0 the mean is $\frac{1}{2}$, since $\sigma(x) + \sigma(-x) = 1$.

# %%
t = sp.tanh(x)
assert sp.simplify(1 - t**2 - 1 / sp.cosh(x) ** 2) == 0  # so 1 - t² is never 0
assert np.tanh(20.0) == 1

grid = np.linspace(-12, 14, 26001)
normal = np.exp(-((grid - 1) ** 2) / 2) / np.sqrt(2 * np.pi)
assert 0.5 < np.sum(tanh.tanh(grid) * normal) * 0.001 < 0.6
s = sigmoid.formula
assert sp.simplify(s + s.subs(x, -x)) == 1

# %% [markdown]
# ## Training
#
# ### The example is said to have learned
#
# *Said:* with the activation the network has learned non-linear features. *Right:* nothing is
# learned: the numbers 3, 1, 2 and 2 are given, and stay.
#
# ### “Linear regression”
#
# *Said:* the last program shows the four functions in linear regression, where they behave as “very
# good” non-linear relations. *Right:* it has no data and fits nothing. It draws
# $2 f(3 x + 0.1) + 0.2$, as [four side by side](../compare/four.md) does, and “very good” is no
# measure. See [one model](one-model.py).
#
# ### “ReLU has no vanishing gradient”
#
# *Right:* for negative inputs its gradient is exactly 0 (the post says so itself, under dead
# units), and what is passed on is multiplied by weights. Behind 20 layers that are initialised as
# Xavier's rule says, less than a hundredth of the gradient is left below. See
# [saturation](saturation.py).
#
# ### “ReLU makes magnitudes grow with depth”
#
# *Right:* that depends on the weights. With Xavier's the mean square of the signal is about halved
# in each layer. With He's, $\sqrt{2}$ times as large, it stays of the same order.
#
# ### Dead units are blamed on Xavier's initialisation
#
# *Said:* they come from it, because it makes the variances of input and output equal. *Right:* it
# does so for functions that are nearly $x$ around 0, which ReLU is not, and the signal shrinks. But
# that kills no unit: while biases are 0, a positive factor on the weights changes no sign. The very
# same units are dead with He's. See [initialisation](initialisation.py) and
# [dying ReLUs](dying-relu.py).


# %%
def run(weights, data):
    """Return the mean square behind each layer, and which units of it are dead."""
    squares, dead = [(data**2).mean()], []
    for w in weights:
        data = relu.relu(data @ w)
        squares.append((data**2).mean())
        dead.append(np.all(data == 0, axis=0))
    return np.array(squares), np.array(dead)


for seed in range(5):
    rng = np.random.default_rng(seed)
    data = rng.standard_normal((256, 128))
    weights = rng.standard_normal((20, 128, 128))
    xavier, he = weights / np.sqrt(128), weights * np.sqrt(2 / 128)
    (small, dead), (steady, dead_too) = run(xavier, data), run(he, data)
    assert np.all(np.abs(small[1:] / small[:-1] - 0.5) < 0.35)
    assert small[-1] < 1e-4 < 0.1 < steady[-1] < 10
    assert dead.any()
    assert np.array_equal(dead, dead_too)

    layers = [torch.tensor(w) for w in xavier]
    start = torch.tensor(data[:1], requires_grad=True)
    result = start
    for w in layers:
        result = F.relu(result @ w)
    upstream = torch.tensor(rng.standard_normal((1, 128)))
    (gradient,) = torch.autograd.grad(result, start, upstream)
    assert gradient.norm() < upstream.norm() / 100
assert relu.relu_grad(-2.0) == 0

# %% [markdown]
# ### The chain rule takes the wrong layers, and no weights
#
# *Said:* the derivative needs the product of the derivatives of the layers *before*. *Right:* for
# the weights of a layer it is the product over that layer and those *after* it, and each step also
# multiplies by weights. Sigmoid's slope is at most $\frac{1}{4}$, so each of its layers costs a
# factor of 4 at its very best point.

# %%
w = torch.tensor([0.7, -1.3, 2.1], dtype=torch.float64, requires_grad=True)
w1, w2, w3 = w
h1 = torch.sigmoid(w1 * 1.5)
h2 = torch.sigmoid(w2 * h1)
y = torch.sigmoid(w3 * h2)
g1, g3 = torch.autograd.grad(y, [w1, w3])
d1, d2, d3 = (h * (1 - h) for h in (h1, h2, y))
assert torch.isclose(g1, d3 * w3 * d2 * w2 * d1 * 1.5)
assert torch.isclose(g3, d3 * h2)  # nothing of d1 or d2
assert facts(pick("sigmoid")).lipschitz[0] == sp.Rational(1, 4)

# %% [markdown]
# ### “With positive inputs the derivative by w is always positive”
#
# *Right:* that of the unit is, that of the *loss* is not. The loss multiplies the former by one
# number from above, the same for all weights of the unit. So for one example they all move the same
# way, up or down [@lecun1998, section 4.3]. Over a batch they need not even agree.


# %%
def signs(inputs, targets):
    w = torch.zeros(3, requires_grad=True)
    results = torch.sigmoid(torch.tensor(inputs) @ w)
    loss = ((results - torch.tensor(targets)) ** 2).sum()
    return torch.sign(torch.autograd.grad(loss, w)[0]).tolist()


assert signs([[1.0, 2.0, 3.0]], [0.0]) == [1, 1, 1]
assert signs([[1.0, 2.0, 3.0]], [1.0]) == [-1, -1, -1]
assert signs([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], [0.0, 1.0]) == [-1, 0, 1]

# %% [markdown]
# ### Speed, three times
#
# *Said:* ReLU converges clearly faster than sigmoid and tanh; it needs a low learning rate;
# exponentials are slow. *Right:* these are statements about experiments, and the post gives neither
# experiment nor source. What holds for one network or machine may not hold for another, so there is
# no check here either. See [choosing an activation](choosing.py).
#
# ## Code
#
# Here are the post's functions, as printed there:


# %%
def post_sigma(x):
    return 1 / (1 + np.exp(-x))


def post_sigma_diff(x):
    return post_sigma(x) * (1 - post_sigma(x))


def post_tanh(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def post_tanh_diff(x):
    return 4 / np.power(np.exp(x) + np.exp(-x), 2)


def post_relu(x):
    return np.where(x > 0, x, 0)


def post_relu_diff(x):
    return np.where(x > 0, 1, 0)


def post_lea_relu(x):
    return np.array([i if i > 0 else 0.01 * i for i in x])


# %% [markdown]
# ### The example adds 1 where its text has 2, and its grid misses the kink
#
# *Said:* $b_2 = 2$ in the text, `y_relu * 2 + 1` in the code. *Right:* `+ 2`. As printed, two lines
# that should coincide run 1 apart. And `np.arange(-3, 3, step=0.5)` holds neither the kink at
# $-\frac{1}{3}$ nor the end 3, so the bend is drawn in the wrong place:
# [shown here](why-nonlinearity.py).

# %%
coarse = np.arange(-3, 3, step=0.5)
right = coarse > -1 / 3
text, code = coarse * 6 + 4, post_relu(coarse * 3 + 1) * 2 + 1
assert np.all(text - code == 1, where=right)
assert -1 / 3 not in coarse
assert coarse[-1] == 2.5

# %% [markdown]
# ### The last program uses its functions before it defines them
#
# *Said:* `model(x, activation=relu)`, and `def relu` below it. *Right:* definitions first. Run by
# itself, as a script, it stops with a NameError:

# %%
program = """
y_1 = model(x, activation=relu)

def relu(x):
    return np.where(x>0, x, 0)
"""
known = {"np": np, "x": np.arange(-1, 1, step=0.01), "model": lambda x, activation: x}
assert fails(NameError, exec, program, known) == "name 'relu' is not defined"

# %% [markdown]
# ### sigma overflows on the left
#
# *Right:* the result, 0, is nearly right, but NumPy warns. It does so as soon as $e^{-x}$ is too
# large: below $-11.09$ in float16, $-88.7$ in float32 and $-709.8$ in float64. The
# [page on sigmoid](../activations/sigmoid.md) has a form without this.

# %%
for kind, limit in (np.float16, 11.09), (np.float32, 88.7), (np.float64, 709.8):
    assert math.isclose(math.log(np.finfo(kind).max), limit, rel_tol=1e-3)
    assert not overflows(post_sigma, -kind(0.99 * limit))
    assert overflows(post_sigma, -kind(1.01 * limit))
    assert not overflows(sigmoid.sigmoid, -kind(1.01 * limit))
    with np.errstate(over="ignore"):
        assert post_sigma(-kind(1.01 * limit)) == 0
    assert sigmoid.sigmoid(-1.01 * limit) < 2e-5

# %% [markdown]
# ### sigma_diff is 0 on the right, where the derivative is not
#
# *Right:* from 37 on `sigma(x)` rounds to 1, and `1 - sigma(x)` to 0. At 40 the derivative is about
# $4 \cdot 10^{-18}$. At $-40$, where it is the same, the code has it right.
#
# ### tanh is nan far out, and inexact near 0
#
# *Right:* from 710 on both exponentials are infinite or 0, and $\infty / \infty$ is nan (in float32
# from 89 on, in float16 from 12). At $10^{-8}$ the difference of two numbers close to 1 has lost
# about half of its digits.
#
# ### tanh_diff overflows from 355 on
#
# *Right:* the square is too large before the exponential is. The value that comes out, 0, is wrong
# by less than the least normal float64, so only the warning does harm. That it is $1 - \tanh^2 x$
# would be worth a word.

# %%
assert post_sigma_diff(36) > 0
assert post_sigma_diff(37) == post_sigma_diff(40) == 0
assert math.isclose(post_sigma_diff(-40), sigmoid.sigmoid_grad(40), rel_tol=1e-12)
assert math.isclose(sigmoid.sigmoid_grad(40), 4e-18, rel_tol=0.1)

with np.errstate(all="ignore"):
    for kind, far in (np.float16, 12), (np.float32, 89), (np.float64, 710):
        assert np.isnan(post_tanh(kind(far)))
        assert tanh.tanh(kind(far)) == 1
    assert post_tanh_diff(355.0) == 0
assert tanh.tanh_grad(355.0) < np.finfo(np.float64).tiny
small = 10.0**-8
assert 1e-10 < abs(post_tanh(small) / small - 1) < 1e-7
assert abs(tanh.tanh(small) / small - 1) < 1e-15
assert overflows(post_tanh_diff, 355.0)
assert not overflows(post_tanh_diff, 354.0)
slope = 4 / (sp.exp(x) + sp.exp(-x)) ** 2
assert sp.simplify(slope.rewrite(sp.cosh) - (1 - t**2)) == 0

# %% [markdown]
# ### relu turns nan into 0, and relu_diff returns integers
#
# *Right:* `nan > 0` is false, so `np.where` takes the 0, and a fault upstream is hidden.
# `np.maximum(x, 0)` keeps the nan. The derivative of floats should be floats.
#
# ### lea_relu is a loop
#
# *Right:* it takes a list of numbers, and nothing else: a matrix or a single number is an error.
# NumPy has loops of its own: `np.where(x > 0, x, 0.01 * x)` does for any shape.

# %%
assert post_relu(np.nan) == 0
assert np.isnan(np.maximum(np.nan, 0))
assert np.isnan(relu.relu(np.nan))
assert post_relu_diff(np.ones(2)).dtype == np.int_
assert relu.relu_grad(np.ones(2)).dtype == np.float64

assert "ambiguous" in fails(ValueError, post_lea_relu, np.ones((2, 2)))
assert "iterable" in fails(TypeError, post_lea_relu, 1.0)
assert np.array_equal(np.where(below > 0, below, 0.01 * below), post_lea_relu(below))

# %% [markdown]
# ### Smooth curves are drawn with corners
#
# *Said:* sigmoid and tanh are drawn from a grid of step 0.5, the rectifiers, which are straight,
# from one of 0.01. *Right:* the other way round would do. The polyline misses tanh by more than
# 0.02, which is visible. None of the axes has a label.
#
# ### The programs
#
# The first and the last begin with “This is a temporary script file”, as the editor wrote it. The
# models of the first print besides what they return. The same lines of plotting stand in four
# places, and there is no test: a few would have found most of the above.

# %%
fine = np.linspace(-6, 5.5, 10001)


def missed(step):
    drawn = np.arange(-6, 6, step=step)
    return np.max(np.abs(np.interp(fine, drawn, np.tanh(drawn)) - np.tanh(fine)))


assert 0.02 < missed(0.5) < 0.03
assert missed(0.01) < 0.0001

# %% [markdown]
# ## PyTorch
#
# ### nn.sigmoid and nn.tanh
#
# *Right:* they do not exist. The classes are `nn.Sigmoid` and `nn.Tanh`, the functions
# `torch.sigmoid` and `torch.tanh`.
#
# ### “All implement `__call__` and `forward`”
#
# *Right:* the classes implement `forward`. `__call__` is inherited from `nn.Module`, and runs hooks
# besides. See [inside PyTorch](inside-pytorch.py).
#
# ### ReLU's argument is missing
#
# *Said:* `nn.ReLU` without, `nn.LeakyReLU(negative_slope=0.01, inplace=False)` with its arguments.
# *Right:* ReLU has `inplace` too.

# %%
for name, function in ("Sigmoid", torch.sigmoid), ("Tanh", torch.tanh):
    assert not hasattr(nn, name.lower())
    assert torch.equal(getattr(nn, name)()(torch.ones(3)), function(torch.ones(3)))
for module in nn.ReLU, nn.LeakyReLU, nn.Sigmoid, nn.Tanh:
    assert "forward" in vars(module)
    assert "__call__" not in vars(module)
assert str(inspect.signature(nn.ReLU)) == "(inplace: bool = False) -> None"

# %% [markdown]
# ### The links
#
# They lead into one long page, as PyTorch's documentation was then. Since then each class has a
# page of its own, such as
# [ReLU's](https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html).
#
# ### The source is promised, not shown
#
# *Said:* “the source code of PyTorch's activation functions” is the fourth item of the contents.
# *Right:* four links to the documentation follow. [Inside PyTorch](inside-pytorch.py) shows the
# source, and where it leads.
#
# ## Typesetting
#
# - “Leakly”, “Relu” and “sifmoid” are *Leaky*, *ReLU* and *sigmoid*.
# - `tanh(x)` and `max(0, x)` are set in italics, as products of letters; names of functions are
#   upright: `\tanh`, `\max`.
# - `\text else` makes text of one letter, the “e”. It wants braces: `\text{else}`.
# - `\infin` is known to some renderers only. LaTeX's name is `\infty`.
# - In our copy `&lt;` and `&amp;` stand inside formulas. They are HTML for `<` and `&`.
#
# The renderer of this site shows the second and the third:

# %%
assert mathml.render("tanh", display=False).count("<mi>") == 4  # four variables
assert mathml.render(r"\tanh", display=False).count("<mi>") == 1
assert "<mtext>e</mtext><mi>l</mi>" in mathml.render(r"\text else", display=False)
assert "<mtext>else</mtext>" in mathml.render(r"\text{else}", display=False)

# %% [markdown]
# ## Other references
#
# We met these on the way, most of them in works that we hold in esteem and use ourselves. Each is
# given as it stood where we read it, and may have been mended since.
#
# ### numpy-ml: GELU's second derivative
#
# *Said* in
# [activations.py](https://github.com/ddbourgin/numpy-ml/blob/0f5b1ce39be5919731b33a439a138d18d01adeaa/numpy_ml/neural_nets/activations/activations.py):
# `ddx = (1 / 2 * sqrt(2)) * (1 + erf_prime(s) + (erf_prime2(s) / sqrt(2)))` with `s = x / sqrt(2)`.
# *Right:* $\varphi(x) (2 - x^2)$, with the normal density $\varphi$. At $-1$ the code gives 1.675,
# and right is 0.242.
#
# ### numpy-ml: GELU's first derivative
#
# *Said,* in the documentation of `grad`: a term $x + \operatorname{erf}'(x / \sqrt{2})$. *Right:* a
# product, as the code below it has. With `approximate=True`, the default, that code takes Φ from
# the approximation and the slope of Φ from the exact function: close, but not the derivative of
# what `fn` computes.
#
# ### numpy-ml: exact GELU
#
# *Said:* `approximate=False` works. *Right:* it calls `math.erf`, which takes no arrays.

# %%
density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
second = gelu.formula.diff(x, 2)
assert sp.simplify(second - density * (2 - x**2)) == 0


def numpy_ml_grad2(x):
    s = x / np.sqrt(2)
    erf_prime = 2 / np.sqrt(np.pi) * np.exp(-(s**2))
    erf_prime2 = -4 * s * np.exp(-(s**2)) / np.sqrt(np.pi)
    return (1 / 2 * np.sqrt(2)) * (1 + erf_prime + (erf_prime2 / np.sqrt(2)))


assert round(numpy_ml_grad2(-1.0), 3) == 1.675
assert round(float(second.subs(x, -1)), 3) == 0.242

phi = (1 + sp.erf(x / sp.sqrt(2))) / 2
assert sp.simplify(gelu.formula.diff(x) - (phi + x * phi.diff(x))) == 0
documented = phi + (x + 2 * sp.sqrt(2) * phi.diff(x)) / (2 * sp.sqrt(2))
assert abs((documented - gelu.formula.diff(x)).subs(x, 1).evalf()) > 0.1
approximate = (1 + sp.tanh(sp.sqrt(2 / sp.pi) * (x + 0.044715 * x**3))) / 2
used = (x * approximate).diff(x).subs(x, 2.5).evalf()
given = (approximate + x * phi.diff(x)).subs(x, 2.5).evalf()
assert 1e-4 < abs(used - given) < 1e-2
assert fails(TypeError, math.erf, np.ones(2))

# %% [markdown]
# ### ML Glossary: ELU and ReLU
#
# *Said* in an older
# [activation_functions.py](https://github.com/bfortuner/ml-glossary/blob/003498dcfa2e3001d3713f03d61f91c52beb1c6b/code/activation_functions.py):
# `return z if z >= 0 else alpha*(e^z -1)` and `return max(0, z)`. *Right:* in Python `^` is no
# power but a bitwise operator, and there is no `e`: a NameError. `max` takes no arrays.
#
# ### “Leaky ReLU can't be used for complex classification, as it possesses linearity”
#
# *Said* in many copies of one table of pros and cons. *Right:* it is not linear, and not a
# polynomial, so the [theorem](why-nonlinearity.py) holds for it. Two units already give the
# textbook example of what no linear classifier can do, exclusive or.

# %%
names = {"z": -1.0, "alpha": 1.0}
assert "'e'" in fails(NameError, eval, "z if z >= 0 else alpha*(e^z -1)", names)
assert fails(TypeError, eval, "alpha*(e^z -1)", names | {"e": math.e})
assert "ambiguous" in fails(ValueError, max, 0, np.ones(2))

for a in 0, 1:
    for b in 0, 1:
        pair = leaky_relu.leaky_relu(np.array([a - b, b - a]), 0.01)
        assert np.isclose(pair.sum() / 0.99, a ^ b)

# %% [markdown]
# ### Keras: four docstrings
#
# As on TensorFlow's pages of Keras 3.15.1:
#
# - [ops.hard_sigmoid](https://www.tensorflow.org/api_docs/python/tf/keras/ops/hard_sigmoid):
#   `(0.2 * x) + 0.5` between $-2.5$ and 2.5, and the example `[0.3, 0.5, 0.7]` for −1, 0 and 1.
#   *Right:* $x / 6 + 0.5$ between $-3$ and 3, as
#   [the code](https://github.com/keras-team/keras/blob/0036744c2cd4d12156b5cfabd2e5a84c53644680/keras/src/backend/tensorflow/nn.py)
#   that we read has it, `relu6(x + 3) / 6`. The other was Keras 2.
# - [ops.elu](https://www.tensorflow.org/api_docs/python/tf/keras/ops/elu): `alpha` is the “slope of
#   positive section”. *Right:* that slope is 1. On the left `alpha` is the limit, with a minus
#   sign.
# - [ops.gelu](https://www.tensorflow.org/api_docs/python/tf/keras/ops/gelu): the default is
#   `approximate=True`, and the example prints $-0.15865525$ for −1. *Right:* that is exact GELU.
#   The approximation is $-0.15880801$.
# - [activations.hard_silu](https://www.tensorflow.org/api_docs/python/tf/keras/activations/hard_silu):
#   “piecewise linear”. *Right:* piecewise quadratic: $x (x + 3) / 6$ in the middle.
#
# ### Keras on JAX: shrinkage hides nan
#
# *Said:* nothing. But
# [hard_shrink](https://github.com/keras-team/keras/blob/01a4a576bcf765dcce90b79e33297561982df460/keras/src/backend/jax/nn.py)
# is `jnp.where(jnp.abs(x) > threshold, x, 0.0)`, and since `nan > threshold` is false, that is 0 at
# nan. PyTorch returns nan. (JAX is not installed here: the check does it in NumPy.)

# %%
ends = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
assert torch.allclose(F.relu6(ends + 3) / 6, F.hardsigmoid(ends))
documented = torch.tensor([0.3, 0.5, 0.7], dtype=torch.float64)
assert torch.allclose(0.2 * ends + 0.5, documented)
assert not torch.allclose(F.hardsigmoid(ends), documented)
assert hardsigmoid.formula.subs(x, 1) == sp.Rational(2, 3)

assert F.elu(torch.tensor(2.0), alpha=3.0) == 2
assert F.elu(torch.tensor(-100.0), alpha=3.0) == -3

assert round(F.gelu(ends)[0].item(), 8) == -0.15865525
assert round(F.gelu(ends, approximate="tanh")[0].item(), 8) == -0.15880801

middle, _ = hardswish.formula.args[-1]
assert sp.degree(middle, x) == 2

assert np.where(np.abs(np.nan) > 0.5, np.nan, 0.0) == 0
assert F.hardshrink(torch.tensor(torch.nan)).isnan()

# %% [markdown]
# ### PyTorch: two docstrings
#
# - `nn.Threshold`: the example feeds `nn.Threshold(0, 0.5)` with `torch.arange(-3, 3)`. Those are
#   integers, so 0.5 becomes 0, and the result is `[0, 0, 0, 0, 1, 2]`. `torch.arange(-3.0, 3.0)`
#   would show what is meant.
# - `nn.LogSoftmax`: “values in the range [-inf, 0)”. *Right:* 0 occurs: at $(100, 0)$ the first
#   value is 0 in floats, and in a vector of length 1 it is 0 in mathematics.

# %%
for call in "m = nn.Threshold(0, 0.5)", "input = torch.arange(-3, 3)":
    assert call in nn.Threshold.__doc__
m = nn.Threshold(0, 0.5)
assert m(torch.arange(-3, 3)).tolist() == [0, 0, 0, 0, 1, 2]
assert m(torch.arange(-3.0, 3.0)).tolist() == [0.5, 0.5, 0.5, 0.5, 1, 2]

assert "values in the range [-inf, 0)" in nn.LogSoftmax.__doc__
assert F.log_softmax(torch.tensor([100.0, 0.0]), dim=0)[0] == 0
assert F.log_softmax(torch.tensor([5.0]), dim=0) == 0

# %% [markdown]
# ### nn.ReLU against F.relu
#
# *Said* in a text that goes round as “<span lang="zh">PyTorch之nn.ReLU与F.ReLU的区别介绍</span>”:
# `nn.ReLU` takes only a Variable, `F.relu` works in place, and its gradient has to be computed by
# hand. *Right:* the module calls the function. Both take tensors, both leave their input alone
# unless told otherwise, and autograd serves both.

# %%
data = torch.tensor([-1.0, 2.0], requires_grad=True)
for function in nn.ReLU(), F.relu:
    (gradient,) = torch.autograd.grad(function(data).sum(), data)
    assert gradient.tolist() == [0, 1]
    assert data.tolist() == [-1, 2]

# %% [markdown]
# If you find an error on this site, please tell us. It will be mended, and a check will be added
# that would have found it.
#
# ## References
