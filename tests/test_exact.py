"""The oracle itself: held against mpmath, at points where plain floats fail."""

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx

import derive
import prove
from exact import BITS, Exact, _UndecidedError, compile_ball
from project import Problem
from tex import certain, tex

x = sp.Symbol("x", real=True)
STEP = sp.Piecewise((1, x > sp.Rational(1, 3)), (0, True))


@pytest.mark.parametrize(
    ("expression", "point"),
    [
        (1 / (1 + sp.exp(-x)), -800.0),
        (1 - sp.tanh(x) ** 2, 30.0),
        (sp.log(1 + sp.exp(x)), -90.0),
        (x * (1 + sp.erf(x / sp.sqrt(2))) / 2, -12.5),
        (sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), 3.25),
        (sp.atan(x) * sp.sin(x) + sp.cos(x), 0.7),
        (sp.Rational(1, 3) * x, 0.1),
    ],
)
def test_agrees_with_mpmath_where_digits_cancel(expression, point):
    with mpmath.workdps(900):
        other = sp.lambdify(x, expression, "mpmath")(mpmath.mpf(point))
        ours = Exact(expression, x).ball(point)
        with ctx.workprec(4000):
            theirs = arb(mpmath.nstr(other, 880))
    assert ours.overlaps(theirs)
    assert ours.rel_accuracy_bits() >= BITS


def test_reaches_both_ends_of_the_doubles():
    sigmoid = Exact(1 / (1 + sp.exp(-x)), x)
    largest = np.finfo(np.float64).max
    assert float(sigmoid.ball(-largest).mid()) == 0
    assert float(sigmoid.ball(largest).mid()) == 1


def test_rounded_keeps_what_a_double_cannot():
    third = Exact(x / 3, x).rounded([1.0])
    rest = third.rest[0] * math.ulp(third.nearest[0])
    with ctx.workprec(200):
        left = arb(1) / 3 - arb(third.nearest[0]) - arb(rest)
    assert abs(left) < 1e-28
    assert third.rest[0] != 0


def test_one_over_whole_numbers_is_no_double():
    count = sp.Piecewise((1, x < 1), (0, True)) + 2
    assert abs(arb(3) * compile_ball(1 / count, x)(arb(0)) - 1) < 1e-40


def test_takes_the_branch_that_holds():
    step = Exact(STEP, x)
    assert step.ball(math.nextafter(1 / 3, 1)) == 1
    assert step.ball(math.nextafter(1 / 3, 0)) == 0


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (sp.gamma(x), "gamma"),
        (sp.Symbol("a") * x, "no value for"),
        (sp.Piecewise((x, x > 0)), "must end in"),
        (sp.Piecewise((x, sp.Ne(x, 1)), (0, True)), "condition"),
    ],
)
def test_refuses_what_it_does_not_know(expression, words):
    with pytest.raises(Problem, match=words):
        Exact(expression, x)


def test_gives_up_in_words_where_no_precision_helps():
    with pytest.raises(Problem, match="cannot evaluate"):
        Exact(1 / sp.sin(x), x).ball(0.0)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (1 - sp.UnevaluatedExpr(1 - x**2), r"1 - \left(1 - x^{2}\right)"),
        (sp.Function("sigma")(x), r"\sigma(x)"),
        (sp.Function("leaky_relu")(x), r"\mathtt{leaky\_relu}(x)"),
        (x * sp.Rational(8943, 200000), "0.044715 x"),
        (x < -1, "x < -1"),
        (sp.Lt(2, x, evaluate=False), "x > 2"),
    ],
)
def test_prints_as_a_textbook_does(expression, text):
    assert tex(expression) == text


def test_prints_only_certain_digits():
    with pytest.raises(ValueError, match="fewer than 20"):
        certain(arb(1, 1e-10))
    assert certain(arb(2).sqrt()).startswith("1.4142135623730950488")


@pytest.mark.parametrize(
    ("ball", "text"),
    [
        (arb(1) / 3, "0.33333\\ldots"),
        (-arb(2).sqrt() * 100, "-141.42\\ldots"),
        (arb(1) / 3000, "0.00033333\\ldots"),
        (arb(1) - arb(10) ** -20, "0.9999\\ldots"),
        (arb(1) + arb(10) ** -20, "1.0000\\ldots"),
        (arb(-10) ** -33 / 7, "-1.4285\\ldots \\cdot 10^{-34}"),
        (arb(10) ** 9 / 7, "1.4285\\ldots \\cdot 10^{8}"),
        (arb(-0.5), "-0.5"),
        (arb(0), "0"),
        (arb(100), "100"),
    ],
)
def test_digits_are_cut_off_and_never_rounded(ball, text):
    assert certain(ball, 5) == text


@pytest.mark.parametrize("ball", [arb(0.5, 1e-30), arb(0, 1e-30), arb(-1, 1e-30), arb("inf")])
def test_a_number_that_may_be_a_round_one_is_not_taken_for_it(ball):
    with pytest.raises(ValueError, match="certain digits"):
        certain(ball)


def _broken(ball):
    raise RuntimeError


def test_an_error_leaves_the_precision_as_it_was():
    """Whatever fails in a computation of more bits, or of fewer, the next one has its own."""
    pole, box = Exact(1 / sp.sin(x), x), arb(1, 0.5)
    broken = Exact(x, x)
    broken._function = _broken
    calls = [
        lambda: pole.ball(0.0),
        lambda: pole.rounded([0.0]),
        lambda: broken.zero_at(0.0),
        lambda: broken.rounded([1.0]),
        lambda: derive.refine(_broken, _broken, box),
        lambda: derive.value_at(sp.gamma(x), x, box),
        lambda: derive.value_at(sp.Piecewise((x, x > 1), (0, True)), x, box),
        lambda: derive.mean(sp.exp(sp.gamma(x)), x, sp.Integer(1)),
        lambda: derive.zeros((x - sp.sqrt(2)) ** 2, x, derive.Piece(x, -sp.oo, sp.oo)),
        lambda: prove._off([_broken, _broken], box, box),
        lambda: prove._around([x, sp.Piecewise((x, x > 1), (0, True))], x, 1, 0.5),
    ]
    for call in calls:
        with ctx.workprec(100):
            terms = ctx.cap
            with pytest.raises((Problem, RuntimeError, TypeError, _UndecidedError)):
                call()
            assert (ctx.prec, ctx.cap) == (100, terms)
