# %% [markdown]
# # Sigmoid and tanh: saturation
#
# **Claim.** A layer multiplies the gradient by weights and by slopes, and only the product decides
# whether the gradient vanishes. With the sigmoid it vanishes at every usual scale of the weights.
# With tanh there is a scale at which it falls only slowly.
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
from snippets.sigmoid import sigmoid, sigmoid_grad
from snippets.tanh import tanh, tanh_grad

torch.set_num_threads(1)

# %% [markdown]
# ## What saturation is
#
# [Sigmoid](../activations/sigmoid.md) and [tanh](../activations/tanh.md) flatten on both sides: for
# large inputs the output hardly changes, and the slope goes to 0. There the function is
# *saturated*. The slope is largest at 0: $\frac{1}{4}$ for the sigmoid, 1 for tanh. Nowhere else is
# it as large, since tanh has the slope $1 - \tanh^2 z$ and is 0 at 0 only, and the sigmoid is tanh
# stretched and shifted: $\sigma(z) = \frac{1}{2} + \frac{1}{2} \tanh \frac{z}{2}$.

# %%
for name, top in ("sigmoid", sp.Rational(1, 4)), ("tanh", sp.Integer(1)):
    found = facts(pick(name))
    assert found.lipschitz == (top, 0)  # the largest slope, and where it is taken
    assert found.limits[1] == (0, 0)  # the limits of the slope on both sides

z = np.linspace(-9, 9, 37)
assert np.allclose(sigmoid(z), 1 / 2 + 1 / 2 * tanh(z / 2))
assert facts(pick("tanh")).zeros == (sp.FiniteSet(0), [])

print("slope at      0       2       5")
for name, slope in ("sigmoid", sigmoid_grad), ("tanh", tanh_grad):
    print(f"{name:8}", *(f"{slope(z):7.4f}" for z in (0.0, 2.0, 5.0)))

# %% [markdown]
# ## One path: weight times slope
#
# Two tanh units in a row, without biases: $y = \tanh(w_2 \tanh(w_1 x))$. SymPy applies the chain
# rule. Remember that the slope of tanh is $1 - \tanh^2$:

# %%
x, w1, w2 = sp.symbols("x w1 w2", real=True)
first = sp.tanh(w1 * x)
slope = (1 - first**2) * (1 - sp.tanh(w2 * first) ** 2)
change = sp.tanh(w2 * first).diff(x)
assert sp.expand(change - w1 * w2 * slope) == 0
sp.Eq(sp.Symbol("y'"), change, evaluate=False)

# %% [markdown]
# Every unit brings a factor: its weight times its slope. For the gradient of a weight early in a
# network it is the *later* layers that bring factors, those between the weight and the loss.
#
# The common argument looks at the slopes alone: each is at most $\frac{1}{4}$, so $n$ sigmoids
# bring $4^{-n}$ at most. That is true of the slopes and says nothing about the product. At input 0
# a weight of 4 makes the factor 1, and a weight of 8 makes it 2:

# %%
assert [w * sigmoid_grad(0.0) for w in (1, 4, 8)] == [0.25, 1, 2]

# %% [markdown]
# But a large weight makes large inputs, and there the slope is small. Which of the two wins?
#
# ## Thirty layers: the vanishing gradient
#
# So let us measure. The network has thirty layers of 200 units and no biases. The weights are
# normal with mean 0 and standard deviation $s / \sqrt{200}$. We call $s$ the *scale*. Xavier's
# initialisation [@glorot2010] has the scale 1 here, and what else is common lies between
# $\frac{1}{2}$ and 2:

# %%
torch.manual_seed(0)
layer = torch.nn.Linear(200, 200, bias=False)  # PyTorch's default
for start in (lambda w: w, torch.nn.init.xavier_normal_, torch.nn.init.kaiming_normal_):
    with torch.no_grad():
        assert 1 / 2 < start(layer.weight).std() * 200**0.5 < 2
torch.nn.init.xavier_normal_(layer.weight)
assert 0.98 < layer.weight.std() * 200**0.5 < 1.02

# %% [markdown]
# `through` sends 32 random examples forward and a random gradient back. It returns the *size* of
# the gradient, by which we mean the root of the mean square, after each layer. It also returns the
# size of the slopes in each layer and the share of units that are saturated, by which we mean those
# with less than a hundredth of the largest slope.


# %%
def size(a):
    return np.sqrt(np.mean(a**2))


def through(f, slope, s, layers=30, width=200, seed=0):
    random = np.random.default_rng(seed)
    h, inputs, weights = random.normal(size=(32, width)), [], []
    for _ in range(layers):
        weights.append(random.normal(size=(width, width)) * s / np.sqrt(width))
        inputs.append(h @ weights[-1])
        h = f(inputs[-1])
    slopes = [slope(z) for z in inputs]
    gradient = random.normal(size=(32, width))
    sizes = [size(gradient)]
    for d, w in zip(slopes[::-1], weights[::-1], strict=True):
        gradient = (gradient * d) @ w.T  # the chain rule: slope, then weight
        sizes.append(size(gradient))
    saturated = np.mean(np.array(slopes) < slope(0.0) / 100)
    return np.array(sizes) / sizes[0], np.array([size(d) for d in slopes]), saturated


# %% [markdown]
# The table has the factors of one layer, averaged over the layers and over three seeds: of the
# slopes alone, and of slopes and weights, which is what happens to the gradient. The last column
# but one is what is left of the gradient after thirty layers, as a power of ten.

# %%
scales = (0.5, 1, 2, 4, 8, 16)
rows = {}
for name, f, slope in ("sigmoid", sigmoid, sigmoid_grad), ("tanh", tanh, tanh_grad):
    for s in scales:
        runs = [through(f, slope, s, seed=seed) for seed in range(3)]
        slopes = np.mean([np.exp(np.log(r[1]).mean()) for r in runs])
        factor = np.mean([r[0][-1] ** (1 / 30) for r in runs])
        rows[name, s] = slopes, factor, 30 * np.log10(factor), np.mean([r[2] for r in runs])
        assert abs(factor / (s * slopes) - 1) < 0.03  # scale times slope, as it should be

head = ("Function", "Scale", "Slopes alone", "Slopes and weights", "Left, 10 to the", "Saturated")
table = '<div class="table-scroll"><table>'
table += "<caption>What one layer does to a gradient</caption><thead><tr>"
table += "".join(f'<th scope="col">{text}</th>' for text in head) + "</tr></thead><tbody>"
for (name, s), (a, b, power, share) in rows.items():
    table += f'<tr><th scope="row">{name}</th><td>{s:g}</td><td>{a:.3f}</td><td>{b:.3f}</td>'
    table += f"<td>{power:.1f}</td><td>{share:.0%}</td></tr>"
HTML(table + "</tbody></table></div>")

# %% [markdown]
# Read the two middle columns against each other. **As the weights grow, the slopes shrink, and yet
# the gradient grows.** The slopes alone tell the opposite of what happens.
#
# - *Sigmoid.* At the scale 1 a layer leaves less than a quarter, and thirty layers leave less than
#   $10^{-18}$. The gradient shrinks at all scales up to 8; only at 16 it grows. There more than
#   half of the units are saturated.
# - *Tanh.* At the scale 1 thirty layers leave more than a tenth. At $\frac{1}{2}$ the gradient
#   vanishes, because the weights are small: the slopes are almost 1. From 2 on it explodes.

# %%
for name in ("sigmoid", "tanh"):
    slopes, factors, _, saturated = np.array([rows[name, s] for s in scales]).T
    assert np.all(np.diff(factors) > 0)
    assert np.all(np.diff(saturated) >= 0)
    assert np.all(np.diff(slopes[1:]) < 0)
assert all(rows["sigmoid", s][1] < 1 for s in (0.5, 1, 2, 4, 8))
assert rows["sigmoid", 1][1] < 0.25
assert rows["sigmoid", 1][2] < -18
assert rows["sigmoid", 16][1] > 1.1
assert rows["sigmoid", 16][3] > 0.5
assert rows["tanh", 1][2] > -1
assert rows["tanh", 0.5][0] > 0.98
assert rows["tanh", 0.5][1] < 0.55
assert all(rows["tanh", s][1] > 1.1 for s in (2, 4, 8, 16))

# %%
chosen = [("sigmoid", sigmoid, sigmoid_grad, s) for s in (1, 4, 16)]
chosen += [("tanh", tanh, tanh_grad, s) for s in (0.5, 1, 2)]
back = np.arange(31.0)
curves = [
    Curve(f"{name}, scale {s:g}", back, np.log10(through(f, slope, s)[0]))
    for name, f, slope, s in chosen
]
title = "Size of the gradient on its way back, as a power of ten"
about = "From 0, nearly straight. Tanh with scale 1 stays close to 0 and falls a little at the end."
labels = {"xlabel": "layers passed", "ylabel": "gradient, as a power of 10"}
HTML(plot("back", curves, title=title, description=about, xlim=(0, 30), **labels))

# %% [markdown]
# ## How far tanh helps
#
# A straight line in the figure is a fixed factor per layer. Tanh with scale 1 is the exception. Its
# signal shrinks from layer to layer, so the inputs come closer to 0 and the slopes closer to 1. The
# later layers cost the gradient next to nothing, and most is lost in the first, which it passes
# last:

# %%
slopes = through(tanh, tanh_grad, 1)[1]
print(
    "size of tanh's slopes in layers 1, 10, 20, 30:", *(f"{slopes[i]:.3f}" for i in (0, 9, 19, 29))
)
assert slopes[0] < 0.75 < 0.95 < slopes[29] < 1

# %% [markdown]
# So tanh helps by having a slope of 1 where small signals are. It does not take the problem away:
# at half that scale the gradient vanishes, at twice that scale it explodes, both exponentially.
# Theory for very wide networks finds the same border [@poole2016] [@schoenholz2017]. This is a
# network *before* training, with random weights. Biases, training, skip connections and
# normalisation layers were not tested.
#
# ## Zero-centred: what is true of the signs
#
# A second complaint about the sigmoid is that its outputs are all positive. For one unit with
# weights $w_i$, inputs $h_i$ and one example, the gradient by $w_i$ is $\delta h_i$. The number
# $\delta$ comes from above and is the same for all weights of the unit. So if all $h_i$ are
# positive, then all weights of the unit move the same way, up or down, *for this example*. Over a
# batch the gradients are summed, with other $h_i$ and other $\delta$, and the argument is gone.
#
# Is the effect, too? `one_way` is the share of units in the second layer whose weights all have a
# gradient of the same sign. We train for a hundred steps on 256 examples.


# %%
def one_way(net):
    positive = (net[2].weight.grad > 0).double().mean(1)
    return ((positive == 0) | (positive == 1)).double().mean().item()


def shares(f, seed, examples, steps=100):
    torch.manual_seed(seed)
    x = torch.randn(256, 10)
    y = (1 + torch.sin(2 * x[:, :1]))[:examples]
    layers = torch.nn.Linear(10, 50), f, torch.nn.Linear(50, 40), f, torch.nn.Linear(40, 1)
    net = torch.nn.Sequential(*layers)
    descent = torch.optim.SGD(net.parameters(), lr=0.1)
    found = []
    for _ in range(steps):
        descent.zero_grad()
        error = net(x[:examples]) - y
        error.square().mean().backward()
        found.append((one_way(net), (error.mean().abs() / error.square().mean().sqrt()).item()))
        descent.step()
    return found


for seed in range(3):
    assert shares(torch.nn.Sigmoid(), seed, examples=1, steps=1)[0][0] == 1
    first, *_, last = shares(torch.nn.Sigmoid(), seed, examples=256)
    print(f"at the start {first[0]:.0%}, mean error {first[1]:.2f} of its size; ", end="")
    print(f"at the end {last[0]:.0%}, mean error {last[1]:.2f} of its size")
    assert first[0] == 1
    assert first[1] > 0.5
    assert last[0] == 0
    assert last[1] < 0.1
    assert shares(torch.nn.Tanh(), seed, examples=256, steps=1)[0][0] == 0

# %% [markdown]
# For one example it is all units, as it must be. For the batch it is all units too, but only *at
# the start*, while the error has a mean that is more than half its size, and $\delta$ with it. That
# mean is soon learnt. After a hundred steps not one unit is left whose weights all move the same
# way. With tanh there was none from the start.
#
# ## What a mean costs
#
# What stays is slowness. Take 100 fixed hidden units and train only the layer on top, by gradient
# descent on half the mean squared error. Since $\sigma(2z) = \frac{1}{2} + \frac{1}{2} \tanh z$,
# sigmoid units and tanh units on top of the same $z$ describe the same functions, as long as there
# is a bias. Only the way there differs.
#
# A step multiplies the error along each eigenvector of the second moments of the inputs by 1 minus
# step size times eigenvalue. So the largest eigenvalue limits the step. We take its inverse; from
# twice that on the descent no longer converges.


# %%
def descend(units, y, steps):
    h = np.column_stack([units, np.ones(len(y))])  # the last column is for the bias
    moments, target, w = h.T @ h / len(y), h.T @ y / len(y), np.zeros(h.shape[1])
    largest = np.linalg.eigvalsh(moments)[-1]
    for _ in range(steps):
        w -= (moments @ w - target) / largest
    return largest, np.mean((h @ w - y) ** 2)


for seed in range(3):
    random = np.random.default_rng(seed)
    data = random.normal(size=(1000, 10))
    z, y = data @ random.normal(size=(10, 100)) / np.sqrt(10), np.sin(2 * data[:, 0])
    assert np.allclose(sigmoid(2 * z), 0.5 + 0.5 * tanh(z))
    large, slow = descend(sigmoid(2 * z), y, 1000)
    middle, centred = descend(sigmoid(2 * z) - 0.5, y, 100)
    _, quick = descend(tanh(z), y, 100)
    assert 25 < large < 27
    assert middle < 2
    assert quick < slow
    assert abs(centred / quick - 1) < 0.02
    print(f"loss: sigmoid, 1000 steps {slow:.4f}; tanh, 100 steps {quick:.4f}")

# %% [markdown]
# With the sigmoid the largest eigenvalue lies between 25 and 27: a quarter for each unit and 1 for
# the bias. It belongs to the mean of the outputs, $\frac{1}{2}$ each. It forces small steps, and
# all other directions wait. Subtract $\frac{1}{2}$ and it falls below 2. In each run tanh got
# further in 100 steps than the sigmoid in 1000, and the sigmoid minus $\frac{1}{2}$ got as far as
# tanh: what costs is the mean and not the shape. LeCun et al. gave this argument [@lecun1998].
#
# Nor is tanh's output always centred. It is for inputs that are symmetric about 0. For normal
# inputs with mean 1 and variance 1 its mean is above $\frac{1}{2}$:

# %%
grid = np.linspace(-12, 12, 4801)
density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
assert abs(np.sum(density * tanh(grid))) < 1e-12
assert 1 / 2 < np.sum(density * tanh(grid + 1)) < 0.6

# %% [markdown]
# ## What to take away
#
# - A layer's factor is weight times slope. Slopes alone can tell the opposite of the truth.
# - Sigmoid networks lose the gradient at every scale up to 8. Weights that save it saturate the
#   units.
# - Tanh has a scale, 1, at which it is lost slowly. Well below it the gradient vanishes, above it
#   grows.
# - All-positive inputs tie the signs of a unit's gradients for one example, not for a batch. Their
#   mean makes gradient descent slow all the same.
#
# ## Exercises
#
# **1.** Where does the slope of tanh fall below a hundredth of its largest value? Where that of the
# sigmoid? Hint: $\tanh' z = 1 / \cosh^2 z$.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Where $\cosh z = 10$, so $\lvert z \rvert = \operatorname{arcosh} 10$, which is just below 3. The
# sigmoid is tanh stretched to twice the width: just below 6.

# %%
edge = np.arccosh(10)
assert 2.99 < edge < 3
assert 5.98 < 2 * edge < 6
assert np.isclose(tanh_grad(edge), 1 / 100)
assert np.isclose(sigmoid_grad(2 * edge), 1 / 4 / 100)

# %% [markdown]
# </details>
#
# **2.** A sigmoid unit without a bias is fed with $h = \frac{1}{2}$. Can any weight make its
# factor, weight times slope, as large as 1? Hint: with $z = w h$ the factor is $z \sigma'(z) / h$.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# No. $z \sigma'(z)$ is at most 0.224, so the factor is at most 0.448. The largest weight is not the
# best. With a bias that brings $z$ back to 0, every weight above 4 does it.

# %%
z = np.linspace(0, 40, 40001)
best = np.max(z * sigmoid_grad(z))
assert round(best, 3) == 0.224
assert round(best / 0.5, 3) == 0.448
assert 4.001 * sigmoid_grad(4.001 * 0.5 - 4.001 * 0.5) > 1

# %% [markdown]
# </details>
#
# **3.** Write a tanh network as a sigmoid network. What does that say about the sigmoid?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Since $\tanh z = 2 \sigma(2z) - 1$, take weights four times as large between hidden layers, twice
# as large in the first, and biases that take the mean away. The function is the same, and so is its
# gradient by the input. So what vanishes is not due to the sigmoid as such, but to the sigmoid with
# weights and biases that suit another function.

# %%
random = np.random.default_rng(0)
start = random.normal(size=(5, 20))
a, b = (random.normal(size=(20, 20)) / np.sqrt(20) for _ in range(2))
one = tanh(tanh(start @ a) @ b)
other = 2 * sigmoid(sigmoid(start @ (2 * a)) @ (4 * b) - 2 * b.sum(0)) - 1
assert np.allclose(one, other)

# %% [markdown]
# </details>
#
# ## References
