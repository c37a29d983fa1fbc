# %% [markdown]
# # Why a network needs a non-linear function
#
# **Claim.** Layers that only multiply by weights and add biases amount to one such layer, however
# many are stacked. ReLUs between them make kinks. With one input, each unit of a hidden layer adds
# one at most, and every further layer can double the number of straight pieces.
#
# Needs: a little algebra, and a first look at NumPy and SymPy. Takes 10 minutes.
#
# What can be computed is asserted below. The code ran when this page was built, and one false
# `assert` would have stopped the build.

# %%
import numpy as np
import sympy as sp
from IPython.display import HTML

from figures import Curve, plot, sample
from snippets.relu import formula as relu_formula
from snippets.relu import relu, x

# %% [markdown]
# ## Layers without a bend
#
# A layer with one input multiplies it by a *weight* and adds a *bias*: $x \mapsto w x + b$. The
# graph is a straight line, which need not pass through the origin. Such a map is called *affine*.
# (Libraries often say *linear*, as in `torch.nn.Linear`; in mathematics that means $b = 0$.)
# Feed a second layer with the output of the first:

# %%
y1 = 3 * x + 1
y2 = 2 * y1 + 2
assert sp.expand(y2) == 6 * x + 4

# %% [markdown]
# Together they are one layer, with weight 6 and bias 4. This was no accident of 3, 1, 2 and 2. In a
# real network the input $x$ is a list of $n$ numbers. The first layer makes $m$ numbers of it, with
# a matrix $W_1$ and a vector $b_1$, and the second makes $k$ of those. SymPy multiplies out without
# being told $n$, $m$ or $k$, so this holds for layers of every size:

# %%
n, m, k = sp.symbols("n m k", integer=True, positive=True)
X = sp.MatrixSymbol("x", n, 1)
W1, b1 = sp.MatrixSymbol("W1", m, n), sp.MatrixSymbol("b1", m, 1)
W2, b2 = sp.MatrixSymbol("W2", k, m), sp.MatrixSymbol("b2", k, 1)

stack = W2 * (W1 * X + b1) + b2
layer = (W2 * W1) * X + (W2 * b1 + b2)
assert sp.expand(stack) == layer
sp.Eq(stack, layer, evaluate=False)

# %% [markdown]
# A deeper stack collapses in the same way, two layers at a time, until one is left.
#
# A stack can even do *less* than a single layer. What a narrow middle loses stays lost: the rank of
# $W_2 W_1$ is no higher than that of either factor. Take three numbers in, two in the middle, three
# out. Whatever the twelve weights are, the determinant is 0, so the rank is at most 2. One layer
# can have rank 3.

# %%
narrow = (W2 * W1).subs({n: 3, m: 2, k: 3}).as_explicit()
assert sp.expand(narrow.det()) == 0

rng = np.random.default_rng(0)
into, out, direct = (rng.normal(size=s) for s in ((2, 3), (3, 2), (3, 3)))
print("rank of the stack:", np.linalg.matrix_rank(out @ into))
print("rank of one layer:", np.linalg.matrix_rank(direct))
assert np.linalg.matrix_rank(out @ into) == 2
assert np.linalg.matrix_rank(direct) == 3

# %% [markdown]
# ## The same lines, learned differently
#
# Equal in what they *can* be does not mean equal in training. Let the right weight be 3. One layer
# has the weight $w$; two have $u$ and $v$ and act as one with the weight $u v$. Both begin at 0.01
# and go down the gradient of half the squared error, with the same step size:

# %%
u, v, w = sp.symbols("u v w", real=True)
assert sp.diff((w - 3) ** 2 / 2, w) == w - 3
assert sp.diff((u * v - 3) ** 2 / 2, u) == v * (u * v - 3)

one, two, pair = [0.01], [0.01], np.array([0.1, 0.1])
for _ in range(30):
    one.append(one[-1] - 0.1 * (one[-1] - 3))
    pair = pair - 0.1 * pair[::-1] * (two[-1] - 3)  # u moves by v, v by u
    two.append(pair.prod())

steps = np.arange(31.0)
shallow = Curve("one layer", steps, np.array(one))
deep = Curve("two layers", steps, np.array(two))
title, about = "Weight by step", "Two layers start slowly, then overtake."
axes = {"xlim": (0, 30), "xlabel": "step", "ylabel": "weight"}
HTML(plot("descent", [shallow, deep], title=title, description=about, **axes))

# %% [markdown]
# One layer closes a tenth of its gap at every step. Two layers hardly move at first, because each
# weight moves by the other, which is small; then they overtake. From 0 they never start: where
# $u = v = 0$ the gradient is 0, though the error is not. So depth without a bend changes nothing in
# what can be described and much in how it is learned. In continuous time the course of such
# training can be solved exactly [@saxe2014].

# %%
shares = [np.diff(path) / np.subtract(3, path[:-1]) for path in (one, two)]
assert np.allclose(shares[0], 1 / 10)
assert shares[1][0] < 1 / 100
assert two[5] < one[5]
assert two[15] > one[15]

slopes = [sp.diff((u * v - 3) ** 2, weight) for weight in (u, v)]
assert [slope.subs({u: 0, v: 0}) for slope in slopes] == [0, 0]

# %% [markdown]
# ## One ReLU between them
#
# [ReLU](../activations/relu.md) keeps what is positive and sets the rest to 0. Put it between the
# first two layers, with the numbers as they were: $y = 2 \operatorname{relu}(3 x + 1) + 2$.
# `relu_formula` is the definition from that page, and SymPy finds the pieces:

# %%
y = sp.piecewise_fold(2 * relu_formula.subs(x, y1) + 2)
kink = -sp.Rational(1, 3)
assert sp.solve(y1, x) == [kink]
assert y == sp.Piecewise((6 * x + 4, x > kink), (2, True))
assert y.diff(x) == sp.Piecewise((6, x > kink), (0, True))
y

# %% [markdown]
# Where $3 x + 1$ is positive, ReLU passes it on, and $y$ is the old line $6 x + 4$. Elsewhere ReLU
# gives 0, and $y$ is 2. The two pieces meet at $x = -\frac{1}{3}$ without a jump, but the slope
# changes there from 0 to 6. Such a point is called a *kink*. An affine map has the same slope
# everywhere, so no stack of affine layers equals this network, whatever its weights and depth.


# %%
def network(x):
    return 2 * relu(3 * x + 1) + 2


grid = sample(-3, 3, [-1 / 3])  # with the kink, so that the corner is sharp
bent = Curve("with ReLU", grid, network(grid))
line = Curve("without", grid, 6 * grid + 4)
title = "The two layers, with ReLU between them and without"
about = "With ReLU: 2, and from minus 1/3 on 6x + 4. Without: 6x + 4."
HTML(plot("bend", [bent, line], title=title, description=about, xlim=(-3, 3)))

# %% [markdown]
# The example comes from the blog post that this site grew out of. Two slips of its code are mended:
# it adds 1 at the end where its text has 2, which puts the lines 1 apart where they should be one,
# and it samples every 0.5, which steps over the kink and draws $\frac{8}{3}$ there in place of 2.

# %%
coarse = np.arange(-3, 3, step=0.5)
assert -1 / 3 not in coarse
assert network(-1 / 3) == 2
assert np.isclose(np.interp(-1 / 3, coarse, network(coarse)), 8 / 3)

printed = 2 * relu(3 * coarse + 1) + 1
assert np.all((6 * coarse + 4 - printed)[coarse > -1 / 3] == 1)

# %% [markdown]
# ## Side by side: one kink for each unit
#
# Put $n$ ReLU units in one hidden layer. With one input, unit $i$ bends where its own
# $w_i x + b_i$ passes 0, in one point at most. Between those points all is affine. So $n$ units
# make $n$ kinks at most, and $n + 1$ straight pieces.
#
# In turn, *every* continuous function of $n$ straight pieces on an interval is exactly a bias and
# $n$ units. Go from left to right: the first unit begins at the left end and sets the slope, each
# of the others begins at a corner and adds the change of slope.


# %%
def slope_changes(corners, values):
    slopes = np.diff(values) / np.diff(corners)
    return np.diff(slopes, prepend=0)


corners = np.array([0.0, 1, 2, 4, 5, 8])
values = np.array([1.0, 3, 2, 2, -1, 5])
changes = slope_changes(corners, values)
assert len(changes) == 5

at = np.arange(0, 8.125, 0.125)  # numbers without rounding, so that == is fair
made = values[0] + relu(at[:, None] - corners[:-1]) @ changes
assert np.array_equal(made, np.interp(at, corners, values))

# %% [markdown]
# ## In depth: pieces multiply
#
# Two units make a *tent* on the interval from 0 to 1: up to 1 in the middle, and down again. Feed a
# tent to a tent, and each half of the interval gets a tent of its own. With five in a row:


# %%
def tents(x, depth):
    inputs = []  # of every ReLU
    for _ in range(depth):
        inputs += [x, x - 0.5]
        x = 2 * relu(x) - 4 * relu(x - 0.5)
    return x, inputs


fine = np.arange(65) / 64
teeth, inputs = tents(fine, 5)
title = "Five tents in a row"
about = "A sawtooth with 16 teeth between 0 and 1."
one_tent, _ = tents(fine, 1)
saw = [Curve("five tents", fine, teeth), Curve("one tent", fine, one_tent)]
HTML(plot("saw", saw, title=title, description=about, xlim=(0, 1)))

# %% [markdown]
# The pieces are counted exactly. Between neighbours on this grid no unit's input changes its sign,
# so each unit, and with it the network, is affine there; what is left is to compare the slopes. Ten
# units in five layers give 32 pieces. Ten side by side give 11 at most, and 32 pieces would take
# 31 of them at least. Some functions thus ask for a network that is deep or else very wide, even
# if they need only be approximated [@telgarsky2016].


# %%
def pieces(depth):
    steps = 2 ** (depth + 1)
    y, inputs = tents(np.arange(steps + 1) / steps, depth)
    assert len(inputs) == 2 * depth
    assert all(np.all(z[1:] * z[:-1] >= 0) for z in inputs)
    slopes = np.diff(y) * steps
    return 1 + np.count_nonzero(np.diff(slopes))


assert [pieces(depth) for depth in (1, 2, 3, 4, 5)] == [2, 4, 8, 16, 32]
assert len(inputs) == 10
assert (len(inputs) + 1, pieces(5) - 1) == (11, 31)

# %% [markdown]
# That a network *can* have so many pieces does not say that training finds them.
#
# ## Not every bend serves
#
# Take $x^2$ for the activation. A layer of four units gives a polynomial of degree 2 at most,
# whatever the weights, and more units add more of the same:

# %%
names = [sp.symbols(f"w{i} b{i} v{i}") for i in range(4)]
square = sum(v * (w * x + b) ** 2 for w, b, v in names)
assert sp.degree(square, x) == 2

# %% [markdown]
# Which functions do serve is known. Let the activation be continuous. With enough units in
# one hidden layer, a network comes as close as you like to every continuous function on a closed
# and bounded set if and only if the activation is not a polynomial [@leshno1993]. No code here
# repeats the proof.
#
# Non-linear is not the same as *learned*, either. The post calls features learned whose numbers it
# had typed in. An activation says what kind of function a network can be; training chooses which.
#
# ## What to take away
#
# - Affine layers in a row are one affine layer, and a narrow middle makes it weaker. Training still
#   treats the stack and the layer differently.
# - One ReLU makes one kink, where its own input is 0. In one layer kinks add up; in depth the
#   pieces can double with every layer.
# - Non-linear is not enough: a polynomial stays a polynomial.
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
# **3.** How many units do ten tents in a row have, and how many does one hidden layer need to be
# the same function between 0 and 1?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Ten tents have 20 units and 1024 pieces. One layer needs at least 1023 units, one for each kink,
# and by the construction above 1024 are enough.

# %%
assert 2 * 10 == 20
assert pieces(10) == 1024
assert pieces(10) - 1 == 1023

# %% [markdown]
# </details>
#
# ## References
