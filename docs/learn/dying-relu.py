# %% [markdown]
# # ReLU and dying units
#
# **Claim.** A ReLU unit that is off for every example gets no gradient. Large steps of the
# optimiser switch units off. At the start the size of the weights has no say in it, as long as the
# biases are 0.
#
# Needs: [derivatives and the chain rule](derivatives.py). Takes 12 minutes.

# %%
import numpy as np
import sympy as sp
import torch
from IPython.display import HTML

from catalog import pick
from derive import facts
from figures import Curve, plot
from snippets.relu import formula as relu_formula
from snippets.relu import relu, x

torch.set_num_threads(1)
double = torch.float64

# %% [markdown]
# ## The derivative at 0
#
# [ReLU](../activations/relu.md) has the slope 0 left of 0 and 1 right of it. At 0 itself the two
# differ, and there is no derivative. Everywhere else there is.

# %%
[kink] = facts(pick("relu")).kinks
assert (kink.at, kink.slopes) == (0, (0, 1))
assert relu_formula.diff(x).subs(x, 0) == 0
assert sp.Piecewise((x, x >= 0), (0, True)).diff(x).subs(x, 0) == 1
relu_formula.diff(x)

# %% [markdown]
# SymPy's value at 0 is no finding: written with $x \ge 0$, the same function gets 1 there.
#
# What exists at 0 is a set. Since ReLU is convex, one can ask which lines through the origin never
# rise above its graph: those with $g x \le \operatorname{relu}(x)$ for all $x$. At $x = 1$ this
# says $g \le 1$ and at $x = -1$ it says $g \ge 0$. Every slope in between serves. The set $[0, 1]$
# is called the *subdifferential* of ReLU at 0.

# %%
g = sp.Symbol("g", real=True)
below = [g * at <= relu_formula.subs(x, at) for at in (1, -1)]
assert sp.And(*below).as_set() == sp.Interval(0, 1)
points = np.linspace(-3, 3, 61)
for slope in np.linspace(0, 1, 11):
    assert np.all(slope * points <= relu(points))

# %% [markdown]
# A library has to return one number all the same. For ReLU, PyTorch returns 0, 1 or 0.5, depending
# on how it is written; `clamp` has 1 up to torch 2.13, and 0 since 2.14. For Leaky ReLU it returns
# the slope of the left side:

# %%
F = torch.nn.functional
ways = {
    "relu(z)": F.relu,
    "leaky_relu(z, 0.01)": F.leaky_relu,
    "z.clamp(min=0)": lambda z: z.clamp(min=0),
    "maximum(z, 0)": lambda z: torch.maximum(z, torch.zeros_like(z)),
}
at_zero = {}
for name, f in ways.items():
    z = torch.zeros(1, dtype=double, requires_grad=True)
    f(z).sum().backward()
    at_zero[name] = z.grad.item()
    print(f"{name:20} {z.grad.item():g}")
old = torch.__version__ < "2.14"  # up to 2.13
assert list(at_zero.values()) == [0, 0.01, 1 if old else 0, 0.5]

# %% [markdown]
# All lie in $[0, 1]$. JAX states 0 for
# [`jax.nn.relu`](https://docs.jax.dev/en/latest/_autosummary/jax.nn.relu.html). Does it matter? An
# input of exactly 0 looks unlikely. In low precision it is not, and the choice can be felt in
# training [@bertoin2021].
#
# ## What dead means
#
# A unit computes $\operatorname{relu}(z)$ with $z = w \cdot h + b$. We call it *dead* on a data set
# if $z \le 0$ for every example, so that it always outputs 0. Then the slope that `relu` returns is
# 0 for every example too, and three things follow, exactly: its weights and its bias get no
# gradient, it passes none on to the layers before it, and the weights that read its output get none
# either.
#
# Take a unit and kill it with a bias of $-100$:

# %%
torch.manual_seed(0)
data = torch.randn(64, 5)
net = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
with torch.no_grad():
    net[0].bias[3] = -100
net(data).square().mean().backward()
assert net[0].weight.grad[3].tolist() == [0, 0, 0, 0, 0]
assert net[0].bias.grad[3] == 0
assert net[2].weight.grad[0, 3] == 0
assert torch.count_nonzero(net[2].weight.grad) == 7  # the other seven learn

# %% [markdown]
# Whether it stays dead depends on what comes before. In the *first* layer the inputs are the data
# and do not change, so under plain gradient descent dead is dead for good. Deeper down the inputs
# change as earlier layers learn, and a unit can come back.
#
# ## Dead at the start?
#
# The post that this site grew out of names Xavier's initialisation as a cause of dead units. Its
# weights are smaller than He's. With zero biases this cannot be the cause. Multiply all weights of
# a layer by a positive number: every $z$ is multiplied by it, no sign changes, and ReLU hands the
# factor on to the next layer. The two give not just similar shares of dead units, but the same
# units:


# %%
def dead_units(rule, seed, depth=10, width=64, bias=0.0):
    torch.manual_seed(seed)
    h, found = torch.randn(256, 10, dtype=double), []
    for _ in range(depth):
        w = torch.empty(width, h.shape[1], dtype=double)
        b = torch.empty(width, dtype=double).uniform_(-1, 1) * bias / h.shape[1] ** 0.5
        z = h @ rule(w).T + b
        found.append((z <= 0).all(0))
        h = F.relu(z)
    return torch.stack(found)


def he(w):
    return torch.nn.init.kaiming_normal_(w, nonlinearity="relu")


xavier = torch.nn.init.xavier_normal_
for seed in range(8):
    assert torch.equal(dead_units(he, seed), dead_units(xavier, seed))

# %% [markdown]
# Two things do matter. One is depth: the share grows from layer to layer. As a network of fixed
# width gets deeper, the probability that all of it is dead goes to 1 [@lu2020]. The other is the
# bias. PyTorch's `Linear` draws it at random, and its size does not follow that of the weights.
# With Xavier's weights the signal shrinks from layer to layer, the bias does not, and soon it
# decides alone:

# %%
print("share of dead units in layers    1      4      7     10")
share = {}
for name, rule in ("He", he), ("Xavier", xavier):
    for bias, text in (0, "biases 0"), (1, "PyTorch's biases"):
        units = torch.stack([dead_units(rule, seed, bias=bias) for seed in range(8)])
        share[name, bias] = units.to(double).mean((0, 2))
        print(f"{name:6} {text:20}", *(f"{share[name, bias][i]:6.1%}" for i in (0, 3, 6, 9)))
assert torch.equal(share["He", 0], share["Xavier", 0])
assert share["He", 0][:2].max() < 0.01 < 0.02 < share["He", 0][7:].mean()
assert share["Xavier", 1][9] > 2 * share["He", 1][9]
assert share["Xavier", 1][9] > 2 * share["Xavier", 0][9]

# %% [markdown]
# ## Dead by training
#
# Now we train: 5 inputs, two hidden layers of 32 units, biases 0 at the start. There are 100
# examples and 100 steps of plain gradient descent on all of them. We train 12 networks at once,
# each with data and weights of its own.


# %%
def start(rule):
    random = torch.Generator().manual_seed(0)
    data = torch.randn(12, 100, 5, generator=random, dtype=double)
    y = torch.sin(2 * data[..., :1]) + data[..., 1:2] * data[..., 2:3]
    y = (y - y.mean(1, keepdim=True)) / y.std(1, keepdim=True, correction=0)
    shapes = (5, 32), (32, 32), (32, 1)
    w = [torch.randn(12, *s, generator=random, dtype=double) * rule(*s) for s in shapes]
    b = [torch.zeros(12, 1, s[1], dtype=double) for s in shapes]
    return data, y, w, b


rules = {  # the standard deviation of a weight
    "He": lambda inputs, outputs: (2 / inputs) ** 0.5,
    "Xavier": lambda inputs, outputs: (2 / (inputs + outputs)) ** 0.5,
}

# %% [markdown]
# `train` returns, for every step, which units have $z \le 0$ for all examples, and the loss.
# `slope` is the slope for $z \le 0$, 0 for ReLU. The last two arguments are for later.


# %%
def train(rule, rate, slope=0.0, learn=False, below=None):
    data, y, w, b = start(rules[rule])
    if below is not None:
        b[0][..., :16] = -(data @ w[0])[..., :16].amax(1, keepdim=True) - below
    slopes = [torch.full((12, 1, 1), slope, dtype=double) for _ in range(2)]
    parameters = [p.requires_grad_() for p in w + b + (slopes if learn else [])]
    never, losses = [], []
    for _ in range(101):
        h, off = data, []
        for layer in range(2):
            z = h @ w[layer] + b[layer]
            off.append((z <= 0).all(1))
            h = torch.where(z > 0, z, slopes[layer] * z)
        loss = ((h @ w[2] + b[2] - y) ** 2).mean((1, 2))
        never.append(torch.stack(off, 1))
        losses.append(loss.detach())
        for p, d in zip(parameters, torch.autograd.grad(loss.sum(), parameters), strict=True):
            p.data -= rate * d
    return torch.stack(never), torch.stack(losses)


# %% [markdown]
# The loss is 1 for a network that always answers with the mean. After the last step, on average
# over the 12 networks:

# %%
runs = {}
print("weights  rate   dead in layer 1   dead in layer 2   loss")
for rule, rate in ("He", 0.01), ("He", 0.05), ("He", 0.15), ("Xavier", 0.15):
    never, losses = runs[rule, rate] = train(rule, rate)
    one, two = never[-1].to(double).mean((0, 2))
    print(f"{rule:7} {rate:5.2f} {one:17.1%} {two:17.1%} {losses[-1].mean():6.2f}")
    first, second = never.unbind(2)
    assert not torch.any(first[:-1] & ~first[1:])  # dead in layer 1: dead for good
    assert rate < 0.15 or torch.any(second[:-1] & ~second[1:])  # in layer 2 some come back

dead = {key: never[-1, :, 1].to(double).mean() for key, (never, _) in runs.items()}
loss = {key: losses[-1].mean() for key, (_, losses) in runs.items()}
assert dead["He", 0.01] < 0.03
assert dead["He", 0.05] < 0.08
assert dead["He", 0.15] > 40 / 100
assert dead["Xavier", 0.15] < 0.04
assert loss["He", 0.05] < loss["He", 0.15] < 0.5
assert loss["Xavier", 0.15] < loss["He", 0.15]

# %% [markdown]
# With He's weights the rate decides: hardly any dead units at 0.01 and 0.05, more than 40 % of the
# second layer at 0.15, and a larger loss. With that rate, units of the second layer also come back.
# In the first, as promised, none ever does.
#
# With Xavier's smaller weights the same rate of 0.15 kills almost none, and the loss is lower: the
# opposite of what the post says. Do not read it as a rule. The steps that a network bears depend on
# its weights, and this network has only two hidden layers. In deep ones Xavier's weights lose the
# signal: see [initialisation](initialisation.py).

# %%
leaky = train("He", 0.15, slope=0.01)
assert leaky[0][-1, :, 1].to(double).mean() > 40 / 100
steps = np.arange(101.0)
shown = {f"{rule}, rate {rate:g}": never for (rule, rate), (never, _) in runs.items()}
shown["Leaky ReLU, He, rate 0.15"] = leaky[0]
curves = [
    Curve(name, steps, 100 * never[:, :, 1].to(double).mean((1, 2)).numpy())
    for name, never in shown.items()
]
title = "Units of the second layer that no example switches on, in %"
about = "He's weights with rate 0.15 lose most within a few steps, with ReLU and with Leaky ReLU."
labels = {"xlabel": "steps", "ylabel": "% of the second layer"}
HTML(plot("dead", curves, title=title, description=about, xlim=(0, 100), **labels))

# %% [markdown]
# ## Does a slope on the left help?
#
# [Leaky ReLU](../activations/leaky_relu.md) has a small slope where ReLU has 0, so every unit gets
# a gradient. [PReLU](../activations/prelu.md) learns that slope, from 0.25 on. The last curve of
# the figure shows that Leaky ReLU with 0.01 does not keep units from being pushed to one side:
# there, too, more than 40 % end where no example makes $z$ positive. These units are not dead. They
# are linear on the data.
#
# Do they come back? We start half of the first layer off, each unit only just: its largest $z$ is
# $-0.01$. The rate is 0.05.

# %%
print("slope    still off after 100 steps")
still = {}
for slope in (0.0, 0.01, 0.25):
    never, _ = train("He", 0.05, slope=slope, below=0.01)
    assert torch.all(never[0, :, 0, :16])
    still[slope] = never[-1, :, 0, :16].to(double).mean().item()
    print(f"{slope:5.2f} {still[slope]:17.0%}")
assert still[0] == 1
assert still[0.01] > 90 / 100
assert still[0.25] < 1 - 40 / 100

# %% [markdown]
# With ReLU all stay off, exactly. With the slope 0.01 a way back exists, but more than 90 % do not
# get to its end in 100 steps: a hundredth of a gradient is little. With 0.25 more than 40 % come
# back.
#
# And the loss?

# %%
compared = {("leaky", "He", 0.15): leaky[1][-1]}
for name, rule, rate, slope in [
    ("leaky", "He", 0.05, 0.01),
    ("leaky", "Xavier", 0.15, 0.01),
    ("PReLU", "Xavier", 0.15, 0.25),
    ("PReLU", "He", 0.15, 0.25),
]:
    compared[name, rule, rate] = train(rule, rate, slope, learn=name == "PReLU")[1][-1]
for (name, rule, rate), values in compared.items():
    bad = int((~(values < 2)).sum())
    print(f"{name:6} {rule:7} {rate:4.2f}", f"{values.mean():.2f}" if not bad else f"{bad} diverge")
    if name == "leaky":
        assert abs(values.mean() / loss[rule, rate] - 1) < 0.25
assert compared["leaky", "He", 0.05].mean() > loss["He", 0.05]
assert compared["leaky", "He", 0.15].mean() < loss["He", 0.15]
assert compared["PReLU", "Xavier", 0.15].mean() < 0.85 * loss["Xavier", 0.15]
assert torch.all(~(compared["PReLU", "He", 0.15] < 2))

# %% [markdown]
# Leaky ReLU changes the loss by less than a quarter, upwards in one case and downwards in others.
# With Xavier's weights PReLU does better than ReLU. With He's and the rate 0.15, where ReLU lost
# many units and still learnt, all 12 networks diverge.
#
# Here the remedy is a smaller step or smaller weights, and a slope on the left is no cure. All of
# this is one small problem with plain gradient descent: momentum, Adam, weight decay, mini-batches
# and normalisation layers were not tested.
#
# ## What to take away
#
# - At 0 ReLU has the subdifferential $[0, 1]$. Libraries pick a number from it, and it depends on
#   how you write the function.
# - Dead means $z \le 0$ for every example. Then every gradient at that unit is exactly 0.
# - In the first layer, under plain gradient descent, dead is for good. Deeper down it need not be.
# - With zero biases the scale of the first weights does not matter for who is dead at the start.
# - Large steps kill. Leaky ReLU with 0.01 keeps a gradient, but few units came back with it.
#
# ## Exercises
#
# **1.** $\operatorname{relu}(x) - \operatorname{relu}(-x) = x$ has the derivative 1 everywhere.
# What do the three ways to write ReLU in PyTorch give at 0?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Each gives twice its own value: `relu` 0, `clamp` 2 (since torch 2.14, 0) and only `maximum` 1. A
# number from the subdifferential of each part need not add up to the derivative of the whole.

# %%
for name, twice in ("relu(z)", 0), ("z.clamp(min=0)", 2 if old else 0), ("maximum(z, 0)", 1):
    z = torch.zeros(1, dtype=double, requires_grad=True)
    (ways[name](z) - ways[name](-z)).sum().backward()
    assert z.grad.item() == twice == 2 * at_zero[name]

# %% [markdown]
# </details>
#
# **2.** Can weight decay revive a dead unit of the first layer, under plain gradient descent? Treat
# decay of weights and bias alike, and decay of the weights only.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# The gradient is 0, so decay is all that happens. If weights and bias shrink by the same factor, so
# does every $z$, and no sign changes: never. If only the weights shrink, $z$ approaches the bias,
# and a unit with a positive bias comes back. Below, $z = -3 x + 1$ for inputs between 1 and 2.

# %%
inputs = np.linspace(1, 2, 11)
shrunk = 0.99 ** np.arange(500)[:, None]
assert np.all(shrunk * (-3 * inputs + 1) <= 0)
alive = np.any(shrunk * -3 * inputs + 1 > 0, axis=1)
assert not alive[0]
assert alive[-1]

# %% [markdown]
# </details>
#
# **3.** One input, which is positive in all examples, and zero biases. What share of the units is
# dead at the start? What does subtracting the mean from the data do?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# About a half: all those with a negative weight, whatever its size. Once the data have both signs,
# none.

# %%
weights = np.random.default_rng(0).normal(size=(1000, 1))
for scale in (0.1, 1, 10):
    half = np.mean(np.all(scale * weights * inputs <= 0, axis=1))
    assert abs(half - 1 / 2) < 0.05
    assert not np.any(np.all(scale * weights * (inputs - inputs.mean()) <= 0, axis=1))

# %% [markdown]
# </details>
#
# ## References
