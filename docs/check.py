"""Check your own implementation of an activation function against exact values.

    python check.py gelu mymodule:gelu --dtype float32 --with numpy
    python check.py gelu mymodule:gelu --grad mymodule:gelu_grad
    python check.py softmax mymodule:softmax --with torch --axis 1
    python check.py --list

or in Python: `from check import check; check(my_gelu, "gelu", "float32", library="numpy")`.
It needs Python 3.9 or newer, and reference.json beside it; NumPy or PyTorch only if you name them.
The exit status is 0 if every result is near enough, 1 if one is not, 2 if there was no check.
A changed dtype, shape or argument makes it 1 as well.

SPDX-License-Identifier: MIT-0
"""

import argparse
import difflib
import functools
import importlib
import inspect
import itertools
import json
import math
import os
import signal
import sys
from array import array
from collections import Counter, namedtuple
from contextlib import nullcontext
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path

if sys.version_info < (3, 9):
    print("check.py needs Python 3.9 or newer", file=sys.stderr)
    sys.exit(2)

SHOWN = 3  # inputs at which it breaks, in each region
LONG = 2**17  # elements of the longest array
LISTED = 20  # elements of the longest vector that is shown whole


# What is handed over, x or x and v, as lists; for each result (what is right, its unit, what is
# added to the unit); where f or f' jumps, f on the left and on the right and the formula's f'.
Case = namedtuple("Case", "given wanted sides slope", defaults=(None, None))
Outcome = namedtuple("Outcome", "case got offs")


class Problem(Exception):
    """Why there is no check: one line for the person who asked for it."""


class Refusal(Problem):
    """What the function raised."""


@functools.cache
def load():
    """Return reference.json as it is; raises Problem if it is not there or not whole."""
    here = Path(__file__).resolve().parent
    files = [here / "reference.json", here / "data" / "reference.json"]
    file = next((file for file in files if file.exists()), None)
    if file is None:
        raise Problem(
            f"reference.json is missing: put it into {here} (where you got check.py, it is "
            "data/reference.json)"
        )
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return {"formats": data["formats"], "functions": data["functions"]}
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(f"{file} is damaged, get it again: {error!r}") from None


def plain(name):
    """Return the letters and digits of a name, in small letters."""
    return "".join(filter(str.isalnum, name.lower()))


def find(table, name, what):
    """Return which entry of a table a name means, its own or another; raises Problem if none."""
    known = {plain(own): own for own in table}
    for own, entry in table.items():
        for other in (entry.get("title", own), *entry.get("aliases", ())):
            known.setdefault(plain(other), own)
    if plain(name) not in known:
        near = difflib.get_close_matches(plain(name), known, 1)
        guess = f"did you mean {known[near[0]]}?" if near else f"there are {', '.join(table)}"
        raise Problem(f"unknown {what} {name}: {guess}")
    return known[plain(name)]


def number(text):
    """Return the exact number that a text stands for."""
    return Fraction(float.fromhex(text)) if "x" in text else Fraction(text)


def ulp(value, form):
    """Return the distance between those numbers of a format that are around an exact one."""
    exponent, value = form["least"], abs(value)
    if value:
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        exponent -= value < Fraction(2) ** exponent
    exponent = min(max(exponent, form["least"]), form["most"] - 1)
    return Fraction(2) ** (exponent - form["precision"] + 1)


def fits(value, form):
    """Tell whether a float is a number of a format: inf and nan are."""
    if not math.isfinite(value):
        return True
    exact = Fraction(value)
    return abs(exact) < Fraction(2) ** form["most"] and not exact % ulp(exact, form)


def error(got, want, form, unit=None, more=0):
    """Return how far a result is from what is right, in units; the unit is one ULP and `more`."""
    if want is None:
        return 0.0
    if want in ("inf", "-inf", "nan"):
        return 0.0 if str(got) == want else math.inf
    if isinstance(got, Exception) or math.isnan(got):
        return math.inf
    low, high = (number(text) for text in (want if isinstance(want, list) else (want, want)))
    power = Fraction(2) ** form["most"]  # which inf stands for
    value = Fraction(got) if math.isfinite(got) else power * int(math.copysign(1, got))
    nearest = min(max(value, low), high)
    unit = unit or ulp(nearest, form) + more
    off = abs(value - nearest) / unit
    if math.isinf(got) and value * nearest > 0 and power - abs(nearest) <= unit / 2:
        return 0.0  # it rounds to inf
    try:
        return float(off)
    except OverflowError:
        return math.inf


# What is handed over


def plainly(a, make):
    """Return the array as it is."""
    return a


def fortran(a, make):
    """Return the array with its first axis innermost in memory."""
    return solid(a.swapaxes(0, -1)).swapaxes(0, -1) if len(a.shape) > 1 else a


def strided(a, make):
    """Return the array as every second element of a larger one."""
    shape = (*a.shape[:-1], 2 * a.shape[-1])
    wide = make([math.nan] * math.prod(shape)).reshape(shape)
    wide[..., 1::2] = a
    return wide[..., 1::2]


def backwards(a, make):
    """Return the array with its last axis stored from its end."""
    return a[..., ::-1].copy()[..., ::-1]


def locked(a, make):
    """Return the array, which cannot be written to."""
    a.setflags(write=False)
    return a


def solid(a):
    """Return the array in one piece, its last axis innermost in memory."""
    return a.contiguous() if hasattr(a, "contiguous") else a.copy()


def lengthened(shape, axis, length):
    """Return a shape with another length along an axis."""
    shape = [*shape]
    shape[axis] = length
    return tuple(shape)


SORTS = "shapes, layouts", "long vectors"
LAYOUTS = {"": plainly, " in Fortran order": fortran, " strided": strided}
OF_NUMPY = {" stored backwards": backwards, " read-only": locked}


def cases(record, form, order):
    """Yield a case for each number of the dtype, or for each vector."""
    for row in record.get("points", ()):
        x = float.fromhex(row[0])
        if fits(x, form):
            more = record["slopes"][order].get(row[0])
            more = Fraction(more) * ulp(Fraction(x), form) if more else 0
            sides, slope = row[3:] or (None, None)
            wanted = [(row[1 + order], None, more)]
            yield Case([[x]], wanted, None if order else sides, slope if order else None)
    for columns in record.get("vectors", {}).get(form["name"], ()):
        case = of_vector(columns, order)
        if case.wanted:
            yield case


def of_vector(columns, order):
    """Return the case of x and v, f and its units, v J and its units."""
    x, v, *results = columns
    given = [[float.fromhex(u) for u in x], [float.fromhex(u) for u in v]][: order + 1]
    wanted, units = results[2 * order : 2 * order + 2]
    return Case(given, wanted and [(w, number(u), 0) for w, u in zip(wanted, units)])


def long_cases(record, form, order):
    """Yield cases of long vectors, of which one element differs from all others."""
    for count, *columns in record.get("long", {}).get(form["name"], ()):
        short = of_vector(columns, order)
        *given, wanted = lists = [[two[1]] * count for two in (*short.given, short.wanted)]
        for whole, two in zip(lists, (*short.given, short.wanted)):
            whole[count // 3] = two[0]
        yield Case(given, wanted)


# Calling the function


def libraries(library, dtype):
    """Return array constructors, for a list and for anything, and a context for calls."""
    try:
        if library == "numpy":
            import numpy as np

            make = functools.partial(np.array, dtype=np.dtype(dtype))
            return make, np.asarray, lambda: np.errstate(all="ignore")
        if library == "torch":
            import torch

            make = functools.partial(torch.tensor, dtype=getattr(torch, dtype))
            return make, torch.as_tensor, nullcontext
    except (ImportError, TypeError) as failure:  # TypeError: NumPy has no bfloat16
        raise Problem(f"no {dtype} with {library}: {failure}") from None
    return None, None, nullcontext


def title(function):
    """Return the name of a function, for messages."""
    return getattr(function, "__name__", None) or type(function).__name__


def keyword(function):
    """Return by which name a function takes its axis; None if it takes none."""
    try:
        taken = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None
    return next((name for name in ("axis", "dim") if name in taken), None)


def content(values):
    """Return the bytes of an array or a list, every nan as the same."""
    return array("d", values if isinstance(values, list) else values.reshape(-1).tolist()).tobytes()


class Subject:
    """A function under test: its results, and what else it does that is `wrong`.

    `axis` is the one along which it works, unless it takes one by name.
    """

    def __init__(self, function, form, library, single, axis=None):
        self.function, self.name, self.form, self.single = function, title(function), form, single
        self.floats = library == "floats"
        self.make, self.array, self.context = libraries(library, form["name"])
        every = {**LAYOUTS, **(OF_NUMPY if library == "numpy" else {})}
        self.layouts = dict(zip(SORTS, (every, LAYOUTS)))
        self.keyword = keyword(function) if axis is None and not single else None
        self.axis = -1 if axis is None else axis
        self.least = 0 if single else max(self.axis + 1, -self.axis)  # dimensions that it needs
        self.wrong, self.known = {}, {}

    def axes(self, before):
        """Return the axes along which vectors may lie, with so many others."""
        return (-1, *range(before)) if self.keyword else (self.axis,)

    def alone(self, cases):
        """Yield the outcome of each case by itself."""
        if self.single and not self.floats:
            yield from self.together(cases, (len(cases),))
            return
        for case in cases:
            if self.floats:
                given = case.given[0] if self.single else [list(u) for u in case.given]
                result, size = self.called(given), len(case.wanted)
                if isinstance(result, Exception):
                    got = [result] * size
                else:
                    result = [result] if self.single else result
                    got = floats(self.function, result, size, self.form)
                yield self.outcome(case, got)
            else:
                yield from self.together([case], (1,) * (self.least - 1))

    def together(self, cases, lead, axis=None, layout=plainly):
        """Return the outcomes for one array of cases, over and over, whose leading axes are `lead`.

        What comes out of a case twice is there once.
        """
        axis, size = self.axis if axis is None else axis, len(cases[0].wanted)
        chosen, given = [*itertools.islice(itertools.cycle(cases), math.prod(lead))], []
        for k, first in enumerate(cases[0].given):
            shape = lead if self.single else (*lead, len(first))
            a = self.make([u for case in chosen for u in case.given[k]]).reshape(shape)
            given.append(layout(a if self.single else solid(a.swapaxes(-1, axis)), self.make))
        got = self.results(given, axis, size)
        found = ((at // size % len(cases), *got[at : at + size]) for at in range(0, len(got), size))
        return [self.outcome(cases[k], part) for k, *part in dict.fromkeys(found)]

    def outcome(self, case, got):
        """Return a case with the results and the error of each."""
        return Outcome(case, got, [*map(self.off, got, case.wanted)])

    def results(self, given, axis, size):
        """Return the results for arrays, so many for each case, in the order of the cases."""
        result = self.called(given, **({self.keyword: axis} if self.keyword else {}))
        kind = str(getattr(result, "dtype", type(result).__name__)).replace("torch.", "")
        shape, dtype = tuple(given[0].shape), self.form["name"]
        want = shape if self.single else lengthened(shape, axis, size)
        try:
            result = self.array(result)
            found = tuple(result.shape)
            said = f"returns {kind} of shape {found}, not {want}, for {dtype} of shape {shape}"
            if math.prod(found) != math.prod(want):
                raise Problem(f"{self.name} {said}")
            result = result.reshape(want)
            result = result if self.single else result.swapaxes(-1, axis)
            numbers = [*map(float, result.reshape(-1).tolist())]
        except (TypeError, ValueError):
            raise Problem(f"{self.name} returned {kind}, no numbers") from None
        if found != want:
            self.wrong[said] = True
        elif kind != dtype:
            self.wrong[f"returns {kind} for {dtype}"] = True
        return numbers

    def called(self, given, **rest):
        """Return what the function returns; raises Refusal for what it raises.

        What plain floats raise as an error of arithmetic is returned.
        """
        before = [*map(content, given)] if not (self.floats and self.single) else []
        try:
            with self.context():
                result = self.function(*given, **rest)
        except Exception as failure:
            if self.floats and isinstance(failure, (ArithmeticError, ValueError)):
                return failure
            said = " ".join(str(failure).split())
            raise Refusal(f"{self.name} raised {type(failure).__name__}: {said}") from None
        for name, a, b in zip("xv", given, before):
            if content(a) != b:
                self.wrong[f"changes the {name} that it is given"] = True
        return result

    def off(self, got, wanted):
        """Return the error of one result."""
        key = got, id(wanted)
        if key not in self.known:  # `wanted` is kept with it, that the id remains its own
            self.known[key] = error(got, wanted[0], self.form, *wanted[1:]), wanted
        return self.known[key][0]


def floats(function, result, size, form):
    """Return plain results as floats; raises Problem unless they are `size` of the format."""
    try:
        found = [float(v) for v in result]
    except (TypeError, ValueError):
        kind = type(result[0] if isinstance(result, list) and result else result).__name__
        raise Problem(f"{title(function)} returned {kind}, not a number") from None
    if len(found) != size:
        raise Problem(f"{title(function)} returned {len(found)} numbers, not {size}")
    for value in found:
        if not fits(value, form):
            raise Problem(
                f"{title(function)} returned {value!r}, which is no {form['name']}: round the "
                "result, or use float64, or say whose arrays it takes, --with numpy or torch"
            )
    return found


def by_autograd(function):
    """Return the gradient of a PyTorch function, times v if there is one."""
    import torch

    def gradient(x, v=None, **rest):
        y = function(x.requires_grad_(), **rest)
        return torch.autograd.grad(y, x, torch.ones_like(y) if v is None else v.to(y.dtype))[0]

    gradient.__name__, gradient.__wrapped__ = f"autograd of {title(function)}", function
    return gradient


# What is tried


def ways(subject, count):
    """Yield the leading axes of arrays to hand over, and along which axis the vectors lie."""
    few = -(-count // 24)
    leads = [(), (24 * few,), (LONG,), (6, 4 * few), (2, 3, 4 * few), (0,), (2, 0)]
    if not subject.single:
        leads = [lead for lead in [(), (8,), (2, 4), (0,)] if len(lead) >= subject.least - 1]
    for lead in leads or [(2,) * (subject.least - 1)]:
        for axis in subject.axes(len(lead)):
            yield lead, axis


def alike(cases):
    """Return the cases of the length that is most common."""
    size = Counter(len(case.given[0]) for case in cases).most_common(1)[0][0]
    return [case for case in cases if len(case.given[0]) == size]


def along_first(subject, cases, allowed):
    """Tell whether a function works along the first of two axes, though nothing was said."""
    if subject.single or subject.floats or subject.keyword or subject.axis != -1:
        return False
    try:
        found = subject.together(alike(cases), (8,), 0)
    except Problem:
        return False
    return max(max(outcome.offs) for outcome in found) <= allowed


def plans(subject, cases, long):
    """Yield a sort of arrays, cases, and the axes of one to be made of them."""
    usual = alike(cases)
    for lead, axis in ways(subject, len(usual)):
        each = subject.single and not lead  # an array without axes has one number
        for chosen in [[case] for case in usual[:: len(usual) // 5 + 1]] if each else [usual]:
            yield SORTS[0], chosen, lead, axis
    for case in long:
        for lead in {(1,) * (subject.least - 1), (2,) * max(1, subject.least - 1)}:
            for axis in subject.axes(len(lead)):
                yield SORTS[1], [case], lead, axis


def arrays(subject, cases, long, allowed):
    """Yield of each further array its sort, its name, and its outcomes or why there are none."""
    if subject.floats:
        for case in long:
            yield SORTS[1], f"{len(case.given[0])} numbers", [*subject.alone([case])]
        return
    for sort, chosen, lead, axis in plans(subject, cases, long):
        shape, along = lead, ""
        if not subject.single:
            shape = (*lead, len(chosen[0].given[0]))
        if axis not in (-1, len(lead)):
            shape, last = lengthened(shape, -1, shape[axis]), shape[-1]
            shape, along = lengthened(shape, axis, last), f" along axis {axis}"
        for name, layout in subject.layouts[sort].items():
            if name and (not shape or 0 in shape or (subject.single and shape == (LONG,))):
                continue
            label = f"{shape}{along}{name}"
            try:
                found = subject.together(chosen, lead, axis, layout)
            except Refusal as failure:
                found = Problem(failure) if name else failure
            except Problem as failure:
                found = failure
            yield sort, label, found
            if isinstance(found, Problem) or any(max(each.offs) > allowed for each in found):
                break  # other layouts of it would tell the same


# Telling


def region(x, form, single):
    """Return the name of the region in which an input lies; of a vector its largest element."""
    whole = not single
    x = max(map(abs, x)) if whole else x[0]
    far, name = form["most"] * math.log(2), "|x|" if whole else "x"
    if not math.isfinite(x):
        return "inf, nan"
    if abs(x) < 2.0 ** form["least"]:
        return "0, subnormal"
    if abs(x) <= 1:
        return "|x| to 1" if whole else "-1 to 1"
    if abs(x) > far:  # exp(|x|) overflows
        return f"{name} < -{far:.4g}" if x < 0 else f"{name} > {far:.4g}"
    return f"-{far:.4g} to -1" if x < 0 else f"1 to {far:.4g}"


def shown(value, digits):
    """Return an input, a result or an exact value, shortened."""
    if isinstance(value, list):
        return f"[{', '.join(shown(v, digits) for v in value)}]"
    if value is None:
        return "anything"
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, str) and value not in ("inf", "-inf", "nan"):
        value = Decimal(float.fromhex(value)) if "x" in value else Decimal(value)
        value = Context(digits).create_decimal(value).normalize()
        return format(value, "f" if -5 < value.adjusted() < digits else "e")
    return f"{float(value):.{digits}g}"


def told(outcome, form, digits):
    """Return the largest error of an outcome, and a line about it."""
    x, got, want = outcome.case.given[0], outcome.got, [text for text, *_ in outcome.case.wanted]
    off, remark = max(outcome.offs), ""
    if len(x) > LISTED:
        worst, other = outcome.offs.index(off), len(x) // 3
        but = f" but {shown(x[other], digits)} at {other}" * (x[0] != x[other])
        x = f"{len(x)} times {shown(x[0], digits)}{but}, element {worst}"
        got, want = got[worst], want[worst]
    else:
        x, got, want = (u[0] if len(u) == 1 else u for u in (x, got, want))
        x = shown(x, digits)
    if outcome.case.sides:
        ours, theirs = (side(v, outcome.case.sides, form) for v in (want, got))
        remark = f"; at this jump the formula has the {ours} value, this the {theirs} one"
    got, want = shown(got, digits), shown(want, digits + 2)
    return off, f"x = {x}: got {got}, exact {want}, {off:.3g} ULP{remark}"


def side(value, sides, form):
    """Return which value at a jump this is."""
    value = float(number(value)) if isinstance(value, str) else value
    left, right = map(number, sides)
    names = {"left": left, "right": right, "middle": (left + right) / 2}
    near = (name for name, v in names.items() if error(value, str(v), form) <= 1)
    return next(near, "wrong")


def convention(outcome, form, allowed):
    """Return where a slope at a kink is right and not the formula's; None if it is not so."""
    (x, *_), slope, (want, *_) = outcome.case.given[0], outcome.case.slope, outcome.case.wanted[0]
    got = outcome.got[0]
    if not isinstance(want, list) or slope is None or outcome.offs[0] > allowed:
        return None
    if error(got, slope, form) <= allowed:
        return None
    got, slope, low, high = (shown(v, 4) for v in (got, slope, *want))
    return (
        f"by convention {got} at x = {x + 0:g}: the formula has {slope}, {low} to {high} is right"
    )


def defaults(record):
    """Return the parameters at which the values hold: the default ones."""
    return "".join(f", {k} = {v:g}" for k, v in record.get("parameters", {}).items())


def check(
    function,
    name,
    dtype="float64",
    order=0,
    library="floats",
    ulp=None,
    everything=False,
    axis=None,
):
    """Print the error of a function per region, in ULP, and the inputs where it breaks.

    `order` is 0 for f, 1 for its derivative (for a function of vectors: v times the Jacobian,
    called as function(x, v)). It is called with arrays of the `library`, "numpy" or "torch", or
    with plain floats. A function of vectors works along `axis`, by default the last or the one that
    it is told. Returns whether all errors are at most `ulp` and nothing else is wrong; raises
    Problem if there is nothing to check.
    """
    data = load()
    name, dtype = find(data["functions"], name, "function"), find(data["formats"], dtype, "dtype")
    record, form = data["functions"][name], data["formats"][dtype]
    single = "points" in record
    if axis is not None and (single or library == "floats"):
        raise Problem(f"{name} has no axis" if single else "--axis is of arrays: --with them")
    subject = Subject(function, form, library, single, axis)
    allowed = form["tolerance"] if ulp is None else ulp
    digits = 2 + math.floor(form["precision"] * math.log10(2))
    label = "f" if not order else "f'" if single else "v J"
    of = f"{label} of {name}{defaults(record)}"
    groups, right, notes, refused = {}, [], {}, {}
    try:
        for outcome in subject.alone([*cases(record, form, order)]):
            where = region(outcome.case.given[0], form, single)
            groups.setdefault(where, []).append(told(outcome, form, digits))
            notes[convention(outcome, form, allowed)] = True
            if max(outcome.offs) <= allowed:
                right.append(outcome.case)
    except Refusal as failure:
        hint = "one of single floats goes without --with" if single else "one of batches: --axis 1"
        hint = f" ({hint})" if library != "floats" and axis is None else ""
        raise Problem(f"{failure}{hint}") from None
    inputs = sum(map(len, groups.values()))
    print(f"{subject.name} as {of}, {dtype}, {allowed:g} ULP allowed")
    further = arrays(subject, right, [*long_cases(record, form, order)], allowed) if right else ()
    for sort, label, found in further:
        if isinstance(found, Refusal):
            refused[f"not {label}: {found}"] = True
        elif isinstance(found, Problem):
            groups.setdefault(sort, []).append((math.inf, f"{label}: {found}"))
        else:
            worst = max(found, key=lambda outcome: max(outcome.offs), default=None)
            off, text = told(worst, form, digits) if worst else (0.0, "")
            groups.setdefault(sort, []).append((off, f"{label}: {text}"))
    for where, rows in groups.items():
        broken = [text for off, text in rows if off > allowed]
        noun = ("array" if where in SORTS else "input") + "s" * (len(rows) > 1)
        ends = f", breaks at {len(broken)}:" if broken else ""
        print(f"  {where:16}{len(rows):4} {noun}, at most {max(rows)[0]:.3g} ULP{ends}")
        if not everything and len(broken) > SHOWN:
            broken = [broken[n * (len(broken) - 1) // (SHOWN - 1)] for n in range(SHOWN)]
        for text in broken:
            print(f"    {text}")
    for line in (*filter(None, notes), *refused, *subject.wrong):
        print(f"  {line}")
    rows = [*itertools.chain(*groups.values())]
    broken = [off > allowed for off, _ in rows]
    if any(broken[inputs:]) and along_first(subject, right, allowed):
        print("  along the first axis it is right: if that is meant, --axis 0")
    counts = (broken[:inputs], "inputs"), (broken[inputs:], "arrays")
    said = ", ".join(f"{sum(each)} of {len(each)} {noun}" for each, noun in counts if any(each))
    if said:
        print(f"  breaks at {said}")
    else:
        part = "in all that it takes" if refused else "everywhere"
        print(f"  right {'but for that' if subject.wrong else part}")
    return not said and not subject.wrong


def imported(path):
    """Return the callable that module:name stands for; raises Problem where there is none."""
    module, _, name = path.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        function = functools.reduce(getattr, name.split("."), importlib.import_module(module))
    except Exception as failure:
        said = " ".join(str(failure).split())
        raise Problem(f"cannot import {path}: {type(failure).__name__}: {said}") from None
    if not callable(function):
        raise Problem(f"{path} is {type(function).__name__}, which cannot be called")
    return function


def main():
    """Do what the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", help="of the function, or another name of it")
    parser.add_argument("function", nargs="?", help="yours, as module:name")
    parser.add_argument("--grad", help="its derivative, as module:name; x, v → v J for vectors")
    parser.add_argument("--dtype", default="float64", help="float16, bfloat16, float32 or float64")
    parser.add_argument("--with", dest="library", default="floats", choices=["numpy", "torch"])
    parser.add_argument("--axis", type=int, help="along which it works, if not the last")
    parser.add_argument("--ulp", type=float, help="how far a result may be off")
    parser.add_argument("--all", action="store_true", help="show every input at which it breaks")
    parser.add_argument("--list", action="store_true", help="name all functions")
    given = parser.parse_args()
    try:
        if given.list:
            for name, record in load()["functions"].items():
                print(f"{name}{defaults(record)}: {record['title']}")
            return 0
        if not given.function:
            parser.error("say which function, and where yours is: gelu mymodule:gelu")
        functions = [imported(given.function)]
        if given.grad:
            functions.append(imported(given.grad))
        elif given.library == "torch":
            functions.append(by_autograd(functions[0]))
        rest = (given.library, given.ulp, given.all, given.axis)
        right = [check(f, given.name, given.dtype, o, *rest) for o, f in enumerate(functions)]
        return 0 if all(right) else 1
    except Problem as problem:
        print(f"check.py: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # what is cut short, as by head, ends quietly
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
