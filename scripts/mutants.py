"""Do the checks see every slip? Make one slip at a time, and count those that no check sees.

`make mutants` changes one thing in a cell of a snippet (an operator, a number, a function, a
guard, a step, a default …) or in what is stated of PyTorch, and runs the project's own checks on
the result. A mutant that passes them all is a survivor, unless it is proved to be no change: then
it is called equivalent. The result stands in docs/measured/mutants.json; a run goes through what
has changed since, with --all through everything.

The facts of the shape are derived from the formula and never typed: there is nothing to mutate in
them. mutmut and cosmic-ray, which are maintained, change only Python functions, and start the tests
anew for each mutant; here formulas, steps, modules and measurements are changed too, and all checks
run in one process, which computes exact values once.
"""

import argparse
import ast
import contextlib
import datetime
import functools
import importlib
import importlib.metadata
import itertools
import json
import math
import multiprocessing
import os
import resource
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from unittest import mock

import numpy as np
import pytest
import sympy as sp

import catalog
import departures
import derive
import page
import prove
import sweep
import vector
import verify
from catalog import Activation, Vector
from project import ROOT, Problem, hashed, write_whole
from regions import Point

FILE = ROOT / "docs" / "measured" / "mutants.json"
COMMAND = "make mutants"
SECONDS, MEMORY = 20, 16 << 30  # for one mutant; in bytes
QUICK, FEW = 5, 7  # one mutant in so many, of one function in so many
PLACES = ("SymPy", "NumPy", "PyTorch", "Facts", "departures")
OF_VECTORS = PLACES[:3]  # their facts are words, and what PyTorch does is measured for each page
Function: TypeAlias = Activation | Vector
Check: TypeAlias = tuple[str, Callable[[], object]]
Checks: TypeAlias = Callable[[Any, str], Iterator[Check]]


# Slips


ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
BITWISE = (ast.BitAnd, ast.BitOr)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
SWAPS = {  # functions of NumPy and SymPy, and what one might write in their place
    "Le": "Lt Gt", "Lt": "Le Gt", "Ne": "Eq",
    "abs": "positive negative Abs", "arctan": "tanh", "cosh": "sinh exp", "erf": "erfc tanh",
    "erfc": "erf", "exp": "expm1 exp2 cosh sinh", "expm1": "exp sinh", "log": "log1p log2 exp",
    "log1p": "log", "maximum": "minimum fmax", "minimum": "maximum fmin", "sign": "cbrt signbit",
    "sinh": "tanh cosh", "sqrt": "cbrt square", "square": "sqrt abs", "tanh": "sinh arctan atan",
}  # fmt: skip
FACTS = ("at_infinity", "exceptions", "parameters", "relations", "steps")  # others are words
CALLS = ("gelu", "hardswish", "relu6")  # of torch.nn.functional
ORDERED = {"copysign", "power", "where"}  # their last two arguments, exchanged, give another result


CUTS = {"clip", "maximum", "minimum"}  # functions that cut off at a number
FAR = 1000  # by this factor a cut-off moves


def cuts(tree: ast.AST) -> set[Any]:
    """Return the numbers at which code cuts something off, and those that it compares with."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(ast.Name("np"), name), args) if name in CUTS:
                found += args
            case ast.Compare(_, _, others):
                found += others
    return {n for top in found for n in ast.walk(top) if isinstance(n, ast.Constant) and n.value}


def numbers(value: float) -> Iterator[float]:
    """Yield the neighbours of a number in code; of one with many digits also a very near one."""
    yield from (value + 1, value - 1)
    if value != int(value):
        yield value * (1 + 1e-3)
        if len(repr(value)) > 6:
            yield value * (1 + 1e-6)


def _with(node: ast.AST, **fields: Any) -> Any:
    return type(node)(**dict(ast.iter_fields(node)) | fields)


def _literal(value: float) -> ast.expr:
    number = ast.Constant(abs(value))
    return ast.UnaryOp(ast.USub(), number) if value < 0 else number


def _called(node: ast.Call) -> Iterator[ast.AST]:
    yield from (a for a in node.args if not isinstance(a, ast.Starred))  # 400 or a, of min(a, 400)
    for left_out in node.keywords:
        yield _with(node, keywords=[k for k in node.keywords if k is not left_out])
    match node.func:
        case ast.Attribute(ast.Attribute(ast.Name("torch"), "nn"), name):
            for other in importlib.import_module("torch.nn.modules.activation").__all__:
                if other != name:
                    yield ast.Call(_with(node.func, attr=other), [], [])
        case ast.Attribute(ast.Name("F"), name):
            for other in CALLS:
                if other != name:
                    yield _with(node, func=_with(node.func, attr=other))
        case ast.Attribute(ast.Name("np" | "sp" as module), name):
            for other in SWAPS.get(name.replace("absolute", "abs"), "").split():
                if hasattr(np if module == "np" else sp, other):
                    yield _with(node, func=_with(node.func, attr=other))
            if name == "sign":
                yield ast.Call(_with(node.func, attr="heaviside"), [*node.args, _literal(0)], [])
            if name in ORDERED:
                yield _with(node, args=[*node.args[:-2], node.args[-1], node.args[-2]])


def changes(node: ast.AST, defaults: Mapping[str, ast.AST]) -> Iterator[ast.AST]:
    """Yield what may stand in place of a node; `defaults` are those of the cell's parameters."""
    match node:
        case ast.BinOp(left, op, right) | ast.AugAssign(left, op, right):
            family = next((f for f in (ARITHMETIC, BITWISE) if isinstance(op, f)), ())
            yield from (_with(node, op=other()) for other in family if not isinstance(op, other))
            if isinstance(node, ast.BinOp):
                yield from (left, right)
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.BoolOp(op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.Compare(_, [op], _):
            yield from (_with(node, ops=[o()]) for o in COMPARISONS if not isinstance(op, o))
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.Constant(bool() | None):
            pass
        case ast.Constant(int() | float() as value):
            yield from map(_literal, numbers(value))
        case ast.keyword("approximate", ast.Constant(value)):
            yield _with(node, value=ast.Constant("none" if value == "tanh" else "tanh"))
        case ast.Call():
            yield from _called(node)
        case ast.Name(name, ast.Load()) if name in defaults:
            yield defaults[name]
            if name in ("axis", "dim"):
                yield from (_literal(0), ast.UnaryOp(ast.Invert(), node))  # ~0 is -1, ~1 is -2
    if isinstance(node, ast.Assign | ast.AugAssign) and node.col_offset:  # not of the whole cell
        yield ast.Pass()
    if isinstance(node, ast.With):
        yield ast.If(ast.Constant(True), node.body, [])


def _slots(top: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Yield every node below one, with what puts another in its place."""
    for parent in ast.walk(top):
        for name, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield value, functools.partial(setattr, parent, name)
            for i, item in enumerate(value if isinstance(value, list) else ()):
                if isinstance(item, ast.AST):
                    yield item, functools.partial(value.__setitem__, i)


def _targets(place: str, statement: ast.stmt) -> bool:
    """Tell whether a statement of a cell says something that checks can refute."""
    if not isinstance(statement, ast.Assign):
        return isinstance(statement, ast.FunctionDef)
    name = ast.unparse(statement.targets[0])
    if place == "Facts":
        return name in FACTS or name.startswith("_")
    return not ast.unparse(statement.value).lower().startswith("sp.symbol")


def _copied(statement: ast.stmt, name: str) -> Iterator[tuple[ast.Constant, str]]:
    """Yield each copied formula of a Facts cell, and the call that makes no mistake."""
    match statement:
        case ast.Assign([ast.Name("naive" | "naive_grad" as kind)], ast.List(formulas)):
            for node in formulas:
                if isinstance(node, ast.Constant):
                    yield node, name + kind.removeprefix("naive")


def slips(place: str, code: str, name: str = "", given: str = "x") -> Iterator[tuple[str, str]]:
    """Yield each slip in a cell as (what is changed, the whole cell after it).

    `name` is the function's and `given` what it is called with, where formulas that people copy
    are to be replaced by calls of it.
    """
    tree = ast.parse(code)
    seen = {ast.unparse(tree)}
    defaults: dict[str, ast.AST] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            a = function.args
            known = a.args[len(a.args) - len(a.defaults) :]
            defaults |= {p.arg: value for p, value in zip(known, a.defaults, strict=True)}
    limits = cuts(tree) if place == "NumPy" else set()
    for statement in tree.body:
        for node, call in _copied(statement, name):
            old, node.value = node.value, f"{call}({given})"
            yield f"{place}, line {node.lineno}: {old!r} → {node.value}", ast.unparse(tree)
            node.value = old
        for part, put in list(_slots(statement)) if _targets(place, statement) else ():
            far = [_literal(n.value * by) for n in limits & {part} for by in (FAR, 1 / FAR)]
            for new in (*changes(part, defaults), *far):
                put(new)
                text = ast.unparse(tree)
                put(part)
                if text not in seen:
                    seen.add(text)
                    before, after = (" ".join(ast.unparse(n).split()) for n in (part, new))
                    line = getattr(part, "lineno", getattr(statement, "lineno", 0))
                    yield f"{place}, line {line}: {before} → {after}", text


def misstated(records: list[departures.Record]) -> Iterator[tuple[str, list[departures.Record]]]:
    """Yield the stated departures of one function with one mistake in them."""
    for i, record in enumerate(records):
        rest, line = [*records[:i], *records[i + 1 :]], departures.describe(record)
        yield f"left out: {line}", rest
        yield f"said twice: {line}", [record, *records]
        wrong: list[tuple[str, Any]] = [
            ("order", 1 - record["order"]),
            ("dtype", next(n for n in verify.FORMATS if n != record["dtype"])),
            ("code", "any" if record["code"] == "scalar" else "scalar"),
        ]
        for key in ("ulp", "relative"):
            size = float(record.get(key, math.inf))
            if 0 < size < math.inf:
                wrong += [(key, size * 3), (key, size / 3)]
        for key in ("input", "got", "exact"):
            value = float(record[key])
            wrong.append((key, value * 1.5 or 1.0) if math.isfinite(value) else (key, 7.0))
        if "region" in record:
            low, high = record["region"]
            for end, other in ((low, high), (high, low)):
                by = max(0.2 * (high - low), 0.2 * abs(end))
                moved = [m for m in (end - by, end + by) if m != end]
                wrong += [("region", sorted((m, other))) for m in moved]
        for key, value in wrong:
            yield f"{key} = {value}: {line}", [record | {key: value}, *rest]
        yield f"added, order and dtype changed: {line}", [record | dict(wrong[:2]), *records]


# Checks


def _arguments(test: Callable, function: Function) -> Iterator[dict[str, Any]]:
    """Yield what pytest would call a parametrized test with, were this the only function.

    Nothing is yielded for a test that is not parametrized by functions of its kind.
    """
    kind = "function"
    here: list[dict[str, Any]] = [{"function": function}]
    if isinstance(function, Activation):
        kind = "activation"
        here = [
            {"activation": part, "order": order, "setting": setting}
            for part, order in function.computed
            for setting in function.settings()
        ]
    lists, about = [], False
    for mark in getattr(test, "pytestmark", ()):
        names, values = mark.args
        names = names.split(", ") if isinstance(names, str) else names
        rows = [[v] for v in values] if len(names) == 1 else values
        if kind in names:
            cases = here[:1] if len(names) == 1 else here  # without an order it is of f
            rows, about = [[case[name] for name in names] for case in cases], True
        lists.append([dict(zip(names, row, strict=True)) for row in rows])
    for parts in itertools.product(*lists) if about else ():
        yield functools.reduce(dict.__or__, parts, {})


def _tests(module: str, function: Function, *only: str) -> Iterator[Check]:
    """Yield the tests of a module that look at one function, all their cases as one check.

    Raises Problem when none has a name that begins as one of `only`.
    """
    if (folder := str(ROOT / "tests")) not in sys.path:
        sys.path.append(folder)
    there = vars(importlib.import_module(module))
    if gone := [start for start in only if not any(name.startswith(start) for name in there)]:
        raise Problem(f"tests/{module}.py has no {gone[0]}, which mutants are to be run through")
    for name, test in there.items():

        def run(test: Callable = test) -> None:
            for arguments in _arguments(test, function):
                test(**arguments)

        if name.startswith(only or "test_"):
            yield f"{module}.{name}", run


def _said(function: Function) -> Check:
    """Return the check of what the sentences of a page say."""
    of = "of_a_function_of_vectors_" * isinstance(function, Vector)
    name = f"test_what_the_sentences_{of}say_holds"
    said = next(_tests("test_prose", function, name))[0]
    test = getattr(importlib.import_module("test_prose"), name)
    return said, lambda: test(function)


def checks(activation: Function, place: str) -> Iterator[Check]:
    """Yield the project's checks that can see a slip in this place, the cheap ones first."""
    if isinstance(activation, Vector):
        found = list(_tests("test_vector", activation))
        yield from sorted(found, key=lambda check: place != "SymPy" and "proved" in check[0])
        yield _said(activation)
        return
    if place in ("SymPy", "Facts"):
        yield "derive.prove_steps", lambda: derive.prove_steps(activation)
        yield from _tests("test_derive", activation, "test_every_step_is_proved")
    proof = ("prove.prove", lambda: prove.prove(activation))
    if place == "SymPy":  # exact values of another formula are dear
        yield proof
    if place == "PyTorch":
        only = ("test_cell_runs_alone", "test_module_and_cell_have_the_same_defaults")
        yield from _tests("test_numpy", activation, *only)
    elif place != "departures":
        yield from _tests("test_numpy", activation)
    if place in ("NumPy", "Facts"):
        yield "sweep.check", lambda: sweep.check(activation)
        yield proof
    if place == "Facts":
        yield "page.naive", lambda: page.naive(activation)
        yield _said(activation)
    if place == "PyTorch":
        yield from _tests("test_torch", activation, "test_the_call_that_is_shown")
    if place in ("PyTorch", "Facts", "departures"):
        yield from _tests("test_torch", activation, "test_stated")


def read(activation: Function, place: str, code: str) -> Any:
    """Return the function with another cell in its file."""
    source = activation.path.read_text(encoding="utf-8")
    cell = next(m for m in catalog.CELL.finditer(source) if m[1] == place)
    text = f"{source[: cell.start(2)]}{code}{source[cell.end(2) :]}"
    return catalog._read.__wrapped__(activation.path, text)  # the cache would keep them all


class _TimeoutError(BaseException):
    """A check takes too long; derived so that no check takes it for a failure of its own."""


def _late(*_: object) -> None:
    raise _TimeoutError


def killer(
    make: Callable[[], Function], place: str, having: Checks, seconds: float = SECONDS
) -> str | None:
    """Return the name of the first check that refuses a mutant; None if it passes them all."""
    name, before = "catalog.read", signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # as in the tests
            warnings.simplefilter("ignore", DeprecationWarning)
            for name, run in having(make(), place):  # noqa: B007 (told below)
                with contextlib.suppress(pytest.skip.Exception):
                    run()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except _TimeoutError:
        return "no answer in time"
    except BaseException:  # what pytest raises is no Exception
        return name
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return None


# Equivalents


def _bits(activation: Activation, voice: Callable, names: tuple[str, ...]) -> Iterator[bytes]:
    """Yield what a voice gives at every verified input, ±0, ±∞ and nan, to the last bit."""
    for setting, (part, order), name in itertools.product(
        activation.settings(), activation.computed, names
    ):
        form = verify.FORMATS[name]
        edges = np.array([-0.0, math.inf, -math.inf, math.nan])
        points = np.concatenate([verify.inputs(activation, form), edges])
        with np.errstate(all="ignore"), contextlib.suppress(verify.UnsupportedError):
            yield voice(part, order, setting, form, points).tobytes()


def _opaque(step: sp.Expr) -> sp.Expr:
    """Take a derivative that is left to do for a name: one that is 0 must not hide its factor."""
    return step.xreplace({d: sp.Symbol(str(d)) for d in step.atoms(sp.Derivative)}).doit()


def _excused(activation: Activation, order: int) -> list[bytes]:
    """Return, per dtype, which inputs are within tolerance only by an exception."""
    found, setting = [], activation.defaults
    for name in verify.NUMPY_DTYPES:
        form = verify.FORMATS[name]
        points = verify.inputs(activation, form)
        exact = verify.reference(activation, order, setting, form)
        computed = verify.numpy_values(activation, order, setting, form, points)
        off = verify.errors(computed, exact, form) > form.tolerance
        found.append((off & (verify.slacks(activation, order, setting, form) > 0)).tobytes())
    return found


def _worst(activation: Function) -> Iterator[float]:
    """Yield the largest error of the NumPy cell for every setting, order and dtype."""
    if isinstance(activation, Vector):
        for order, name in itertools.product((0, 1), verify.NUMPY_DTYPES):
            yield vector.numpy_error(activation, order, name).units
        return
    for setting, (part, order), name in itertools.product(
        activation.settings(), activation.computed, verify.NUMPY_DTYPES
    ):
        yield verify.numpy_error(part, order, setting, verify.FORMATS[name]).ulps


def _holds(original: Activation, mutant: Activation) -> bool:
    """Tell whether the cell is right at the edges of the domains as they are and as they were."""
    for setting in (*verify.awkward(original), *verify.awkward(mutant)):
        if mutant.allows(setting):
            for (part, order), name in itertools.product(mutant.computed, verify.NUMPY_DTYPES):
                verify.numpy_error(part, order, setting, verify.FORMATS[name])
    return True


def _same_vector(original: Vector, mutant: Vector) -> bool:
    """Tell whether two functions of vectors are proved the same, kinks included."""
    if (original.width, original.blocks) != (mutant.width, mutant.blocks):
        return False
    both = original, mutant

    def parts(size: int) -> Iterator[tuple[sp.Expr, sp.Expr]]:
        every = (vector.definite(function, size) for function in both)
        lists = [[*d.values, *itertools.chain(*d.jacobian), *d.vjp] for d in every]
        return zip(*lists, strict=True)

    size, d = vector.fewest(original)
    points = [dict(zip(d.x, at, strict=True)) for at in vector.grid(d)]
    return all(vector.everywhere(parts(size)) for size in vector.SIZES) and all(
        vector.same(Point(at).settle(a), Point(at).settle(b))
        for at in points
        for a, b in parts(size)
    )


def _vector_bits(function: Vector, voice: Callable, names: tuple[str, ...]) -> Iterator[bytes]:
    """Yield what a voice gives at every vector that is verified, to the last bit."""
    edges = vector.EDGES[len(vector.fewest(function)[1].x), vector.alone(function)]
    for order, name in itertools.product((0, 1), names):
        given = vector.samples(function.width, name, function.blocks)
        ends = [np.array(edge) for edge in edges]
        given = [*given, *((x, np.ones(len(x) * function.blocks // function.width)) for x in ends)]
        for x, v in given:
            with np.errstate(all="ignore"):
                yield voice(function, order, x, v, verify.FORMATS[name]).tobytes()


def equivalent(original: Any, mutant: Any, place: str) -> str | None:
    """Return why a mutant that passed every check is no mistake, or None without proof."""
    if isinstance(original, Vector):
        if place == "SymPy":
            sizes = f"for {vector.SIZES[0]} to {vector.SIZES[-1]} elements"
            return f"proved the same function, {sizes}" if _same_vector(original, mutant) else None
        voice: Callable = vector.torch_call if place == "PyTorch" else vector.numpy_call
        return _same_voice(original, mutant, place, voice, _vector_bits)
    x = original.x
    if place == "SymPy":
        pairs = list(zip(original.generic, mutant.generic, strict=True))
        if original.generic[0] != original.formula:
            for order, s in itertools.product((0, 1), original.settings()):
                pairs.append((original.at(order, s), mutant.at(order, s)))
        same = all(derive.equal(*pair, x) is True for pair in pairs)
        return "proved the same function, at every x" if same else None
    if place == "Facts":
        if original.parameters != mutant.parameters:
            reason = "another domain, and what is said of it is true: verified at its edges"
            return reason if _holds(original, mutant) else None
        copied = [(a.naive, a.naive_grad, len(a.steps)) for a in (original, mutant)]
        if copied[0] != copied[1]:
            return None
        both = [[step for step, _ in a.steps] for a in (original, mutant)]
        both = [[s[0].args[0], *s[1:]] if s else s for s in both]  # first, what is differentiated
        steps = zip(*([_opaque(derive._unfold(original, e)) for e in s] for s in both), strict=True)
        same = all(derive.equal(a, b, x) is True for a, b in steps)
        if same and original.exceptions != mutant.exceptions:
            excused = [[_excused(*part) for part in a.computed] for a in (original, mutant)]
            return "the same inputs need the exception" if excused[0] == excused[1] else None
        return "each step is proved equal to the one it replaces" if same else None
    if original.defaults != mutant.defaults:
        return None
    voice = verify.torch_values if place == "PyTorch" else verify.numpy_values
    return _same_voice(original, mutant, place, voice, _bits)


def _same_voice(
    original: Any, mutant: Any, place: str, voice: Callable, bits: Callable
) -> str | None:
    """Return why a NumPy or PyTorch cell is as good as another."""
    dtypes = tuple(verify.FORMATS) if place == "PyTorch" else verify.NUMPY_DTYPES
    pairs_of_bits = zip(bits(original, voice, dtypes), bits(mutant, voice, dtypes), strict=True)
    if all(a == b for a, b in pairs_of_bits):
        reason = "the same bits at every input verified"
        return f"{reason}, and proved the same function" if place == "NumPy" else reason
    with contextlib.suppress(Problem):  # it is wrong somewhere
        if place == "NumPy" and all(
            new <= old for old, new in zip(_worst(original), _worst(mutant), strict=True)
        ):
            return "proved the same function, and in no dtype is its largest error larger"
    return None


def _as_true(activation: Activation, records: list[departures.Record]) -> str | None:
    """Return why what is stated after a slip is true: its example, the first, is as good a one."""
    moved = records[0]
    form = verify.FORMATS[moved["dtype"]]
    here = (activation, moved["order"], moved["parameters"], form, np.array([moved["input"]]))
    got = {float(verify.torch_values(*here, strided)[0]) for strided in (False, True)}
    if float(moved["got"]) in got or (
        math.isnan(float(moved["got"])) and any(map(math.isnan, got))
    ):
        return "PyTorch gives the same at the other input, and the exact value is the same"
    return None


# The score


@dataclass
class Score:
    """What became of the mutants of one function."""

    name: str
    mutants: int = 0
    killed: Counter[str] = field(default_factory=Counter)  # by the check that saw it
    equivalent: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    seconds: float = 0


def score(activation: Function, every: int = 1, having: Checks = checks, places=PLACES) -> Score:
    """Make the mutants of one function, or one in so many, and run the checks on each.

    Raises Problem when a check fails without any change.
    """
    start, result, count = time.monotonic(), Score(activation.name), itertools.count()
    given = "x"
    if isinstance(activation, Vector):
        places = [place for place in places if place in OF_VECTORS]
    else:
        given = ", ".join(["x", *activation.defaults])
        kind = departures.capability()
        stated = departures.of(activation, kind)
        if stated is None:
            raise Problem(f"{activation.name} was not measured here: run `{departures.COMMAND}`")

    def enter(line: str, refused: str | None, reason: str | None) -> None:
        result.mutants += 1
        if refused:
            result.killed[refused] += 1
        elif reason:
            result.equivalent.append(f"{line} ({reason})")
        else:
            result.survivors.append(line)

    for place in places:
        if place == "departures":
            continue
        code = ast.unparse(ast.parse(activation.cells[place]))
        make = functools.partial(read, activation, place, code)
        begun = time.monotonic()
        refused = killer(make, place, having, 0)  # for as long as it takes
        limit = SECONDS + time.monotonic() - begun
        if refused:
            raise Problem(f"{activation.name}: {refused} fails before anything is changed")
        for line, text in slips(place, activation.cells[place], activation.name, given):
            if next(count) % every:
                continue
            make = functools.partial(read, activation, place, text)
            refused = killer(make, place, having, limit)
            enter(line, refused, None if refused else _reason(activation, make(), place))
    if isinstance(activation, Activation) and stated and "departures" in places:
        known, measured = departures.stated(), departures.measure(activation)
        with mock.patch.object(departures, "measure", return_value=measured):
            for line, records in misstated(stated):
                if next(count) % every == 0:
                    data = known | departures.joined({kind: records})
                    with mock.patch.object(departures, "stated", return_value=data):
                        refused = killer(lambda: activation, "departures", having)
                    example = not refused and line.startswith("input = ")
                    enter(line, refused, _as_true(activation, records) if example else None)
    result.seconds = time.monotonic() - start
    return result


def _reason(original: Function, mutant: Function, place: str) -> str | None:
    """Return why a mutant is no mistake; None where no proof is found, for whatever reason."""
    try:
        return equivalent(original, mutant, place)
    except Exception:  # PyTorch refuses a parameter with whatever it likes
        return None


def _row(name: str, scores: list[Score]) -> str:
    """Return one line of the table."""
    killed = sum((s.killed for s in scores), Counter())
    parts = [sum(s.mutants for s in scores), killed.total()]
    parts += [sum(len(s.equivalent) for s in scores), sum(len(s.survivors) for s in scores)]
    seconds = sum(s.seconds for s in scores)
    return f"{name:20}" + "".join(f"{n:12}" for n in parts) + f"{seconds:9.1f}"


def report(scores: list[Score]) -> str:
    """Return the table, who killed how many, and the mutants that no check refused."""
    titles = ("mutants", "killed", "equivalent", "survivors")
    lines = [" " * 20 + "".join(f"{t:>12}" for t in titles) + "  seconds"]
    lines += [_row(s.name, [s]) for s in scores] + [_row("all", scores), ""]
    killed = sum((s.killed for s in scores), Counter())
    lines += [f"{count:6} killed by {name}" for name, count in killed.most_common()]
    for s in scores:
        lines += [f"equivalent: {s.name}: {line}" for line in s.equivalent]
        lines += [f"SURVIVOR: {s.name}: {line}" for line in s.survivors]
    return "\n".join(lines)


def subject(function: Function) -> str:
    """Return a hash of what is changed in a function's file: the score is of that."""
    parts = []
    for place in OF_VECTORS if isinstance(function, Vector) else PLACES[:-1]:
        for statement in ast.parse(function.cells[place]).body:
            if _targets(place, statement) or any(_copied(statement, "")):
                parts.append(ast.unparse(statement))
    return hashed(*parts)[:16]


def stated() -> dict[str, Any]:
    """Return what FILE holds of the functions there are, with the versions that are installed."""
    versions = {p: importlib.metadata.version(p) for p in ("numpy", "sympy", "torch")}
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    functions = known.get("functions", {}) if known.get("versions") == versions else {}
    names = {path.stem for path in catalog.paths()}
    kept = {name: functions[name] for name in sorted(names & set(functions))}
    return {"command": COMMAND, "versions": versions, "functions": kept}


def changed() -> list[str]:
    """Return the functions whose score FILE does not hold, or holds of what they were before."""
    known = stated()["functions"]
    every = (path.stem for path in catalog.paths())
    return [n for n in every if known.get(n, {}).get("subject") != subject(catalog.known(n))]


def write(scores: list[Score]) -> None:
    """Put scores into FILE."""
    data = stated()
    for s in scores:
        data["functions"][s.name] = {
            "date": datetime.date.today().isoformat(),
            "subject": subject(catalog.known(s.name)),
            "mutants": s.mutants,
            "killed": dict(sorted(s.killed.items())),
            "equivalent": s.equivalent,
            "survivors": s.survivors,
        }
    data["functions"] = dict(sorted(data["functions"].items()))
    write_whole(FILE, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _one(name: str, every: int) -> Score:
    """Score one function in a process of its own."""
    import torch

    torch.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    found = score(catalog.known(name), every)
    print(_row(name, [found]), file=sys.stderr, flush=True)
    return found


def in_processes(names: list[str], every: int) -> Iterator[Score]:
    """Score each function in a process, as many at a time as there are processors."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(len(names), os.cpu_count() or 1), spawn) as pool:
        yield from pool.map(_one, names, [every] * len(names))


def main() -> int:
    """Score the named functions, or those that have changed; return 1 if a mutant survives."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="mutate only these")
    parser.add_argument("--all", action="store_true", help="those that have not changed, too")
    parser.add_argument(
        "--quick", action="store_true", help=f"1 mutant in {QUICK} of 1 function in {FEW}"
    )
    options = parser.parse_args()
    every = [path.stem for path in catalog.paths()]
    names = [catalog.known(name).name for name in options.names]
    if options.quick:
        names = names or every[::FEW]
    elif not names:
        names = every if options.all else changed()
    if not names:
        print(f"Nothing has changed since it was measured: see {FILE.relative_to(ROOT)}, or --all")
        return 0
    scores = []
    for score_of_one in in_processes(names, QUICK if options.quick else 1):
        scores.append(score_of_one)
        if not options.quick:
            write([score_of_one])  # at once: a run that is stopped loses little
    print(report(scores))
    return int(any(s.survivors for s in scores))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
