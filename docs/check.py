"""Check your own implementation of an activation function against exact values.

    python check.py gelu mymodule:gelu --dtype float32 --with numpy
    python check.py gelu mymodule:gelu --grad mymodule:gelu_grad
    python check.py --list

or in Python: `from check import check; check(my_gelu, "gelu", "float32", library="numpy")`.
It needs Python 3.9 or newer, and reference.json beside it; NumPy or PyTorch only if you name them.
The exit status is 0 if every result is near enough, 1 if one is not, 2 if there was no check.

SPDX-License-Identifier: MIT-0
"""

import argparse
import difflib
import functools
import importlib
import json
import math
import os
import signal
import sys
from contextlib import nullcontext
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path

SHOWN = 3  # inputs at which it breaks, in each region


class Problem(Exception):
    """Why there is no check: one line for the person who asked for it."""


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


# Calling the function


def maker(library, dtype):
    """Return what makes an argument of a list of numbers, and a context to call in."""
    try:
        if library == "numpy":
            import numpy as np

            return functools.partial(np.array, dtype=np.dtype(dtype)), np.errstate(all="ignore")
        if library == "torch":
            import torch

            return functools.partial(torch.tensor, dtype=getattr(torch, dtype)), nullcontext()
    except (ImportError, TypeError) as failure:  # TypeError: NumPy has no bfloat16
        raise Problem(f"no {dtype} with {library}: {failure}") from None
    return (lambda numbers: numbers), nullcontext()


def call(function, given, size, form, library):
    """Return a list of `size` results; where plain floats raise an error of arithmetic, that."""
    dtype = form["name"]
    make, context = maker(library, dtype)
    try:
        with context:
            result = function(*map(make, given))
    except Exception as failure:
        if library == "floats" and isinstance(failure, (ArithmeticError, ValueError)):
            return [failure] * size
        said = " ".join(str(failure).split())
        raise Problem(f"{title(function)} raised {type(failure).__name__}: {said}") from None
    if library == "floats":
        return floats(function, result if isinstance(given[0], list) else [result], size, form)
    kind = str(getattr(result, "dtype", type(result).__name__)).replace("torch.", "")
    shape = tuple(getattr(result, "shape", ()))
    if (kind, shape) != (dtype, (size,)):
        raise Problem(
            f"{title(function)} returned {kind} of shape {shape} for {dtype} of shape "
            f"({len(given[0])},): it must be {dtype} of shape ({size},)"
        )
    return result.tolist()


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


def title(function):
    """Return what messages call a function."""
    return getattr(function, "__name__", None) or type(function).__name__


def by_autograd(function):
    """Return the gradient of a PyTorch function, times v if there is one."""
    import torch

    def gradient(x, v=None):
        y = function(x.requires_grad_())
        return torch.autograd.grad(y, x, torch.ones_like(y) if v is None else v)[0]

    gradient.__name__ = f"autograd of {title(function)}"
    return gradient


def results(function, record, form, order, library):
    """Yield (input, result, what is right, error) for each input that is a number of the dtype."""
    if "vectors" in record:
        for x, v, f, of_f, product, of_product in record["vectors"][form["name"]]:
            given = [[float.fromhex(u) for u in x], [float.fromhex(u) for u in v]][: order + 1]
            wanted, units = ((f, of_f), (product, of_product))[order]
            if wanted is not None:
                got = call(function, given, len(wanted), form, library)
                off = (error(*t[:2], form, number(t[2])) for t in zip(got, wanted, units))
                yield given[0], got, wanted, max(off)
        return
    rows = [row for row in record["points"] if fits(float.fromhex(row[0]), form)]
    points = [float.fromhex(row[0]) for row in rows]
    if library == "floats":
        got = [call(function, [x], 1, form, library)[0] for x in points]
    else:
        got = call(function, [points], len(points), form, library)
    for row, x, y in zip(rows, points, got):
        more = record["slopes"][order].get(row[0])
        more = Fraction(more) * ulp(Fraction(x), form) if more else 0
        yield x, y, row[1 + order], error(y, row[1 + order], form, more=more)


# Telling


def region(x, form):
    """Return the name of the region in which an input lies; of a vector its largest element."""
    whole = isinstance(x, list)
    x = max(map(abs, x)) if whole else x
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
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, str) and value not in ("inf", "-inf", "nan"):
        value = Decimal(float.fromhex(value)) if "x" in value else Decimal(value)
        value = Context(digits).create_decimal(value).normalize()
        return format(value, "f" if -5 < value.adjusted() < digits else "e")
    return f"{float(value):.{digits}g}"


def defaults(record):
    """Return the parameters at which the values hold: the default ones."""
    return "".join(f", {k} = {v:g}" for k, v in record.get("parameters", {}).items())


def check(function, name, dtype="float64", order=0, library="floats", ulp=None, everything=False):
    """Print the error of a function per region, in ULP, and the inputs where it breaks.

    `order` is 0 for f, 1 for its derivative (for a function of vectors: v times the Jacobian,
    called as function(x, v)). It is called with an array of the `library`, "numpy" or "torch", or
    with plain floats. Returns whether all errors are at most `ulp`; raises Problem if there is
    nothing to check.
    """
    data = load()
    name, dtype = find(data["functions"], name, "function"), find(data["formats"], dtype, "dtype")
    record, form = data["functions"][name], data["formats"][dtype]
    allowed = form["tolerance"] if ulp is None else ulp
    digits = 2 + math.floor(form["precision"] * math.log10(2))
    found, regions = list(results(function, record, form, order, library)), {}
    for row in found:
        regions.setdefault(region(row[0], form), []).append(row)
    label = "f" if not order else "v J" if "vectors" in record else "f'"
    of = f"{label} of {name}{defaults(record)}"
    print(f"{title(function)} as {of}, {dtype}, {allowed:g} ULP allowed")
    for where, rows in regions.items():
        broken = [row for row in rows if row[3] > allowed]
        worst = max(row[3] for row in rows)
        ends = f", breaks at {len(broken)}:" if broken else ""
        inputs = "inputs" if len(rows) > 1 else "input"
        print(f"  {where:16}{len(rows):4} {inputs}, at most {worst:.3g} ULP{ends}")
        if not everything and len(broken) > SHOWN:
            broken = [broken[n * (len(broken) - 1) // (SHOWN - 1)] for n in range(SHOWN)]
        for x, got, want, off in broken:
            got, want = shown(got, digits), shown(want, digits + 2)
            print(f"    x = {shown(x, digits)}: got {got}, exact {want}, {off:.3g} ULP")
    broken = [row for row in found if row[3] > allowed]
    print(f"  breaks at {len(broken)} of {len(found)} inputs" if broken else "  right everywhere")
    return not broken


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
        rest = (given.library, given.ulp, given.all)
        right = [check(f, given.name, given.dtype, o, *rest) for o, f in enumerate(functions)]
        return 0 if all(right) else 1
    except Problem as problem:
        print(f"check.py: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # what is cut short, as by head, ends quietly
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
