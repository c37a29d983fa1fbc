"""Every way in which the comparisons of some work can turn out: an exact case distinction.

The inputs are symbols. A comparison that does not follow from those before it is answered with yes,
and later, when all is done anew, with no. What is equal only by chance is left out: a region is
open, as it is given by strict inequalities.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

import sympy as sp

from project import Problem

Form: TypeAlias = dict[sp.Basic, Fraction]  # linear: the coefficient of each symbol, and of 1
Result = TypeVar("Result")
ONE = sp.Integer(1)


def _linear(expression: sp.Expr) -> Form | None:
    parts = expression.as_coefficients_dict()
    if not all((s == 1 or s.is_Symbol) and c.is_Rational for s, c in parts.items()):
        return None
    return {s: Fraction(int(c.p), int(c.q)) for s, c in parts.items() if c != 0}


def _minus(form: Form) -> Form:
    return {s: -c for s, c in form.items()}


def possible(forms: Sequence[Form], zero: bool = False) -> bool:
    """Tell whether linear forms can all be positive at once, by Fourier and Motzkin's elimination.

    With `zero`, whether none need be negative.

    >>> x = sp.Symbol("x")
    >>> possible([{x: Fraction(1)}, {x: Fraction(-1), ONE: Fraction(1)}])
    True
    >>> possible([{x: Fraction(1)}, {x: Fraction(-1)}])
    False
    >>> possible([{x: Fraction(1)}, {x: Fraction(-1)}], zero=True)
    True
    """
    rows = list(forms)
    while symbols := [s for form in rows for s in form if s != 1]:
        s = symbols[0]
        above = [form for form in rows if form.get(s, 0) < 0]  # s is less than something
        below = [form for form in rows if form.get(s, 0) > 0]
        rows = [form for form in rows if s not in form]
        for a in above:
            for b in below:
                total = {t: b.get(t, 0) / b[s] - a.get(t, 0) / a[s] for t in {*a, *b} - {s}}
                form = {t: Fraction(c) for t, c in total.items() if c}
                if form not in rows:
                    rows.append(form)
    return all(form.get(ONE, 0) > 0 or (zero and not form.get(ONE, 0)) for form in rows)


class Region:
    """What comparisons have said so far; `plan` answers the first that are open."""

    def __init__(self, plan: Sequence[bool] = ()) -> None:
        self.plan, self.answers, self.known = plan, list[bool](), list[Form]()

    def sure(self, form: Form) -> bool | None:
        """Return whether a form is positive, or None where that is open."""
        if not form or not possible([*self.known, form]):
            return False
        return None if possible([*self.known, _minus(form)]) else True

    def sure_of(self, value: sp.Expr) -> bool:
        """Tell whether it follows from what is known here that a linear expression is positive."""
        form = _linear(sp.expand(value))
        return form is not None and self.sure(form) is True

    def needed(self, value: Any, what: str) -> sp.Expr:
        """Return an expression that is positive, or different from 0, here and at the borders.

        Raises Problem where that is not sure.
        """
        value = sp.sympify(value)
        signs = (value,) if what == "positive" else (value, -value)
        for signed in signs:
            form = _linear(sp.expand(signed))
            if signed.is_positive or (form and not possible([*self.known, _minus(form)], True)):
                return value
        raise Problem(f"{value} is not proved {what}")

    def _ask(self, form: Form) -> bool:
        answer = self.sure(form)
        if answer is None:
            at = len(self.answers)
            answer = self.plan[at] if at < len(self.plan) else True
            self.answers.append(answer)
            self.known.append(form if answer else _minus(form))
        return answer

    def positive(self, value: Any) -> bool:
        """Decide whether an expression is positive, by the signs of its linear factors."""
        value = sp.sympify(value)
        exact = sp.expand(value)
        if (form := _linear(exact)) is not None:
            return self._ask(form)
        if exact.is_positive or exact.is_negative:  # powers of exp are beyond what factors
            return bool(exact.is_positive)
        positive = True
        for factor in sp.Mul.make_args(sp.factor(exact)):
            base, power = factor.as_base_exp()
            form = _linear(base)
            if factor.is_positive or (form and power.is_even):
                continue
            if factor.is_negative:
                positive = not positive
            elif form is None or not power.is_odd:
                raise Problem(f"it compares, and the sign of {factor} is out of reach")
            else:
                positive = positive == self._ask(form)
        return positive

    def larger(self, first: Any, second: Any) -> bool:
        """Decide which of two expressions is larger; exponentials by their exponents."""
        first, second = sp.sympify(first), sp.sympify(second)
        if first.is_infinite or second.is_infinite:
            return bool(first > second)
        if _linear(sp.expand(first - second)) is None and first.is_positive and second.is_positive:
            return self.positive(sp.expand_log(sp.log(first / second), force=True))
        return self.positive(first - second)

    def holds(self, condition: sp.Basic) -> bool:
        """Decide a condition of a Piecewise."""
        if condition in (sp.true, sp.false):
            return condition == sp.true
        if isinstance(condition, sp.And):
            return all(self.holds(c) for c in condition.args)
        if isinstance(condition, sp.Or):
            return any(self.holds(c) for c in condition.args)
        left, right = (self.settle(side) for side in condition.args)
        match condition:
            case sp.Gt():
                return self.larger(left, right)
            case sp.Ge():
                return not self.larger(right, left)
            case sp.Lt():
                return self.larger(right, left)
            case sp.Le():
                return not self.larger(left, right)
        raise Problem(f"the condition {condition} has no meaning here")

    def settle(self, expression: sp.Basic) -> sp.Basic:
        """Return what an expression is here: the branch of each Piecewise, the largest of a Max."""
        if not expression.has(sp.Piecewise, sp.Max):
            return expression
        if isinstance(expression, sp.Piecewise):
            taken = next(value for value, condition in expression.args if self.holds(condition))
            return self.settle(taken)
        parts = [self.settle(part) for part in expression.args]
        if isinstance(expression, sp.Max):
            return functools.reduce(lambda a, b: a if self.larger(a, b) else b, parts)
        return expression.func(*parts)


class Beside(Region):
    """The region of a point, which answers every comparison as the point does."""

    def __init__(self, at: Mapping[sp.Symbol, sp.Expr]) -> None:
        super().__init__()
        self.at = at

    def larger(self, first: Any, second: Any) -> bool:
        """Decide which of two expressions is larger at the point."""
        left, right = (sp.sympify(e).subs(self.at) for e in (first, second))
        if sp.nan in (left, right):
            raise ArithmeticError
        return bool(left > right)


class Point(Beside):
    """A point, infinity included, where expressions are numbers: ∞ − ∞ is none."""

    def settle(self, expression: sp.Basic) -> sp.Basic:
        """Return what an expression is at the point; raises ArithmeticError for no number."""
        if expression in self.at:
            return self.at[expression]
        if not expression.args:
            return expression
        if isinstance(expression, sp.Piecewise | sp.Max):
            return super().settle(expression)
        found = expression.func(*map(self.settle, expression.args))
        if found is sp.nan:
            raise ArithmeticError
        return found


def regions(work: Callable[[Region], Result]) -> Iterator[Result]:
    """Yield what some work returns in each region that its own comparisons make."""
    plans: list[list[bool]] = [[]]
    while plans:
        region = Region(plan := plans.pop())
        yield work(region)
        for at in range(len(plan), len(region.answers)):
            plans.append([*region.answers[:at], not region.answers[at]])
