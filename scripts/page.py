"""The words and tables that are written for a page: everything but its prose.

Each function returns one fragment of Markdown; a Chinese edition would translate this file.
A formula and a row of the table of facts have an identifier, `gelu.mean`, which is their anchor.
"""

import contextlib
import functools
import importlib.metadata
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import arb
from sympy.core.function import AppliedUndef

import departures
import derive
import figures
import prove
import relations
import sweep
import verify
from catalog import Activation, Allowance, Parameter, in_torch, pick
from exact import Exact
from project import REACH, Problem, colours, site_name
from tables import table
from tex import certain, tex

SPAN = (-5.0, 5.0)  # of x in figures
BESIDE = (sp.LambertW, sp.exp, sp.erf, sp.log, sp.tanh)  # in a closed form: digits say more
LEAST = math.ulp(0.0)  # the least float64
CODES = {"vector": False, "scalar": True}  # PyTorch's: whether the tensor has gaps in memory
FEW, BRIEF, FITTING = 24, 60, 180  # letters: a fraction; in a cell a number, a formula
WAYS = 6  # parts of the way of a curve that are told one by one
proved = functools.cache(prove.prove)
failures = functools.cache(verify.failures)
NIL = 1e-9  # a mean below this is that of constants rounded to print
WHERE = ", \\quad "  # before what an abbreviation stands for
FAR = 8  # settings of a parameter with which facts are compared: to here, and from its reciprocal
BY_DEFAULT = "by default "
LONG = 250  # letters of LaTeX in a formula that no one would read


# Markdown


def blocks(*parts: str) -> str:
    """Return paragraphs, tables and equations one below the other."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def display(left: str, right: str, label: str) -> str:
    """Return a displayed equation; mathml.py makes its label an anchor.

    What abbreviations stand for is written below it.
    """
    lines = f"{left} = {right}".split(WHERE)
    if lines[1:]:
        rows = r" \\ ".join(line.replace(" = ", " &= ", 1) for line in lines)
        lines = [rf"\begin{{aligned}} {rows} \end{{aligned}}"]
    return f"$$\n{lines[0]}\n\\label{{{label}}}\n$$\n"


class Row(NamedTuple):
    """A row of the table of facts: its key, what it is of, and what it says, in Markdown."""

    key: str
    label: str
    text: str


def code_tabs(cells: Mapping[str, str], latex: Iterable[str]) -> list[str]:
    """Return the cells and the formulas in LaTeX as tabs."""
    texts = [(name, "python", cells[name]) for name in ("NumPy", "PyTorch", "SymPy")]
    texts.append(("LaTeX", "text", "\n".join(latex)))
    return [f'=== "{name}"\n\n' + indent(f"```{kind}\n{t}\n```\n") for name, kind, t in texts]


def downloads(name: str) -> str:
    """Return for what the NumPy code is, and links to what publish.py puts beside the page."""
    files = {
        "NumPy": f"{name}.py",
        "PyTorch": f"{name}_torch.py",
        "figure as SVG": f"{name}.svg",
        "PNG": f"{name}.png",
        "page as Markdown": f"{name}.md",
        "all functions": "../activations.zip",
    }
    links = (f'<a href="{file}" download>{label}</a>' for label, file in files.items())
    return f"{REACH}\n\nDownload: {' · '.join(links)}."


def facts_table(name: str, title: str, rows: Iterable[Row]) -> str:
    """Return the table of facts, each row with its identifier."""
    cells = ((f"{row.label} {{ #{name}.{row.key} }}", row.text) for row in rows)
    return table(["", ""], cells, f"Properties of {title}", "facts")


def number(value: float, digits: int = 6) -> str:
    """Return a float as text: minus as U+2212, ∞, nan, −0, powers of ten as superscripts."""
    if math.isnan(value):
        return "nan"
    sign = "−" if math.copysign(1, value) < 0 else ""
    if math.isinf(value):
        return sign + "∞"
    text = f"{abs(value):.{digits}g}"
    if "e+" in text and abs(value) < 1e5:
        text = f"{abs(value):.0f}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        power = f"10<sup>{int(exponent)}</sup>".replace("-", "−")
        text = power if mantissa == "1" else f"{mantissa}·{power}"
    return sign + text


def upper(value: float) -> str:
    """Return a positive number rounded up to two digits, so that it stays a bound."""
    if value == 0 or math.isinf(value):
        return number(value)
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return number(math.ceil(round(value / unit, 9)) * unit, 2)


def share(value: float) -> str:
    """Return a relative error: in percent where it is large."""
    if math.isinf(value):
        return "∞"
    return f"{upper(100 * value)} %" if value >= 1e-3 else upper(value)


def plain(value: sp.Basic | arb | derive.Span) -> str:
    """Return a number or an interval as plain text, for a text alternative."""
    if isinstance(value, arb):
        return plain(sp.Symbol(value.str(6, radius=False)))
    if isinstance(value, sp.Interval | derive.Span):
        left, right = "(" if value.left_open else "[", ")" if value.right_open else "]"
        return f"{left}{plain(value.start)}, {plain(value.end)}{right}"
    if isinstance(value, sp.Union):
        return " ∪ ".join(plain(part) for part in sorted(value.args, key=lambda s: s.inf))
    if isinstance(value, sp.FiniteSet):
        return f"{{{', '.join(map(plain, value))}}}"
    simple = isinstance(value, sp.Rational) and len(str(value)) <= FEW
    if value.is_number and value.is_finite and not simple:
        value = sp.N(value, 6)
    return str(value).replace("oo", "∞").replace("-", "−")


def wrong(text: str) -> str:
    """Mark a cell that holds a wrong result; not by colour alone."""
    return f'<span class="wrong">{text}</span>'


def prime(order: int) -> str:
    """Return f, f′, f″."""
    return "f" + "′" * order if order < 2 else "f″"


# The top of the page


def curve(activation: Activation, order: int, label: str) -> figures.Curve:
    """Return f, f′ (both from the NumPy cell) or f″ (exact), with its jumps broken."""
    here = activation.defaults
    expression = activation.at(order, here)
    cuts = [float(c) for c in derive.breakpoints(expression, activation.x)]
    x = figures.sample(*SPAN, cuts)
    parts = derive.pieces(expression, activation.x)
    jumps, opened, closed = [], [], []
    for left, right in pairwise(parts):
        at = float(left.high)
        sides = [
            float(derive.limit(left, activation.x, True)),
            float(derive.limit(right, activation.x, False)),
        ]
        if sides[0] != sides[1]:
            jumps.append(at)
            if order == 2:  # there is none
                opened += [(at, side) for side in sides]
                continue
            value = float(expression.subs(activation.x, left.high))
            closed.append((at, value))
            opened += [(at, side) for side in sides if side != value]
    if order == 2:
        exact = Exact(expression, activation.x)
        y = np.array([float(exact.ball(v).mid()) for v in x])
    else:
        y = (activation.function, activation.gradient)[order](x)
    return figures.Curve(label, x, y, tuple(jumps), tuple(opened), tuple(closed))


def curves(activation: Activation) -> list[figures.Curve]:
    """Return f and f′, and f″ where it is not 0 everywhere."""
    bent = any(
        p.expression.has(activation.x)
        for p in derive.pieces(activation.at(1, activation.defaults), activation.x)
    )
    return [curve(activation, order, prime(order)) for order in range(3 if bent else 2)]


def told(drawn: Sequence[figures.Curve]) -> str:
    """Return the way of each curve in words, for those who cannot see it."""
    low, high = (plain(sp.Integer(round(float(end)))) for end in drawn[0].x[[0, -1]])
    ways = (f"{curve.label} {way(curve)}." for curve in drawn)
    return " ".join([f"For x from {low} to {high}.", *ways])


def way(curve: figures.Curve) -> str:
    """Return where a curve is level, rises, falls and jumps, read off its samples.

    Level is what changes by less than 1/50 of the height of all over the width of all.
    """
    parts: list[str] = []
    least = np.ptp(curve.y) / np.ptp(curve.x) / 50
    cuts = [at for at in curve.breaks if curve.x[0] < at < curve.x[-1]]
    ends = [0, *np.searchsorted(curve.x, cuts).tolist(), len(curve.x)]
    for first, stop in pairwise(ends):
        inside = ~np.isin(curve.x[first:stop], cuts)
        x, y = curve.x[first:stop][inside], curve.y[first:stop][inside]
        slopes = np.diff(y) / np.diff(x)
        signs = np.where(np.abs(slopes) <= least, 0, np.sign(slopes))
        turns = [0, *(np.flatnonzero(np.diff(signs)) + 1).tolist(), len(x) - 1]
        turns = [n for n, m in pairwise(turns) if x[m] - x[n] > 0.05 * np.ptp(curve.x)] + turns[-1:]
        if parts:
            parts.append(f"jumps to {_rough(y[0])} at x = {_rough(x[0])}")
        runs: list[tuple[str, int, int]] = []
        for n, m in pairwise(turns):
            level = abs(y[m] - y[n]) <= 2 * least * (x[m] - x[n])
            word = "stays near" if level else "rises" if y[m] > y[n] else "falls"
            if runs and runs[-1][0] == word:
                n = runs.pop()[1]
            runs.append((word, n, m))
        for word, n, m in runs:
            here = "" if m == len(x) - 1 and stop == len(curve.x) else f"x = {_rough(x[m])}"
            if word == "stays near":
                word = word if np.ptp(y[n : m + 1]) else "is"
                parts.append(f"{word} {_rough(y[n])}" + f" up to {here}" * bool(here))
            else:
                start = f" from {_rough(y[n])}" * (not parts)
                parts.append(f"{word}{start} to {_rough(y[m])}" + f" at {here}" * bool(here))
    if len(parts) > WAYS:
        return f"goes up and down between {_rough(curve.y.min())} and {_rough(curve.y.max())}"
    return ", ".join(parts)


def _rough(value: float) -> str:
    return number(round(float(value), 2) + 0.0, 3)


def description(activation: Activation) -> str:
    """Return what the figure shows, for those who cannot see it."""
    facts = derive.facts(activation)
    words = {1: "rises", 0: "is constant", -1: "falls"}
    runs = ", ".join(
        f"{words[r.sign]} from x = {plain(r.low)} to {plain(r.high)}"
        for r in facts.monotone[facts.wave :]
    )
    runs += f", and again every {plain(facts.period)}" if facts.wave else ""
    slopes = "; ".join(
        f"{'f′' if k.order else 'f'} jumps from {plain(k.jump[0])} to {plain(k.jump[1])} "
        f"at x = {plain(k.at)}"
        for k in facts.kinks
        if k.order < 2
    )
    steepest = facts.lipschitz[0]
    steep = f"f′ is at most {plain(steepest)} in size" if steepest != sp.oo else "f′ has no bound"
    return (
        f"f {runs}. Its range is {plain(facts.range)}, f(0) = {plain(facts.at_zero)}; "
        f"{slopes or steep}."
    )


def domain(parameter: Parameter) -> str:
    """Return a parameter, its default and its domain in words."""
    values = parameter.domain
    inside = tex(values)
    if not isinstance(values, sp.Interval):
        ends = values.inf, values.sup
        hull = sp.Interval(*ends, *(end not in values for end in ends))
        inside = rf"{tex(hull)} \setminus {tex(hull - values)}"
    return f"`{parameter.symbol.name}` in ${inside}$, by default {parameter.default:g}."


def definition(activation: Activation) -> str:
    """Return the sentence, the formula, the other names and the figure."""
    drawing = figures.plot(
        activation.name,
        curves(activation),
        title=f"{activation.title} and its derivatives",
        description=description(activation),
        xlim=SPAN,
    )
    lines = [
        activation.summary,
        '<div class="definition" markdown>\n<div markdown>',
        equation(activation, "f"),
        *map(domain, activation.parameters),
        *(
            f"Between them: ${tex(relation, activation.parameters)}$."
            for relation in activation.relations
        ),
        f"Also called {', '.join(activation.aliases)}." if activation.aliases else "",
        f"</div>\n{drawing}\n</div>",
    ]
    return blocks(*lines)


# Derivative


class Formula(NamedTuple):
    """An equation as it is displayed, and what it says of x."""

    left: str
    right: str
    expression: sp.Expr


@functools.cache
def formulas(activation: Activation) -> dict[str, Formula]:
    """Return f, f′ and f″, as `f`, `df`, `ddf`, and the derivatives by what is learned."""
    functions = {f for e, _ in activation.steps for f in e.atoms(AppliedUndef)}
    named = [tex(f) for f in functions]  # σ(x), say, which the derivation writes for f(x)
    x, raw = activation.x, activation.derivative.diff(activation.x)
    forms = [
        raw,
        *(change(raw) for change in (sp.factor_terms, derive.factorised, sp.together)),
    ]
    second = min(forms, key=lambda e: len(said(activation, e)))
    if not derive.equal(raw, second, x):
        raise Problem(f"snippets/{activation.name}.py: SymPy rewrote f″ into something else")
    forms = [activation.derivative, *(step for step, _ in activation.steps[-1:])]
    shown = " = ".join(dict.fromkeys(said(activation, f) for f in forms))
    whole = said(activation, activation.formula, where=True)
    cuts = _cuts(activation, 2)
    outside = rf" \quad (x \notin \{{{', '.join(cuts)}\}})" if cuts else ""
    if len(cuts) == 1:
        outside = rf" \quad (x \ne {cuts[0]})"
    learned = [p for p in activation.parameters if p.symbol.name in activation.learned]
    return {
        "f": Formula(" = ".join(["f(x)", *named]), whole, activation.formula),
        "df": Formula("f'(x)", shown, activation.derivative),
        "ddf": Formula("f''(x)", said(activation, second) + outside, second),
        **{f"d_{p.symbol.name}": _by(activation, p) for p in learned},
    }


def _by(activation: Activation, parameter: Parameter) -> Formula:
    """Return the derivative by a parameter."""
    slope = activation.formula.diff(parameter.symbol)
    name = tex(parameter.symbol, activation.parameters)
    return Formula(rf"\frac{{\partial f}}{{\partial {name}}}", said(activation, slope), slope)


def displayed(activation: Activation) -> dict[str, Formula]:
    """Return those of the formulas that are not too long for a page."""
    every = formulas(activation)
    return {key: f for key, f in every.items() if key != "ddf" or len(f.right) <= LONG}


def equation(activation: Activation, key: str) -> str:
    """Return one of the formulas, displayed."""
    formula = formulas(activation)[key]
    return display(formula.left, formula.right, f"{activation.name}.{key}")


def derivative(activation: Activation) -> str:
    """Return f′ and f″, then the proved way from the definition to f′."""
    derive.prove_steps(activation)
    lines = [equation(activation, "df")]
    facts = derive.facts(activation)
    if cuts := _cuts(activation, 1):
        points = ", ".join(f"${at}$" for at in cuts)
        here = [k for k in facts.kinks if k.order <= 1]
        start = "At" if here else f"For other {_letters(activation)}, at"
        unless = _unless(activation, _leaps(activation, 1)) if here else ""
        lines.append(f"{start} {points} there is no derivative{unless}; {_convention(activation)}.")
    if "ddf" in displayed(activation):
        lines.append(equation(activation, "ddf"))
    else:
        lines.append("The second derivative is long: `derivative.diff(x)` after the SymPy cell.")
    for name in activation.learned:
        lines.append(
            f"`{name}` is learned. Its gradient is the sum, over all inputs, of the gradient from "
            f"above times this, which is `{activation.name}_grad_{name}` in NumPy:"
        )
        lines.append(equation(activation, f"d_{name}"))
    lines.append("### From the definition to the derivative")
    lines.append("Each equality below is proved by SymPy whenever this page is built.")
    if not activation.steps and activation.generic[0] != activation.formula:
        lines.append(f"With {verify.named(activation.defaults)}:")
    return blocks(*lines, '<div class="steps" markdown>', *_listed(activation), "</div>")


def _convention(activation: Activation) -> str:
    """Return whose convention the derivative follows where there is none, by trying it."""
    own = not in_torch(activation)
    differing = [
        f"{number(got)} at ${tex(at)}$"
        for at, order, want, both in departures.conventions(activation, activation.defaults)
        for got in dict.fromkeys(both)
        if order == 1 and not verify.agree(got, want, verify.FORMATS["float64"])
    ]
    if differing:
        voice = "the module below" if own else "PyTorch"
        return f"the value given there is a convention, and {voice} gives {', '.join(differing)}"
    if own:
        return "the value given there is a convention, that of the module below"
    return "the value given there is PyTorch's convention"


def _cuts(activation: Activation, order: int) -> list[str]:
    """Return where a derivative of at most this order jumps, as the formula says it: −lambd."""
    general = derive.facts(activation).general
    return [tex(k.at, activation.parameters) for k in general if k.order <= order]


def said(activation: Activation, expression: sp.Expr, where: bool = False) -> str:
    """Return LaTeX with the abbreviations of the snippet, and what they stand for."""
    shown = {s * long: s * short for short, long in activation.where.items() for s in (1, -1)}
    text = tex(expression.xreplace(shown), activation.parameters).replace(r"\partial", "d")
    meant = activation.where.items() if where else ()
    return WHERE.join([text, *(f"{s} = {tex(e, activation.parameters)}" for s, e in meant)])


def _unless(activation: Activation, gaps: Iterable[sp.Expr], defaults: bool = False) -> str:
    """Return for which parameters, defaults only if asked for, a difference is none."""
    found = []
    for symbol, values in (pair for g in gaps for pair in derive.agreeing(g, activation).items()):
        default = symbol.subs(activation.decimals)
        others = [v for v in values if defaults or v != default]
        told = " or ".join(f"${tex(v, activation.parameters)}$" for v in others)
        found += [f", unless `{symbol}` is {told}"] * bool(others)
    return "".join(dict.fromkeys(found))


def _leaps(activation: Activation, least: int = 0) -> list[sp.Expr]:
    """Return by how much what jumps at a kink does so, from this order of derivatives on."""
    kinks = derive.facts(activation).general
    return [k.jump[1] - k.jump[0] for k in kinks if k.order >= least]


def _letters(activation: Activation) -> str:
    """Return the names of the parameters on which kinks depend, in words."""
    told = [e for k in derive.facts(activation).general for e in (k.at, *k.jump)]
    found = (p.symbol for p in activation.parameters if any(e.has(p.symbol) for e in told))
    return " and ".join(f"`{name}`" for name in found)


class Step(NamedTuple):
    """A step of a derivation: the reason, left and right sides of equations, what follows."""

    reason: str
    equations: Sequence[tuple[str, sp.Expr]]
    verdict: str = ""


@functools.cache
def steps(activation: Activation) -> list[Step]:
    """Return the derivation of f′."""
    return _by_steps(activation) if activation.steps else _by_pieces(activation)


def step_labels(activation: Activation, count: int, step: Step) -> list[str]:
    """Return the identifiers of the equations of a step, the `count`-th of a derivation."""
    sides = (".left", ".right") if len(step.equations) > 1 else ("",)
    return [f"{activation.name}.step.{count}{side}" for side in sides[: len(step.equations)]]


def _listed(activation: Activation) -> list[str]:
    """Return the derivation as a numbered list."""
    lines = []
    for count, step in enumerate(steps(activation), 1):
        labels = step_labels(activation, count, step)
        shown = [
            display(left, said(activation, right), label)
            for (left, right), label in zip(step.equations, labels, strict=True)
        ]
        lines.append(f"{count}. {step.reason}")
        lines += [indent(text) for text in (*shown, step.verdict) if text]
    return lines


def _by_steps(activation: Activation) -> list[Step]:
    """Return the derivation of a smooth formula."""
    return [
        Step(reason, [("f'(x)" * (count == 0), step)])
        for count, (step, reason) in enumerate(activation.steps)
    ]


def _by_pieces(activation: Activation) -> list[Step]:
    """Return the derivation of a piecewise formula: each piece, then the limits at the joints.

    Raises Problem when a one-sided limit is not the limit of the derivative.
    """
    x = activation.x
    h, f = sp.Symbol("x_h", real=True), sp.Function("f")  # a name that sorts after parameters
    found = []
    formula = activation.generic[0]
    parts = derive.pieces(formula, x)
    for part in parts:
        shown = said(activation, sp.Derivative(part.expression, x))
        slope = (rf"f'(x) = {shown}", part.expression.diff(x))
        found.append(Step(f"Where ${_between(part)}$:", [slope]))
    for left, right in pairwise(parts):
        at = left.high
        value = formula.subs(x, at)
        sides = [derive.limit(part, x, part is left) for part in (left, right)]
        if sp.simplify(sides[0] - sides[1]) != 0:
            reason = (
                f"At $x = {tex(at)}$ the function jumps from ${said(activation, sides[0])}$ to "
                f"${said(activation, sides[1])}$: there is no derivative here."
            )
            found.append(Step(reason, []))
            continue
        equations, slopes = [], []
        for part, sign in ((left, "-"), (right, "+")):
            rise = sp.UnevaluatedExpr(part.expression.subs(x, at + h) - value)
            quotient = sp.Mul(rise, 1 / h, evaluate=False)
            slope = sp.limit(quotient.doit(), h, 0, sign)
            slopes.append(slope)
            inner = derive.Piece(part.expression.diff(x), part.low, part.high)
            if sp.simplify(slope - derive.limit(inner, x, part is left)) != 0:
                raise Problem(f"snippets/{activation.name}.py: the slopes at {at} disagree")
            approach = rf"\lim_{{h \to 0^{{{sign}}}}} "
            general = approach + tex((f(at + h) - f(at)) / h)
            held = approach + said(activation, quotient)
            equations.append((f"{general} = {held}", slope))
        unless = _unless(activation, _leaps(activation, 1), True)
        verdict = f"The two differ: there is no derivative here{unless}."
        if sp.simplify(slopes[0] - slopes[1]) == 0:
            verdict = "The two agree: this is the derivative here."
        reason = f"At $x = {tex(at)}$, from the left and from the right:"
        found.append(Step(reason, equations, verdict))
    return found


def _between(part: derive.Piece) -> str:
    low = f"{tex(part.low)} < " if part.low.is_finite else ""
    high = f" < {tex(part.high)}" if part.high.is_finite else ""
    return f"x > {tex(part.low)}" if low and not high else f"{low}x{high}"


def indent(text: str) -> str:
    """Return lines moved to the right, as Markdown has what belongs to an item of a list."""
    return re.sub(r"^(?=.)", "    ", text, flags=re.MULTILINE)


# Code


def code(activation: Activation) -> str:
    """Return the cells as tabs, how they are checked, and how the copied formulas break."""
    latex = [f"{f.left} = {f.right}" for f in displayed(activation).values()]
    tabs = code_tabs(activation.cells, latex)
    forms = [verify.FORMATS[name] for name in verify.NUMPY_DTYPES]
    checked = [
        verify.numpy_error(part, order, activation.defaults, form)
        for part, order in activation.computed
        for form in forms
    ]
    count = len(activation.computed)
    inputs = sum(c.points for c in checked) // count
    off = max(_unexcused(*asked, form) for asked in activation.computed for form in forms)
    but = ", where no exception is stated" if activation.exceptions else ""
    line = (
        "**Checked when this page was built:** "
        f"{'both' if count == 2 else 'all'} NumPy functions at {inputs:,} inputs, among "
        f"them every finite float16, against exact values: at most {upper(off)} ULP off{but} "
        "([error](#error)), no warning, `nan` stays `nan`. "
        f"Check it yourself: `python scripts/verify.py {activation.name}`.\n"
    ).replace(",", "\u202f", 1)
    ways = (downloads(activation.name), line, *swept(activation), proof(activation))
    return blocks(*tabs, *ways, *naive(activation), own(activation.name, "grad"))


def swept(activation: Activation) -> list[str]:
    """Return how the parameters were varied, and with which the code is right for finite x only."""
    if not activation.parameters:
        return []
    count = sweep.check(activation)
    names = ", ".join(f"`{p.symbol.name}`" for p in activation.parameters)
    most = ", ".join(f"{verify.FORMATS[d].tolerance:g} in {d}" for d in verify.NUMPY_DTYPES)
    but = ", but for what the exceptions allow" if activation.exceptions else ""
    found = [
        f"**Other parameters:** with {count} settings of {names}, over the decades to the edges of "
        f"the domain, no result is off by more ULP than {most}{but}, at inputs placed by them. "
        f"Check it yourself: `python scripts/sweep.py {activation.name}`."
    ]
    for relation in activation.at_infinity:
        found.append(
            f"**What the code cannot do:** if ${tex(sp.Not(relation), activation.parameters)}$, it "
            "is right at finite x, but may be `nan` at ±∞, where 0 meets ∞."
        )
    return found


def _unexcused(activation: Activation, order: int, form: verify.Format) -> float:
    """Return the largest error of the NumPy cell in ULP where no exception adds to the unit."""
    allowed = verify.slacks(activation, order, activation.defaults, form) > 0
    return float(_off(activation, order, form)[~allowed].max(initial=0))


def _off(activation: Activation, order: int, form: verify.Format, unit: bool = True) -> np.ndarray:
    """Return the errors of the NumPy cell at all inputs, in ULP or absolute."""
    here = activation, order, activation.defaults, form
    with np.errstate(over="ignore"):  # where it is right to
        computed = verify.numpy_values(*here, verify.inputs(activation, form))
    measure = verify.errors if unit else verify.absolute
    return measure(computed, verify.reference(*here), form)


def own(name: str, gradient: str) -> str:
    """Return how a reader checks code of their own."""
    return (
        f"**Check your own:** `python check.py {name} mymodule:{name} --grad "
        f"mymodule:{name}_{gradient} --with numpy` ([how](../check.md))."
    )


def proof(activation: Activation) -> str:
    """Return what is proved of the NumPy source itself, in one line."""
    result = proved(activation)
    found = zip(
        activation.computed, (result.function, result.gradient, *result.learned), strict=True
    )
    *parts, last = [f"{symbol(*asked)} {_proved(part)}" for asked, part in found]
    return (
        "**Proved when this page was built:** but for rounding, the NumPy source is "
        f"{', '.join(parts)}, and {last} ([how](../checked.md)). "
        f"Prove it yourself: `python scripts/prove.py {activation.name}`."
    )


def bounds(part: prove.Result) -> tuple[float | None, float]:
    """Return the largest relative bound of what is proved, None without one, and absolute bound.

    What is less than any float64 is the least there is.
    """
    of = {
        k: [r.bound for r in part.regions if r.bound is not None and r.relative is k]
        for k in (True, False)
    }
    largest = {
        k: max((max(float(b.abs_upper()), LEAST) for b in every), default=None)
        for k, every in of.items()
    }
    return largest[True], largest[False] or 0.0


def _proved(part: prove.Result) -> str:
    relative, absolute = bounds(part)
    size = "the least float64" if absolute == LEAST else upper(absolute)
    if relative is not None:
        text = f"to within {upper(relative)} of its value"
        return text + (f", or {size} if that is more" if absolute else "")
    return "identically" + (f", but for less than {size}" if absolute else "")


def naive(activation: Activation) -> list[str]:
    """Return what becomes of the formulas that people copy, found by trying them."""
    lines = []
    for order, formulas in enumerate((activation.naive, activation.naive_grad)):
        for formula in formulas:
            found = failures(activation, formula, order)
            if not any(found.values()):
                raise Problem(
                    f"snippets/{activation.name}.py: `{formula}` does not break anywhere: "
                    "it is no example of a naive form"
                )
            rows = [
                [kind, *(_where(found[dtype].get(kind), verify.FORMATS[dtype]) for dtype in found)]
                for kind in dict.fromkeys(k for kinds in found.values() for k in kinds)
            ]
            lines.append(f"`{formula}` for ${'f' + chr(39) * order}$ gives")
            caption = f"What {formula} gives for {prime(order)}, and where"
            lines.append(table(["", *found], rows, caption))
    if lines:
        lines.insert(
            0,
            "**The short forms that are often copied fall short.** Tried on the same inputs, of "
            "which the outermost that fail are given:",
        )
    return lines


def _where(regions: list[verify.Region] | None, form: verify.Format) -> str:
    """Return inputs between two bounds in words; two mirrored regions as one in |x|."""
    if regions is None:
        return "–"
    if not regions:
        return "yes"
    if len(regions) == 2 and regions[0] == (-regions[1][1], -regions[1][0]):
        return _span("\\|x\\|", *regions[1], form)
    return " or ".join(_span("x", *region, form) for region in regions)


def _span(name: str, low: float, high: float, form: verify.Format) -> str:
    far = form.largest / 4  # the sample ends there, or at the least number beside 0
    if low == high:
        return f"{name} = {number(low, 4)}"
    if low <= -far:
        return f"{name} < 0" if high == -form.smallest else f"{name} ≤ {number(high, 4)}"
    if high >= far:
        return f"{name} > 0" if low == form.smallest else f"{name} ≥ {number(low, 4)}"
    left = "0 <" if low == form.smallest else f"{number(low, 4)} ≤"
    right = "< 0" if high == -form.smallest else f"≤ {number(high, 4)}"
    return f"{left} {name} {right}"


# Shape


@functools.cache
def others(activation: Activation) -> list[Activation]:
    """Return the function at its defaults, then at other settings: those to verify, none far off,
    and those at which a kink is gone.
    """
    settings = [
        setting
        for setting in activation.settings()
        if all(v == 0 or 1 / FAR <= abs(v) <= FAR for v in setting.values())
    ]
    for leap in _leaps(activation):
        for p in activation.parameters:
            here = {s: v for s, v in activation.decimals.items() if s != p.symbol}
            for value in sp.solve(leap.subs(here), p.symbol):
                if value in p.domain:
                    settings.append(activation.defaults | {p.symbol.name: float(value)})
    found = [activation.defaults, *filter(activation.allows, settings)]
    return [activation.fixed(*s.values()) for n, s in enumerate(found) if s not in found[:n]]


@functools.cache
def rows(activation: Activation) -> list[Row]:
    """Return the derived facts, in words and formulas, under their keys.

    A row says that it holds by default if it shows no parameter and would say something else at
    another setting.
    """
    found = _rows(activation)
    here, *other = ({r.key: r.text for r in _rows(a)} for a in others(activation))
    for n, row in enumerate(found):
        at_default = here.get(row.key)
        if at_default is None:  # an identity, or a distance from another function
            depends = row.key.startswith("gap.") and any(
                a.parameters for a in (activation, pick(row.key[len("gap.") :]))
            )
        else:
            depends = row.text == at_default and any(o[row.key] != at_default for o in other)
        if depends:
            found[n] = row._replace(text=f"{BY_DEFAULT}{row.text}")
    return found


def _rows(activation: Activation) -> list[Row]:
    """Return the rows, each as if the parameters were at their defaults or shown."""
    facts, p = derive.facts(activation), activation.parameters
    again = _again(activation, 1)
    bends = [f"${_exactly(at)}$" for at in facts.inflections]
    identities = relations.identities(activation)
    found = [
        ("domain", "Domain", r"$\mathbb{R}$"),
        ("range", "Range", f"${tex(facts.range)}$"),
        *(
            (f"{key}limits", f"Limits of ${name}$", _limits(*_ends_of(activation, order), p))
            for order, (key, name) in enumerate((("", "f"), ("df.", "f'")))
        ),
        ("at_zero", r"Value at 0", f"$f(0) = {tex(_at_zero(activation), p)}$"),
        ("zeros", "Zeros", _solutions(facts.zeros) + _again(activation, 0)),
        (
            "fixed_points",
            r"Fixed points, $f(x) = x$",
            _solutions(facts.fixed) + _again(activation, 0, activation.x),
        ),
        ("symmetry", "Symmetry", _symmetry(facts)),
        ("monotonicity", "Monotonicity", _monotone(facts) + again * (len(facts.monotone) > 1)),
        ("extrema", "Extrema", _turns(facts) + again * bool(facts.turns)),
        ("convexity", "Convexity", _convexity(facts)),
        ("inflections", "Inflection points", (", ".join(bends) + again if bends else "none")),
        ("smoothness", "Smoothness", _smoothness(facts, activation)),
        ("lipschitz", r"Lipschitz constant, $\sup \lvert f' \rvert$", _lipschitz(activation)),
        ("mean", r"Mean, $\mathbb{E} f(X)$", f"${_briefly(facts.mean, p)}$"),
        (
            "second_moment",
            r"Second moment, $\mathbb{E} f(X)^2$",
            f"${_briefly(facts.second_moment, p)}$",
        ),
        ("gain", r"Gain, $1 / \sqrt{\mathbb{E} f(X)^2}$", f"${_briefly(facts.gain, p)}$"),
        (
            "slope_moment",
            r"Squared slope, $\mathbb{E} f'(X)^2$",
            f"${_briefly(facts.slope_moment, p)}$",
        ),
        ("carried", r"Gain² × squared slope", f"${_briefly(facts.carried, p)}$"),
        *((f"identity.{n}", "Identity", f"${tex(e, p)}$") for n, e in enumerate(identities, 1)),
        *(
            (f"gap.{name}", *_distance(relations.gap(activation, pick(name))))
            for name in activation.near
        ),
    ]
    return [Row(*row) for row in found]


def shape(activation: Activation) -> str:
    """Return the derived facts as a table."""
    p = activation.parameters
    notes = "Derived from the formula when this page is built"
    if p:
        chosen = ", ".join(f"`{q.symbol.name} = {q.default:g}`" for q in p)
        count = len(others(activation)) - 1
        notes += (
            f". “By default” is with {chosen}; a row that neither says so nor shows a parameter "
            f"comes out the same at {count} other settings"
        )
    return blocks(
        facts_table(activation.name, activation.title, rows(activation)),
        f"{notes}. $X$ is standard normal. In a wide network without biases, with independent "
        "weights of mean 0 and variance gain² / fan-in, the second moment of what enters each "
        "activation stays 1; where the layers are equally wide, the last row is the factor on the "
        "variance of the gradient, per layer.",
    )


def _again(activation: Activation, order: int, less: sp.Expr = sp.S.Zero) -> str:
    """Return after how much what is said of f (order 0) or f', less an expression, repeats."""
    form = activation.generic[order].subs(activation.decimals) - less
    length = derive.period(form, activation.x)
    return f", and again every ${tex(length)}$" if length else ""


def _at_zero(activation: Activation) -> sp.Expr:
    """Return f(0), with the parameters as symbols where no breakpoint moves."""
    return sp.simplify(activation.generic[0].subs(activation.x, 0))


def _ends_of(activation: Activation, order: int) -> tuple[sp.Expr, sp.Expr]:
    """Return the limits of f or f', with parameters where those at other settings confirm it."""
    found = list(derive.facts(activation).limits[order])
    parts = derive.pieces(activation.generic[order], activation.x)
    tried = others(activation)
    for side, (part, end) in enumerate(((parts[0], -sp.oo), (parts[-1], sp.oo))):
        known = [derive.facts(a).limits[order][side] for a in tried]
        if len(set(known)) == 1 or not all(value.is_finite for value in known):
            continue
        try:
            general = sp.simplify(sp.limit(part.expression, activation.x, end))
        except NotImplementedError:  # it depends on a sign
            continue
        if all(
            sp.simplify(general.subs(a.given) - value) == 0
            for a, value in zip(tried, known, strict=True)
        ):
            found[side] = general
    return found[0], found[1]


def _limits(left: sp.Expr, right: sp.Expr, parameters: tuple[Parameter, ...]) -> str:
    if isinstance(left, sp.AccumBounds):
        return f"none: it swings between ${tex(left.min)}$ and ${tex(left.max)}$"
    ends = (tex(end, parameters) for end in (left, right))
    return r"${}$ at $-\infty$, ${}$ at $+\infty$".format(*ends)


def _distance(gap: relations.Gap) -> tuple[str, str]:
    places = " and ".join(f"${_exactly(at)}$" for at in gap.places)
    return (
        f"Largest distance from [{gap.other.title}]({gap.other.name}.md)",
        f"${_exactly(gap.size)}$, at {places}",
    )


def _solutions(found: derive.Solutions) -> str:
    closed, boxes = found
    points = list(closed) if isinstance(closed, sp.FiniteSet) else [closed]
    texts = [f"${tex(p)}$" for p in points if p != sp.EmptySet]
    texts += [f"${tex(box)}$" for box in boxes]
    return ", ".join(texts) or "none"


def _symmetry(facts: derive.Facts) -> str:
    if facts.symmetry == "point":
        start = facts.at_zero
        return rf"about $(0, {tex(start)})$: $f(-x) = {tex(2 * start)} - f(x)$"
    return {
        "odd": "odd: $f(-x) = -f(x)$",
        "even": "even: $f(-x) = f(x)$",
        "neither": "neither odd nor even",
    }[facts.symmetry]


def _monotone(facts: derive.Facts) -> str:
    words = {1: "increasing", 0: "constant", -1: "decreasing"}
    if len(facts.monotone) == 1:
        return f"{'strictly ' * abs(facts.monotone[0].sign)}{words[facts.monotone[0].sign]}"
    jumps = [k.at for k in facts.kinks if k.order == 0]
    return ", ".join(
        f"{'strictly ' * abs(r.sign)}{words[r.sign]} on ${_ends(r.low, r.high, jumps)}$"
        for r in facts.monotone[facts.wave :]
    )


def _ends(low: derive.Number, high: derive.Number, jumps: list[sp.Expr]) -> str:
    """Return an interval, its ends to a few digits, open at ∞ and where the function jumps."""
    opened = [isinstance(e, sp.Expr) and (not e.is_finite or e in jumps) for e in (low, high)]
    return tex(derive.Span(_few(low), _few(high), *opened))


def _exactly(value: derive.Number) -> str:
    """Return a number in closed form, with its digits if it is not obvious; or its digits."""
    obvious = isinstance(value, arb) or not value.has(*BESIDE)
    return tex(value) if obvious else f"{tex(value)} = {certain(derive.as_ball(value))}"


def _briefly(value: derive.Number, parameters: tuple[Parameter, ...]) -> str:
    """Return a short closed form, or the digits of a long one."""
    text = tex(value, parameters)
    if isinstance(value, arb) or value.free_symbols:
        return text
    return _exactly(value) if len(text) < BRIEF else certain(derive.as_ball(value))


def _turns(facts: derive.Facts) -> str:
    return ", ".join(
        f"{'minimum' if low else 'maximum'} ${_exactly(value)}$ at ${_exactly(at)}$"
        for at, value, low in facts.turns
    ) or ("none" if len(facts.monotone) == 1 else "no strict ones")


def _convexity(facts: derive.Facts) -> str:
    if facts.convex and facts.concave:
        return "affine"
    return (
        "convex" if facts.convex else "concave" if facts.concave else "neither convex nor concave"
    )


def _smoothness(facts: derive.Facts, activation: Activation) -> str:
    """Return the class and what jumps: at the defaults, then for other parameters."""
    if not facts.general:
        return r"$C^\infty$: one formula on all of $\mathbb{R}$, with no singularity"
    said = [
        [_class(min((k.order - 1 for k in every), default=None)), _jumps(every, activation)]
        for every in (facts.kinks, facts.general)
    ]
    if said[0] == said[1]:
        return ": ".join(said[0])
    other = said[1][said[0][0] == said[1][0] :]  # the class once
    unless = _unless(activation, _leaps(activation))
    return f"{': '.join(said[0])}; for other {_letters(activation)}, {': '.join(other)}{unless}"


def _jumps(kinks: Iterable[derive.Kink], activation: Activation) -> str:
    """Return which derivative jumps where, and from what to what."""
    names = (
        "value",
        "slope",
        "curvature",
        "third derivative",
        *(f"{n}th derivative" for n in range(4, 9)),
    )
    p = activation.parameters
    reasons = [
        f"at ${tex(k.at, p)}$ the {names[k.order]} jumps from "
        + " to ".join(f"${tex(side, p)}$" for side in k.jump)
        for k in kinks
    ]
    return "; ".join(reasons)


def _lipschitz(activation: Activation) -> str:
    """Return the largest slope, and where it is taken."""
    facts, parameters = derive.facts(activation), activation.parameters
    value, at = facts.lipschitz
    if value == sp.oo:
        return "none: it jumps" if facts.smoothness == -1 else "none: the slope has no bound"
    symbols = [p.symbol for p in parameters]
    named = isinstance(value, sp.Expr) and value.has(*symbols)
    size = tex(value, parameters) if named else _exactly(value)
    lines = [
        f"${tex(sp.Interval.open(part.low, part.high))}$"
        for part in derive.pieces(activation.generic[1], activation.x)
        if part.expression in (value, -value) and (part.low, part.high) != (-sp.oo, sp.oo)
    ]
    if lines:
        return f"${size}$, on {' and '.join(lines)}"
    if at is None:
        return f"${size}$"
    if at != 0 and facts.symmetry != "neither":
        return rf"${size}$, at $\pm {_exactly(abs(at))}$"
    return f"${size}$, at ${_exactly(at)}$" + _again(activation, 1)


# Kinks and edges


def kinks(activation: Activation) -> str:
    """Return what f and f′ do where slopes jump, at ±0, at the largest floats, at ±∞ and nan."""
    form, lines, facts = verify.FORMATS["float32"], [], derive.facts(activation)
    every, formula = facts.kinks, activation.formula.subs(activation.decimals)
    for kink in (k for k in every if k.order == 0):
        value = formula.subs(activation.x, kink.at)
        lines.append(
            f"At ${tex(kink.at)}$ the function jumps from ${tex(kink.jump[0])}$ to "
            f"${tex(kink.jump[1])}$; its value there is ${tex(value)}$. It has no slope "
            "there, and the code returns a convention.\n"
        )
    found = [k for k in every if k.order == 1]
    if found:
        rows = []
        for kink in found:
            slopes = list(taken(activation, kink, form).values())
            low, high = sorted(map(float, kink.slopes))
            allowed = [verify.agree(t, min(max(t, low), high), form) for t in slopes]
            if not allowed[0]:
                raise Problem(
                    f"snippets/{activation.name}.py: {slopes[0]} at the kink {kink.at} lies "
                    "outside the subdifferential"
                )
            rows.append(
                [
                    f"${tex(kink.at)}$",
                    *(f"${tex(s)}$" for s in kink.slopes),
                    _subdifferential(kink),
                    *(
                        number(t) if ok else wrong(number(t))
                        for t, ok in zip(slopes, allowed, strict=True)
                    ),
                ]
            )
        head = [
            "$x$",
            "slope from the left",
            "from the right",
            "subdifferential",
            "NumPy above",
            "PyTorch",
        ]
        lines.append(table(head, rows, f"Slopes at the kinks of {activation.title}"))
        lines.append(
            "Every number of the (Clarke) subdifferential is a legitimate slope at the kink; "
            "the two columns on the right are what the code returns there.\n"
        )
    elif every and min(k.order for k in every) > 1:
        lines.append("No kinks: the slope changes without a jump everywhere.\n")
    elif not every:
        lines.append("No kinks: $f$ has derivatives of every order.\n")
    if facts.general != every and min(k.order for k in facts.general) < 2:
        lines.append(_other_kinks(activation))
    for order in (0, 1):
        lines.append(_edges(activation, order, form))
    said = (
        "Computed in float32 when this page was built; “exact” is the limit at $\\pm\\infty$, and "
        "nan at nan."
    )
    pairs = (edge.voices[1:] for order in (0, 1) for edge in edges(activation, order, form))
    if any(number(one) != number(other) for one, other in pairs):
        said += (
            " Of two values of PyTorch the first is that of its vector code, which it runs over "
            "long contiguous tensors; its scalar code, over all others, gives the second."
        )
    lines.append(f"{said} A marked cell is wrong.\n")
    return blocks(*lines)


def _subdifferential(kink: derive.Kink) -> str:
    """Return the numbers between the two slopes at a kink, whichever is the larger."""
    low, high = (tex(make(*kink.slopes)) for make in (sp.Min, sp.Max))
    return f"${low}$" if low == high else f"$[{low}, {high}]$"


def _other_kinks(activation: Activation) -> str:
    """Return where the kinks are for other parameters, and between which slopes."""
    p, told = activation.parameters, []
    for kink in (k for k in derive.facts(activation).general if k.order < 2):
        left, right = (tex(side, p) for side in kink.jump)
        what = "the slope goes" if kink.order else "the function jumps"
        text = f"at ${tex(kink.at, p)}$ {what} from ${left}$ to ${right}$"
        if kink.order and any(side.free_symbols for side in kink.slopes):
            low, high = (tex(make(*kink.slopes), p) for make in (sp.Min, sp.Max))
            text += f", and the subdifferential reaches from ${low}$ to ${high}$"
        told.append(text)
    unless = _unless(activation, [g for g in _leaps(activation) if g not in _leaps(activation, 1)])
    return f"For other {_letters(activation)}, {'; '.join(told)}{unless}.\n"


def taken(activation: Activation, kink: derive.Kink, form: verify.Format) -> dict[str, float]:
    """Return the slopes that the codes give at a kink."""
    here = activation, 1, activation.defaults, form, np.array([float(kink.at)])
    voices = {"numpy": verify.numpy_values, "torch": verify.torch_values}
    return {name: float(voice(*here)[0]) for name, voice in voices.items()}


class Edge(NamedTuple):
    """An end of the number line: its name, x, and the values there.

    They are the exact one (None: no limit), NumPy's, PyTorch's vector code's and scalar code's.
    """

    name: str
    x: float
    exact: float | None
    voices: tuple[float, ...]


@functools.cache
def edges(activation: Activation, order: int, form: verify.Format) -> list[Edge]:
    """Return f or f′ at the ends of the number line, at ±0 and nan."""
    here = activation.defaults
    exact = Exact(activation.at(order, here), activation.x)
    ends = verify.ends(activation, order, here)
    inf, top = math.inf, form.largest
    points = {"−∞": -inf, "−max": -top, "−0": -0.0, "+0": 0.0, "max": top, "+∞": inf}
    points["nan"] = math.nan
    x = np.array(list(points.values()))
    with np.errstate(under="ignore", over="ignore"):
        voices = [
            verify.numpy_values(activation, order, here, form, x),
            *(
                verify.torch_values(activation, order, here, form, x, strided)
                for strided in CODES.values()
            ),
        ]
    found = []
    for (name, point), *got in zip(points.items(), *voices, strict=True):
        want = ends.get(point) if math.isinf(point) else math.nan
        if math.isfinite(point):
            want = float(exact.ball(point).mid()) + 0.0  # −0 is 0
        found.append(Edge(name, point, want, tuple(map(float, got))))
    return found


def _edges(activation: Activation, order: int, form: verify.Format) -> str:
    rows = []
    for edge in edges(activation, order, form):
        want = edge.exact
        cells = []
        for voices in (edge.voices[:1], edge.voices[1:]):
            text = " or ".join(dict.fromkeys(map(number, voices)))
            good = want is None or all(verify.agree(v, want, form) for v in voices)
            cells.append(text if good else wrong(text))
        rows.append([edge.name, "no limit" if want is None else number(want), *cells])
    label = "f" + "'" * order
    head = ["$x$", f"${label}(x)$, exact", "NumPy above", "PyTorch"]
    return table(head, rows, f"{prime(order)} at the ends of the number line and at 0", "edges")


# Error


def symbol(activation: Activation, order: int) -> str:
    """Return what stands for f, f′ or the derivative by a parameter."""
    if not activation.by:
        return f"$f{chr(39) * order}$"
    (by,) = (p.symbol for p in activation.parameters if p.symbol.name == activation.by)
    return rf"$\partial f / \partial {tex(by, activation.parameters)}$"


@functools.cache
def worst(activation: Activation, voice: str, order: int, dtype: str) -> verify.Worst | None:
    """Return the largest errors of NumPy or PyTorch; None where torch has no code for the dtype."""
    measure = {"NumPy": verify.numpy_errors, "PyTorch": verify.torch_errors}[voice]
    try:
        return measure(activation, order, activation.defaults, verify.FORMATS[dtype])
    except verify.UnsupportedError:
        return None


def error(activation: Activation) -> str:
    """Return the worst errors per dtype, then the stated departures of PyTorch."""
    here = activation.defaults
    rows, sizes = [], []
    for form in verify.FORMATS.values():
        cells, absolute = [], []
        for voice in ("NumPy", "PyTorch"):
            for part, order in activation.computed:
                if voice == "NumPy" and form.name not in verify.NUMPY_DTYPES:
                    cells.append("–")
                    absolute.append("–")
                    continue
                result = worst(part, voice, order, form.name)
                if result is None:
                    cells.append("not implemented")
                    absolute.append("–")
                    continue
                absolute.append(upper(result.absolute))
                text = f"{upper(result.ulps)} ULP<br>{share(result.relative)}"
                if math.isinf(result.ulps):
                    text = number(result.got)
                cells.append(text if result.ulps <= form.tolerance else wrong(text))
        count = len(verify.inputs(activation, form))
        every = "all " if form.precision < 16 else ""
        rows.append([f"{form.name}<br>{every}{count:,} inputs".replace(",", "\u202f"), *cells])
        sizes.append([form.name, *absolute])
    said = [symbol(*asked) for asked in activation.computed]
    head = ["", *(f"{voice} {name}" for voice in ("NumPy", "PyTorch") for name in said)]
    torch = importlib.metadata.version("torch")
    numpy = importlib.metadata.version("numpy")
    return blocks(
        "Largest distance from the exact value, in units in the last place (ULP) of the exact "
        "value and, where that is a normal number, relative to it, both rounded up. A marked error "
        "is more than is allowed.",
        table(head, rows, f"Largest errors of {activation.title}"),
        f"A large error in ULP may be a small one: the largest distance itself, where "
        rf"$\lvert x \rvert \le {verify.NEAR:g}$:",
        table(head, sizes, f"Largest absolute errors of {activation.title}"),
        *(_allowed(*asked) for asked in excused(activation)),
        _behind(activation),
        f"Measured when this page was built, with NumPy {numpy} and PyTorch {torch} on a CPU "
        f"({departures.capability()}), at {_settings(here)}the inputs listed on the left.",
        stated(activation),
    )


def excused(activation: Activation) -> list[tuple[Activation, Allowance]]:
    """Return the exceptions of all that the NumPy cell computes, each with the record it is of."""
    every = ((part, order, e) for part, order in activation.computed for e in part.exceptions)
    return [(part, e) for part, order, e in every if e.order == order]


def _allowed(activation: Activation, exception: Allowance) -> str:
    """Return where the NumPy cell may be further off, why, and by how much it is."""
    off = ", ".join(
        f"{upper(size['ulp'])} ULP (absolute {upper(size['absolute'])}) in {name}"
        for name, size in excess(activation, exception).items()
    )
    return (
        f"Between {number(exception.low)} and {number(exception.high)} the NumPy "
        f"{symbol(activation, int(exception.order))} is allowed more, in units of one ULP plus "
        "what the exact value changes by when $x$ moves by one ULP: "
        f"{exception.reason} The largest errors there are {off}."
    )


def excess(activation: Activation, exception: Allowance) -> dict[str, dict[str, float]]:
    """Return, per dtype, the largest error in ULP and the largest absolute one in an exception."""
    found = {}
    for name in verify.NUMPY_DTYPES:
        form = verify.FORMATS[name]
        points = verify.inputs(activation, form)
        inside = (exception.low <= points) & (points <= exception.high)
        ulps, sizes = (_off(activation, int(exception.order), form, unit) for unit in (True, False))
        found[name] = {"ulp": float(ulps[inside].max()), "absolute": float(sizes[inside].max())}
    return found


def _behind(activation: Activation) -> str:
    """Return where PyTorch is within the bounds and the NumPy cell is not: the largest case."""
    cases = []
    for part, order in dict.fromkeys((part, int(e.order)) for part, e in excused(activation)):
        for form in (verify.FORMATS[name] for name in verify.NUMPY_DTYPES):
            here = part, order, activation.defaults, form
            points, exact = verify.inputs(activation, form), verify.reference(*here)
            with contextlib.suppress(verify.UnsupportedError):
                theirs = [verify.torch_values(*here, points, way) for way in CODES.values()]
                good = [verify.errors(y, exact, form) <= form.tolerance for y in theirs]
                worse = good[0] & good[1] & (_off(part, order, form) > form.tolerance)
                sizes = np.where(worse, _off(part, order, form, unit=False), -1)
                i = int(np.argmax(sizes))
                mine = verify.numpy_values(*here, points[[i]])[0]
                values = apart(float(mine), float(exact.nearest[i]), float(theirs[0][i]))
                name = symbol(part, order)
                count = int(worse.sum())
                told = (
                    f"In {form.name} PyTorch is within {form.tolerance:g} ULP at {count} "
                    f"input{'s' * (count > 1)} at which the NumPy {name} is not; most of all, at "
                    f"{number(points[i], 9)} {name} is {values[1]}, NumPy gives {values[0]}, "
                    f"PyTorch {values[2]}."
                )
                cases.append((sizes[i], told))
    size, told = max(cases, default=(-1, ""))
    return told if size >= 0 else ""


def apart(first: float, second: float, *others: float) -> list[str]:
    """Return numbers as texts of so many digits that the first two differ."""
    for digits in (4, 6, 9, 17):
        texts = [number(value, digits) for value in (first, second, *others)]
        if texts[0] != texts[1]:
            break
    return texts


def _settings(setting: dict[str, float]) -> str:
    return "".join(f"`{k} = {v:g}` and " for k, v in setting.items())


def stated(activation: Activation) -> str:
    """Return the stated departures at the defaults, for this CPU capability.

    They are PyTorch's only where it has the function: else they are those of our module.
    """
    kind, data = departures.capability(), departures.stated()
    records = departures.of(activation, kind)
    own = not in_torch(activation)
    voice = "this module" if own else "PyTorch"
    note = "What is measured is the module [above](#code), made of PyTorch's parts. " * own
    if records is None:
        return f"{note}Where {voice} departs has not been measured on a CPU with {kind}.\n"
    records = [r for r in records if r["parameters"] == activation.defaults]
    bounds = ", ".join(f"{v:g} in {k}" for k, v in data["tolerance_ulp"].items())
    about = (
        f"measured {data['date']}, torch {data['versions']['torch']}, {data['machine']}, {kind}; "
        "[all of them as JSON](../measured/departures.json)"
    )
    if not records:
        return (
            f"{note}**{voice[0].upper()}{voice[1:]} departs nowhere** from the exact function by "
            f"more ULP than are allowed ({bounds}); {about}.\n"
        )
    rows = []
    for r in records:
        name = "f" + "′" * r["order"]
        got, exact = apart(float(r["got"]), float(r["exact"]))
        if "region" in r:
            low, high = (number(v, 4) for v in r["region"])
            place = f"{low} … {high}" if low != high else low
            size = f"{upper(float(r['ulp']))} ULP"
            if r["relative"]:
                size += f", {share(float(r['relative']))}"
            if math.isinf(float(r["ulp"])):
                size = got
        else:
            place, size = number(float(r["input"])), "–"
        if r["code"] != "any":
            place += f", {r['code']} code"
        example = f"{name}({number(float(r['input']), 5)}) = {got}, exact: {exact}"
        rows.append([f"${'f' + chr(39) * r['order']}$", r["dtype"], place, size, example])
    return blocks(
        f"{note}**Where {voice} departs** from the exact function by more ULP than are allowed "
        f"({bounds}):",
        table(
            ["", "dtype", "where found", "largest error", "for example"],
            rows,
            f"Where {voice} departs from {activation.title}",
        ),
        "In float32 and float64 the bounds are those of the inputs tried. "
        + "PyTorch runs its vector code over long contiguous tensors, its scalar code over all "
        "others. "
        * any(r["code"] != "any" for r in records)
        + f"A test fails when one of these is gone or a new one appears ({about}).",
    )


def fragments(activation: Activation) -> dict[str, str]:
    """Return the files of generated/<name>/."""
    return {
        "definition.md": definition(activation),
        "derivative.md": derivative(activation),
        "code.md": code(activation),
        "shape.md": shape(activation),
        "kinks.md": kinks(activation),
        "error.md": error(activation),
        "row.md": row(activation),
        "about.json": about(activation),
    }


def about(activation: Activation) -> str:
    """Return what the pages of all functions say of this one, so that they need not read it."""
    gaps = [relations.gap(activation, pick(name)) for name in activation.near]
    kept = {
        "title": activation.title,
        "summary": activation.summary,
        "family": activation.family,
        "descends": activation.descends,
        "aliases": activation.aliases,
        "identities": [
            f"${tex(e, activation.parameters)}$" for e in relations.identities(activation)
        ],
        "row": properties(activation),
        "gaps": [(gap.other.name, *_distance(gap)[1].split(", at ")) for gap in gaps],
    }
    return json.dumps(kept, ensure_ascii=False)


# Across functions


def row(activation: Activation) -> str:
    """Return the line of the table of formulas."""
    picture = figures.thumbnail(curves(activation)[:2], xlim=SPAN)
    cells = [
        f"[{picture}<br>{activation.title}](activations/{activation.name}.md)",
        *(_fitting(activation, e) for e in (activation.formula, activation.derivative)),
    ]
    return "| " + " | ".join(cells) + " |"


def properties(activation: Activation) -> dict[str, bool | tuple[str, float]]:
    """Return the values of the columns of the table of all: see tables.py."""
    facts, here = derive.facts(activation), activation.decimals
    span = facts.range
    ends = (span.inf, span.sup) if isinstance(span, sp.Set) else (span.start, span.end)
    jumps = [sp.sign((k.jump[1] - k.jump[0]).subs(here)) for k in facts.kinks if k.order == 0]
    steepest = facts.lipschitz[0]
    order = math.inf if facts.smoothness is None else facts.smoothness
    smooth = "jumps" if order < 0 else f"C{'∞' if order > 9 else '⁰¹²³⁴⁵⁶⁷⁸⁹'[int(order)]}"
    slope = "none" if steepest == sp.oo else f"${tex(_few(steepest), activation.parameters)}$"
    return {
        "range": (f"${_range(facts)}$", _float(ends[0])),
        "bounded": all(isinstance(end, arb) or bool(end.is_finite) for end in ends),
        "monotone": len({*jumps, *(run.sign for run in facts.monotone)} - {0}) < 2,
        "smoothness": (smooth, order),
        "centred": abs(_float(facts.mean, here)) < NIL,
        "lipschitz": (slope, _float(steepest, here)),
        "saturates": 0 in facts.limits[1],
        "learnable": bool(activation.learned),
        "vector": False,
        "torch": in_torch(activation),
    }


def _float(value: derive.Number, here: Mapping[sp.Symbol, sp.Rational] | None = None) -> float:
    """Return a number, parameters at their defaults, as a float, to sort by."""
    if not isinstance(value, arb):
        value = value.subs(here or {})
        if not value.is_finite:
            return float(value)
    return float(derive.as_ball(value).mid())


def _fitting(activation: Activation, expression: sp.Expr) -> str:
    """Return a formula for a cell, or where it is if it is too long for one."""
    text = tex(expression, activation.parameters)
    if len(text) > FITTING:
        return f"[on its page](activations/{activation.name}.md)"
    return f"${text}$"


def _range(facts: derive.Facts) -> str:
    span = facts.range
    if isinstance(span, sp.Set):
        return tex(span)
    return tex(derive.Span(_few(span.start), _few(span.end), span.left_open, span.right_open))


def _class(smoothness: int | None) -> str:
    if smoothness is None:
        return r"$C^\infty$"
    return f"$C^{{{smoothness}}}$" if smoothness >= 0 else "discontinuous"


def numbers(activations: Sequence[Activation]) -> str:
    """Return the derived facts of several functions side by side."""
    each = [(derive.facts(a), a.parameters) for a in activations]
    rows = [
        ("range", [f"${_range(f)}$" for f, _ in each]),
        ("smoothness", [_class(f.smoothness) for f, _ in each]),
        (r"steepest slope", [f"${tex(f.lipschitz[0], p)}$" for f, p in each]),
        (r"mean", [f"${tex(_few(f.mean), p)}$" for f, p in each]),
        (r"second moment", [f"${tex(_few(f.second_moment), p)}$" for f, p in each]),
        (r"gain", [f"${tex(_few(f.gain), p)}$" for f, p in each]),
    ]
    return blocks(
        table(
            ["", *(a.title for a in activations)],
            [[name, *cells] for name, cells in rows],
            "Derived numbers side by side",
        ),
        "Mean, second moment and gain are for standard normal input.",
    )


def _few(value: sp.Expr | arb) -> sp.Basic | arb:
    """Shorten a number without a closed form, or with a long one, to six certain digits."""
    if isinstance(value, sp.Expr):
        if value.free_symbols or not value.is_finite or len(tex(value)) < BRIEF:
            return value
        value = derive.as_ball(value)
    return sp.Symbol(certain(value, 6))


def family(
    key: str,
    members: Mapping[str, Mapping[str, str]],
    origins: Mapping[str, str],
    drawn: Sequence[figures.Curve],
) -> dict[str, str | bytes]:
    """Return the first functions of a family overlaid, and a list of all of them.

    `members` are what `about` says of each, by name; `origins` the titles of what they descend
    from. Those that come first are nearest to where they all descend from.
    """
    if not members:
        return {"members.md": "No function of this family is here yet.\n"}
    names = ", ".join(curve.label for curve in drawn)
    lines = []
    for name, member in members.items():
        origin = member["descends"]
        made = f", from [{origins[origin]}](activations/{origin}.md)" if origin else ""
        lines.append(f"- [{member['title']}](activations/{name}.md){made}. {member['summary']}")
    drawing = figures.plot(
        f"family-{key}",
        drawn,
        title=names,
        description=told(drawn),
        xlim=SPAN,
    )
    rest = f"Drawn are the first {len(drawn)}." if len(drawn) < len(members) else ""
    return {
        "members.md": blocks(drawing, "\n".join(lines), rest),
        "card.png": figures.card(site_name(), "", drawn, colours()["light"]),
    }


def comparison(key: str, chosen: Sequence[Activation]) -> dict[str, str | bytes]:
    """Return functions overlaid, their slopes, the toy model 2 f(3x + 0.1) + 0.2, and numbers."""
    names = ", ".join(a.title for a in chosen)
    values = [curve(a, 0, a.title) for a in chosen]
    slopes = [curve(a, 1, a.title) for a in chosen]
    x = figures.sample(-1, 1, [-0.1 / 3])
    toys = [figures.Curve(a.title, x, 2 * a.function(3 * x + 0.1) + 0.2) for a in chosen]
    toys.append(figures.Curve("no activation", x, 2 * (3 * x + 0.1) + 0.2))
    return {
        "card.png": figures.card(site_name(), "", values, colours()["light"]),
        "numbers.md": numbers(chosen),
        "values.md": figures.plot(
            f"{key}-values",
            values,
            title=names,
            description=told(values),
            xlim=SPAN,
        ),
        "slopes.md": figures.plot(
            f"{key}-slopes",
            slopes,
            title=f"Derivatives of {names}",
            description=f"The derivatives. {told(slopes)}",
            xlim=SPAN,
        ),
        "toy.md": figures.plot(
            f"{key}-toy",
            toys,
            title="2 f(3x + 0.1) + 0.2",
            description=told(toys),
            xlim=(-1, 1),
        ),
    }
