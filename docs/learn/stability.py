# %% [markdown]
# # Numerical stability
#
# **Claim.** Formulas that are equal in mathematics can lose every digit in floating point, or give
# ∞ or nan, at inputs no larger than 20. The forms of this site stay within 5 ULP of the exact value
# at every input tried here.
#
# Needs: [Four ways to a derivative](derivatives.py). Takes 10 minutes.

# %%
import math
import warnings

import numpy as np
import sympy as sp
import torch
from IPython.display import HTML
from torch.nn.functional import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    gelu,
)

from catalog import pick
from exact import Exact
from figures import Curve, plot
from snippets.log_softmax import log_softmax
from snippets.logsigmoid import logsigmoid
from snippets.sigmoid import sigmoid
from snippets.softplus import beta, softplus, x
from snippets.softplus import formula as softplus_formula
from verify import FORMATS, errors, relative

torch.set_num_threads(1)

# %% [markdown]
# ## Where exp ends
#
# The exponential is what all of these functions are made of, and it grows fast. How far does each
# format follow? The last input of these pairs still gives a number, the next gives ∞:

# %%
digits = {}
for name, last, first in (
    ("float16", 11, 11.125),
    ("bfloat16", 88.5, 89),
    ("float32", 88.72, 88.73),
    ("float64", 709.78, 709.79),
):
    kind = getattr(torch, name)
    below, above = torch.exp(torch.tensor([last, first], dtype=kind))
    assert below < math.inf == above
    digits[name] = round(-math.log10(torch.finfo(kind).eps))
    print(f"{name:8} {digits[name]:2} digits, exp({last}) is finite, exp({first}) is inf")
assert digits == {"float16": 3, "bfloat16": 2, "float32": 7, "float64": 16}

# %% [markdown]
# bfloat16 reaches as far as float32, but with 2 digits in place of 7.
#
# ## How errors are measured
#
# An *ULP* is the distance between the two floats around the exact value. A correctly rounded result
# is at most 0.5 ULP off; in float32, $2^{24}$ ULP, about 10⁷, are the whole result (an ∞ counts for
# more). Exact values come from [ball arithmetic](../checked.md). Each function is computed twice:
# by a formula that people copy, and by the code of its page.


# %%
def naive(name, x):
    if name == "gelu":
        x = torch.from_numpy(x)
        return (x / 2 * (1 + torch.erf(x / 2**0.5))).numpy()
    with np.errstate(all="ignore"):
        return eval(pick(name).naive[0], {"np": np, "x": x, "beta": 1})


def both(name, dtype, points):
    """Return the exact values at the points, and what the two forms make of them."""
    points, function = points.astype(dtype), pick(name)
    exact = Exact(function.at(0, function.defaults), function.x).rounded(points.tolist())
    return exact, naive(name, points).astype(float), function.function(points).astype(float)


names = ("sigmoid", "softplus", "logsigmoid", "gelu")
for name in names[:3]:
    print(f"{name}: {pick(name).naive[0]}")

# %%
worst, grid = {}, np.linspace(-20, 20, 801)
for name in names:
    for dtype in "float16", "float32", "float64":
        exact, *values = both(name, dtype, grid)
        worst[name, dtype] = [errors(v, exact, FORMATS[dtype]).max() for v in values]

HARMLESS = {("sigmoid", "float32"), ("sigmoid", "float64")}
assert all(ours < 5 for _, ours in worst.values())
assert all(copied < 5 for k, (copied, _) in worst.items() if k in HARMLESS)
assert all(copied > 100 for k, (copied, _) in worst.items() if k not in HARMLESS)
assert 1.5e7 < 2**24 < 2e7


# %%
def cell(ulps):
    size = round(math.log10(ulps))
    return f"10<sup>{size}</sup>" if size > 3 else f"{ulps:.{ulps < 10:d}f}"


head = "".join(
    f'<th scope="col">{d} {k}</th>' for _, d in list(worst)[:3] for k in ("naive", "ours")
)
rows = ""
for name in names:
    values = [v for key, pair in worst.items() if key[0] == name for v in pair]
    cells = "".join(f"<td>{cell(v)}</td>" for v in values)
    rows += f'<tr><th scope="row">{pick(name).title}</th>{cells}</tr>'
caption = "<caption>Largest error in ULP, at 801 inputs between −20 and 20</caption>"
HTML(f"<table>{caption}<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>")

# %% [markdown]
# Here is where the digits go in float64. Each point of a curve is the worst of 20 neighbouring
# inputs.


# %%
def correct_digits(values, exact):
    off = relative(values, exact).reshape(-1, 20).max(axis=1)
    return -np.log10(np.clip(off, 2.0**-53, 1))


dense = np.linspace(-37.5, 37.5, 4000)
middles = dense.reshape(-1, 20).mean(axis=1)
naive_digits, our_digits = {}, {}
for name in names:
    exact, copied, ours = both(name, "float64", dense)
    naive_digits[name] = correct_digits(copied, exact)
    our_digits[name] = correct_digits(ours, exact)
    assert errors(ours, exact, FORMATS["float64"]).max() < 5

curves = [Curve(f"{name}, naive", middles, naive_digits[name]) for name in names]
curves.append(Curve("ours, worst of the four", middles, np.min(list(our_digits.values()), axis=0)))
title = "Correct digits in float64 by input"
about = "Naive softplus and GELU lose all digits on the left, log-sigmoid on the right."
labels = {"xlabel": "x", "ylabel": "correct digits"}
limits = {"xlim": (-37.5, 37.5), "ylim": (0, 16.5)}
HTML(plot("digits", curves, title=title, description=about, **limits, **labels))

# %%
assert np.min(list(our_digits.values())) > 14.9
assert naive_digits["sigmoid"].min() > 14.9
assert naive_digits["softplus"][middles < -37].max() == 0
assert naive_digits["logsigmoid"][middles > 37].max() == 0
assert naive_digits["gelu"][middles < -9].max() == 0
for name, good in ("softplus", middles > 1), ("logsigmoid", middles < -1), ("gelu", middles > 1):
    assert naive_digits[name][good].min() > 14.5

# %% [markdown]
# ## Sigmoid: nearly a false alarm
#
# Of the four, `1 / (1 + np.exp(-x))` is the least harmful. Far on the left exp overflows and NumPy
# warns, but $\frac{1}{\infty}$ is 0, and in float32 the exact value is then below the least normal
# number. In float16 it is worse: 0 from $-11.1$ on, where the exact value still fits. And harm
# comes to what is built on it: a logarithm, or the slope σ(1 − σ).

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    values = 1 / (1 + np.exp(-np.float32([-80, -89])))
assert "overflow" in str(caught[0].message)
assert values[0] > 0 == values[1]
assert sigmoid(-89.0) < np.finfo("float32").tiny
assert naive("sigmoid", np.float16([-11.1])) == 0 < sigmoid(np.float16(-11.1))

# %% [markdown]
# ## Softplus and log-sigmoid: two repairs
#
# In $\log(1 + e^x)$ two things go wrong. For large $x$, $e^x$ overflows. For negative $x$,
# $1 + e^x$ rounds to 1, and the digits of $e^x$ are gone before the logarithm sees them.
# `log1p(t)`, which is $\log(1 + t)$ without the rounding, mends the second. For the first, take $x$
# out:

# %%
assert naive("softplus", np.float32([89]))[0] == np.inf
assert naive("softplus", np.float32([-17]))[0] == 0
assert np.isclose(np.log1p(np.exp(np.float32(-17))), math.exp(-17), rtol=1e-6, atol=0)

plain = softplus_formula.subs(beta, 1)
taken = x + sp.log(1 + sp.exp(-x))
assert sp.simplify(sp.exp(plain) - sp.exp(taken)) == 0
sp.Eq(plain, taken, evaluate=False)

# %% [markdown]
# Take the left form where $x$ is negative and the right one elsewhere. Then no exponent is
# positive, and both are one line: $\max(x, 0) + \operatorname{log1p}(e^{-\lvert x \rvert})$.
# Log-sigmoid is the same, turned round: $-\operatorname{softplus}(-x)$.

# %%
short = np.maximum(grid, 0) + np.log1p(np.exp(-np.abs(grid)))
assert np.allclose(softplus(grid), short, rtol=1e-15, atol=0)
assert np.allclose(logsigmoid(grid), -softplus(-grid), rtol=1e-14, atol=0)

# %% [markdown]
# ## GELU: a sum that cancels
#
# $\frac{1}{2} x (1 + \operatorname{erf}(x / \sqrt{2}))$ cancels on the left, where erf is near
# $-1$. `erfc(t)` is $1 - \operatorname{erf}(t)$ without the cancellation. PyTorch's own GELU loses
# the digits too: in float32 it is 0 at $-6$. The exact value, about $-5.9 \cdot 10^{-9}$, is small,
# but a float32 would hold it with all digits.

# %%
assert gelu(torch.tensor([-6.0])) == 0
good = -6 / 2 * math.erfc(6 / math.sqrt(2))
assert np.isclose(pick("gelu").function(-6.0), good, rtol=1e-14, atol=0)
assert round(good * 1e9, 1) == -5.9

# %% [markdown]
# ## A loss from scores
#
# A classifier gives a score $x$; sigmoid makes a probability of it, and the loss is the negative
# logarithm of the probability of the right answer. Do not take the steps one by one. Say the score
# is 20 and the right answer is no. The loss should be 20 and its slope 1. But σ(20) rounds to 1 in
# float32, and three ways of computing give three results:


# %%
def loss_and_slope(loss, *scores, dtype=torch.float32):
    scores = torch.tensor(scores, dtype=dtype, requires_grad=True)
    value = loss(scores)
    value.backward()
    return value.item(), scores.grad.tolist()


no = torch.zeros(1)
by_hand = loss_and_slope(lambda x: -torch.log(1 - torch.sigmoid(x)).sum(), 20.0)
clamped = loss_and_slope(lambda x: binary_cross_entropy(torch.sigmoid(x), no), 20.0)
from_score = loss_and_slope(lambda x: binary_cross_entropy_with_logits(x, no), 20.0)
assert by_hand[0] == math.inf
assert math.isnan(by_hand[1][0])
assert clamped == (100, [0])
assert from_score == (20, [1])
assert np.isclose(-logsigmoid(-20.0), from_score[0])

# %% [markdown]
# By hand the loss is ∞ and the slope nan. `binary_cross_entropy` cuts the logarithm off at $-100$:
# the loss is 100 and the slope 0, so the worst mistake is not corrected at all.
# `binary_cross_entropy_with_logits` takes the score itself and is right. For this answer the loss
# is $-\operatorname{logsigmoid}(-x)$.
#
# With several classes the same holds for softmax. Of the scores (120, 0), let the second be right:

# %%
two_steps = loss_and_slope(lambda x: -torch.log(torch.softmax(x, -1))[1], 120.0, 0.0)
one_step = loss_and_slope(lambda x: -torch.log_softmax(x, -1)[1], 120.0, 0.0)
assert two_steps[0] == math.inf
assert all(map(math.isnan, two_steps[1]))
assert one_step == (120, [1, -1])

# %% [markdown]
# ## log_softmax in bfloat16
#
# Now let the *first* of two scores be right, and let it lead by a gap. The loss is
# $\log(1 + e^{-\text{gap}})$. PyTorch computes it in two ways, depending on where the classes lie
# in memory:

# %%
gaps = torch.arange(3, 8, 1 / 32, dtype=torch.bfloat16)
scores = torch.stack([gaps, 0 * gaps], 1)
last = -torch.log_softmax(scores, -1)[:, 0].double().numpy()
other = -torch.log_softmax(scores.T.contiguous(), 0)[0].double().numpy()
at = gaps.double().numpy()
exact = -log_softmax(np.stack([at, 0 * at], 1))[:, 0]

rounded = torch.log((1 + torch.exp(-gaps.float())).bfloat16().float()).bfloat16()
assert np.array_equal(last, rounded.double())

series = {"exact": exact, "classes last": last, "classes first": other}
curves = [Curve(label, at, loss) for label, loss in series.items()]
title = "Loss of the leading class in bfloat16 by its lead"
about = "With classes last PyTorch's loss falls in steps and is 0 from 5.5; else it is exact."
labels = {"xlabel": "gap", "ylabel": "loss"}
HTML(plot("bfloat16", curves, title=title, description=about, xlim=(3, 8), **labels))

# %% [markdown]
# With the classes in the last dimension, the usual place, the sum $1 + e^{-\text{gap}}$ is rounded
# to bfloat16 before its logarithm is taken: `rounded` above gives the same, bit for bit. The steps
# come from there. At a gap of 5 the loss is 16 % too large. From $8 \log 2$ on, about 5.55, the sum
# is 1 and the loss 0. So is the slope for the leading score: the example counts as learned, though
# its exact loss is still 0.0039 there. `cross_entropy` does the same. With the classes in another
# dimension the result is right to rounding.

# %%
assert abs(last[at == 5][0] / exact[at == 5][0] - 1.16) < 0.01
assert round(8 * math.log(2), 2) == 5.55
assert round(math.log1p(2**-8), 4) == 0.0039
assert np.array_equal(last == 0, at > 8 * math.log(2))
assert np.max(np.abs(other / exact - 1)) < 2**-8

loss, slope = loss_and_slope(lambda x: -torch.log_softmax(x, -1)[0], 6.0, 0.0, dtype=torch.bfloat16)
assert (loss, slope[0]) == (0, 0)
pair, answer = torch.tensor([[6.0, 0.0]], dtype=torch.bfloat16), torch.tensor([0])
assert cross_entropy(pair, answer) == 0

# %% [markdown]
# To mend it, ask for float32: `log_softmax(x, -1, dtype=torch.float32)`. `torch.autocast` does so
# by itself. That moves the trouble to gaps above 16.6. The `log_softmax` of this site keeps its
# digits up to a gap of 80 at least, because it takes `log1p` of what the others add to the leader.
# We have tested the CPU only.

# %%
with torch.autocast("cpu", dtype=torch.bfloat16):
    assert cross_entropy(pair, answer).dtype == torch.float32
    assert np.isclose(cross_entropy(pair, answer), math.log1p(math.exp(-6)), rtol=1e-4)
wide = -torch.log_softmax(scores, -1, dtype=torch.float32)[:, 0].double().numpy()
assert np.max(np.abs(wide / exact - 1)) < 1e-3
assert round(24 * math.log(2), 1) == 16.6
assert torch.log_softmax(torch.tensor([17.0, 0.0]), -1)[0] == 0
leads = np.arange(81)
kept = log_softmax(np.stack([leads, 0 * leads], 1).astype(np.float32))[:, 0]
assert np.allclose(kept, -np.log1p(np.exp(-1.0 * leads)), rtol=1e-5, atol=0)
assert leads.max() == 80

# %% [markdown]
# ## where, and gradients of nan
#
# `where(condition, a, b)` computes both branches and then picks. For values that costs a warning at
# most. For gradients it can cost everything: the branch not taken receives the gradient 0, and
# where a slope inside it is ∞, $0 \cdot \infty$ is nan. Here is a softplus that seems to take care
# of large inputs:


# %%
def careless(x):
    return torch.where(x > 20, x, torch.log(1 + torch.exp(x))).sum()


def careful(x):
    inside = torch.where(x > 20, 0, x)
    return torch.where(x > 20, x, torch.log(1 + torch.exp(inside))).sum()


assert loss_and_slope(careless, 100.0)[0] == loss_and_slope(careful, 100.0)[0] == 100
assert math.isnan(loss_and_slope(careless, 100.0)[1][0])
assert loss_and_slope(careful, 100.0)[1] == [1]

# %% [markdown]
# The cure is a second `where` inside, which keeps the unused branch away from inputs that it cannot
# bear: the *double where*. The forms above do the same with $\max(x, 0)$ and $-\lvert x \rvert$.
#
# ## What to take away
#
# - Let no exponent be positive, and exp cannot overflow.
# - Do not add a small number to 1 when its digits are wanted: `log1p`, `expm1` and `erfc` are
#   there.
# - Give the loss the scores, not the probabilities.
# - Take a log-softmax of bfloat16 scores in float32.
# - Before a gradient flows through `where`, make both branches finite, slopes too.
#
# ## Exercises
#
# **1.** $1 - \sigma(x)$ is wanted for large $x$, and so is its logarithm. How do you compute them?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# As $\sigma(-x)$ and $\operatorname{logsigmoid}(-x)$. At $x = 40$ the difference is 0 in float64.

# %%
assert sp.simplify(1 - 1 / (1 + sp.exp(-x)) - 1 / (1 + sp.exp(x))) == 0
assert 1 - sigmoid(40.0) == 0
assert np.isclose(sigmoid(-40.0), math.exp(-40), rtol=1e-14, atol=0)
assert np.isclose(logsigmoid(-40.0), -40, rtol=1e-14, atol=0)

# %% [markdown]
# </details>
#
# **2.** $\tanh x = 2 \sigma(2 x) - 1$. Where is that a bad way to compute tanh?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Near 0, where two numbers near 1 cancel. In float32 three digits are left at $10^{-4}$, and none
# at $10^{-8}$. On both far sides it is fine.

# %%
small = np.float32([1e-4, 1e-8])
off = np.abs((2 * sigmoid(2 * small) - 1) / np.tanh(small) - 1)
assert 1e-5 < off[0] < 1e-2
assert off[1] == 1
assert 2 * sigmoid(np.float32(2 * 20)) - 1 == np.tanh(np.float32(20)) == 1

# %% [markdown]
# </details>
#
# **3.** ELU is $x$ for $x > 0$ and $e^x - 1$ elsewhere. What is wrong with
# `torch.where(x > 0, x, torch.exp(x) - 1)`? Mend it.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Its slope is nan where exp overflows, at 100 in float32; and near 0 on the left the difference
# loses its digits: at $-10^{-8}$ it gives 0. `torch.expm1(x.clamp(max=0))` in the second branch
# mends both.


# %%
def elu(x):
    return torch.where(x > 0, x, torch.expm1(x.clamp(max=0))).sum()


def copied(x):
    return torch.where(x > 0, x, torch.exp(x) - 1).sum()


assert math.isnan(loss_and_slope(copied, 100.0)[1][0])
assert loss_and_slope(copied, -1e-8)[0] == 0
assert loss_and_slope(elu, 100.0) == (100, [1])
assert np.isclose(loss_and_slope(elu, -1e-8)[0], -1e-8, rtol=1e-6, atol=0)

# %% [markdown]
# </details>
