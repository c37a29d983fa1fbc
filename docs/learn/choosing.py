# %% [markdown]
# # Choosing an activation
#
# **Claim.** The last layer follows from the loss, and some other choices from the number format or
# from an equation that must hold. The code below shows these. The choice in hidden layers is for
# the most part convention, and is called so here.
#
# Needs: [why a network needs a non-linear function](why-nonlinearity.py) and a first look at
# PyTorch. Takes 10 minutes.

# %%
import importlib

import numpy as np
import torch
from IPython.display import HTML
from markdown.extensions.toc import slugify
from torch.nn import functional

from catalog import catalog, pick
from derive import facts, pieces
from figures import Curve, plot
from project import ROOT
from snippets import relu, softplus, tanh
from snippets.sigmoid import sigmoid, sigmoid_grad

torch.set_num_threads(1)

# %% [markdown]
# ## The last layer: what the loss needs
#
# **A real number** needs no activation. After a ReLU the output is never negative, so for
# a target of $-1$ the squared error stays at 1 or more.

# %%
assert facts(pick("relu")).range.start == 0
assert facts(pick("relu")).range.end == np.inf

# %% [markdown]
# **Yes or no** needs no activation either, if the loss takes *logits*, the numbers before the
# sigmoid. Put a [sigmoid](../activations/sigmoid.md) and a logarithm in two separate steps, and
# float32 breaks between them. Take a confident mistake: logit 17, right answer no. The sigmoid
# rounds to 1, so the logarithm of the rest is that of 0, which PyTorch cuts off: the loss is 100
# instead of 17, and the gradient, which should be 1, is 0. The worst mistakes teach nothing.

# %%
logit, no = torch.tensor(17.0, requires_grad=True), torch.tensor(0.0)
assert torch.sigmoid(logit) == 1

separate = functional.binary_cross_entropy(torch.sigmoid(logit), no)
assert (separate.item(), torch.autograd.grad(separate, logit)[0].item()) == (100, 0)

joint = functional.binary_cross_entropy_with_logits(logit, no)
assert np.isclose(joint.item(), 17)
assert np.isclose(torch.autograd.grad(joint, logit)[0].item(), 1)
assert np.isclose(joint.item(), softplus.softplus(17.0))

# %% [markdown]
# **One of several classes** needs none either: `cross_entropy` takes logits and does the
# [softmax](../activations/softmax.md) itself. Do it twice and nothing complains, but with 10
# classes the loss never falls below $1.46$, however right the network is.

# %%
logits = torch.zeros(1, 10)
logits[0, 3] = 1000.0
right = torch.tensor([3])
twice = functional.cross_entropy(logits.softmax(dim=-1), right).item()
assert functional.cross_entropy(logits, right) == 0
assert twice > 1.46
assert np.isclose(twice, np.log(1 + 9 / np.e))  # the largest softmax is 1, the others 0

# %% [markdown]
# **A positive number**, a variance say, comes from [softplus](../activations/softplus.md) or from
# an exponential. ReLU gives 0, which is not positive, for every negative input. In float16 the
# exponential is infinite above $11.1$, softplus nowhere; on the left both round to 0 in the end, at
# $-20$ for one.
#
# **A number between two bounds** comes from a sigmoid or tanh, stretched and moved. From 2 to 5,
# say: rounded to float16 it reaches both bounds and passes neither.

# %%
half = np.arange(2**16, dtype=np.uint16).view(np.float16)
half = np.sort(half[np.isfinite(half)])
assert half.size == 63488

with np.errstate(over="ignore"):
    infinite = half[np.isinf(np.exp(half))]
assert 11 < infinite.min() < 11.1
assert np.all(np.isfinite(softplus.softplus(half)))
assert np.exp(np.float16(-20)) == softplus.softplus(np.float16(-20)) == 0
assert np.all(relu.relu(half[half < 0]) == 0)
bounded = 2 + np.float16(3) * sigmoid(half)
assert (bounded.min(), bounded.max()) == (2, 5)

# %% [markdown]
# ## Half precision: what overflows
#
# The largest float16 is 65504. There are 63488 finite ones, few enough to try all, on every
# function of one number on this site: the function itself, by the NumPy code of its page; PyTorch,
# on the CPU; and the formulas that people copy, in plain NumPy.


# %%
def first(values):
    """Return the size of the smallest input at which values are not finite, or None."""
    bad = np.abs(half[~np.isfinite(values)].astype(float))
    return bad.min() if bad.size else None


def copied(a):
    """Return the results of the formulas that people copy for this function."""
    known = {p.symbol.name: p.default for p in a.parameters}
    return [eval(text, {**a.scope, **known, "np": np, "x": half}) for text in a.naive]


own, torch_fails, copy_fails = {}, {}, {}
for a in catalog():
    module = importlib.import_module(f"snippets.{a.name}").module
    module = module.half() if isinstance(module, torch.nn.Module) else module
    with np.errstate(all="ignore"):
        own[a.name] = first(a.function(half))
        torch_fails[a.name] = first(module(torch.tensor(half)).detach().numpy())
        found = [first(values) for values in copied(a)]
    copy_fails[a.name] = min((at for at in found if at), default=None)
columns = (own, torch_fails, copy_fails)
rows = ""
for a in catalog():
    cells = [column[a.name] for column in columns]
    if any(cells):
        row = "".join(f"<td>{'never' if at is None else f'{at:g}'}</td>" for at in cells)
        rows += f'<tr><th scope="row">{a.title}</th>{row}</tr>'
heads = ("Function", "itself", "PyTorch", "copied formula")
head = "".join(f'<th scope="col">{text}</th>' for text in heads)
caption = "Smallest size of a float16 input that gives inf or nan"
HTML(f"<table><caption>{caption}</caption><tr>{head}</tr>{rows}</table>")

# %% [markdown]
# There are three causes. [ReLU²](../activations/relu_squared.md),
# [xIELU](../activations/xielu.md), [SELU](../activations/selu.md) and
# [bent identity](../activations/bent_identity.md) are too large themselves, so no code can
# help. The copied formula of [squareplus](../activations/squareplus.md) squares the input, which
# overflows from 256 on. Others, such as that of
# softplus, overflow in an exponential from $11.1$ on, though the result is small. Functions of
# vectors are not in the table. A gate like [SwiGLU](../activations/swiglu.md) multiplies two
# halves, and 256 times 256 is too large.

# %%
for name, at in {"relu_squared": 256, "xielu": 286, "selu": 62368, "bent_identity": 43712}.items():
    assert own[name] == at
assert own["squareplus"] is torch_fails["squareplus"] is None
assert copy_fails["squareplus"] == 256
for name in ("softplus", "logsigmoid", "tanh"):
    assert own[name] is torch_fails[name] is None
    assert 11 < copy_fails[name] < 11.1
assert 256 * 256 > float(np.finfo(np.float16).max) == 65504

# %% [markdown]
# What holds on the CPU need not hold on other devices. [Stability](stability.py) looks closer at
# such formulas, [inside PyTorch](inside-pytorch.py) at what PyTorch runs.
#
# ## Fixed point: what has a known range
#
# Eight bits hold 256 levels. To place them one needs the largest value.
# [ReLU6](../activations/relu6.md)
# has one known in advance. ReLU has none: a single unit that gives 60 makes the levels ten times as
# wide for all.


# %%
def rounded(values, top):
    """Return values in 256 levels from 0 to top."""
    return np.round(values / top * 255) * top / 255


values = relu.relu(np.random.default_rng(0).standard_normal(10_000))
coarse, fine = (np.abs(rounded(values, top) - values).mean() for top in (60, 6))
assert facts(pick("relu6")).range.end == 6
assert coarse > 5 * fine

# %% [markdown]
# The mean error is over 5 times as large. The hard variants,
# [Hardsigmoid](../activations/hardsigmoid.md) and [Hardswish](../activations/hardswish.md), need no
# exponential either: their pieces are polynomials of degree 2 at most. MobileNetV3 took them so
# that quantised models lose no precision to different approximations of the sigmoid
# [@howard2019]. What a network gains or loses in accuracy is not shown here.

# %%
for name in ("relu6", "hardtanh", "hardsigmoid", "hardswish"):
    a = pick(name)
    for part in pieces(a.formula.subs(a.decimals), a.x):
        assert part.expression.is_polynomial(a.x)
        assert a.x not in part.expression.free_symbols or part.expression.as_poly(a.x).degree() <= 2
assert not pick("silu").formula.is_polynomial(pick("silu").x)

# %% [markdown]
# ## Equations with a second derivative
#
# A *physics-informed* network [@raissi2019] is a function $u$ that is trained to satisfy an
# equation. Take $u'' = -\sin x$ between 0 and π, with $u = 0$ at both ends. The solution is
# $u = \sin x$. The loss is the *residual*, the mean square of $u'' + \sin x$, plus $u^2$ at both
# ends.
# All is the same, 20 units and 3 seeds, but for the activation.

# %%
ends = torch.linspace(0, torch.pi, 41, dtype=torch.float64).reshape(1, -1, 1)
points = ends.repeat(3, 1, 1).requires_grad_()


def solve(f, steps=400):
    """Train 3 networks; return u, the residuals, and the gradient of these by the weights."""
    generator = torch.Generator().manual_seed(0)
    w, b, v, c = weights = [
        torch.randn(3, n, m, generator=generator).double().requires_grad_()
        for n, m in ((1, 20), (1, 20), (20, 1), (1, 1))
    ]
    optimizer = torch.optim.Adam(weights, lr=0.01, fused=True)
    for step in range(steps + 1):
        u = f(points @ w + b) @ v + c
        [first] = torch.autograd.grad(u.sum(), points, create_graph=True)
        [second] = torch.autograd.grad(first.sum(), points, create_graph=True)
        residual = (second + torch.sin(points)).square().mean((1, 2))
        if step < steps:
            optimizer.zero_grad()
            (residual + u[:, [0, -1]].square().sum((1, 2))).sum().backward()
            optimizer.step()
    slopes = torch.autograd.grad(residual.sum(), weights, allow_unused=True)
    return u.detach(), residual.detach(), [g for g in slopes if g is not None]


solved = {"ReLU": solve(relu.module), "tanh": solve(tanh.module)}

# %%
grid = ends.flatten().numpy()
curves = [Curve("sin x", grid, np.sin(grid))]
curves += [Curve(name, grid, u[1].flatten().numpy()) for name, (u, _, _) in solved.items()]
about = "The curve with tanh lies on the sine; that with ReLU is a bent line that misses it."
axes = {"xlabel": "x", "ylabel": "u"}
title = "u″ = −sin x with u(0) = u(π) = 0, as two networks solve it"
HTML(plot("pinn", curves, title=title, description=about, xlim=(0, 3.1416), **axes))

# %% [markdown]
# With ReLU, $u''$ is 0 for autograd at every point and for all weights. So the residual is the mean
# of $\sin^2 x$, before and after training, and its gradient is exactly 0: the network learns to be
# 0 at the ends and never hears of the equation. It is off by more than $0.5$ somewhere. With tanh
# the residual falls below a twentieth, and $u$ is nowhere off by more than $0.2$. Neither prints a
# warning. Only with [Hardsigmoid](../activations/hardsigmoid.md) PyTorch raises: it has no second
# derivative of that one at all.

# %%
start = torch.sin(ends).square().mean()
u, residual, slopes = solved["ReLU"]
assert torch.allclose(residual, start)
assert torch.all(u[:, [0, -1]].abs() < 0.1)
assert all(torch.all(g == 0) for g in slopes)
assert torch.all((u - torch.sin(ends)).abs().amax((1, 2)) > 0.5)

u, residual, slopes = solved["tanh"]
assert torch.all(residual < start / 20)
assert torch.all((u - torch.sin(ends)).abs().amax((1, 2)) < 0.2)

at = torch.zeros(1, requires_grad=True)
[slope] = torch.autograd.grad(functional.hardsigmoid(at), at, create_graph=True)
message = ""
try:
    torch.autograd.grad(slope, at)
except RuntimeError as error:
    message = str(error)
assert "hardsigmoid_backward is not implemented" in message

# %% [markdown]
# ## Hidden layers: is there a best activation function to choose?
#
# None that we know of: it is mostly convention. What is left is the choice in the hidden layers of
# a new network, and there is little to go by.
# Depth gives reasons: saturated units stop the gradient ([saturation](saturation.py)), weights must
# be scaled to the activation ([initialisation](initialisation.py)), and units with ReLU can die
# ([dying ReLU](dying-relu.py)). Which function then had the lowest error was, in
# [our small experiment](one-model.py), a matter of the data and of the learning rate. A model that
# you load leaves no choice: [it needs its own activation](smooth-rectifiers.py).
#
# ## Which activation function to use, case by case
#
# In the table, *shown* and *measured* mean by code, where the link leads. *Cited* means that a work
# says so; the page names it. *Convention* means that people do it, and we know of nothing that
# shows they should.

# %%
LAST, HALF = "The last layer: what the loss needs", "Half precision: what overflows"
FIXED, TWICE = "Fixed point: what has a known range", "Equations with a second derivative"
DECISIONS = [
    ("Output: any real number", "none", "shown", LAST),
    ("Output: yes or no", "none; the loss takes logits", "shown", LAST),
    ("Output: one of several classes", "none; the loss takes logits", "shown", LAST),
    ("Output: positive", "softplus, or exp in float32", "shown", LAST),
    ("Output: between bounds", "sigmoid or tanh, stretched", "shown", LAST),
    ("A loaded model", "its own, in its own form", "measured", "learn/smooth-rectifiers"),
    ("Second derivatives in the loss", "tanh or another smooth one", "shown", TWICE),
    ("float16", "none that squares its input", "measured", HALF),
    ("Fixed point: range", "ReLU6 or another bounded one", "shown", FIXED),
    ("Fixed point: accuracy", "Hardswish for SiLU", "cited", "activations/hardswish"),
    ("Many layers", "weights scaled to the activation", "measured", "learn/initialisation"),
    (
        "Units that die",
        "smaller steps; of the slopes on the left, 0.01 brought few back, 0.25 more",
        "measured",
        "learn/dying-relu",
    ),
    ("Feed-forward layers of transformers", "a gate", "cited", "activations/swiglu"),
    ("Any other hidden layer", "ReLU, or what others took", "convention", "learn/one-model"),
]


# %%
def text(path):
    return (ROOT / "docs" / path).read_text(encoding="utf-8")


def link(to):
    """Return a link to a page, or to a heading of this lesson."""
    folder, _, name = to.rpartition("/")
    if folder:
        assert f"- {name}\n" in text("learn/index.md") or text(f"{to}.md")
        return f'<a href="../{to}.html">{name.replace("-", " ")}</a>'
    assert f"# ## {to}\n" in text("learn/choosing.py")
    return f'<a href="#{slugify(to, "-")}">{to.partition(":")[0].lower()}</a>'


rows = "".join(
    f'<tr><th scope="row">{case}</th><td>{choice}</td><td>{why}: {link(to)}</td></tr>'
    for case, choice, why, to in DECISIONS
)
head = "".join(f'<th scope="col">{text}</th>' for text in ("Case", "Choice", "How we know"))
HTML(f"<table><caption>What to take, and why</caption><tr>{head}</tr>{rows}</table>")

# %% [markdown]
# ## What to take away
#
# - Give the loss logits. A sigmoid or softmax before it loses digits, or trains wrongly.
# - Softplus for a positive number, a stretched sigmoid for a bounded one.
# - In float16 beware of squares, of products and of copied exponentials.
# - A second derivative in the loss needs an activation that has one. ReLU has none that helps, and
#   nothing warns.
# - The rest is convention. Take what the networks have that you compare with.
#
# ## Exercises
#
# **1.** A network is to give a number between $0.1$ and $0.9$. Write its last step, with a sigmoid.
# What is the largest slope of that step?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# $0.1 + 0.8 \sigma(z)$. The largest slope of the sigmoid is $\frac{1}{4}$, so here it is $0.2$.

# %%
z = np.linspace(-50, 50, 1001)
last = 0.1 + 0.8 * sigmoid(z)
assert np.isclose(last.min(), 0.1)
assert np.isclose(last.max(), 0.9)
assert sigmoid_grad(z).max() == sigmoid_grad(0) == 1 / 4
assert np.isclose(0.8 / 4, 0.2)

# %% [markdown]
# </details>
#
# **2.** Which functions on this site have $f'' = 0$ wherever it exists, and so cannot see a second
# derivative?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Those that are made of straight pieces:

# %%
straight = [
    a.name
    for a in catalog()
    if all(p.expression == 0 for p in pieces(a.derivative.subs(a.decimals).diff(a.x), a.x))
]
assert {"relu", "leaky_relu", "prelu", "relu6", "hardtanh", "hardsigmoid"} <= set(straight)
assert not {"tanh", "softplus", "silu", "elu", "hardswish"} & set(straight)
print(*straight, sep="\n")

# %% [markdown]
# </details>
#
# **3.** With softmax twice, what is the least loss for 2 classes, and for 1000?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# With $n$ classes it is $\log(1 + (n - 1) / e)$: about $0.31$ and $5.91$.

# %%
for n, least in (2, 0.31), (1000, 5.91):
    scores = torch.zeros(1, n)
    scores[0, 0] = 1000.0
    loss = functional.cross_entropy(scores.softmax(dim=-1), torch.tensor([0])).item()
    assert np.isclose(loss, np.log(1 + (n - 1) / np.e))
    assert round(loss, 2) == least

# %% [markdown]
# </details>
#
# ## References
