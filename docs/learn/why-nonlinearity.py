# %% [markdown]
# # Why a network needs a non-linear function
#
# **Claim.** Layers that only multiply by weights and add biases amount to one such layer, however
# many are stacked. A single ReLU between two of them gives a function that no such stack can give.
#
# Needs: a little algebra, and a first look at NumPy and SymPy. Takes 10 minutes.
#
# The code below demonstrates it. It ran when this page was built, and one false `assert` would have
# stopped the build.

# %%
import numpy as np
import sympy as sp
from IPython.display import HTML

from figures import Curve, plot, sample
from snippets.relu import formula as relu_formula
from snippets.relu import relu, x

# %% [markdown]
# ## Two layers in a row
#
# A layer with one input multiplies it by a *weight* and adds a *bias*: $x \mapsto w x + b$. The
# graph is a straight line, which need not pass through the origin. Such a map is called *affine*.
# (Libraries often say *linear*, as in `torch.nn.Linear`; in mathematics that means $b = 0$.)
#
# Here are two layers, the second fed with the output of the first:
#
# $$
# y_1 = 3 x + 1, \qquad y_2 = 2 y_1 + 2
# $$

# %%
y1 = 3 * x + 1
y2 = 2 * y1 + 2
assert sp.expand(y2) == 6 * x + 4

# %% [markdown]
# Together they are one layer, with weight 6 and bias 4. The second layer has added nothing that the
# first could not do with other numbers.
#
# ## Any size, any depth
#
# This was no accident of 3, 1, 2 and 2. In a real network the input $x$ is a list of $n$ numbers.
# The first layer makes $m$ numbers of it, with a matrix $W_1$ and a vector $b_1$, and the second
# makes $k$ numbers of those. Multiply out:
#
# $$
# W_2 (W_1 x + b_1) + b_2 = (W_2 W_1) x + (W_2 b_1 + b_2)
# $$
#
# SymPy does the same without being told $n$, $m$ or $k$, so the result holds for layers of every
# size:

# %%
n, m, k = sp.symbols("n m k", integer=True, positive=True)
X = sp.MatrixSymbol("x", n, 1)
W1, b1 = sp.MatrixSymbol("W1", m, n), sp.MatrixSymbol("b1", m, 1)
W2, b2 = sp.MatrixSymbol("W2", k, m), sp.MatrixSymbol("b2", k, 1)

W, b = W2 * W1, W2 * b1 + b2
assert sp.expand(W2 * (W1 * X + b1) + b2) == W * X + b

# %% [markdown]
# A deeper stack collapses in the same way: its first two layers are one affine layer, which leaves
# a stack with one layer less, and so on until a single layer remains.
#
# A stack can even do *less* than a single layer. The rank of $W_2 W_1$ is no higher than that of
# either factor, so what a narrow middle loses stays lost. Take three numbers in, two in the middle,
# three out. Whatever the twelve weights are, the determinant of $W_2 W_1$ is 0, so its rank is at
# most 2. A single layer can have rank 3, with the identity matrix for one.

# %%
narrow = W.subs({n: 3, m: 2, k: 3}).as_explicit()
assert narrow.shape == (3, 3)
assert sp.expand(narrow.det()) == 0
assert sp.eye(3).rank() == 3

# %% [markdown]
# ## One ReLU between them
#
# [ReLU](../activations/relu.md) keeps what is positive and sets the rest to 0. Put it between the
# two layers and leave all four numbers as they were:
#
# $$
# y = 2 \operatorname{relu}(3 x + 1) + 2
# $$
#
# `relu_formula` is the definition from that page, and SymPy finds the pieces:

# %%
y = sp.piecewise_fold(2 * relu_formula.subs(x, y1) + 2)
[kink] = sp.solve(y1, x)
assert kink == -sp.Rational(1, 3)
assert y == sp.Piecewise((6 * x + 4, x > kink), (2, True))
y

# %% [markdown]
# Where $3 x + 1$ is positive, ReLU passes it on, and $y$ is the old line $6 x + 4$. Elsewhere ReLU
# gives 0, and $y$ is 2. The two pieces meet at $x = -\frac{1}{3}$ without a jump, but the slope
# changes there from 0 to 6. Such a point is called a *kink*.

# %%
assert y.subs(x, kink) == (6 * x + 4).subs(x, kink) == 2
assert y.diff(x) == sp.Piecewise((6, x > kink), (0, True))

# %% [markdown]
# Now with numbers. `relu` is the NumPy code from the same page, and the sample holds the kink
# itself, so that the corner is drawn where it is.


# %%
def network(x):
    return 2 * relu(3 * x + 1) + 2


grid = sample(-3, 3, [-1 / 3])
assert np.allclose(network(grid), sp.lambdify(x, y)(grid))

bent = Curve("with ReLU", grid, network(grid))
line = Curve("without", grid, 6 * grid + 4)
title = "The two layers, with ReLU between them and without"
about = "With ReLU: 2, and from minus 1/3 on 6x + 4. Without: 6x + 4."
HTML(plot("bend", [bent, line], title=title, description=about, xlim=(-3, 3)))

# %% [markdown]
# The example comes from the blog post that this site grew out of. Two slips of its code are mended
# here: it adds 1 at the end where its text has 2, so that the two lines run 1 apart where they
# should be one, and it samples every 0.5 and so steps over the kink. Such a grid cuts the corner
# off; at the kink it draws $\frac{8}{3}$ in place of 2:

# %%
coarse = np.arange(-3, 3, step=0.5)
values = network(coarse)
assert -1 / 3 in grid
assert -1 / 3 not in coarse
assert network(-1 / 3) == 2
assert np.isclose(np.interp(-1 / 3, coarse, values), 8 / 3)

printed = 2 * relu(3 * coarse + 1) + 1
assert np.all((6 * coarse + 4 - printed)[coarse > -1 / 3] == 1)

dots = tuple(zip(coarse[4:8], values[4:8], strict=True))
exact = Curve("exact", grid, network(grid))
drawn = Curve("every 0.5", coarse, values, closed_dots=dots)
title = "The bend, exact and from a grid of step 0.5"
about = "The grid runs straight from minus 0.5 to 0, past minus 1/3."
limits = {"xlim": (-1, 0.5), "ylim": (1, 8)}
HTML(plot("grid", [exact, drawn], title=title, description=about, **limits))

# %% [markdown]
# ## No straight line can do that
#
# Between any two inputs $p$ and $q$ an affine map rises at the same rate, its weight:
#
# $$
# \frac{(w q + c) - (w p + c)}{q - p} = w
# $$
#
# The network with ReLU rises at the rate 0 between $-2$ and $-1$ and at the rate 6 between 0 and 1.
# So it is not affine, and a stack of affine layers, which is one affine layer, cannot equal it,
# whatever its weights, widths and depth.


# %%
def rate(f, p, q):
    return sp.cancel((f.subs(x, q) - f.subs(x, p)) / (q - p))


p, q, w, c = sp.symbols("p q w c", real=True)
assert rate(w * x + c, p, q) == w
assert rate(y, -2, -1) == 0
assert rate(y, 0, 1) == 6

# %% [markdown]
# ## Non-linear is not the same as learned
#
# Nothing on this page is learned. The numbers 3, 1, 2 and 2 were given, and they are the same with
# ReLU and without. *Learning* means to choose such numbers from data. ReLU chooses none. It changes
# what they can describe: a function with a kink, which no affine layers give, whatever their
# weights.
#
# How training goes is a question of its own. Stacked affine layers can do no more than the one
# layer that they amount to, but training need not treat the two alike.
#
# Nor does every non-linear function serve. Take $x^2$ for the activation. A layer of four units
# gives a polynomial of degree 2 at most, whatever the weights, and more units add more of the same:

# %%
units = [sp.symbols(f"w{i} b{i} v{i}") for i in range(4)]
square = sum(v * (w * x + b) ** 2 for w, b, v in units)
assert sp.degree(square, x) == 2

# %% [markdown]
# Which functions do serve is known. Let the activation be continuous. With enough units in
# one hidden layer, a network comes as close as you like to every continuous function on a closed
# and bounded set if and only if the activation is not a polynomial. This is a theorem by
# [Leshno, Lin, Pinkus and Schocken (1993)](https://doi.org/10.1016/S0893-6080(05)80131-5); no code
# here repeats its proof.
#
# ## What to take away
#
# - Affine layers in a row are one affine layer. A narrow middle only makes it weaker.
# - A ReLU between two of them makes a kink where its own input is 0, here at $x = -\frac{1}{3}$. No
#   affine layer has a kink.
# - Non-linear says what kind of function a network is, learned says where its numbers come from.
# - To draw a kink, put it in the sample.
#
# ## Exercises
#
# **1.** Put a third layer, with weight $-1$ and bias 5, at the end: once without ReLU, once with
# ReLU where it was. What do you get, and where is the kink?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Without ReLU $-6 x + 1$, again one layer. With ReLU it is 3 as far as $x = -\frac{1}{3}$ and then
# $-6 x + 1$: the new layer changes both pieces but leaves the kink where it was.

# %%
assert sp.expand(-y2 + 5) == -6 * x + 1
assert sp.piecewise_fold(-y + 5) == sp.Piecewise((-6 * x + 1, x > kink), (3, True))

# %% [markdown]
# </details>
#
# **2.** Write $\lvert x \rvert$ as a sum of two ReLUs, without a bias.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# $\lvert x \rvert = \operatorname{relu}(x) + \operatorname{relu}(-x)$. One of the two is always 0.

# %%
t = sp.Symbol("t", positive=True)
both = relu_formula + relu_formula.subs(x, -x)
assert [both.subs(x, value) for value in (t, 0, -t)] == [t, 0, t]

# %% [markdown]
# </details>
#
# **3.** How close can a straight line come to the network with ReLU between $x = -\frac{4}{3}$ and
# $x = \frac{2}{3}$? Hint: compare the two at the ends and at the kink, which is halfway.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# It can stay within $\frac{3}{2}$, and no closer. For a function $f$ look at
#
# $$
# f\left(-\tfrac{4}{3}\right) - 2 f\left(-\tfrac{1}{3}\right) + f\left(\tfrac{2}{3}\right)
# $$
#
# For every line this is 0, for the network it is 6. For two functions that are nowhere more than
# $d$ apart it differs by $4 d$ at most. So $d \ge \frac{3}{2}$. The line $3 x + \frac{9}{2}$
# gets there: it is $\frac{3}{2}$ too low at both ends and $\frac{3}{2}$ too high at the kink, and
# the difference changes evenly in between.


# %%
def bend(f):
    left, middle, right = (f.subs(x, at) for at in (kink - 1, kink, kink + 1))
    return sp.expand(left - 2 * middle + right)


assert bend(w * x + c) == 0
assert bend(y) == 6

gap = y - (3 * x + sp.Rational(9, 2))
assert [2 * gap.subs(x, at) for at in (kink - 1, kink, kink + 1)] == [3, -3, 3]

# %% [markdown]
# </details>
