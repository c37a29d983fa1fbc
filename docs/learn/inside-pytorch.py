# %% [markdown]
# # Inside PyTorch
#
# **Claim.** An activation module of PyTorch is a few lines of Python around one function. What that
# function keeps for the backward pass decides how much memory it takes, and when `inplace` is an
# error.
#
# Needs: [derivatives](derivatives.py), and to have used PyTorch a little. Takes 10 minutes.

# %%
import inspect
import re
from pathlib import Path

import numpy as np
import torch
import torchgen
from IPython.display import HTML
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.utils._python_dispatch import TorchDispatchMode

from figures import Curve, plot
from snippets.squareplus import module as plain_squareplus
from snippets.squareplus import squareplus, squareplus_grad

F = nn.functional  # the name that it has everywhere
torch.manual_seed(0)
torch.set_num_threads(1)

# %% [markdown]
# ## A module is a shell
#
# PyTorch is free software, so we can look. Here is all that `nn.ReLU` computes, as installed
# ([BSD licence](https://github.com/pytorch/pytorch/blob/v2.13.0/LICENSE), © its contributors), and
# below it the function that it calls, without its documentation:

# %%
source = inspect.getsource(nn.ReLU.forward) + "\n" + inspect.getsource(F.relu)
source = re.sub(r' *r?""".*?"""\n', "", source, flags=re.DOTALL)
print(source)
assert "return F.relu(input" in source
assert "result = torch.relu(input)" in source

# %% [markdown]
# (The first two lines of `F.relu` are for classes that pose as tensors.) There the Python ends:
# `torch.relu` is compiled. A *dispatch mode* is told of each compiled operation that runs,
# forward and backward. (We leave out `detach`, which is bookkeeping.)

# %%
assert inspect.isbuiltin(torch.relu)


class Log(TorchDispatchMode):
    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        log.append(str(operation).removeprefix("aten.").split(".")[0])
        return operation(*args, **(kwargs or {}))


def operations(f):
    x = torch.linspace(-3, 3, 5, requires_grad=True)
    log.clear()
    with Log():
        y = f(x)
        log.append("|")
        y.backward(x.detach())
    return " ".join(name for name in log if name != "detach")


log = []
three = F.relu, F.silu, F.softsign
print(*[f"{f.__name__:9} {operations(f)}" for f in three], sep="\n")
assert operations(F.relu) == "relu | threshold_backward"
assert operations(F.silu) == "silu | silu_backward"
assert operations(F.softsign).startswith("abs add div | ")
assert "return input / (input.abs() + 1)" in inspect.getsource(F.softsign)

# %% [markdown]
# From `torch.relu` the call goes to the *dispatcher*, which has autograd take note if a gradient is
# wanted and picks the code for the device. For ReLU that is a line of C++ in
# [Activation.cpp](https://github.com/pytorch/pytorch/blob/v2.13.0/aten/src/ATen/native/Activation.cpp),
# `at::clamp_min(self, 0)`. Softsign has no operation of its own: it is written in Python, as
# `input / (input.abs() + 1)`, and autograd deals with its three parts one by one.
#
# ## Call the module, not forward
#
# Each class writes a `forward` (ReLU6 takes that of Hardtanh). The call `m(x)` is another method,
# `__call__`, which all inherit from `nn.Module`: it runs `forward` and the *hooks*, functions that
# you have attached. `m.forward(x)` leaves the hooks out.

# %%
classes = [getattr(nn, name) for name in nn.modules.activation.__all__]
assert not any("__call__" in vars(c) for c in classes)
assert [c for c in classes if "forward" not in vars(c)] == [nn.ReLU6]
assert nn.ReLU6.forward is nn.Hardtanh.forward

m, seen = nn.ReLU(), []
handle = m.register_forward_hook(lambda module, args, result: seen.append(result))
ones = torch.ones(3)
m(ones)
assert len(seen) == 1
m.forward(ones)
assert len(seen) == 1  # not seen
handle.remove()

# %% [markdown]
# ## Module or function?
#
# `nn.ReLU()(x)` and `F.relu(x)` give the same. Take the module where something has to be kept or
# found: hooks see only modules, and so does code that lists a network's parts. PReLU keeps its
# slope, and RReLU whether the network is in training. The function `F.rrelu` cannot know that:
# unless told, it takes the fixed slope of evaluation.

# %%
z = torch.linspace(-3, 3, 1000)
assert torch.equal(nn.ReLU()(z), F.relu(z))
assert [p.shape for p in nn.PReLU().parameters()] == [(1,)]

slope = (1 / 8 + 1 / 3) / 2
assert torch.allclose(F.rrelu(z), F.leaky_relu(z, slope))
assert not torch.allclose(nn.RReLU()(z), F.leaky_relu(z, slope))
assert torch.allclose(nn.RReLU().eval()(z), F.leaky_relu(z, slope))

# %% [markdown]
# ## What is kept for the backward pass
#
# The chain rule multiplies by the derivative at the forward pass's input, so something must be kept
# until the backward pass. `saved_tensors_hooks` shows each tensor as it is put away. We give every
# function a thousand numbers of 4 bytes each, and count no memory twice.


# %%
def kept(f, x):
    """Return f(x), the tensors kept for its backward pass, and their bytes."""
    found = []

    def put_away(t):
        found.append(t)
        return t

    with torch.autograd.graph.saved_tensors_hooks(put_away, lambda t: t):
        y = f(x)
    memory = {s.data_ptr(): s.nbytes() for s in (t.untyped_storage() for t in found)}
    return y, found, sum(memory.values())


def composed_silu(x):
    return x * torch.sigmoid(x)


def what(f):
    x = torch.linspace(-3, 3, 1000, requires_grad=True)
    y, found, size = kept(f, x)

    def name(t):
        if torch.equal(t, x):
            return "its input"
        return "its result" if torch.equal(t, y) else "more"

    return " and ".join(sorted({name(t) for t in found})), size


functions = [torch.exp, torch.sigmoid, torch.tanh, F.relu, F.leaky_relu, F.elu]
functions += [F.gelu, F.silu, composed_silu, F.softsign]
table = {f.__name__: what(f) for f in functions}
result = {name for name, (keeps, _) in table.items() if keeps == "its result"}
more = {name for name, (keeps, _) in table.items() if keeps == "its input and more"}
assert result == {"exp", "sigmoid", "tanh", "relu"}
assert more == {"composed_silu", "softsign"}
assert all(size == (8000 if n in more else 4000) for n, (_, size) in table.items())

head = "".join(f"<th scope=col>{title}" for title in ("Function", "Keeps", "Bytes"))
row = "<tr><th scope=row><code>{}</code><td>{}<td>{}"
rows = "".join(row.format(name, *cells) for name, cells in table.items())
HTML(f"<table><caption>Kept for the backward pass<tr>{head}{rows}</table>")

# %% [markdown]
# ReLU and sigmoid keep their *result*: it tells the derivative. [SiLU](../activations/silu.md)
# falls and then rises, so two inputs can share one result, and it keeps its *input*. Composed as
# `x * torch.sigmoid(x)` it keeps twice as much: the input, and the sigmoid's result.
#
# The choice is made by the formula of the derivative, in a file that comes with PyTorch. Where the
# formula says `result`, the result is kept; where it says `self`, the input.

# %%
folder = Path(torchgen.__file__).parent / "packaged" / "autograd"
rules = (folder / "derivatives.yaml").read_text()


def rule(name):
    return re.search(rf"^- name: {name}\(.*\n  self: (.*)", rules, re.MULTILINE)


names = ["relu", "sigmoid", "softplus", "hardsigmoid"]
print(*[f"{name:12} {rule(name)[1]}" for name in names], sep="\n")
assert rule("relu")[1] == "threshold_backward(grad, result, 0)"
assert "silu_backward(grad, self)" in rule("silu")[1]
low, middle, high = F.silu(torch.tensor([-3, -1.3, 0]))
assert low > middle < high

# %% [markdown]
# ## In a whole network
#
# A linear layer keeps its input, which is the result of the activation before it. So what ReLU
# keeps is kept anyway, and costs nothing extra. SiLU's input is one tensor more in every layer, the
# composed SiLU's two parts are two more.


# %%
class Lambda(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


def tensors_kept(activation, depth):
    """Count what a network keeps but for its weights; one is 100 times 10 numbers."""
    pairs = [(nn.Linear(10, 10), activation()) for _ in range(depth)]
    parts = [part for pair in pairs for part in pair]
    net = nn.Sequential(*parts, nn.Linear(10, 10))
    weights = depth * net[0].weight.nbytes  # the first layer's are not needed
    return (kept(net, torch.zeros(100, 10))[2] - weights) / 4000


def count(activation):
    return np.array([tensors_kept(activation, int(depth)) for depth in depths])


depths = np.arange(1.0, 9.0)
composed = count(lambda: Lambda(composed_silu))
assert np.array_equal(count(nn.ReLU), depths + 1)
assert np.array_equal(count(nn.SiLU), 2 * depths + 1)
assert np.array_equal(composed, 3 * depths + 1)

lines = {"x * sigmoid(x)": composed, "SiLU": count(nn.SiLU), "ReLU": count(nn.ReLU)}
curves = [Curve(name, depths, numbers) for name, numbers in lines.items()]
title = "Tensors kept for the backward pass, against the number of hidden layers"
about = "With n layers n + 1 for ReLU, 2n + 1 for SiLU, 3n + 1 for x * sigmoid(x)."
options = {"title": title, "description": about, "xlim": (1, 8), "ylim": (0, 26)}
HTML(plot("kept", curves, xlabel="hidden layers", ylabel="tensors kept", **options))

# %% [markdown]
# ## When inplace is an error
#
# `nn.ReLU(inplace=True)` writes its result over its input. Autograd objects if another operation
# had kept what is lost. Try it behind a multiplication by 2, which keeps nothing, behind a linear
# layer, which keeps its input, behind sigmoid and exp, which keep the result that ReLU is about to
# overwrite, and on a *leaf*, a tensor that you made yourself and that is to have a gradient:

# %%
before = {"2 * x": lambda x: 2 * x, "linear(x)": nn.Linear(5, 5)}
before |= {"sigmoid(x)": torch.sigmoid, "exp(x)": torch.exp, "x, a leaf": lambda x: x}


def attempt(f, activation):
    x = torch.linspace(-3, 3, 5, requires_grad=True)
    try:
        activation(f(x)).sum().backward()
    except RuntimeError as error:
        return str(error).split(":")[0].split(".")[0]
    return "fine"


def outcomes(activation):
    return {name: attempt(f, activation) for name, f in before.items()}


outcome = outcomes(nn.ReLU(inplace=True))
print(*[f"{name:10}  {text}" for name, text in outcome.items()], sep="\n")
assert outcome["2 * x"] == outcome["linear(x)"] == "fine"
assert outcome["sigmoid(x)"].endswith("has been modified by an inplace operation")
assert outcome["exp(x)"] == outcome["sigmoid(x)"]
assert outcome["x, a leaf"].startswith("a leaf Variable that requires grad")
assert outcome == outcomes(nn.SiLU(inplace=True))

# %% [markdown]
# Two more facts:
#
# - No error does not mean no change. `h + F.relu(h, inplace=True)` adds ReLU's result to itself,
#   because by then it has replaced `h`.
# - What is kept need not shrink. With ReLU it stays the same, since the linear layer's result was
#   not kept before either. SiLU needs its input, so PyTorch *copies* it first. ELU in place keeps
#   its result instead, and that does save one tensor in every layer.

# %%
x = torch.linspace(-3, 3, 5, requires_grad=True)
h = 1 * x
y = h + F.relu(h, inplace=True)
y.sum().backward()  # no error
assert torch.equal(y, 2 * F.relu(x))
assert not torch.equal(y, x + F.relu(x))

for module, saved in (nn.ReLU, 0), (nn.SiLU, 0), (nn.ELU, 1):
    in_place = count(lambda module=module: module(inplace=True))
    assert np.array_equal(count(module) - in_place, saved * depths)

# %% [markdown]
# ## Differentiating twice
#
# Penalties on gradients and networks for differential equations need the derivative of the
# derivative. `gradcheck` compares a gradient with difference quotients, `gradgradcheck` the second
# one. Of the element-wise modules one cannot be differentiated twice: the file above has a rule for
# `hardsigmoid`, but none for `hardsigmoid_backward`. Composed of other operations it can.

# %%
point = torch.tensor([-1.7, 0.3], dtype=torch.float64, requires_grad=True)
others = {nn.Softmax, nn.Softmin, nn.LogSoftmax, nn.Softmax2d, nn.GLU}
others.add(nn.MultiheadAttention)  # no activation at all
failed = {}
for c in classes:
    if c not in others:
        m = (c(0.1, 20) if c is nn.Threshold else c()).double().eval()
        assert gradcheck(m, (point,))
        try:
            assert gradgradcheck(m, (point,))
        except RuntimeError as error:
            failed[c.__name__] = str(error)
print(failed)
assert list(failed) == ["Hardsigmoid"]
assert rule("hardsigmoid")
assert not rule("hardsigmoid_backward")


def composed_hardsigmoid(x):
    return F.relu6(x + 3) / 6


assert torch.allclose(composed_hardsigmoid(z), F.hardsigmoid(z))
assert gradgradcheck(composed_hardsigmoid, (point,))

# %% [markdown]
# ## What torch.compile sees
#
# `torch.compile` follows a function with stand-ins for its tensors, writes down the operations, and
# hands that *graph* to a backend. Ours only prints it. The default one writes C++ or GPU code, for
# which it needs a compiler, so it is not run here. The composed SiLU is two operations still, but a
# backend may merge them into one loop:


# %%
def show(graph, inputs):
    print(graph.code.strip())
    return graph.forward


compiled = torch.compile(composed_silu, backend=show)
assert torch.equal(compiled(z), composed_silu(z))

# %% [markdown]
# ## Your own activation
#
# [Squareplus](../activations/squareplus.md), half of $x + \sqrt{x^2 + b}$, is not in PyTorch. As a
# `torch.autograd.Function` it can keep its input alone, and use a form that loses no digits where
# $x$ is negative. Its derivative is itself divided by $\sqrt{x^2 + b}$. Written with `Squareplus`
# again, `backward` can be differentiated in its turn.


# %%
def root(x, b):
    return torch.hypot(x, torch.tensor(b**0.5, dtype=x.dtype))


class Squareplus(torch.autograd.Function):
    @staticmethod
    def forward(x, b):
        return x.clamp(min=0) + b / (2 * (x.abs() + root(x, b)))

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.b = inputs
        ctx.save_for_backward(x)  # and not ctx.x = x, which autograd could not watch

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * Squareplus.apply(x, ctx.b) / root(x, ctx.b), None  # None: for b


# %% [markdown]
# Both checks want float64, and points on both sides of 0, with 0 itself. Then we compare with the
# NumPy code of this site, count, and look far to the left, where the plain formula has lost all
# digits:

# %%
points = torch.tensor([-3, -1, 0, 0.5, 2], dtype=torch.float64, requires_grad=True)
assert gradcheck(Squareplus.apply, (points, 4.0))
assert gradgradcheck(Squareplus.apply, (points, 4.0))

y = Squareplus.apply(points, 4.0)
(slope,) = torch.autograd.grad(y.sum(), points)
values = points.detach().numpy()
assert np.allclose(y.detach(), squareplus(values), rtol=1e-14)
assert np.allclose(slope, squareplus_grad(values), rtol=1e-14)

x = torch.linspace(-3, 3, 1000, requires_grad=True)
assert kept(lambda x: Squareplus.apply(x, 4.0), x)[2] == 4000
assert kept(plain_squareplus, x)[2] == 8000

far = torch.tensor(-1e4)
assert plain_squareplus(far) == 0
assert torch.isclose(Squareplus.apply(far, 4.0), torch.tensor(1e-4))

# %% [markdown]
# ## What to take away
#
# - `nn.ReLU` calls `F.relu`, that `torch.relu`, and that compiled code. Call the module, so that
#   hooks run.
# - An operation keeps its input, its result or both. Between linear layers ReLU costs no memory
#   for the backward pass, SiLU one tensor a layer, a composed SiLU two.
# - `inplace` is an error when the operation before has kept its result, and on a leaf.
# - All element-wise modules but Hardsigmoid can be differentiated twice.
# - A `Function` of your own needs a `forward`, a `backward` and both checks.
#
# ## Exercises
#
# **1.** Which of these may stand before a ReLU in place: `torch.tanh`, `F.softplus`, `torch.expm1`,
# `torch.square`, a second `F.relu`? Say first, then try.
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Softplus and the square, which keep their input. Tanh, expm1 and ReLU keep their result: the
# derivative of $e^x - 1$ is that result plus 1.

# %%
for f in torch.tanh, F.softplus, torch.expm1, torch.square, F.relu:
    allowed = attempt(f, nn.ReLU(inplace=True)) == "fine"
    assert allowed == (f in (F.softplus, torch.square))
    assert allowed == (what(f)[0] == "its input")

# %% [markdown]
# </details>
#
# **2.** In `backward`, put `x.detach()` for `x` in `root`. Which of the two checks notices?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Only `gradgradcheck`. The gradient is still right, but its own derivative lacks a term.


# %%
class Detached(Squareplus):
    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * Squareplus.apply(x, ctx.b) / root(x.detach(), ctx.b), None


assert gradcheck(Detached.apply, (points, 4.0))
assert not gradgradcheck(Detached.apply, (points, 4.0), raise_exception=False)

# %% [markdown]
# </details>
#
# **3.** In float64 Hardsigmoid's gradient at 0 is not the float64 nearest to $\frac{1}{6}$. Is it
# the float32? Why does `gradcheck` pass?
#
# <details class="note" markdown>
# <summary>Answer</summary>
#
# Yes: the kernel has the constant in float32. `gradcheck` passes because it allows for the error of
# difference quotients. It is evidence, no proof, and a narrower tolerance finds the fault.

# %%
zero = torch.zeros(1, dtype=torch.float64, requires_grad=True)
(slope,) = torch.autograd.grad(F.hardsigmoid(zero), zero)
assert slope.item() == float(np.float32(1 / 6)) != 1 / 6
assert gradcheck(F.hardsigmoid, (zero,))
assert not gradcheck(F.hardsigmoid, (zero,), atol=1e-9, rtol=0, raise_exception=False)

# %% [markdown]
# </details>
