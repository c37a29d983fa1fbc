"""Every number in the running text of a page is checked by a test that names its sentence."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
import torch

import derive
import verify
from catalog import pick
from derive import Facts, facts
from exact import Rounded
from project import ROOT, SNIPPETS

x = sp.Symbol("x", real=True)
NUMBER = re.compile(r"\b\d+(?:\.\d+)?|[½¼¾⅓⅔√]|\b(?:half|quarter|hundred|thousand)\b(?! prec)")
NO_TEXT = re.compile(
    r"```.*?```|`[^`]*`|^--8<--[^\n]*|\[\[\d+\]\]\(#references\)|\]\([^)]*\)|^#[^\n]*|^---$.*?^---$"
    r"|^ *\d+\. |https?://\S+",
    re.MULTILINE | re.DOTALL,
)


def steep(facts: Facts, value: object, at: object) -> bool:
    return facts.lipschitz == (value, at)


def near_linear(facts: Facts) -> bool:
    return derive.value_at(pick("tanh").derivative, x, sp.Integer(0)) == 1


def halves(facts: Facts) -> bool:
    return facts.second_moment == sp.Rational(1, 2) and facts.gain == sp.sqrt(2)


def below_as_maximum(slope: sp.Rational) -> bool:
    """Tell whether max(slope x, x) is leaky_relu for x = ±1, and so for all x."""
    return all(
        max(slope * point, point) == (point if point > 0 else slope * point) for point in (1, -1)
    )


def mean_below_relu(facts: Facts) -> bool:
    a = sp.Symbol("negative_slope", real=True)
    share = sp.simplify(facts.mean / derive.facts(pick("relu")).mean)
    return share == 1 - a  # between 0 and 1 for slopes between 0 and 1, above 1 below 0


def jumps_at_threshold(facts: Facts) -> bool:
    x = torch.tensor([20.0, np.nextafter(20.0, 21.0)], dtype=torch.double, requires_grad=True)
    y = torch.nn.functional.softplus(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    return bool(y[1] < y[0] and slope[0] < 1 and slope[1] == 1)


# For each page: a piece of a sentence, and what shows that its numbers are right.
CHECKED: dict[str, dict[str, Callable[[Facts], bool]]] = {
    "sigmoid": {
        "a number between 0 and 1 is meant": lambda f: (f.range.start, f.range.end) == (0, 1),
        "The slope is at most ¼, at 0, and falls towards 0": lambda f: (
            steep(f, sp.Rational(1, 4), 0) and f.limits[1] == (0, 0)
        ),
        "together at most $4^{-n}$": lambda f: f.lipschitz[0] == sp.Rational(1, 4),
        "the result rounds to exactly 1": lambda f: pick("sigmoid").function(np.float64(40)) == 1,
        "$\\log(1 - 1)$": lambda f: sp.log(sp.Integer(0)) == sp.zoo,
        "usually written σ(1 − σ)": lambda f: (
            pick("sigmoid").steps[-1][0].subs(sp.Function("sigma")(x), sp.Symbol("s"))
            == sp.Symbol("s") * (1 - sp.Symbol("s"))
        ),
        "as σ approaches 1": lambda f: f.limits[0][1] == 1,
        "is\nfar below 1": lambda f: bool(f.carried < 0.5),
    },
    "tanh": {
        "an output between −1 and 1": lambda f: (f.range.start, f.range.end) == (-1, 1),
        "$\\tanh x = 2\\sigma(2x) - 1$": lambda f: bool(
            derive.equal(pick("tanh").formula, 2 * pick("sigmoid").formula.subs(x, 2 * x) - 1, x)
        ),
        "symmetrically about 0 give outputs with\n  mean 0": lambda f: f.symmetry == "odd",
        "the mean need not be 0": lambda f: pick("tanh").function(1.0) > 0.7,
        "Its slope at 0 is 1": near_linear,
        "The slope is 1 at 0 only": lambda f: steep(f, 1, 0),
        "$1 - \\tanh^2 x$": lambda f: pick("tanh").steps[-1][0] == 1 - sp.Function("tanh")(x) ** 2,
        "as tanh approaches ±1": lambda f: f.limits[0] == (-1, 1),
        "it reaches ±1": lambda f: pick("tanh").function(np.float64(30)) == 1,
    },
    "relu": {
        "Fukushima used it in 1969": lambda f: "1969" in page("relu").partition("## Ref")[2],
        "the slope is exactly 1": lambda f: f.limits[1][1] == 1,
        "The output is exactly 0 for every negative input": lambda f: (
            f.zeros[0] == sp.Interval(-sp.oo, 0)
        ),
        "the gradient is exactly 0": lambda f: f.limits[1][0] == 0,
        "At 0 there is no derivative": lambda f: [k.at for k in f.kinks] == [0],
        "PyTorch 0": lambda f: pick("relu").derivative.subs(x, 0) == 0,
        "inputs of exactly 0 are common": lambda f: f.kinks[0].at == 0,
        "ReLU offers 0 and a kink": lambda f: (
            {p.expression for p in derive.pieces(pick("relu").derivative.diff(x), x)} == {0}
        ),
        "so the gain is √2": halves,
    },
    "leaky_relu": {
        "not 0, so a unit can come back": lambda f: bool(f.limits[1][0] > 0),
        "found larger slopes than its 0.01": lambda f: (
            pick("leaky_relu").defaults == {"negative_slope": 0.01}
        ),
        "derivative at 0 is a convention too": lambda f: [k.order for k in f.kinks] == [1],
        "any number but 0": lambda f: (
            pick("leaky_relu").parameters[0].domain == sp.Reals - sp.FiniteSet(0)
        ),
        "only for slopes up to 1": lambda f: (
            below_as_maximum(sp.Integer(1)) and not below_as_maximum(sp.Rational(101, 100))
        ),
        "A slope of 0 is\n  ReLU": lambda f: (
            pick("leaky_relu").formula.subs(sp.Symbol("negative_slope", real=True), 0)
            == pick("relu").formula
        ),
        "0 · (−∞) is nan": lambda f: math.isnan(0 * -math.inf),
        "For slopes between 0 and 1": mean_below_relu,
    },
    "silu": {
        "is small but, but for one point, not 0": lambda f: len(f.turns) == 1,
        "PyTorch returns −0 where the exact result": lambda f: (
            torch.nn.functional.silu(torch.full((64,), -89.0))[0] == 0
            and 89 / np.exp(np.float64(89)) > np.finfo(np.float32).tiny
        ),
    },
    "softplus": {
        "never 0. It was introduced": lambda f: f.monotone[0].sign == 1 and len(f.monotone) == 1,
        "the gap is largest\n  at 0, where it is log 2 divided by β": lambda f: (
            f.at_zero == sp.log(2) and f.limits[1] == (0, 1) and f.monotone[0].sign == 1
        ),
        "`threshold` (default 20)": lambda f: torch.nn.Softplus().threshold == 20,
        "the function jumps down there, and its slope jumps to 1": jumps_at_threshold,
        "*Never write log(1 + exp(x)).*": lambda f: (
            pick("softplus").naive == ("np.log(1 + np.exp(beta * x)) / beta",)
        ),
        "on the left it is 0 where the exact": lambda f: np.log(1 + np.exp(-40.0)) == 0,
        "`log1p` mends only the second": lambda f: np.log1p(np.exp(-40.0)) > 0,
    },
    "index": {
        "at more than a hundred\nthousand inputs": lambda _: (
            sum(len(verify.inputs(pick("relu"), verify.FORMATS[d])) for d in verify.NUMPY_DTYPES)
            > 100_000
        ),
    },
    "checked": {
        "at most\nhalf a ULP off": lambda _: (
            verify.errors(
                np.array([1.0]),
                Rounded(np.array([1.0]), np.array([0.5])),
                verify.FORMATS["float64"],
            )
            == 0.5
        ),
        "exact values below the least normal number, 0 included": lambda _: (
            verify.ulp(np.zeros(1), verify.FORMATS["float32"]) == 2.0**-149
        ),
        "what is 0 in every dtype": lambda _: 2.0**-1075 == 0,
    },
    "compare/four": {
        "never passes on more than a quarter": lambda _: (
            facts(pick("sigmoid")).lipschitz[0] == sp.Rational(1, 4)
        ),
        "$y = 2 f(3x + 0.1) + 0.2$": lambda _: "2 * a.function(3 * x + 0.1) + 0.2" in drawn(),
        "corner where $3x + 0.1 = 0$": lambda _: facts(pick("relu")).kinks[0].at == 0,
    },
    "gelu": {
        "is small, not 0, except at one point": lambda f: len(f.turns) == 1,
        "Written with 1 + erf, all digits cancel": lambda f: 1 + math.erf(-9) == 0,
        "PyTorch returns 0 long before": lambda f: (
            torch.nn.functional.gelu(torch.tensor([-9.0], dtype=torch.double)) == 0
        ),
    },
}
# Sentences whose number is that of the work they cite.
CITED = {
    "relu": ["is derived for an activation\nwith slope 1 at 0"],
    "leaky_relu": ["start it at 0.25 and apply no weight decay"],
}


def page(name: str) -> str:
    file = DOCS / "activations" / f"{name}.md"
    return (file if file.exists() else DOCS / f"{name}.md").read_text(encoding="utf-8")


def drawn() -> str:
    return (ROOT / "scripts" / "page.py").read_text(encoding="utf-8")


def prose(name: str) -> str:
    """Return the text written by hand, with what is not text blanked out."""
    text = page(name).partition("## References")[0]
    return NO_TEXT.sub(lambda m: " " * len(m[0]), text)


DOCS = ROOT / "docs"
PAGES = sorted(
    str(p.relative_to(DOCS).with_suffix("")).removeprefix("activations/")
    for p in DOCS.rglob("*.md")
)


@pytest.mark.parametrize("name", PAGES)
def test_every_number_is_covered(name):
    text = prose(name)
    covered = bytearray(len(text))
    source = page(name).partition("## References")[0]
    for piece in [*CHECKED.get(name, ()), *CITED.get(name, ())]:
        start = source.find(piece)
        assert start >= 0, f"the page {name} no longer says “{piece}”: mend this test"
        covered[start : start + len(piece)] = b"\1" * len(piece)
    bare = [m for m in NUMBER.finditer(text) if not all(covered[m.start() : m.end()])]
    lines = [source[max(m.start() - 30, 0) : m.end() + 20].replace("\n", " ") for m in bare]
    assert not lines, "numbers that no test covers"


@pytest.mark.parametrize("name", CHECKED)
def test_what_the_sentences_say_holds(name):
    known = (SNIPPETS / f"{name}.py").exists()
    for piece, check in CHECKED[name].items():
        assert bool(check(facts(pick(name)) if known else None)), piece


@pytest.mark.parametrize("lesson", sorted((DOCS / "learn").glob("*.py")), ids=lambda p: p.stem)
def test_every_number_that_a_lesson_tells_stands_in_its_code(lesson):
    """Its asserts are what shows it; a number that no code has cannot be among them."""
    cells = re.split(r"^# %%", lesson.read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = " ".join(cell for cell in cells if cell.startswith(" [markdown]"))
    code = " ".join(cell for cell in cells if not cell.startswith(" [markdown]"))
    told = re.sub(r"https?://\S+", " ", told)
    told = NO_TEXT.sub(" ", re.sub(r"^# ?", "", told, flags=re.MULTILINE))
    told = re.sub(r"_\d|\*\*\d\.\*\*|\(\d{4}\)", " ", told)  # indices, exercises, years
    known = set(re.findall(r"\d+(?:\.\d+)?", code))
    assert sorted({m[0] for m in re.finditer(r"\d+(?:\.\d+)?", told)} - known) == []
