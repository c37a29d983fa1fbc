# %% [markdown]
# # Four activations in one model
#
# **Claim.** A model with fixed numbers shows the shape of its activation and nothing about
# learning. Fitted to data, four activations all do better than a straight line, but which of them
# does best changes with the data and with the learning rate.
#
# Needs: [why a network needs a non-linear function](why-nonlinearity.py). Takes 10 minutes.

# %%
import numpy as np
import sympy as sp
import torch
from IPython.display import HTML

from figures import Curve, plot, sample
from snippets import identity, leaky_relu, relu, sigmoid, tanh

torch.set_num_threads(1)

# %% [markdown]
# ## One unit, five curves
#
# The blog post that this site grew out of ends with a program that draws $y = 2 f(3x + 0.1) + 0.2$
# for [sigmoid](../activations/sigmoid.md), [tanh](../activations/tanh.md),
# [ReLU](../activations/relu.md), [Leaky ReLU](../activations/leaky_relu.md) and no activation.
# [Four side by side](../compare/four.md) has such a figure too. Here is ours. `plain` stands for no
# activation; its function is the [identity](../activations/identity.md).

# %%
FUNCTIONS = {
    "plain": identity.identity,
    "sigmoid": sigmoid.sigmoid,
    "tanh": tanh.tanh,
    "ReLU": relu.relu,
    "Leaky ReLU": leaky_relu.leaky_relu,
}
kink = -0.1 / 3
grid = sample(-1, 1, [kink])
unit = {name: 2 * f(3 * grid + 0.1) + 0.2 for name, f in FUNCTIONS.items()}
curves = [Curve(name, grid, y) for name, y in unit.items()]
about = "A straight line, two S-shaped curves, and two that bend sharply just left of 0."
HTML(plot("unit", curves, title="2 f(3x + 0.1) + 0.2", description=about, xlim=(-1, 1), xlabel="x"))

# %% [markdown]
# The post samples every $0.01$, from $-1$ on. That grid has no point at $-\frac{1}{30}$, where
# $3x + 0.1 = 0$ and the rectifiers bend, and so it cuts the corner. Ours holds the kink. To its
# right ReLU, Leaky ReLU and the straight line are one curve; to its left ReLU stays at $0.2$.
# The curve with sigmoid lies between $0.2$ and $2.2$ for every input, that with tanh between
# $-1.8$ and $2.2$.

# %%
assert np.min(np.abs(np.arange(-1, 1, step=0.01) + 1 / 30)) > 0.003
assert kink in grid
right = grid > kink
for name in ("ReLU", "Leaky ReLU"):
    assert np.array_equal(unit[name][right], unit["plain"][right])
assert np.all(unit["ReLU"][~right] == 0.2)

t = sp.Symbol("t", positive=True)  # e to the power 3x + 0.1: any positive number
for module, low, high in (sigmoid, "0.2", "2.2"), (tanh, "-1.8", "2.2"):
    y = (2 * module.formula + sp.Rational("0.2")).rewrite(sp.exp).subs(module.x, sp.log(t))
    assert [sp.limit(y, t, end) for end in (0, sp.oo)] == [sp.Rational(low), sp.Rational(high)]
    assert sp.simplify(sp.diff(y, t)).is_positive  # it rises from one to the other

# %% [markdown]
# The post calls this picture the four “in linear regression”, and what it shows “very good”.
# *Regression* means to choose the numbers of a model so that it fits data. Here there are no data
# and nothing was chosen, so nothing can be good or bad. Let us do it.
#
# ## Regression: data, a model, a budget
#
# Three tasks. Each has 30 examples, with inputs at random between $-3$ and $3$, and 200 more that
# training never sees, the *held-out* ones.
#
# - *smooth*: $\sin 2x$, without noise.
# - *kinked*: $\lvert \lvert x \rvert - 1.5 \rvert - 0.75$, a zigzag, without noise.
# - *noisy*: $\sin 2x$ plus normal noise of standard deviation $0.3$.
#
# Chance plays a part, in the examples and in the starting weights. So everything is done for 15
# *seeds*, each with examples and weights of its own.

# %%
SEEDS, NOISE = 15, 0.3


def smooth(x):
    return np.sin(2 * x)


def kinked(x):
    return np.abs(np.abs(x) - 1.5) - 0.75


TASKS = {"smooth": (smooth, 0.0), "kinked": (kinked, 0.0), "noisy": (smooth, NOISE)}


def examples(n, seed):
    """Return x and y of shape (tasks * seeds, n, 1)."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, (len(TASKS), SEEDS, n, 1))
    tasks = zip(x, TASKS.values(), strict=True)
    y = [f(at) + s * rng.standard_normal(at.shape) for at, (f, s) in tasks]
    return torch.tensor(x.reshape(-1, n, 1)), torch.tensor(np.reshape(y, (-1, n, 1)))


train, held = examples(30, seed=0), examples(200, seed=1)

# %% [markdown]
# The model has one hidden layer of 16 units: 49 numbers to choose. They start as in
# `torch.nn.Linear`, uniformly at random between plus and minus one over the root of the number of
# inputs. Every activation gets the same start and the same budget: 600 steps of Adam, each on all
# 30 examples, with learning rate $0.03$. All tasks and seeds run at once, as a batch of separate
# networks.


# %%
def fit(f, rate=0.03, units=16, steps=600):
    """Train one network for each task and seed; return all of them as one function."""
    generator = torch.Generator().manual_seed(2)
    sizes = [(1, units, 1), (1, units, 1), (units, 1, units), (1, 1, units)]
    weights = []
    for rows, columns, inputs in sizes:
        start = torch.rand(len(train[0]), rows, columns, generator=generator).double()
        weights.append(((2 * start - 1) / inputs**0.5).requires_grad_())
    w, b, v, c = weights
    optimizer = torch.optim.Adam(weights, lr=rate, fused=True)
    for _ in range(steps):
        optimizer.zero_grad()
        wrong = f(train[0] @ w + b) @ v + c - train[1]
        wrong.square().mean((1, 2)).sum().backward()
        optimizer.step()
    assert sum(p[0].numel() for p in weights) == 3 * units + 1
    return lambda x: (f(x @ w + b) @ v + c).detach()


assert 3 * 16 + 1 == 49

# %% [markdown]
# The error is the root of the mean squared difference, so it is in units of $y$.


# %%
def errors(network, examples):
    """Return the errors, by task and seed."""
    x, y = examples
    mean = (network(x) - y).square().mean((1, 2))
    return dict(zip(TASKS, mean.sqrt().reshape(-1, SEEDS).numpy(), strict=True))


MODULES = {
    "plain": identity.module,
    "sigmoid": sigmoid.module,
    "tanh": tanh.module,
    "ReLU": relu.module,
    "Leaky ReLU": leaky_relu.module,
}
networks = {name: fit(f) for name, f in MODULES.items()}
seen = {name: errors(network, train) for name, network in networks.items()}
new = {name: errors(network, held) for name, network in networks.items()}


# %%
def table(caption, results):
    head = "".join(f'<th scope="col">{task}</th>' for task in TASKS)
    rows = ""
    for name, found in results.items():
        cells = [f"{np.median(e):.3f} ({e.min():.3f} to {e.max():.3f})" for e in found.values()]
        row = "".join(f"<td>{cell}</td>" for cell in cells)
        rows += f'<tr><th scope="row">{name}</th>{row}</tr>'
    return f"<table><caption>{caption}</caption><tr><td></td>{head}</tr>{rows}</table>"


HTML(
    table("Error on the examples: median over the seeds (least to largest)", seen)
    + table("Error on held-out examples: median over the seeds (least to largest)", new)
)

# %% [markdown]
# ## What came out
#
# **Without an activation you get a line,** and nearly the least-squares line, which can be computed
# without any training: their held-out errors differ by a twentieth at most. On each task the worst
# of the 60 networks with an activation does better than the best of the 15 without.

# %%
OTHERS = list(MODULES)[1:]
x, y = train
line = torch.linalg.lstsq(torch.cat([x, torch.ones_like(x)], 2), y).solution
straight = errors(lambda x: torch.cat([x, torch.ones_like(x)], 2) @ line, held)
assert len(OTHERS) * SEEDS == 60
for task in TASKS:
    assert np.allclose(straight[task], new["plain"][task], rtol=0.05)
    assert max(new[name][task].max() for name in OTHERS) < new["plain"][task].min()

# %% [markdown]
# **On the smooth curve tanh is ahead, on the zigzag ReLU.** On *smooth* the median held-out error
# of ReLU is over 2 times that of tanh; on *kinked* that of tanh is over 2 times that of ReLU. This
# is no riddle: a network with ReLU is itself a zigzag, one with tanh is itself smooth. Leaky ReLU
# does much as ReLU does: the two medians are within a factor of $1.5$.


# %%
def middle(results, name, task):
    return np.median(results[name][task])


assert middle(new, "ReLU", "smooth") > 2 * middle(new, "tanh", "smooth")
assert middle(new, "tanh", "kinked") > 2 * middle(new, "ReLU", "kinked")
for task in TASKS:
    ratio = middle(new, "Leaky ReLU", task) / middle(new, "ReLU", task)
    assert 1 / 1.5 < ratio < 1.5

# %% [markdown]
# **With noise, the examples flatter.** On *noisy* the median errors of sigmoid and tanh are below
# $0.3$, the size of the noise, on the examples, and above it on new ones: they have learned some
# of the noise. The line has nearly the same error on both, a large one. On new examples the
# median of ReLU is the larger, but the ranges of sigmoid, tanh and ReLU overlap.

# %%
for name in ("sigmoid", "tanh"):
    assert middle(seen, name, "noisy") < NOISE == 0.3 < middle(new, name, "noisy")
    assert middle(new, name, "noisy") < middle(new, "ReLU", "noisy")
assert middle(new, "plain", "noisy") > middle(seen, "plain", "noisy") > 2 * NOISE
assert middle(seen, "plain", "noisy") > 0.9 * middle(new, "plain", "noisy")
rivals = [new[name]["noisy"] for name in ("sigmoid", "tanh", "ReLU")]
assert max(e.min() for e in rivals) < min(e.max() for e in rivals)

# %% [markdown]
# Here is the noisy task as one of the seeds has it.


# %%
def one(values, seed=0):
    """Return the values of the noisy task for one seed."""
    return values.reshape(len(TASKS), SEEDS, -1)[2, seed].numpy()


wide = 3 * grid
line = torch.tensor(wide).reshape(1, -1, 1)
dots = tuple(zip(one(train[0]), one(train[1]), strict=True))
curves = [Curve("sin 2x, and the examples", wide, smooth(wide), closed_dots=dots)]
curves += [Curve(n, wide, one(networks[n](line))) for n in ("plain", "sigmoid", "tanh", "ReLU")]
about = "30 dots scatter about a sine; three curves follow them, a straight line does not."
title = "The noisy task: what four networks made of the same 30 examples"
HTML(plot("fits", curves, title=title, description=about, xlim=(-3, 3), height=240, xlabel="x"))

# %% [markdown]
# ## The same with smaller steps
#
# Now the learning rate is $0.003$, a tenth, and all else is as before.

# %%
slow = {name: errors(fit(MODULES[name], rate=0.003), held) for name in OTHERS}
HTML(table("Learning rate 0.003, held-out examples: median (least to largest)", slow))

# %% [markdown]
# On *smooth*, sigmoid and ReLU have changed places. Before, the median of sigmoid was less than
# half that of ReLU; now it is over $1.4$ times that of ReLU. Whoever ran only one of the two would
# have told you that sigmoid, or that ReLU, suits this curve better. And on *kinked* the worst seed
# of ReLU, which was better than the worst of tanh, is now worse.

# %%
assert 2 * middle(new, "sigmoid", "smooth") < middle(new, "ReLU", "smooth")
assert middle(slow, "sigmoid", "smooth") > 1.4 * middle(slow, "ReLU", "smooth")
assert new["ReLU"]["kinked"].max() < new["tanh"]["kinked"].max()
assert slow["ReLU"]["kinked"].max() > slow["tanh"]["kinked"].max()

# %% [markdown]
# ## What this does not show
#
# That tanh is good and ReLU bad, or the reverse. One start, one optimiser, one width, one input,
# three small tasks: change any of these and the order may change, as it did with the learning
# rate. A fair contest would tune learning rate and start for each activation, on examples set
# aside for that. And depth was not tested at all. There the slopes of the activations multiply,
# which is the subject of [saturation](saturation.py) and [initialisation](initialisation.py).
#
# ## What to take away
#
# - To draw $2 f(3x + 0.1) + 0.2$ is not regression. Regression needs data, an error and a choice.
# - Without an activation a network is a straight line; training can only find the best of these.
# - To compare two activations, use several seeds, held-out examples and more than one learning
#   rate, and show the spread.
# - Smooth activations suited the smooth curve, kinked ones the zigzag. That is all we found.
#
# ## Exercises
#
# **1.** Write the zigzag $\lvert \lvert x \rvert - 1.5 \rvert - 0.75$ as a straight line plus
# three ReLUs. Hint: at each kink a ReLU changes the slope.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# $-x - 2.25 + 2 \operatorname{relu}(x + 1.5) - 2 \operatorname{relu}(x) +
# 2 \operatorname{relu}(x - 1.5)$. So a network with ReLU can be this curve exactly. It cannot be
# $\sin 2x$, as its graph is made of straight pieces.

# %%
r = relu.relu
zigzag = -wide - 2.25 + 2 * r(wide + 1.5) - 2 * r(wide) + 2 * r(wide - 1.5)
assert np.allclose(zigzag, kinked(wide), rtol=0, atol=1e-12)

# %% [markdown]
# </details>
#
# **2.** What is the least error that a straight line can have for $\sin 2x$ on all of
# $[-3, 3]$?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# About $0.66$. The best line minimises the integral of $(\sin 2x - a x - b)^2$. By symmetry
# $b = 0$, and $a$ follows from the derivative. The code confirms it and has the error.

# %%
s, a, b = sp.symbols("s a b", real=True)
mean_square = sp.integrate(sp.expand((sp.sin(2 * s) - a * s - b) ** 2), (s, -3, 3)) / 6
best = sp.solve([sp.diff(mean_square, a), sp.diff(mean_square, b)], [a, b])
least = sp.sqrt(mean_square.subs(best)).evalf(3)
assert best[b] == 0
assert round(float(least), 2) == 0.66

# %% [markdown]
# </details>
#
# **3.** On *noisy* the median held-out error of tanh is above $0.3$. How far is that network from
# $\sin 2x$ itself, without the noise? Guess from the table, then measure.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# The noise of new examples has nothing to do with the network, so mean squares add up: the square
# of the distance is the held-out one less that of the noise. Guess and measurement agree within
# $0.05$.

# %%
x = held[0].reshape(len(TASKS), SEEDS, -1)[2].numpy()
guess = middle(new, "tanh", "noisy") ** 2 - NOISE**2
made = networks["tanh"](held[0]).reshape(len(TASKS), SEEDS, -1)[2].numpy()
distance = np.median(np.sqrt(np.mean((made - smooth(x)) ** 2, axis=1)))
assert abs(guess**0.5 - distance) < 0.05
print(f"guess {guess**0.5:.2f}, measured {distance:.2f}")

# %% [markdown]
# </details>
