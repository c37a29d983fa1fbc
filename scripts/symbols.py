"""What stands for NumPy when the source of a function of vectors runs on symbols.

Arrays hold SymPy expressions. A comparison is decided in a region; a division and a logarithm must
be proved to be defined in all of it, borders included.
"""

import contextlib
import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp

from project import Problem
from regions import Region

SAME = (  # what means with symbols what it means with numbers
    *("arange", "atleast_1d", "concatenate", "expand_dims", "iscomplexobj", "moveaxis"),
    *("put_along_axis", "split", "swapaxes", "take_along_axis", "zeros_like"),
)
COMPARISONS = {  # which of the two must be the larger, and whether it must or must not be
    np.greater: (0, 1, True),
    np.less: (1, 0, True),
    np.less_equal: (0, 1, False),
    np.greater_equal: (1, 0, False),
}
Array = np.ndarray
Literals = Mapping[float, tuple[sp.Expr, int]]  # prove.constants


def arrays(here: Region, literals: Literals) -> type[Array]:
    """Return arrays that compute exactly, and whose comparisons and divisions a region decides."""

    def meant(number: float) -> sp.Expr:
        mantissa, exponent = math.frexp(abs(number))
        if mantissa not in literals:
            return sp.Rational(str(number))
        exact, scale = literals[mantissa]
        return sp.sign(number) * exact * sp.Integer(2) ** (exponent - scale)

    class Exact(np.ndarray):  # 1.0 * x / 3 is x / 3
        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **rest: Any) -> Any:
            plain = [meant(i) if isinstance(i, float) else _plain(i) for i in inputs]
            if ufunc in (np.power, np.float_power, np.reciprocal):
                raise Problem(f"it calls np.{ufunc.__name__}: write a product or a quotient")
            if ufunc is np.divide:
                np.frompyfunc(lambda u: here.needed(u, "different from 0"), 1, 1)(plain[1])
            if ufunc in COMPARISONS:
                first, second, yes = COMPARISONS[ufunc]
                holds = np.frompyfunc(lambda a, b: here.larger(a, b) == yes, 2, 1)
                found = holds(plain[first], plain[second])
            else:
                found = getattr(ufunc, method)(*plain, **rest)
            if not isinstance(found, np.ndarray):
                found = np.array(found, object)
            return found.view(Exact)

    return Exact


class Symbols:
    """What stands for `np`: arrays hold SymPy expressions, which are compared in a region."""

    inf = sp.oo
    float64 = sp.Integer  # which holds what a wider float would

    def __init__(self, region: Region) -> None:
        self.region = region

    def __getattr__(self, name: str) -> Any:
        positive, larger, needed = self.region.positive, self.region.larger, self.region.needed
        every = {
            "exp": sp.exp,
            "log": lambda u: sp.log(needed(u, "positive")),
            "log1p": lambda u: sp.log(needed(1 + u, "positive")),
            "expm1": lambda u: sp.exp(u) - 1,
            "tanh": sp.tanh,
            "abs": lambda u: u if positive(u) else -u,
            "sign": lambda u: sp.Integer(1 if positive(u) else -1 if u != 0 else 0),
        }
        if name in every:
            return np.frompyfunc(every[name], 1, 1)
        if name in ("maximum", "minimum"):
            most = name == "maximum"
            pick = lambda a, b: sp.sympify(a if larger(a, b) == most else b)  # noqa: E731
            return np.frompyfunc(pick, 2, 1)
        order = functools.cmp_to_key(lambda a, b: 0 if a == b else 1 if larger(a, b) else -1)
        along = {
            "max": lambda line: max(line, key=order),
            "min": lambda line: min(line, key=order),
            "argmax": lambda line: max(range(len(line)), key=lambda at: order(line[at])),
        }
        if name in along:
            return functools.partial(_reduced, along[name])
        if name == "sort":
            ordered = lambda line: np.array([*sorted(line, key=order), None], object)[:-1]  # noqa: E731
            return lambda a, axis: np.apply_along_axis(ordered, axis, a)
        if name == "errstate":
            return lambda **_: contextlib.nullcontext()
        if name == "where":
            return np.frompyfunc(lambda c, yes, no: yes if c else no, 3, 1)
        if name in ("cumsum", "sum"):
            return lambda a, axis, dtype=None, **rest: getattr(np, name)(
                a.astype(object), axis=axis, **rest
            )
        if name in ("array", "asarray", "ascontiguousarray"):
            return functools.partial(np.array, subok=True)
        if name == "result_type":
            return lambda *_: object
        if name in SAME:
            return getattr(np, name)
        raise Problem(f"it calls np.{name}, which has no exact meaning here")


def _plain(given: Any) -> Any:
    return given.view(np.ndarray) if isinstance(given, np.ndarray) else given


def _reduced(
    pick: Callable,
    a: Array,
    axis: int,
    keepdims: bool = False,
    initial: Any = None,
    where: Array | None = None,
) -> Array:
    """Return what is picked along an axis, where `initial` stands for what is left out."""
    if where is not None:
        a = np.frompyfunc(lambda taken, value: value if taken else initial, 2, 1)(where, a)
    if initial is not None:
        one = np.full_like(np.take(a, [0], axis), sp.sympify(initial))
        a = np.concatenate([a, one], axis)
    found = np.apply_along_axis(pick, axis, a)
    return np.expand_dims(found, axis) if keepdims else found
