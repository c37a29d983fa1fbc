"""Where PyTorch departs from the exact function: measure it, state it, hold the statement true.

`python scripts/departures.py` measures every activation at each CPU capability that this machine
has and writes docs/measured/departures.json. The tests measure again and compare.

A departure is a run of inputs at which f or f' is further from exact than the tolerance of its
dtype, or one of the inputs -inf, +inf and nan at which it is not the limit (nan for nan). What is
wrong in a snippet is none: see `slips`.
"""

import contextlib
import datetime
import functools
import importlib.metadata
import json
import math
import os
import platform
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import sympy as sp

import derive
import verify
from catalog import Activation, catalog, in_torch, pick
from exact import Exact
from project import ROOT, Problem, write_whole

FILE = ROOT / "docs" / "measured" / "departures.json"
COMMAND = "make measure"
CAPABILITIES = ("default", "avx2", "avx512")
ROUNDING = 2.0**-44  # of float64, what its rounding in a formula may come to near 0
GAP = 0.01  # of all inputs: so many good ones in a row end a region
EDGE, WIDTH, SIZE = 0.05, 0.02, 2.0  # how far an edge and a size may differ between machines
Record = dict[str, Any]


def capability() -> str:
    """Return the instruction set that torch uses here, as it names it: DEFAULT, AVX2 or AVX512."""
    import torch

    return torch.backends.cpu.get_cpu_capability()


def regions(bad: np.ndarray, points: np.ndarray) -> list[tuple[int, int]]:
    """Return runs of bad points as pairs of indices; a short stretch of good ones is bridged."""
    at, side = np.flatnonzero(bad), np.sign(points)
    apart = (np.diff(at) > 1 + GAP * len(points)) | (side[at[1:]] * side[at[:-1]] <= 0)
    starts = at[np.concatenate([[True], apart])] if len(at) else at
    ends = at[np.concatenate([apart, [True]])] if len(at) else at
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def measure(activation: Activation) -> list[Record]:
    """Return the departures of one activation on this machine, at every setting and dtype."""
    records = []
    for setting in activation.settings():
        for order in (0, 1):
            for form in verify.FORMATS.values():
                head = {
                    "function": activation.name,
                    "parameters": setting,
                    "order": order,
                    "dtype": form.name,
                }
                for find in (_of_finite, _of_ends):
                    with contextlib.suppress(verify.UnsupportedError):
                        records += [head | r for r in find(activation, order, setting, form)]
    return records


def conventions(
    activation: Activation, setting: verify.Setting
) -> list[tuple[sp.Expr, int, float, list[float]]]:
    """Return, for f and f' at each breakpoint, the exact value and what the module gives.

    In float64, in which the breakpoints of a setting are numbers; in vector and in scalar code.
    """
    form, x, found = verify.FORMATS["float64"], activation.x, []
    for cut in derive.breakpoints(activation.at(0, setting), x):
        at = np.array([float(cut)])
        for order in (0, 1) if sp.Rational(at[0]) == cut else ():
            want = float(Exact(activation.at(order, setting), x).ball(at[0]))
            here = (activation, order, setting, form, at)
            both = [float(verify.torch_values(*here, strided)[0]) for strided in (False, True)]
            found.append((cut, order, want, both))
    return found


def slips(activation: Activation) -> list[str]:
    """Return a line for each thing that is wrong in the snippet, and no departure of PyTorch.

    At a breakpoint the formula has the value and the slope that its module gives; and a module
    that is not torch's own is the function, up to rounding, in float64 where |x| ≤ NEAR.
    """
    form, lines = verify.FORMATS["float64"], []

    def slip(order: int, setting: verify.Setting, at: float, got: float, want: float) -> None:
        name = f"{activation.name}{chr(39) * order}"
        lines.append(
            f"snippets/{activation.name}.py: {name} at {at!r} is {want!r} by the formula, "
            f"{got!r} by the module {setting or ''}"
        )

    for setting in activation.settings():
        for cut, order, want, both in conventions(activation, setting):
            for got in dict.fromkeys(both):
                if not verify.agree(got, want, form):
                    slip(order, setting, float(cut), got, want)
        for order in () if in_torch(activation) else (0, 1):
            points = verify.inputs(activation, form)
            exact = verify.reference(activation, order, setting, form)
            y = verify.torch_values(activation, order, setting, form, points)
            off = verify.absolute(y, exact, form) / np.maximum(1, np.abs(exact.nearest))
            i = int(np.argmax(np.where(np.abs(points) <= verify.NEAR, off, 0)))
            if off[i] > ROUNDING:
                slip(order, setting, *map(float, (points[i], y[i], exact.nearest[i])))
    return lines


def _of_finite(
    activation: Activation, order: int, setting: dict[str, float], form: verify.Format
) -> Iterable[Record]:
    points = verify.inputs(activation, form)
    exact = verify.reference(activation, order, setting, form)
    both = [
        verify.torch_values(activation, order, setting, form, points, strided)
        for strided in (False, True)
    ]
    off = [verify.errors(y, exact, form) for y in both]
    bad = [o > form.tolerance for o in off]
    for low, high in regions(bad[0] | bad[1], points):
        here = slice(low, high + 1)
        way = int(off[1][here].max() > off[0][here].max())
        i = low + int(np.argmax(off[way][here]))
        code = (
            "any"
            if all(b[here].any() for b in bad)
            else ("scalar" if bad[1][here].any() else "vector")
        )
        yield {
            "code": code,
            "region": [float(points[low]), float(points[high])],
            "ulp": _short(off[way][i]),
            "relative": _short(verify.shares(both[way], exact, form)[here].max()),
            "input": float(points[i]),
            "got": _json(both[way][i]),
            "exact": float(exact.nearest[i]),
        }


def _of_ends(
    activation: Activation, order: int, setting: dict[str, float], form: verify.Format
) -> Iterable[Record]:
    for point, want in verify.ends(activation, order, setting).items():
        row = np.full(256, point)
        got = [
            float(verify.torch_values(activation, order, setting, form, row, strided)[0])
            for strided in (False, True)
        ]
        wrong = [not verify.agree(g, want, form) for g in got]
        if any(wrong):
            yield {
                "code": "any" if all(wrong) else ("scalar" if wrong[1] else "vector"),
                "input": _json(point),
                "got": _json(got[wrong.index(True)]),
                "exact": _json(want),
            }


def _json(value: float) -> float | str:
    """Return a number as JSON can hold it: inf and nan by name."""
    return float(value) if math.isfinite(value) else str(float(value))


def _short(value: float) -> float | str:
    return float(f"{value:.4g}") if math.isfinite(value) else str(float(value))


def same(stated: Record, measured: Record) -> bool:
    """Tell whether a measured departure is the stated one: same place, same size, within bounds."""
    keys = {"function", "parameters", "order", "dtype", "code"}
    if any(stated[k] != measured[k] for k in keys) or ("region" in stated) != (
        "region" in measured
    ):
        return False
    if "region" not in stated:
        return all(stated[k] == measured[k] for k in ("input", "got", "exact"))
    if math.isfinite(float(stated["got"])) != math.isfinite(float(measured["got"])):
        return False
    low, high = stated["region"]
    edges = zip(stated["region"], measured["region"], strict=True)
    if any(abs(a - b) > max(EDGE * abs(a), WIDTH * (high - low)) for a, b in edges):
        return False
    sizes = ([float(r[key]) for r in (stated, measured)] for key in ("ulp", "relative"))
    return all(a == b or (b and 1 / SIZE <= a / b <= SIZE) for a, b in sizes)


def compare(stated: list[Record], measured: list[Record]) -> list[str]:
    """Return a line for each stated departure that is gone and each measured one not stated.

    One that is stated twice is named, too.
    """
    twice = [r for i, r in enumerate(stated) if any(same(r, other) for other in stated[:i])]
    return [f"stated twice: {describe(record)}" for record in twice] + [
        f"{word}: {describe(record)}"
        for word, records, others in (
            ("gone", stated, measured),
            ("new", measured, stated),
        )
        for record in records
        if not any(same(record, other) for other in others)
    ]


def misquoted(activation: Activation, records: Iterable[Record]) -> list[str]:
    """Return a line for each record whose example is not what it says, by exact values."""
    lines = []
    for r in (r for r in records if "region" in r):
        form, (low, high) = verify.FORMATS[r["dtype"]], r["region"]
        exact = Exact(activation.at(r["order"], r["parameters"]), activation.x)
        value = exact.rounded([r["input"]])
        off = verify.errors(np.array([float(r["got"])]), value, form)[0]
        right = r["exact"] == float(value.nearest[0]) and _short(off) == r["ulp"]
        if not (right and low <= r["input"] <= high):
            lines.append(f"wrong example: {describe(r)}")
    return lines


def describe(record: Record) -> str:
    """Return a record as one line of text."""
    name = record["function"] + "′" * record["order"]
    place = (
        "…".join(f"{v:.6g}" for v in record["region"]) if "region" in record else record["input"]
    )
    size = f"{record['ulp']} ULP" if "ulp" in record else f"{record['got']}, not {record['exact']}"
    where = f"{name} {record['parameters'] or ''} {record['dtype']} at {place}"
    return f"{where}: {size} ({record['code']})"


@functools.cache
def stated() -> dict[str, Any]:
    """Return the committed measurements; raises Problem when there are none."""
    if not FILE.exists():
        raise Problem(f"docs/measured/{FILE.name} is missing: run `{COMMAND}`")
    return json.loads(FILE.read_text())


def at(kind: str) -> list[Record] | None:
    """Return the stated departures for a capability; None: never measured."""
    data = stated()
    if kind not in data["capabilities"]:
        return None
    records = (dict(r) for r in data["records"])
    return [r for r in records if kind in r.pop("capabilities")]


def of(activation: Activation, kind: str) -> list[Record] | None:
    """Return the stated departures of one activation for a capability; None: never measured."""
    if activation.name not in stated()["functions"].get(kind, ()):
        return None
    return [r for r in at(kind) or () if r["function"] == activation.name]


def joined(measured: dict[str, list[Record]]) -> Record:
    """Return the departures of several capabilities as FILE holds them: what is the same, once.

    What one of them holds twice stays there twice, for `compare` to name.
    """
    found: dict[tuple[str, int], list[str]] = {}
    for kind, records in measured.items():
        times: Counter[str] = Counter()
        for record in records:
            text = json.dumps(record, allow_nan=False)
            found.setdefault((text, times[text]), []).append(kind)
            times[text] += 1
    records = [json.loads(text) | {"capabilities": kinds} for (text, _), kinds in found.items()]
    settings, dtypes = [r["parameters"] for r in records], list(verify.FORMATS)

    def place(r: Record) -> tuple:
        number = settings.index(r["parameters"]), r["order"], dtypes.index(r["dtype"])
        return r["function"], *number, "region" not in r, r.get("region", [0])[0]

    return {"capabilities": list(measured), "records": sorted(records, key=place)}


def write() -> None:
    """Measure at every capability of this machine, each in a process of its own, and write FILE."""

    def run(kind: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, __file__, "--here"],
            env=os.environ | {"ATEN_CPU_CAPABILITY": kind},
            capture_output=True,
            text=True,
        )

    results = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = list(pool.map(run, CAPABILITIES))
    for kind, done in zip(CAPABILITIES, measured, strict=True):
        if done.returncode:
            raise Problem(f"measuring at {kind} failed:\n{done.stderr.strip()}")
        answer = json.loads(done.stdout)
        results[answer["capability"]] = answer["records"]
        print(f"{answer['capability']}: {len(answer['records'])} departures", file=sys.stderr)
    old = {kind: at(kind) or [] for kind in stated()["capabilities"]} if FILE.exists() else {}
    known = stated()["functions"] if FILE.exists() else {}
    data = {
        "command": COMMAND,
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {platform.system()}",
        "versions": _versions(),
        "tolerance_ulp": {f.name: f.tolerance for f in verify.FORMATS.values()},
        "functions": known | {kind: [a.name for a in catalog()] for kind in results},
        **joined(old | results),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    write_whole(FILE, _lines(data) + "\n")


def _versions() -> dict[str, str]:
    return {p: importlib.metadata.version(p) for p in ("torch", "numpy", "python-flint")}


def drift() -> list[str]:
    """Measure here and return how that differs from what is stated, a line for each difference.

    Raises Problem if nothing is stated for this CPU capability.
    """
    kind, found = capability(), []
    for activation in catalog():
        records = of(activation, kind)
        if records is None:
            raise Problem(
                f"{activation.name} was not measured at the CPU capability {kind}: run `{COMMAND}`"
            )
        found += [*slips(activation), *compare(records, measure(activation))]
    return found


def _lines(data: dict[str, Any]) -> str:
    """Return JSON with one line for each record: what a change of one means is then plain."""
    parts = [*data["functions"].values(), *data["records"]]
    held = iter([json.dumps(part, allow_nan=False) for part in parts])
    short = {"functions": dict.fromkeys(data["functions"], "@")}
    text = json.dumps(data | short | {"records": ["@" for _ in data["records"]]}, indent=1)
    return re.sub('"@"', lambda _: next(held), text)


def main(arguments: list[str]) -> None:
    """Write FILE; with a name, print the departures of that activation on this machine.

    With `--drift` print how those of this machine and its versions differ from FILE.
    """
    import torch

    torch.set_num_threads(1)
    if arguments == ["--here"]:
        if lines := [line for a in catalog() for line in slips(a)]:
            raise Problem("\n".join(lines))
        records = [r for a in catalog() for r in measure(a)]
        print(json.dumps({"capability": capability(), "records": records}, allow_nan=False))
    elif arguments == ["--drift"]:
        lines = drift()
        print(f"stated with {stated()['versions']}, measured with {_versions()}:", *lines, sep="\n")
        print(f"{len(lines)} stated departures are gone or new")
        sys.exit(bool(lines))
    elif arguments:
        for name in arguments:
            print("\n".join([*slips(pick(name)), *map(describe, measure(pick(name)))]))
    else:
        write()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Problem as problem:
        sys.exit(str(problem))
