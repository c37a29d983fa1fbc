"""Derivations and derived facts: proved for the catalogue, refused when they are wrong."""

import dataclasses
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

import derive
import page
import relations
import tails
from catalog import Activation, catalog, pick
from exact import Exact, compile_ball
from project import Problem
from tex import tex

x = sp.Symbol("x", real=True)
RELU = sp.Piecewise((x, x > 0), (0, True))
each = pytest.mark.parametrize("activation", catalog(), ids=repr)
with_parameters = pytest.mark.parametrize(
    "activation", [a for a in catalog() if a.parameters], ids=repr
)


@each
def test_every_step_is_proved(activation):
    derive.prove_steps(activation)
    pieces = derive.pieces(activation.generic[0], activation.x)
    assert activation.steps or len(pieces) > 1, "a formula of one piece needs its steps"


@each
def test_a_wrong_step_is_refused(activation):
    for i in range(1, len(activation.steps)):
        for change in (
            lambda e: -e,
            lambda e: e + sp.Rational(1, 1000),
            lambda e: e * (1 + x / 999),
        ):
            steps = list(activation.steps)
            steps[i] = (change(steps[i][0].doit()), "wrong")
            with pytest.raises(Problem, match=f"step {i + 1} (is wrong|could not be proved)"):
                derive.prove_steps(dataclasses.replace(activation, steps=tuple(steps)))


@each
def test_a_wrong_derivative_is_refused(activation):
    right = activation.derivative
    for wrong in {-right, right + 1, right * 2} - {right}:
        with pytest.raises(Problem, match="is not the derivative of"):
            derive.prove_steps(dataclasses.replace(activation, derivative=wrong))


def test_a_derivation_begins_with_the_definition():
    sigmoid = pick("sigmoid")
    with pytest.raises(Problem, match="step 1"):
        derive.prove_steps(dataclasses.replace(sigmoid, steps=sigmoid.steps[1:]))


@each
def test_facts_agree_with_a_fine_grid(activation):
    """A second opinion, by plain numbers: no fact may contradict what a grid shows."""
    facts = derive.facts(activation)
    grid = np.linspace(-40, 40, 160_001)
    cuts = [float(c) for c in derive.breakpoints(activation.generic[0], activation.x)]
    ends = [np.nextafter(c, towards) for c in cuts for towards in (-np.inf, np.inf)]
    grid = np.unique([*grid, *ends, -1e9, 1e9])
    y, slope = activation.function(grid), activation.gradient(grid)
    ends = facts.range
    low, high = (
        (float(ends.inf), float(ends.sup))
        if isinstance(ends, sp.Set)
        else (float(ends.start), float(ends.end))
    )
    assert low <= y.min()
    assert y.max() <= high
    if np.isfinite(high):
        assert high - y.max() < 1e-6
    if np.isfinite(low):
        assert y.min() - low < 1e-6
    jumps = any(k.order == 0 for k in facts.kinks)
    steepest = facts.lipschitz[0]
    steepest = float(steepest if isinstance(steepest, arb) else steepest.subs(activation.decimals))
    if np.isfinite(steepest):
        assert np.abs(slope).max() == pytest.approx(steepest, rel=1e-7)
        assert np.abs(slope).max() <= steepest * (1 + 1e-15)
    elif jumps:
        assert np.abs(np.diff(y)).max() > 0.05
    else:
        assert facts.limits[1][1] == sp.oo or facts.limits[1][0] == -sp.oo
    near = (grid != 0) & (np.abs(grid) < 8)  # farther out a slope may be 0 in floats
    signs = np.sign(slope[near])
    assert {int(s) for s in signs} == {run.sign for run in facts.monotone}
    bends = np.diff(slope)
    assert facts.convex == (bool(np.all(bends >= -1e-15)) and not jumps)
    assert facts.concave == (bool(np.all(bends <= 1e-15)) and not jumps)
    for box in facts.fixed[1]:
        assert float(activation.function(float(box.mid()))) == pytest.approx(
            float(box.mid()), rel=1e-15
        )
    other = activation.function(-grid)
    mirrored = {
        "odd": -other,
        "even": other,
        "point": 2 * float(facts.at_zero) - other,
        "neither": np.full_like(y, np.nan),
    }[facts.symmetry]
    assert np.allclose(y, mirrored, rtol=0, atol=1e-14) == (facts.symmetry != "neither")


@each
def test_moments_agree_with_mpmath(activation):
    facts, here = derive.facts(activation), activation.decimals
    density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    formula, slope = activation.formula.subs(here), activation.derivative.subs(here)
    for fact, g in (
        (facts.mean, formula),
        (facts.second_moment, formula**2),
        (facts.slope_moment, slope**2),
    ):
        function = sp.lambdify(x, g * density, "mpmath")
        with mpmath.workdps(30):
            cuts = derive.breakpoints(activation.generic[0], activation.x)
            expected = mpmath.quad(function, sorted({-20, -4, 0, 4, 20, *map(mpmath.mpf, cuts)}))
            found = (
                fact.str(25, radius=False) if isinstance(fact, arb) else sp.N(fact.subs(here), 25)
            )
            assert abs(mpmath.mpf(str(found)) - expected) < 1e-20
    gain, second = (
        float(v) if isinstance(v, arb) else float(v.subs(here))
        for v in (facts.gain, facts.second_moment)
    )
    assert gain**2 * second == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        ("arctan", "slope_moment", sp.Rational(1, 2)),
        ("squareplus", "second_moment", sp.Rational(3, 2)),
        ("gaussian", "second_moment", 1 / sp.sqrt(5)),
        ("gaussian", "carried", sp.Rational(4, 5)),
        ("sine", "second_moment", (1 - sp.exp(-2)) / 2),
        ("relu_squared", "second_moment", sp.Rational(3, 2)),
    ],
)
def test_moments_have_a_closed_form_by_parts(name, fact, value):
    found = getattr(derive.facts(pick(name)), fact)
    assert isinstance(found, sp.Expr)
    assert sp.simplify(found - value) == 0


@pytest.mark.parametrize(
    "g",
    [
        1 / (1 + x**2),  # not by parts: it holds erfc
        1 / (x**2 + 2) ** 2,
        1 / (1 + sp.exp(-x)),
        sp.sqrt(x**2 + 1),
        sp.exp(x**2),
        x / (x - 1),  # it has a pole
    ],
)
def test_what_does_not_come_out_by_parts_has_no_closed_form(g):
    assert derive._by_parts(g, x, derive.Piece(g, -sp.oo, sp.oo)) is None


@pytest.mark.parametrize(
    ("g", "low", "high"),
    [
        (x**3 - 2 * x**2, -1, 2),
        (x**2 * sp.exp(3 * x), -sp.oo, 1),
        ((1 - x**2) / (1 + x**2) ** 2 + 1 / (1 + x**2), 0, 3),
        (x * sp.sin(2 * x), -sp.oo, sp.oo),
        (sp.exp(-(x**2)) * (x + 1) ** 2, 0, sp.oo),
        ((x + sp.sqrt(x**2 + 3)) ** 2, -sp.oo, sp.oo),
    ],
)
def test_a_closed_form_is_the_integral(g, low, high):
    low, high = sp.sympify(low), sp.sympify(high)
    even = (g + g.subs(x, -x)) / 2 if low == -high == -sp.oo else g
    found = derive._by_parts(even, x, derive.Piece(g, low, high))
    density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    ends = [max(low, -20), 0, min(high, 20)]
    with mpmath.workdps(30):
        wanted = mpmath.quad(sp.lambdify(x, g * density, "mpmath"), sorted(map(mpmath.mpf, ends)))
        assert abs(mpmath.mpf(str(sp.re(sp.N(found, 25)))) - wanted) < 1e-20


@each
def test_a_place_is_named_once(activation):
    facts = derive.facts(activation)
    gaps = [relations.gap(activation, pick(name)).places for name in activation.near]
    turns = [at for at, _, _ in facts.turns]
    for places in (facts.zeros[1], facts.fixed[1], facts.inflections, turns, *gaps):
        balls = sorted(map(derive.as_ball, places), key=derive.float_of)
        assert not any(a.overlaps(b) for a, b in pairwise(balls))


def test_a_largest_distance_at_0_is_known_to_be_there():
    gap = relations.gap(pick("sparse_plus"), pick("softplus"))
    assert gap.places == (0,)
    assert sp.simplify(gap.size - sp.log(2) + sp.Rational(1, 4)) == 0


def test_a_closed_form_beside_the_zero_is_not_taken_for_it():
    double = x * (x - sp.Rational(1, 10**25))
    assert isinstance(derive.closed(double, x, arb(1e-25, 1e-30)), arb)


@pytest.mark.parametrize(
    ("formula", "smoothness", "at"),
    [
        (RELU, 0, 0),
        (sp.Piecewise((x**2, x > 1), (2 * x - 1, True)), 1, 1),
        (sp.Piecewise((x, x > 2), (0, True)), -1, 2),
        (sp.Piecewise((sp.exp(x) - 1, x < 0), (x, True)), 1, 0),
        (sp.Piecewise((x * (x + 3) / 6, (x > -3) & (x < 3)), (x, x >= 3), (0, True)), 0, -3),
    ],
)
def test_smoothness_is_that_of_the_worst_joint(formula, smoothness, at):
    kinks = derive.kinks(formula, formula.diff(x), x)
    assert min(k.order for k in kinks) - 1 == smoothness
    assert at in [k.at for k in kinks]


def test_a_joint_without_a_jump_is_no_kink():
    smooth = sp.Piecewise((x**2, x > 0), (x * x, True))
    assert derive.kinks(smooth, smooth.diff(x), x) == []


@pytest.mark.parametrize(
    ("expression", "zeros"),
    [
        (x * (x - 1) * (x + sp.Rational(5, 2)), [-2.5, 0, 1]),
        (x**3 * sp.exp(-x), [0]),
        (x**2 - 2, [-(2**0.5), 2**0.5]),
        (x * sp.exp(x) + 1, []),
        (1 / (1 + sp.exp(-x)), []),
        (sp.exp(x) * (x + sp.Rational(-1.2000000000000028)), [1.2]),  # on the edge of a box
        (sp.exp(x) - 1 - x, [0]),
        (sp.exp(-(x**2)) - sp.Rational(1, 2), [-(sp.log(2) ** 0.5), sp.log(2) ** 0.5]),
    ],
)
def test_finds_every_zero(expression, zeros):
    found = derive.zeros(expression, x, derive.Piece(expression, -sp.oo, sp.oo))
    assert [float(z) for z in found] == pytest.approx([float(z) for z in zeros])


def test_says_when_zeros_cannot_be_separated():
    touching = (x - sp.sqrt(2)) ** 2
    with pytest.raises(Problem, match="cannot separate"):
        derive.zeros(touching, x, derive.Piece(touching, -sp.oo, sp.oo))


@pytest.mark.parametrize(
    ("formula", "symmetry"),
    [(sp.atan(x), "odd"), (sp.cos(x), "even"), (1 / (1 + sp.exp(-x)), "point"), (RELU, "neither"),
     (sp.Piecewise((x, x > 0), (-x, True)), "even"), (sp.exp(x), "neither")],
)  # fmt: skip
def test_symmetry(formula, symmetry):
    assert derive.parity(formula, x) == symmetry


def test_equality_is_proved_refuted_or_left_open():
    assert derive.equal(sp.tanh(x), (1 - sp.exp(-2 * x)) / (1 + sp.exp(-2 * x)), x) is True
    assert derive.equal(sp.tanh(x), sp.sin(x), x) is False
    assert derive.equal(RELU, sp.Piecewise((x, x >= 0), (0, True)), x) is True
    step = sp.Piecewise((1, x > 0), (0, True))
    assert derive.equal(step, sp.Piecewise((1, x >= 0), (0, True)), x) is False


@pytest.mark.parametrize("far", [sp.exp(x - 60) - 1, sp.exp(-x - 70) - 1, 80 - x])
def test_a_zero_far_out_is_not_overlooked(far):
    with pytest.raises(Problem, match="no sign proved"):
        derive.zeros(far, x, derive.Piece(far, -sp.oo, sp.oo))


def test_a_double_zero_at_the_end_of_a_piece_is_left_to_the_breakpoint():
    elu = sp.exp(x) - 1 - x
    assert derive.zeros(elu, x, derive.Piece(elu, -sp.oo, sp.Integer(0))) == []


SIGMOID = 1 / (1 + sp.exp(-x))
GELU = x * (1 + sp.erf(x / sp.sqrt(2))) / 2
TANH_GELU = x * (1 + sp.tanh(sp.sqrt(2 / sp.pi) * (x + sp.Rational(44715, 10**6) * x**3))) / 2


ALGEBRAIC = [
    (x + sp.sqrt(x**2 + 4)) / 2,
    (sp.sqrt(x**2 + x + 1) - 1) / 2 + x,
    x / sp.sqrt(1 + x**2),
    sp.atan(2 * x - 1),
    sp.sqrt(sp.log(1 + sp.exp(x))),
    1 + sp.erf(2 * x - sp.sqrt(3)),
]


@pytest.mark.parametrize(
    "f",
    [
        *(
            SIGMOID,
            x * SIGMOID,
            sp.tanh(x),
            sp.log(1 + sp.exp(x)),
            GELU,
            TANH_GELU,
            x**2 - x,
            7 - x,
        ),
        *ALGEBRAIC,
    ],
)
@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("right", [True, False])
def test_the_sign_of_a_tail_is_that_of_its_values(f, order, right):
    derivative = f.diff(x, order)
    start = derive.REACH[right]
    sign = tails.sign(derivative, x, start, right)
    value = compile_ball(derivative, x)
    with ctx.workprec(1000):
        balls = [value(arb(start * far)) for far in (1, 1.25, 4)]
    assert [1 if b > 0 else -1 if b < 0 else 0 for b in balls] == [sign] * 3


def test_a_tail_that_begins_before_the_last_zero_is_refused():
    with pytest.raises(Problem, match="not proved small enough"):
        tails.sign((x * SIGMOID).diff(x, 2), x, 2.0, True)
    assert tails.sign((x * SIGMOID).diff(x, 2), x, 5.0, True) == -1


def test_tails_of_nested_exponentials_and_of_waves():
    telu = x * sp.tanh(sp.exp(x))
    right = (telu - x).diff(x)  # tanh falls short of 1 by a doubly exponential tail
    assert tails.sign(right, x, 4.7, True) == 1
    assert tails.sign(telu.diff(x, 2), x, 4.7, True) == -1
    assert tails.sign(telu.diff(x, 2), x, -53.7, False) == -1
    left = sp.exp(x) - 2 * sp.tanh(sp.exp(x))
    assert tails.sign(left, x, -53.7, False) == -1
    with pytest.raises(Problem, match="not proved small enough"):  # by a cube: it is not seen
        tails.sign(sp.exp(x) - sp.tanh(sp.exp(x)), x, -53.7, False)
    with pytest.raises(Problem, match="fall fast enough"):
        tails.sign(right, x, 0.1, True)
    assert tails.sign(x + 2 * sp.sin(x) * sp.cos(3 * x), x, 3.0, True) == 1
    for wave in (x + 2 * sp.sin(x) * sp.cos(3 * x), sp.sin(x)):
        with pytest.raises(Problem, match="no sign proved"):
            tails.sign(wave, x, 1.5, True)


@pytest.mark.parametrize(
    ("wave", "length", "zeros"),
    [
        (sp.sin(x), 2 * sp.pi, [0, sp.pi]),
        (sp.cos(3 * x), 2 * sp.pi / 3, [-sp.pi / 6, sp.pi / 6]),
        (1 + sp.sin(2 * x), sp.pi, [-sp.pi / 4]),  # a double one
        (2 + sp.sin(x), 2 * sp.pi, []),
        (sp.sin(x) - sp.Rational(1, 3), 2 * sp.pi, [sp.asin(1 / 3), sp.pi - sp.asin(1 / 3)]),
    ],
)
def test_a_wave_is_told_for_one_period(wave, length, zeros):
    assert derive.period(wave, x) == length
    found = derive.zeros(wave, x, derive.Piece(wave, -sp.oo, sp.oo))
    assert [derive.float_of(z) for z in found] == pytest.approx([float(z) for z in zeros])
    runs = derive.monotone(wave, x)
    if len(runs) > 1:
        low, again = (derive.float_of(run.low) for run in (runs[0], runs[-1]))
        assert again - low == pytest.approx(float(length))
        assert runs[0].sign == runs[-1].sign
    assert (len(runs) == 1) == bool(len(zeros) < 2)


def test_a_zero_on_the_edge_of_the_period_that_is_told_stops_it():
    moved = sp.sin(x + 6 * sp.pi / 7)
    with pytest.raises(Problem, match="edge of the period"):
        derive.zeros(moved, x, derive.Piece(moved, -sp.oo, sp.oo))


def test_what_has_no_period_has_none():
    assert derive.period(x + sp.sin(x), x) is None
    assert derive.period(sp.exp(x), x) is None


def test_lambert_and_roots_are_recognised_and_others_are_not():
    silu = (x * SIGMOID).diff(x)
    (minimum,) = derive.zeros(silu, x, derive.Piece(silu, -sp.oo, sp.oo))
    assert minimum == -1 - sp.LambertW(sp.exp(-1))
    assert derive.value_at(x * SIGMOID, x, minimum) == -sp.LambertW(sp.exp(-1))
    steepest = sp.simplify(GELU.diff(x, 2))
    found = derive.zeros(steepest, x, derive.Piece(steepest, -sp.oo, sp.oo))
    assert found == [-sp.sqrt(2), sp.sqrt(2)]
    gelu = GELU.diff(x)
    assert isinstance(derive.zeros(gelu, x, derive.Piece(gelu, -sp.oo, sp.oo))[0], arb)


def test_powers_of_an_exponential_are_factored_as_they_are_written():
    x = sp.Symbol("x", real=True)
    power = sp.exp(sp.Rational(851, 500) * x)
    assert derive.factorised(power**2 - 3 * power + 2) == (power - 1) * (power - 2)
    assert derive.factorised(x * power + sp.exp(1 - x) * x) == x * sp.exp(-x) * (
        sp.E + power * sp.exp(x)
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("sqrt(2)*x*exp(-x**2/2)/(2*sqrt(pi))", r"\frac{x e^{- \frac{x^{2}}{2}}}{\sqrt{2 \pi}}"),
        ("3*sqrt(2)*x/4", r"\frac{3 x}{2 \sqrt{2}}"),
        ("sqrt(6)/2", r"\frac{\sqrt{6}}{2}"),
        ("atan(x)", r"\arctan(x)"),
        ("Rational('1.000000000000000000000000001')**2", r"1.0000000000000000000\ldots"),
    ],
)
def test_formulas_are_shown_as_a_textbook_does(written, shown):
    assert tex(sp.sympify(written, {"x": sp.Symbol("x", real=True)})) == shown


def elsewhere(activation: Activation, *values: float) -> list[Activation]:
    """Return the function at other settings than those with which its page is made."""
    settings = (
        activation.defaults | {p.symbol.name: value}
        for p in activation.parameters
        for value in values
        if sp.Rational(value) in p.domain and value not in (p.default, *p.tries)
    )
    return [activation.fixed(*s.values()) for s in settings if activation.allows(s)]


@each
def test_identities_hold_where_they_are_evaluated(activation):
    """In exact arithmetic, parameters at values of all sizes."""
    settings = elsewhere(activation, -37.5, -1.25, 2.0**-9, 0.75, 1.75, 300.0) or [activation]
    for identity in relations.identities(activation):
        sides = [relations.unfolded(side, activation.x) for side in identity.args]
        for other in settings:
            given = other.given | dict(numbers(activation))
            left, right = (Exact(side.subs(given), activation.x) for side in sides)
            for at in (-9.0, -1.375, -0.015625, 0.0, 0.3125, 2.71875, 6.5):
                balls = [side._function(arb(at)) for side in (left, right)]
                assert balls[0].overlaps(balls[1]), (identity, other.given, at)
                assert (balls[0] - balls[1]).rad() < 1e-12


def numbers(activation: Activation) -> list[tuple[sp.Symbol, sp.Rational]]:
    cell = activation.symbolic.items()
    return [(sp.Symbol(name), v) for name, v in cell if isinstance(v, sp.Rational)]


@pytest.mark.parametrize(
    ("identity", "what"),
    [
        ("squareplus(x) * squareplus(-x) = 1", "squareplus needs x and b"),
        ("squareplus(x, b) * squareplus(-x, b) = 1", "is false"),
        ("squareplus(x, b) - squareplus(-x, b) = b * x / 4", "is false"),
        ("hardshrink(x, b) = softshrink(x, b)", "is false"),
        ("hardtanh(x, b, 1) = hardtanh(x, b, 1)", "may change their order"),
        ("threshold(x, b, 1) = threshold(x, b, 1)", ""),
    ],
)
def test_an_identity_holds_for_every_parameter_or_is_refused(identity, what):
    activation = dataclasses.replace(pick("squareplus"), identities=(identity,))
    if not what:
        assert relations.identities(activation)
        return
    with pytest.raises(Problem, match=what):
        relations.identities(activation)


@with_parameters
def test_a_row_that_does_not_say_by_default_holds_elsewhere(activation):
    shown = {row.key: row.text for row in page.rows(activation)}
    here, *_ = ({r.key: r.text for r in page._rows(a)} for a in page.others(activation))
    for other in elsewhere(activation, -0.3, 2.5):
        for row in page._rows(other):
            plain = shown[row.key].removeprefix(page.BY_DEFAULT)
            if plain == shown[row.key] == here[row.key]:
                assert row.text == plain, (row.key, other.given)
            assert plain == here[row.key] or plain == shown[row.key]


@with_parameters
def test_what_shows_a_parameter_is_right_elsewhere(activation):
    facts = derive.facts(activation)
    for other in elsewhere(activation, -0.3, 2.5):
        there, given = derive.facts(other), other.given
        for name in ("mean", "second_moment", "slope_moment", "gain", "carried"):
            value = getattr(facts, name)
            if isinstance(value, sp.Expr) and value.free_symbols:
                assert sp.simplify(value.subs(given) - getattr(there, name)) == 0
        if isinstance(facts.lipschitz[0], sp.Expr) and facts.lipschitz[0].free_symbols:
            assert facts.lipschitz[0].subs(given) == there.lipschitz[0]
        if page._at_zero(activation).free_symbols:
            assert sp.simplify(page._at_zero(activation).subs(given) - there.at_zero) == 0
        for order in (0, 1):
            ends = zip(page._ends_of(activation, order), there.limits[order], strict=True)
            for end, value in ends:
                assert not end.free_symbols or sp.simplify(end.subs(given) - value) == 0
        for kink, concrete in zip(facts.general, there.kinks, strict=True):
            assert kink.order == concrete.order
            for parts in zip((kink.at, *kink.jump), (concrete.at, *concrete.jump), strict=True):
                assert sp.simplify(parts[0].subs(given) - parts[1]) == 0
        slopes = [k for k in facts.general if k.order == 1]
        for kink, concrete in zip(slopes, (k for k in there.kinks if k.order == 1), strict=False):
            low, high = sorted(concrete.slopes)
            assert [make(*kink.slopes).subs(given) for make in (sp.Min, sp.Max)] == [low, high]


def test_kinks_are_those_of_the_defaults_then_of_others():
    elu, leaky = pick("elu"), pick("leaky_relu")
    assert "For other `alpha`, at $0$ there is no derivative" in page.derivative(elu)
    smoothness = {row.key: row.text for row in page.rows(elu)}["smoothness"]
    assert smoothness.startswith("$C^{1}$: at $0$ the curvature jumps from $1$ to $0$; for other")
    assert (
        r"the subdifferential reaches from $\min\left(1, \mathtt{alpha}\right)$ to"
        in page.kinks(elu)
    )
    assert page.kinks(elu).startswith("No kinks")
    assert r"| $[\frac{1}{100}, 1]$ |" in page.kinks(leaky)
    assert r"$\min\left(1, \mathtt{negative\_slope}\right)$" in page.kinks(leaky)
    threshold = page.derivative(pick("threshold"))
    assert "there is no derivative;" in threshold  # the slope jumps even where the value does not
