# %% [markdown]
# # Smooth rectifiers
#
# **Claim.** SiLU, GELU, Mish, ELU and Softplus spread over a range the bend that ReLU has in one
# point. In a network trained with GELU its tanh form, which nearly agrees with it, can take its
# place; SiLU, which trains as well, cannot.
#
# Needs: [why a network needs a non-linear function](why-nonlinearity.py). Takes 10 minutes.

# %%
import numpy as np
import sympy as sp
import torch
from IPython.display import HTML

from catalog import pick
from derive import float_of, kinks, limit, pieces, value_at, zeros
from figures import Curve, plot, sample
from relations import gap
from snippets import gelu, gelu_tanh, silu
from snippets.swiglu import swiglu

torch.set_num_threads(1)
TITLES = {"SiLU": "silu", "GELU": "gelu", "Mish": "mish", "ELU": "elu", "Softplus": "softplus"}
SMOOTH = {title: pick(name) for title, name in TITLES.items()}
x = sp.Symbol("x", real=True)

# %% [markdown]
# ## Five curves along two lines
#
# All five do what [ReLU](../activations/relu.md) does far out: on the left their slope goes to 0,
# on the right to 1. They differ near 0. (ELU has its parameter α at PyTorch's default.)

# %%
FORMULAS = {title: a.formula.subs(a.decimals) for title, a in SMOOTH.items()}
SLOPES = {title: a.derivative.subs(a.decimals) for title, a in SMOOTH.items()}
for slope in SLOPES.values():
    first, last = pieces(slope, x)[0], pieces(slope, x)[-1]
    assert limit(first, x, right=False) == 0
    assert limit(last, x, right=True) == 1

grid = sample(-4, 2, [0])
curves = [Curve(title, grid, a.function(grid)) for title, a in SMOOTH.items()]
curves.append(Curve("ReLU", grid, pick("relu").function(grid)))
about = "All six near x on the right. On the left three dip below 0, ELU falls to minus 1."
HTML(plot("five", curves, title="Five smooth rectifiers and ReLU", description=about, xlim=(-4, 2)))

# %% [markdown]
# ## The dip
#
# [SiLU](../activations/silu.md), [GELU](../activations/gelu.md) and
# [Mish](../activations/mish.md) fall before they rise. Each has exactly one minimum.
# [ELU](../activations/elu.md) and [Softplus](../activations/softplus.md) have none: their slope is
# never 0. The numbers below are proved: `zeros` encloses each zero of the slope in an interval far
# narrower than the digits printed, and shows that there is no other.


# %%
def dip(title):
    """Return where the slope is 0, and the value there: a pair or None."""
    parts = pieces(SLOPES[title], x)
    found = [zero for part in parts for zero in zeros(part.expression, x, part)]
    assert len(found) == (title in ("SiLU", "GELU", "Mish"))
    return (found[0], value_at(FORMULAS[title], x, found[0])) if found else None


dips = {title: dip(title) for title in SMOOTH}
for title, pair in dips.items():
    text = "no minimum" if pair is None else "minimum at {:.8f}, value {:.8f}"
    print(f"{title:9}", text.format(*map(float_of, pair or ())))

# %% [markdown]
# SiLU's minimum has a closed form, $-W(1/e)$ with Lambert's $W$, and lies 1 further left than it is
# deep. Mish has the deepest dip, GELU the shallowest and the nearest to 0.

# %%
at, value = dips["SiLU"]
assert value == -sp.LambertW(sp.exp(-1))
assert sp.simplify(value - (at + 1)) == 0
lowest = {title: float_of(dips[title][1]) for title in ("Mish", "SiLU", "GELU")}
assert lowest["Mish"] < lowest["SiLU"] < lowest["GELU"] < 0
assert max(lowest, key=lambda title: float_of(dips[title][0])) == "GELU"

# %% [markdown]
# To the left of the dip the slope is negative: a larger input gives a smaller output. Whether that
# helps a network to learn we do not know, and no experiment here tells.
#
# ## Curvature
#
# The second derivative $f''$ says how the slope changes. The slope of each rectifier goes from 0
# to 1, so the integral of $f''$ is 1 for all five: the same amount of bend. ReLU has that bend in
# one point, where $f''$ does not exist, and $f'' = 0$ everywhere else. The smooth ones spread it
# out. SiLU, GELU and Mish bend by more than 1 in the middle, between the two zeros of $f''$, and
# back on both sides. Softplus and ELU never bend back.

# %%
BENDS = {title: slope.diff(x) for title, slope in SLOPES.items()}
for title, bend in BENDS.items():
    turns = [z for part in pieces(bend, x) for z in zeros(part.expression, x, part)]
    assert len(turns) == (2 if title in lowest else 0)
    if turns:
        low, high = (SLOPES[title].subs(x, float_of(z)) for z in sorted(turns, key=float_of))
        assert low < 0 < 1 < high
assert sp.solve(BENDS["GELU"], x) == [-sp.sqrt(2), sp.sqrt(2)]
assert BENDS["SiLU"].subs(x, 0) == sp.Rational(1, 2)
assert BENDS["Softplus"].subs(x, 0) == sp.Rational(1, 4)

grid = sample(-5, 5, [0])
curves = []
for title, bend in BENDS.items():
    cut = {"breaks": (0.0,)} if title == "ELU" else {}
    y = sp.lambdify(x, bend)(grid) + 0 * grid
    curves.append(Curve(title, grid, y, **cut))
title = "Second derivatives: under each curve the area is 1"
about = "Bells about 0, three of them with negative wings; that of ELU breaks off at 0."
HTML(plot("bend", curves, title=title, description=about, xlim=(-5, 5), xlabel="x", ylabel="f″(x)"))

# %% [markdown]
# ELU is the one with a break: its slope is continuous, but $f''$ jumps at 0 from 1 to 0.

# %%
[kink] = kinks(FORMULAS["ELU"], SLOPES["ELU"], x)
assert (kink.at, kink.order, kink.jump) == (0, 2, (1, 0))

# %% [markdown]
# What needs $f''$? Anything that differentiates twice: the curvature of a loss, or an equation
# that holds a second derivative of the network, as in [choosing](choosing.py). A program asks for
# it without complaint, and with ReLU the answer is 0:


# %%
def second(f, at):
    """Return the second derivative of f at a number, by autograd."""
    at = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    [slope] = torch.autograd.grad(f(at), at, create_graph=True)
    return torch.autograd.grad(slope, at)[0].item()


for at in (-1.0, 0.0, 1.0):
    assert second(torch.relu, at) == 0
    assert np.isclose(second(silu.module, at), float(BENDS["SiLU"].subs(x, at)))
w, t = sp.symbols("w t", real=True)
f = sp.Function("f")
curvature = sp.diff((f(w) - t) ** 2 / 2, w, 2)
assert sp.expand(curvature - (f(w).diff(w) ** 2 + (f(w) - t) * f(w).diff(w, 2))) == 0
sp.Eq(sp.Derivative((f(w) - t) ** 2 / 2, w, w), curvature, evaluate=False)

# %% [markdown]
# This is the curvature of a squared error in one weight, with $t$ the output that is wanted. With
# ReLU the term with $f''$ is gone, and what is left, a square, is never negative. Plain gradient
# descent and Adam never ask for $f''$.
#
# ## Gates
#
# PaLM [@chowdhery2022, section 2] and LLaMA [@touvron2023, section 2.2] have a *gate* in their
# feed-forward layers: one half of the units through an activation, times the other half. With SiLU
# that is [SwiGLU](../activations/swiglu.md), with GELU [GEGLU](../activations/geglu.md).

# %%
units = np.array([1.0, -2.0, 3.0, 4.0])
assert np.allclose(swiglu(units), silu.silu(units[:2]) * units[2:])

d, h = sp.symbols("d h", positive=True)
plain, gated = 2 * d * h, 3 * d * (sp.Rational(2, 3) * h)
assert plain == gated

# %% [markdown]
# A gate needs 3 matrices in place of 2, so its hidden width is cut to $\frac{2}{3}$ when the number
# of weights is to stay [@shazeer2020, section 2]. At equal size, GEGLU and SwiGLU had the lowest
# losses in Shazeer's comparison, below ReLU, GELU and SiLU without a gate
# [@shazeer2020, table 1]. Why? “We offer no explanation as to why these architectures seem to
# work; we attribute their success, as all else, to divine benevolence” [@shazeer2020, section 4].
# We have none either, and a small experiment on this page would not give one.
#
# ## Two GELUs
#
# PyTorch has GELU twice: exact, and in a [form with tanh](../activations/gelu_tanh.md). They are
# never further apart than $0.000474$, proved. Model files often do not say which they were trained
# with. Does it matter?

# %%
apart = gap(pick("gelu"), pick("gelu_tanh"))
assert 0.000473 < float_of(apart.size) < 0.000474
assert 2.69 < float_of(apart.places[-1]) < 2.7  # where it is taken, and at minus that

# %% [markdown]
# First, without training. Take 16 layers of 128 units with random weights, scaled so that signals
# keep their size (see [initialisation](initialisation.py)), and compute the output twice with the
# same weights: with GELU, and with a stand-in for it. The difference is divided by the size of the
# output.

# %%
DEPTH, WIDTH = 16, 128
nodes, weights = np.polynomial.hermite_e.hermegauss(60)
GAIN = (weights @ gelu.gelu(nodes) ** 2 / weights.sum()) ** -0.5  # for standard normal inputs


def drift(other, seed):
    """Return the relative difference after each layer, as log10."""
    generator = torch.Generator().manual_seed(seed)
    a = b = torch.randn(64, WIDTH, generator=generator).double()
    found = []
    for _ in range(DEPTH):
        weight = torch.randn(WIDTH, WIDTH, generator=generator).double() * GAIN / WIDTH**0.5
        a, b = gelu.module(a @ weight), other(b @ weight)
        found.append(((a - b).norm() / a.norm()).log10().item())
    return found


drifts = {
    name: np.array([drift(other, seed) for seed in range(5)])
    for name, other in {"tanh form": gelu_tanh.module, "SiLU": silu.module}.items()
}
layers = np.arange(1.0, DEPTH + 1)
curves = [Curve(name, layers, found.mean(axis=0)) for name, found in drifts.items()]
title = "In place of GELU, with the same weights: how far the output moves"
about = "Both rise with depth and flatten; SiLU lies far above the tanh form all the way."
labels = {"xlabel": "layers", "ylabel": "log₁₀ of the relative difference"}
HTML(plot("drift", curves, title=title, description=about, xlim=(1, 16), **labels))

# %% [markdown]
# In each of 5 networks the difference grows by a factor of 3 to 10 from the first layer to the
# last. With the tanh form it ends below $0.002$. With SiLU it is over $0.1$ after the first layer
# and over $0.7$ after the last: that is another network.

# %%
assert np.all(10 ** drifts["tanh form"][:, -1] < 0.002)
assert np.all(10 ** drifts["SiLU"][:, 0] > 0.1)
assert np.all(10 ** drifts["SiLU"][:, -1] > 0.7)
for found in drifts.values():
    growth = 10 ** (found[:, -1] - found[:, 0])
    assert np.all((growth > 3) & (growth < 10))

# %% [markdown]
# In half precision the two forms are hard to tell apart, and a test may pass with the wrong one:
# rounded to `bfloat16`, they are the same number for over $0.85$ of standard normal inputs.

# %%
inputs = np.random.default_rng(0).standard_normal(100_000)
exact, other = (torch.tensor(f(inputs)).bfloat16() for f in (gelu.gelu, gelu_tanh.gelu_tanh))
share = (exact == other).double().mean().item()
assert 0.85 < share < 1

# %% [markdown]
# ## Training with the other one
#
# Now we train 10 small networks, with GELU, its tanh form and SiLU, always from the same start, on
# $\sin 2u \cos \frac{3 v}{2}$: 100 examples of $(u, v)$, three hidden layers, 300 steps of Adam.

# %%
SEEDS, UNITS = 10, 24


def examples(n, seed):
    uv = np.random.default_rng(seed).uniform(-2, 2, (SEEDS, n, 2))
    return torch.tensor(uv), torch.tensor(np.sin(2 * uv[..., :1]) * np.cos(3 * uv[..., 1:] / 2))


train, held = examples(100, seed=0), examples(400, seed=1)


def trained(f):
    """Train the networks, all at once; return a function of inputs and an activation."""
    generator = torch.Generator().manual_seed(0)
    sizes = [(2, UNITS), (UNITS, UNITS), (UNITS, UNITS), (UNITS, 1)]
    pairs = []
    for n, m in sizes:
        start = torch.randn(SEEDS, n, m, generator=generator).double() * GAIN / n**0.5
        pairs.append((start.requires_grad_(), start.new_zeros(SEEDS, 1, m).requires_grad_()))

    def network(x, f):
        for w, b in pairs[:-1]:
            x = f(x @ w + b)
        return x @ pairs[-1][0] + pairs[-1][1]

    optimizer = torch.optim.Adam([p for pair in pairs for p in pair], lr=0.01, fused=True)
    for _ in range(300):
        optimizer.zero_grad()
        (network(train[0], f) - train[1]).square().mean((1, 2)).sum().backward()
        optimizer.step()
    return network


# %%
@torch.no_grad()
def distance(network, f, goal):
    """Return the root of the mean squared distance from `goal` on held-out inputs, by seed."""
    return (network(held[0], f) - goal).square().mean((1, 2)).sqrt().numpy()


FORMS = {"GELU": gelu.module, "tanh form": gelu_tanh.module, "SiLU": silu.module}
networks = {name: trained(f) for name, f in FORMS.items()}
error = {
    (made, run): distance(networks[made], f, held[1]) for made in FORMS for run, f in FORMS.items()
}
rows = ""
for made in FORMS:
    cells = "".join(f"<td>{np.median(error[made, run]):.3f}</td>" for run in FORMS)
    rows += f'<tr><th scope="row">trained with {made}</th>{cells}</tr>'
head = "".join(f'<th scope="col">run with {run}</th>' for run in FORMS)
caption = "Held-out error, median over the seeds"
HTML(f"<table><caption>{caption}</caption><tr><td></td>{head}</tr>{rows}</table>")

# %% [markdown]
# - A network trained with GELU may run with the tanh form: in each of the 10 seeds its error
#   changes by less than a hundredth of itself.
# - It may not run with SiLU, nor the reverse: that multiplies the error by more than 2.5.
# - Not that SiLU were the worse activation: *trained* with SiLU, the median error is the lowest of
#   the three here. The weights fit the function that they were trained with.
# - Training with the tanh form in place of GELU changes the error by less than a tenth in each
#   seed, while the seeds themselves differ by a factor of more than 1.5.

# %%
own = {name: error[name, name] for name in FORMS}
assert np.all(np.abs(error["GELU", "tanh form"] / own["GELU"] - 1) < 1 / 100)
assert np.all(error["GELU", "SiLU"] > 2.5 * own["GELU"])
assert np.all(error["SiLU", "GELU"] > 2.5 * own["SiLU"])
assert min(own, key=lambda name: np.median(own[name])) == "SiLU"
assert np.all(np.abs(own["tanh form"] / own["GELU"] - 1) < 1 / 10)
assert own["GELU"].max() > 1.5 * own["GELU"].min()

# %% [markdown]
# These are small networks and one task, with one learning rate. That SiLU came out lowest here
# ranks nothing: [four activations in one model](one-model.py) shows how such an order turns round.
# And where the last digits matter, the two GELUs must be told apart: take the one that the model
# was trained with.
#
# ## What to take away
#
# - Every rectifier here bends by 1 in all. ReLU does it in one point, the others over a range.
# - SiLU, GELU and Mish dip below 0 on the left; ELU and Softplus only rise.
# - With ReLU a second derivative is 0, and no error tells you so.
# - Why gates help is open. That they did in one comparison is cited, not explained.
# - Exchange the activation of a trained network only for one that is as close as the two GELUs.
#
# ## Exercises
#
# **1.** Where does GELU rise fastest, and how fast?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# At $\sqrt{2}$, where $f'' = 0$, with a slope between $1.12$ and $1.13$: more than ReLU ever has.

# %%
fastest = SLOPES["GELU"].subs(x, sp.sqrt(2))
assert BENDS["GELU"].subs(x, sp.sqrt(2)) == 0
assert 1.12 < fastest.evalf() < 1.13

# %% [markdown]
# </details>
#
# **2.** Among the second derivatives, the curves of SiLU and GELU are symmetric, that of Mish is
# not. Which equation between $f(x)$ and $f(-x)$ is behind that?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# $f(x) - f(-x) = x$. Differentiate it twice: $f''(x) - f''(-x) = 0$. SiLU, GELU and also Softplus
# satisfy it, Mish does not.

# %%
for title, f in FORMULAS.items():
    if title in ("SiLU", "GELU", "Softplus"):
        assert sp.simplify((f - f.subs(x, -x) - x).rewrite(sp.exp)) == 0
difference = FORMULAS["Mish"] - FORMULAS["Mish"].subs(x, -x) - x
assert abs(difference.subs(x, 1).evalf()) > 0.1

# %% [markdown]
# </details>
#
# **3.** At $-4$ the two GELUs differ by over $0.4$ of the value itself. Why does that do no harm
# above?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Both values are tiny, below $0.0002$ in size, and the next layer adds them to numbers that are
# not.

# %%
a, b = gelu.gelu(-4.0), gelu_tanh.gelu_tanh(-4.0)
assert abs(b / a - 1) > 0.4
assert max(abs(a), abs(b)) < 0.0002

# %% [markdown]
# </details>
#
# ## References
