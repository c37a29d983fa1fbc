# %% [markdown]
# # Initialisation and gain
#
# **Claim.** Two numbers tell how large the first weights should be: the mean square of the
# activation and that of its slope. For most functions no scale keeps both the signal and the
# gradient, and PyTorch's `calculate_gain` is right for a few functions only.
#
# Needs: [saturation](saturation.py). Takes 12 minutes.

# %%
from contextlib import suppress

import numpy as np
import sympy as sp
import torch
from IPython.display import HTML

from catalog import pick
from derive import as_ball, facts, mean
from figures import Curve, plot
from snippets.leaky_relu import negative_slope

calculate_gain = torch.nn.init.calculate_gain

# %% [markdown]
# ## Two numbers, He's gain and Xavier's
#
# A unit sums $n$ inputs $f(z_i)$ with weights $w_i$. Draw the weights independently, with mean 0
# and variance $g^2 / n$. The number $g$ is called the *gain*. Then the mixed terms of the square of
# the sum have mean 0, and what is left, over the draw of the weights, is
#
# - forward: the mean square of the signal is multiplied by $g^2$ and $f$ makes $\mathrm{E} f(z)^2$
#   of it;
# - backward: the mean square of the gradient is multiplied by $g^2 \, \mathrm{E} f'(z)^2$, if the
#   layer has as many outputs as inputs, and if one may treat the gradient as independent of $z$.
#
# In a wide layer the sums $z$ are nearly normal. Suppose that their mean is 0 and their mean square
# 1. To keep it there one needs $g^2 \, \mathrm{E} f(z)^2 = 1$, so the gain
# $1 / \sqrt{\mathrm{E} f(z)^2}$. To keep the gradient one needs $1 / \sqrt{\mathrm{E} f'(z)^2}$.
# For Leaky ReLU, with the slope $a$ on the left, both are the same:

# %%
a = sp.Symbol("a", real=True)
leaky = facts(pick("leaky_relu"))
assert sp.simplify(leaky.second_moment - leaky.slope_moment) == 0
gain = leaky.gain.subs(negative_slope, a)
assert sp.simplify(gain**2 - 2 / (1 + a**2)) == 0
assert gain.subs(a, 0) == sp.sqrt(2) == facts(pick("relu")).gain
sp.Eq(sp.Symbol("g"), gain, evaluate=False)

# %% [markdown]
# With $a = 0$ this is ReLU and the gain $\sqrt{2}$: the initialisation of He et al. [@he2015].
# Xavier's [@glorot2010] has the gain 1, derived for a unit in its linear regime with slope 1.
#
# ## Most functions need two gains
#
# The table takes both numbers for sixteen functions from the program that writes the table of facts
# on each page of this site. It encloses the integrals, so all digits shown are right. Then follow
# both gains, the factor per layer that the forward gain gives the gradient's mean square, and what
# PyTorch says.

# %%
names = ["identity", "relu", "leaky_relu", "relu6", "elu", "selu", "softplus", "gelu", "silu"]
names += ["mish", "hardswish", "sigmoid", "tanh", "softsign", "hardtanh", "softshrink"]
torch_names = {"identity": "linear"}


def asked(name):
    try:
        return calculate_gain(torch_names.get(name, name))
    except ValueError:
        return None


table = {}
assert len(names) == 16
for name in names:
    function = pick(name)
    both = (e.subs(function.decimals) for e in (function.formula, function.derivative))
    squares = (mean(sp.piecewise_fold(e**2), function.x, sp.Integer(16)) for e in both)
    f2, d2 = (float(as_ball(value)) for value in squares)
    table[name] = f2, d2, f2**-0.5, d2**-0.5, d2 / f2, asked(name)
assert table["relu"][:2] == (1 / 2, 1 / 2)

# %%
head = (
    "Function",
    "E f²",
    "E f′²",
    "Gain",
    "For the gradient",
    "Per layer",
    "calculate_gain",
)
rows = '<div class="table-scroll"><table>'
rows += "<caption>Moments for standard normal input, and gains</caption><thead><tr>"
rows += "".join(f'<th scope="col">{text}</th>' for text in head) + "</tr></thead><tbody>"
for name, (*values, given) in table.items():
    cells = [f"{v:.3f}" for v in values] + [f"{given:.3f}" if given else "ValueError"]
    rows += f'<tr><th scope="row">{pick(name).title}</th>'
    rows += "".join(f'<td class="right">{cell}</td>' for cell in cells) + "</tr>"
HTML(rows + "</tbody></table></div>")

# %% [markdown]
# Only the identity, ReLU and Leaky ReLU have one gain for both. ReLU6 nearly does. For all others
# the gain that keeps the signal changes the gradient in every layer: it falls to less than a sixth
# with the sigmoid, to a third with softplus, and grows with the rest, most with softshrink.

# %%
carried = {name: row[4] for name, row in table.items()}
assert [name for name, v in carried.items() if abs(v - 1) < 1e-9] == names[:3]
assert abs(carried["relu6"] - 1) < 1e-3
assert carried["sigmoid"] < 1 / 6
assert 0.3 < carried["softplus"] < 1 / 3
others = [name for name in names[4:] if name not in ("sigmoid", "softplus")]
assert all(carried[name] > 1.03 for name in others)
assert max(carried, key=carried.get) == "softshrink"

# %% [markdown]
# ## Fifty layers
#
# Does it happen? Fifty layers of 256 units, no biases, 32 examples of standard normal inputs $z$,
# and a random gradient on the way back. `stack` returns the mean square after every layer, both
# ways.


# %%
def stack(name, gain, seed=0, layers=50, width=256):
    f, slope = pick(name).function, pick(name).gradient
    random = np.random.default_rng(seed)
    inputs, weights = [random.normal(size=(32, width))], []
    for _ in range(layers):
        weights.append(random.normal(size=(width, width)) * gain / np.sqrt(width))
        inputs.append(f(inputs[-1]) @ weights[-1])
    d = random.normal(size=(32, width))
    gradients = [d]
    for z, w in zip(inputs[-2::-1], weights[::-1], strict=True):
        d = (d @ w.T) * slope(z)
        gradients.append(d)
    return np.array([[np.mean(a**2) for a in arrays] for arrays in (inputs, gradients)])


right = {name: table[name][2] for name in ("relu", "tanh", "sigmoid", "gelu", "selu")}
runs = {name: [stack(name, gain, seed) for seed in range(3)] for name, gain in right.items()}
runs["relu, gain 1"] = [stack("relu", 1, seed) for seed in range(3)]
last = {key: np.array([run[:, -1] for run in results]).T for key, results in runs.items()}
print("mean square after 50 layers, three seeds")
for key, (signal, gradient) in last.items():
    print(f"{key:12} signal  ", *(f"{v:8.0e}" for v in signal))
    print(f"{'':12} gradient", *(f"{v:8.0e}" for v in gradient))

# %% [markdown]
# - *ReLU.* With $\sqrt{2}$ both stay between a tenth and 10. They wander, because 256 units are not
#   infinitely many. With the gain 1, each layer halves both: the same numbers times $2^{-50}$.
# - *Tanh.* The signal keeps its size. The gradient grows more than a thousandfold, as the table
#   says: 50 factors of 1.178.
# - *Sigmoid.* The signal keeps its size, and the gradient falls below $10^{-40}$. A healthy signal
#   proves nothing.
# - *SELU.* Close to 1 forward; backward it grows by 10 to 100. Klambauer et al. built it to have
#   the gain 1 [@klambauer2017].
# - *GELU.* Its gain is right, and the signal grows more than tenfold all the same.

# %%
assert np.all((last["relu"] > 0.1) & (last["relu"] < 10))
assert np.allclose(last["relu, gain 1"], last["relu"] * 2.0**-50)
assert np.all(abs(last["tanh"][0] - 1) < 0.2)
assert round(carried["tanh"], 3) == 1.178
assert np.all(last["tanh"][1] > 1000)
assert np.allclose(last["tanh"][1] ** (1 / 50), carried["tanh"], rtol=0.02)
assert np.all((last["sigmoid"][0] > 0.5) & (last["sigmoid"][0] < 2))
assert np.all(last["sigmoid"][1] < 10.0**-40)
assert np.all(abs(last["selu"][0] - 1) < 0.2)
assert np.all((last["selu"][1] > 10) & (last["selu"][1] < 100))
assert abs(table["selu"][2] - 1) < 1e-15
assert np.all(last["gelu"][0] > 10)

layers = np.arange(51.0)
curves = [
    Curve(f"{pick(name).title}, {way}", layers, np.log10(runs[name][0][i]))
    for name in ("relu", "tanh", "gelu")
    for way, i in (("signal", 0), ("gradient", 1))
]
title = "Mean square with the gain that should keep the signal, as a power of ten"
about = "ReLU stays near 0. Tanh's signal too, its gradient rises. GELU's signal and gradient rise."
labels = {"xlabel": "layers passed", "ylabel": "mean square, as a power of 10"}
HTML(plot("kept", curves, title=title, description=about, xlim=(0, 50), **labels))

# %% [markdown]
# ## Why the right gain fails for GELU
#
# The gain is right for a mean square of exactly 1. No finite layer has that. What becomes of a mean
# square $q$ that is slightly off? The next layer makes $g^2 \, \mathrm{E} f(\sqrt{q} z)^2$ of it.
# `pull` is the factor by which a small deviation from 1 is multiplied in one layer.

# %%
z = np.linspace(-10, 10, 2000)
normal = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])


def square(f, q):
    return np.sum(normal * f(np.sqrt(q) * z) ** 2)


def pull(name):
    f = pick(name).function
    return (square(f, 1.01) - square(f, 0.99)) / 0.02 / square(f, 1)


for name, (f2, *_) in table.items():
    assert np.isclose(square(pick(name).function, 1), f2, rtol=1e-4)
    print(f"{name:11} {pull(name):.3f}")

# %% [markdown]
# Below 1 the layer mends a deviation: so it is with the sigmoid, tanh and SELU, whose authors prove
# that it does. ReLU keeps it as it is. With GELU, SiLU, Mish and Hardswish it *grows*, with GELU by
# 1.144 per layer, which is more than 800 in fifty. A little too much becomes ever more, a little
# too little dies out. The reason: for large inputs these functions are nearly ReLU, which needs the
# gain $\sqrt{2}$, and for small ones nearly linear with a slope not far from $\frac{1}{2}$, which
# needs a gain above 1.6.

# %%
assert all(pull(name) < 0.9 for name in ("sigmoid", "tanh", "selu", "elu", "softplus"))
assert abs(pull("relu") - 1) < 1e-6
assert all(pull(name) > 1.05 for name in ("gelu", "silu", "mish", "hardswish"))
assert round(pull("gelu"), 3) == 1.144
assert 1.144**50 > 800
for name in ("gelu", "silu", "mish", "hardswish"):
    large, small = (square(pick(name).function, q) / q for q in (1e4, 1e-4))
    assert abs(large**-0.5 - np.sqrt(2)) < 0.01
    assert 1.6 < small**-0.5 < 2.01

# %% [markdown]
# ## What `calculate_gain` says
#
# `settle` follows the mean square through very many layers, for a given gain. It returns where it
# ends, and by what the gradient's mean square is multiplied in a layer there.


# %%
def settle(name, gain, layers=1500):
    q = 1.0
    for _ in range(layers):
        q = gain**2 * square(pick(name).function, q)
    return q, gain**2 * square(pick(name).gradient, q)


settled = {name: settle(name, calculate_gain(name)) for name in ("sigmoid", "tanh", "selu")}
for name, (q, factor) in settled.items():
    print(f"{name:8} gain {calculate_gain(name):.3f}: signal {q:.3f}, gradient times {factor:.3f}")

# %% [markdown]
# - *linear, relu, leaky_relu* (1, $\sqrt{2}$, $\sqrt{2 / (1 + a^2)}$). Right, forward and backward
#   and for signals of every size.
# - *tanh* ($\frac{5}{3}$). Neither gain of the table, which has 1.593 and 1.467. Right in that the
#   signal does not die out: it settles, at 1.18 and not at 1. But the gradient grows by 1.21 in
#   every layer. Glorot and Bengio have no such factor: for tanh they use the gain 1 [@glorot2010].
# - *sigmoid* (1). Not the gain of the table, 1.846. The signal settles below 0.3. With the sigmoid
#   it can neither die out nor explode, whatever the gain: the outputs lie between 0 and 1, and
#   their mean is $\frac{1}{2}$. The gradient loses more than nine tenths in every layer.
# - *selu* ($\frac{3}{4}$). Not the gain 1 of its authors. The signal falls to 0.023, and there the
#   gradient is kept to within a hundredth. So it is right for the gradient deep inside, at the
#   price of the signal. PyTorch's own documentation warns of it and says to take `linear` for
#   self-normalising networks.
# - *gelu, silu, elu, mish, softplus, hardswish*: `ValueError`. `kaiming_normal_` passes the name on
#   and raises it too. Take the gain from the table, and mind what it does not promise.

# %%
assert calculate_gain("linear") == 1
for slope in (0.01, 0.2, 1, 3):
    assert np.isclose(calculate_gain("leaky_relu", slope), float(gain.subs(a, slope)))
assert calculate_gain("relu") == table["relu"][5] == 2**0.5
assert calculate_gain("tanh") == 5 / 3
assert [round(v, 3) for v in table["tanh"][2:4]] == [1.593, 1.467]
assert [round(v, 2) for v in settled["tanh"]] == [1.18, 1.21]
assert calculate_gain("sigmoid") == 1
assert round(table["sigmoid"][2], 3) == 1.846
assert settled["sigmoid"][0] < 0.3
assert settled["sigmoid"][1] < 1 - 9 / 10
assert calculate_gain("selu") == 3 / 4
assert round(settled["selu"][0], 3) == 0.023
assert abs(settled["selu"][1] - 1) < 1 / 100
assert "you should use ``nonlinearity='linear'``" in calculate_gain.__doc__
for name in ("gelu", "silu", "elu", "mish", "softplus", "hardswish"):
    assert asked(name) is None
    with suppress(ValueError):
        torch.nn.init.kaiming_normal_(torch.empty(3, 3), nonlinearity=name)
        raise AssertionError(name)

# %% [markdown]
# All this holds for wide layers of equal width, independent weights and no biases, before training.
# Between layers of unequal width forward and backward disagree: the one wants $g^2$ over the number
# of inputs, the other over that of outputs. Xavier's initialisation takes the mean of the two
# numbers; He et al. show that either alone will do for ReLU [@he2015]. Skip connections and
# normalisation layers were not tested. Nor does a kept mean square mean that the network learns
# well.
#
# ## What to take away
#
# - The gain that keeps the signal is $1 / \sqrt{\mathrm{E} f(z)^2}$, the gain that keeps the
#   gradient $1 / \sqrt{\mathrm{E} f'(z)^2}$. For ReLU and its leaky kin they are equal, for most
#   functions not.
# - A signal of the right size does not mean a gradient of the right size: see the sigmoid.
# - For GELU, SiLU, Mish and Hardswish the gain is a balance on a knife's edge.
# - `calculate_gain` is exact for linear, ReLU and Leaky ReLU. Its other numbers are something else.
#
# ## Exercises
#
# **1.** `torch.nn.Linear` fills its weights with `kaiming_uniform_` for Leaky ReLU with the slope
# $a = \sqrt{5}$. Which gain is that, and what does it do to ReLU, without biases?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# $1 / \sqrt{3}$. No activation with that slope is meant: with it the weights are uniform between
# $\pm 1 / \sqrt{n}$. With ReLU each layer divides the mean square by 6.

# %%
assert np.isclose(calculate_gain("leaky_relu", 5**0.5), 3**-0.5)
torch.manual_seed(0)
weight = torch.nn.Linear(300, 300).weight
assert 0.99 < weight.abs().max().item() * 300**0.5 <= 1.000001
assert abs(weight.std().item() * 300**0.5 - 3**-0.5) < 0.01
assert np.isclose(1 / (3**-0.5) ** 2 / table["relu"][0], 6)

# %% [markdown]
# </details>
#
# **2.** Which gains keep signal and gradient for $f(z) = \lvert z \rvert$?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Both are 1, since $f(z)^2 = z^2$ and $f'(z)^2 = 1$. It is Leaky ReLU with the slope $-1$.

# %%
assert np.isclose(square(np.abs, 1), 1)
assert gain.subs(a, -1) == 1

# %% [markdown]
# </details>
#
# **3.** Take for GELU the gain that keeps the gradient at a mean square of 1. What becomes of the
# signal in fifty layers?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# It dies out: each layer takes some of it, and the smaller it is, the more the next layer takes. In
# the end a layer leaves about half.

# %%
assert np.all(stack("gelu", table["gelu"][3])[0, -1] < 1e-6)
assert 0.5 < table["gelu"][3] ** 2 * square(pick("gelu").function, 1e-4) / 1e-4 < 0.6

# %% [markdown]
# </details>
#
# ## References
