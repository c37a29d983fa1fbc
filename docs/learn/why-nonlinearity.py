# %% [markdown]
# # Why a network needs a non-linear function
#
# **Claim.** A stack of affine layers, however deep, is one affine layer; a single ReLU between two
# of them gives a function that no such stack can give.
#
# The code below demonstrates it. It ran when this page was built, and one false `assert` would have
# stopped the build.

# %%
import numpy as np
import sympy as sp
from figures import Curve, plot, sample
from IPython.display import HTML

from snippets.relu import formula as relu_formula
from snippets.relu import relu, x

# %% [markdown]
# ## Two layers in a row
#
# A layer with one input multiplies it by a *weight* and adds a *bias*: $x \mapsto w x + b$. The
# graph is a straight line, which need not pass through the origin. Such a map is called *affine*.
# (Programs often say *linear*, as in `torch.nn.Linear`; in mathematics that means $b = 0$.)
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
# A stack can even do *less* than a single layer. The product $W_2 W_1$ has no higher rank than
# either factor, so a narrow layer in the middle loses something for good. Take three numbers in,
# two in the middle, three out. Whatever the twelve weights are, the determinant of $W_2 W_1$ is 0,
# so its rank is at most 2. A single layer with the identity matrix has rank 3.

# %%
narrow = W.subs({n: 3, m: 2, k: 3}).as_explicit()
assert len(narrow.free_symbols) == 2  # W1 and W2, with no number filled in
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

curves = [Curve("with ReLU", grid, network(grid)), Curve("without", grid, 6 * grid + 4)]
title = "The two layers with and without ReLU between them"
about = "With ReLU: 2 up to x = −1/3, then 6x + 4. Without: the line 6x + 4 throughout."
HTML(plot("bend", curves, title=title, description=about, xlim=(-3, 3)))

# %% [markdown]
# The example comes from the blog post that this site grew out of. Two small slips have been mended
# here: the post's code adds 1 at the end where its text has 2, so its two lines run 1 apart where
# they should be one, and it samples every 0.5 and so steps over the kink. This is what such a grid
# makes of the bend:

# %%
coarse = np.arange(-3, 3, step=0.5)
right = coarse[coarse > -1 / 3]
assert np.all(6 * right + 4 - (2 * relu(3 * right + 1) + 1) == 1)
assert -1 / 3 in grid
assert -1 / 3 not in coarse
assert np.isclose(np.interp(-1 / 3, coarse, network(coarse)), 8 / 3)  # and not 2

dots = tuple(zip(coarse, network(coarse), strict=True))[4:8]
curves = [Curve("exact", grid, network(grid)), Curve("every 0.5", coarse, network(coarse), (), (), dots)]
title = "The bend, exact and from a grid of step 0.5"
about = "The grid joins (−0.5, 2) to (0, 4) and cuts the corner at (−1/3, 2)."
HTML(plot("grid", curves, title=title, description=about, xlim=(-1, 0.5), ylim=(1, 8)))
