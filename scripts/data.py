"""A function as a record for machines: what its page says, as JSON, and its figure as pictures.

docs/data/activations.schema.json says what each entry means; publish.py joins the records.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp
from flint import arb

import derive
import figures
import page
import relations
import vector
import verify
from catalog import Activation, Vector, pick
from project import Problem, colours, site_name
from tex import tex

DIGITS = 30  # of an enclosure
BALL = re.compile(r"\[(?:(\S+) )?\+/- (\S+)\]|([^\s[]+)")
EXPORTED = {"ExprCondPair": "Tuple", "AccumulationBounds": "AccumBounds"}  # by `import sympy`
Record = dict[str, Any]


# Numbers, sets, formulas


def real(value: float) -> float | str:
    """Return a float as JSON can say it: inf, −inf and nan as texts."""
    return value if math.isfinite(value) else str(value)


def exactly(expression: sp.Basic) -> str:
    """Return SymPy code that makes this expression; raises Problem unless it does."""
    bound = {d: sp.Symbol(d.name, integer=True) for d in expression.atoms(sp.Dummy)}
    expression = expression.xreplace(bound)  # the number of a dummy differs from run to run
    text = sp.srepr(expression)
    for private, public in EXPORTED.items():
        text = text.replace(f"{private}(", f"{public}(")
    made = eval(text, dict(vars(sp)))
    if made != expression and str(made) != str(expression):  # factors may lie in another order
        raise Problem(f"the SymPy code of {expression} makes another expression")
    return text


def enclosure(ball: arb) -> Record:
    """Return decimal numbers: the exact one is at most `radius` from `midpoint`."""
    found = BALL.fullmatch(ball.str(DIGITS))
    if not found:
        raise Problem(f"cannot write {ball} as decimals")
    return {"midpoint": found[1] or found[3] or "0", "radius": found[2] or "0"}


def number(value: derive.Number, activation: Activation) -> Record:
    """Return a number: in closed form if there is one, and enclosed, parameters at defaults."""
    if isinstance(value, arb):
        return {"latex": tex(value), **enclosure(value)}
    said = {"latex": tex(value, activation.parameters), "srepr": exactly(value)}
    here = value.subs(activation.decimals)
    closed = here.is_number and here.is_finite and not isinstance(here, sp.AccumBounds)
    return said | (enclosure(derive.as_ball(here)) if closed else {})


def numbers(values: Iterable[derive.Number], activation: Activation) -> list[Record]:
    """Return several numbers."""
    return [number(value, activation) for value in values]


def formulas(name: str, every: Mapping[str, page.Formula], shown: Iterable[str]) -> Record:
    """Return equations in LaTeX, their right sides as SymPy code; an `id` if they are displayed."""
    return {
        key: ({"id": f"{name}.{key}"} if key in shown else {})
        | {"latex": f"{said.left} = {said.right}", "srepr": exactly(said.expression)}
        for key, said in every.items()
    }


# Facts of functions of numbers


def _interval(span: derive.Range, activation: Activation) -> Record:
    if isinstance(span, sp.Set):
        ends = {"low": number(span.inf, activation), "high": number(span.sup, activation)}
        return ends | {"srepr": exactly(span)}
    ends = {key: number(v, activation) for key, v in (("low", span.start), ("high", span.end))}
    return ends | {"low_open": bool(span.left_open), "high_open": bool(span.right_open)}


def _solutions(found: derive.Solutions, activation: Activation) -> Record:
    closed, boxes = found
    return {"srepr": exactly(closed), "others": numbers(boxes, activation)}


def values(activation: Activation) -> Record:
    """Return the derived facts by the keys of `page.rows`, those of which there is more to say."""
    facts = derive.facts(activation)
    both = {
        key: dict(zip(("left", "right"), numbers(ends, activation), strict=True))
        for key, ends in zip(("limits", "df.limits"), facts.limits, strict=True)
    }
    runs = [
        {"low": low, "high": high, "sign": run.sign}
        for run in facts.monotone[facts.wave :]
        for low, high in [numbers((run.low, run.high), activation)]
    ]
    turns = [
        {"at": at, "value": value, "kind": "minimum" if low else "maximum"}
        for *pair, low in facts.turns
        for at, value in [numbers(pair, activation)]
    ]
    steepest, at = facts.lipschitz
    curved = {"convex": bool(facts.convex), "concave": bool(facts.concave)}
    moments = ("at_zero", "mean", "second_moment", "gain", "slope_moment", "carried")
    found = {
        "range": _interval(facts.range, activation),
        **both,
        "zeros": _solutions(facts.zeros, activation),
        "fixed_points": _solutions(facts.fixed, activation),
        "symmetry": facts.symmetry,
        "monotonicity": runs,
        "extrema": turns,
        "convexity": curved,
        "inflections": numbers(facts.inflections, activation),
        "smoothness": "infinity" if facts.smoothness is None else facts.smoothness,
        "lipschitz": {
            "value": number(steepest, activation),
            "at": None if at is None else number(at, activation),
        },
        **{key: number(getattr(facts, key), activation) for key in moments},
    }
    for count, identity in enumerate(relations.identities(activation), 1):
        found[f"identity.{count}"] = {
            "latex": tex(identity),
            "stated": activation.identities[count - 1],
        }
    for name in activation.near:
        gap = relations.gap(activation, pick(name))
        places = numbers(gap.places, activation)
        found[f"gap.{name}"] = {"to": name, "size": number(gap.size, activation), "at": places}
    return found


def facts(name: str, rows: Iterable[page.Row], known: Mapping[str, Any]) -> Record:
    """Return the rows of the table of facts, with the values that are known."""
    found = {}
    for row in rows:
        said = {"id": f"{name}.{row.key}", "label": row.label, "text": row.text}
        found[row.key] = said | ({"value": known[row.key]} if row.key in known else {})
    if missing := set(known) - set(found):
        raise Problem(f"{name}: no row says {', '.join(sorted(missing))}")
    return found


def _parameters(activation: Activation) -> list[Record]:
    return [
        {
            "name": p.symbol.name,
            "srepr": exactly(p.symbol),
            "domain": {"text": str(p.domain), "srepr": exactly(p.domain)},
            "default": p.default,
            "learned": p.symbol.name in activation.learned,
        }
        for p in activation.parameters
    ]


def _relations(relations: Iterable[sp.Basic]) -> list[Record]:
    return [{"text": str(relation), "srepr": exactly(relation)} for relation in relations]


def _kinks(kinks: Iterable[derive.Kink], activation: Activation) -> list[Record]:
    """Return the kinks; `order` is that of the derivative that jumps."""
    return [
        {
            "at": number(kink.at, activation),
            "order": kink.order,
            "jump": numbers(kink.jump, activation),
            "slopes": numbers(kink.slopes, activation),
        }
        for kink in kinks
    ]


def _edges(activation: Activation) -> list[Record]:
    form = verify.FORMATS["float32"]
    return [
        {
            "order": order,
            "dtype": form.name,
            "x": real(edge.x),
            "exact": None if edge.exact is None else real(edge.exact),
            "numpy": real(edge.voices[0]),
            **dict(zip(("torch", "torch_strided"), map(real, edge.voices[1:]), strict=True)),
        }
        for order in (0, 1)
        for edge in page.edges(activation, order, form)
    ]


def _of_vector(edge: vector.Edge) -> Record:
    """Return values at one place; those that are undefined are null."""
    voices = ([real(float(value)) for value in voice] for voice in edge.voices)
    undefined = any(map(math.isnan, edge.exact))
    found = {
        "x": list(map(real, edge.x)),
        "exact": None if undefined else list(map(real, edge.exact)),
    }
    return found | dict(zip(("numpy", "torch"), voices, strict=True))


def _naive(activation: Activation) -> list[Record]:
    return [
        {"order": order, "expression": text, "breaks": page.failures(activation, text, order)}
        for order, texts in enumerate((activation.naive, activation.naive_grad))
        for text in texts
    ]


def _proof(activation: Activation) -> Record:
    """Return what is proved of the NumPy source, rounding left aside."""
    proof, found = page.proved(activation), {}
    learned = zip((f"d_{name}" for name in activation.learned), proof.learned, strict=True)
    for key, part in (("f", proof.function), ("df", proof.gradient), *learned):
        relative, absolute = page.bounds(part)
        found[key] = {"kind": part.kind, "relative": relative, "absolute": absolute}
    return found


def _exceptions(activation: Activation) -> list[Record]:
    return [
        {
            **({"by": part.by} if part.by else {"order": e.order}),
            "region": [real(e.low), real(e.high)],
            "reason": e.reason,
            "errors": page.excess(part, e),
        }
        for part, e in page.excused(activation)
    ]


def _errors(activation: Activation) -> list[Record]:
    found = []
    for form in verify.FORMATS.values():
        for voice in ("NumPy", "PyTorch"):
            if voice == "NumPy" and form.name not in verify.NUMPY_DTYPES:
                continue
            for part, order in activation.computed:
                worst = page.worst(part, voice, order, form.name)
                if worst:
                    found.append(
                        {
                            "voice": voice,
                            **({"by": part.by} if part.by else {"order": order}),
                            "dtype": form.name,
                            "ulp": real(worst.ulps),
                            "relative": real(worst.relative),
                            "absolute": real(worst.absolute),
                            "at": real(worst.at),
                            "got": real(worst.got),
                            "exact": real(worst.exact),
                            "inputs": worst.points,
                            "exhaustive": form.precision < 16,
                        }
                    )
    return found


# Records


def _common(function: Activation | Vector) -> Record:
    kept = ("name", "title", "summary", "family", "descends", "aliases", "cells")
    found = {key: getattr(function, key) for key in kept}
    found["cells"] = {key: found["cells"][key] for key in ("NumPy", "PyTorch", "SymPy")}
    return found


def elementwise(activation: Activation) -> Record:
    """Return the record of a function of numbers."""
    name, known, form = activation.name, values(activation), verify.FORMATS["float32"]
    return {
        **_common(activation),
        "kind": "elementwise",
        "parameters": _parameters(activation),
        "relations": _relations(activation.relations),
        "at_infinity": _relations(activation.at_infinity),
        "formulas": formulas(name, page.formulas(activation), page.displayed(activation)),
        "derivation": [
            {
                "ids": page.step_labels(activation, count, step),
                "reason": step.reason,
                "latex": [f"{left} = {page.said(activation, e)}" for left, e in step.equations],
                "srepr": [exactly(expression) for _, expression in step.equations],
                "verdict": step.verdict,
            }
            for count, step in enumerate(page.steps(activation), 1)
        ],
        "facts": facts(name, page.rows(activation), known),
        "kinks": [
            kept | {"taken": {"dtype": "float32", **page.taken(activation, kink, form)}}
            for kink in derive.facts(activation).kinks
            for kept in _kinks([kink], activation)
        ],
        "general_kinks": _kinks(derive.facts(activation).general, activation),
        "edges": _edges(activation),
        "naive": _naive(activation),
        "proof": _proof(activation),
        "errors": _errors(activation),
        "exceptions": _exceptions(activation),
    }


def of_vector(function: Vector) -> Record:
    """Return the record of a function of vectors."""
    name, form = function.name, verify.FORMATS["float32"]
    said = vector.formulas(function)
    return {
        **_common(function),
        "kind": "vector",
        "parameters": [],
        "formulas": formulas(name, said, said),
        "derivation": [],
        "facts": facts(name, vector.rows(function), {}),
        "kinks": [
            {"dtype": form.name, **_of_vector(at), "beside": around}
            for at, around in vector.slopes(function, form)
        ],
        "edges": [
            {"dtype": form.name, **_of_vector(edge)} for edge in vector.edges(function, form)
        ],
        "proof": (proof := vector.prove(function))._asdict() | {"elements": list(proof.elements)},
        "errors": [
            {
                "voice": voice,
                "order": order,
                "dtype": form.name,
                "units": real(worst.units),
                "at": [real(float(v)) for v in worst.at],
                "inputs": worst.count,
            }
            for form in verify.FORMATS.values()
            for voice, call in (("NumPy", vector.numpy_call), ("PyTorch", vector.torch_call))
            if voice == "PyTorch" or form.name in verify.NUMPY_DTYPES
            for order in (0, 1)
            for worst in [vector.errors(function, call, order, form.name)]
        ],
    }


def fragments(function: Activation | Vector) -> dict[str, str | bytes]:
    """Return the record and the pictures of a function by the names of their files."""
    if isinstance(function, Vector):
        record, curves = of_vector(function), vector.curves(function)
    else:
        record, curves = elementwise(function), page.curves(function)
    light = colours()["light"]
    return {
        "data.json": json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1),
        "figure.png": figures.picture(curves, light, page.SPAN),
        "card.png": figures.card(function.title, site_name(), curves[:2], light),
    }
