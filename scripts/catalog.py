"""Read the snippets: each file of snippets/ becomes one Activation record."""

import copy
import functools
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FunctionType
from typing import Any

import sympy as sp

from project import FAMILIES, SNIPPETS, Problem, heading, shown, source

CELLS = ("SymPy", "NumPy", "PyTorch", "Facts")
FACTS = {
    "aliases",
    "at_infinity",
    "cited",
    "claims",
    "descends",
    "exceptions",
    "family",
    "identities",
    "learned",
    "naive",
    "naive_grad",
    "near",
    "parameters",
    "relations",
    "steps",
    "where",
}
VECTOR_FACTS = {"aliases", "cited", "claims", "descends", "family", "where"}
CELL = re.compile(r"^# %% ([^\n]+)\n(.*?)\s*(?=^# %% |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Parameter:
    """A number that shapes the function: its symbol, its domain, and the values to try."""

    symbol: sp.Symbol
    domain: sp.Set
    default: float
    tries: tuple[float, ...]


@dataclass(frozen=True)
class Allowance:
    """Where the NumPy cell may be further off, and why.

    For `order` 0 (f), 1 (f') or the name of what is learned (the derivative by it) and low ≤ x ≤
    high the unit of the error is not one ULP, but one ULP plus what the exact value changes by when
    x moves by one ULP.
    """

    order: int | str
    low: float
    high: float
    reason: str


class _Snippet:
    """What a function of numbers and one of vectors have in common."""

    name: str
    path: Path
    cells: Mapping[str, str]

    def __repr__(self) -> str:
        return self.name

    @functools.cached_property
    def module(self) -> Callable:
        """The PyTorch module of the page; importing torch waits until it is asked for."""
        return _run(self.path, self.cells, ("PyTorch",))["module"]

    @functools.cached_property
    def claims(self) -> dict[str, Callable]:
        """Pieces of sentences of the page, each with what shows that it is so.

        A check is given the derived facts, or None for a function of vectors.
        """
        scope = _run(self.path, self.cells, CELLS)
        scope.update(self._told())  # which the claims see in place of what they were written with
        return scope.get("claims", {})

    def _told(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, eq=False, repr=False)
class Activation(_Snippet):
    """One function said three times: in SymPy, in NumPy and in PyTorch.

    `function` and `gradient` take and return arrays of any shape; float16, float32 and float64
    keep their dtype. `steps` leads from the definition to the derivative. `where` are
    abbreviations with which formulas are printed; `learned` are parameters; `descends`,
    `identities` and `near` name other functions; `cited` are pieces of sentences whose numbers a
    work gives. `relations` between parameters belong to the domain; where one of `at_infinity` does
    not hold, the NumPy cell is right for finite x only. The derivative by something learned is a
    record of its own: `by` is its name, and `whole` the function.
    """

    name: str
    title: str
    summary: str
    path: Path
    cells: Mapping[str, str]
    x: sp.Symbol
    formula: sp.Expr
    derivative: sp.Expr
    function: Callable
    gradient: Callable
    family: str
    descends: str = ""
    parameters: tuple[Parameter, ...] = ()
    relations: tuple[sp.Basic, ...] = ()
    at_infinity: tuple[sp.Basic, ...] = ()
    aliases: tuple[str, ...] = ()
    steps: tuple[tuple[sp.Expr, str], ...] = ()
    where: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    naive: tuple[str, ...] = ()
    naive_grad: tuple[str, ...] = ()
    exceptions: tuple[Allowance, ...] = ()
    learned: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    given: Mapping[sp.Symbol, sp.Rational] = field(default_factory=dict)  # what `fixed` has set
    symbolic: Mapping[str, Any] = field(default_factory=dict)  # what the SymPy cell defines
    scope: Mapping[str, Any] = field(default_factory=dict)  # the NumPy cell
    by: str = ""
    whole: Any = None

    @functools.cached_property
    def partials(self) -> tuple["Activation", ...]:
        """The derivatives by what is learned, as functions of x."""
        found = []
        for p in (p for p in self.parameters if p.symbol.name in self.learned):
            slope, by = self.formula.diff(p.symbol), p.symbol.name
            claimed = (replace(e, order=0) for e in self.exceptions if e.order == by)
            said = {"formula": slope, "derivative": slope.diff(self.x), "by": by, "whole": self}
            called = self.scope[f"{self.name}_grad_{by}"]
            found.append(replace(self, **said, function=called, exceptions=tuple(claimed)))
        return tuple(found)

    @property
    def computed(self) -> list[tuple["Activation", int]]:
        """What the NumPy cell computes, as (record, order): f, f′, derivatives by what is learned.

        The functions of a record are `function`, of order 0, and `gradient`.
        """
        return [(self, 0), (self, 1), *((partial, 0) for partial in self.partials)]

    @property
    def defaults(self) -> dict[str, float]:
        """The parameters as the NumPy function sets them when nothing is said."""
        return {p.symbol.name: p.default for p in self.parameters}

    @property
    def decimals(self) -> dict[sp.Symbol, sp.Rational]:
        """The defaults as the numbers that are meant: 0.01 is 1/100, not its binary neighbour."""
        return {p.symbol: _meant(p.default) for p in self.parameters}

    @functools.cached_property
    def generic(self) -> tuple[sp.Expr, sp.Expr]:
        """Formula and derivative, at the defaults if a breakpoint depends on a parameter."""
        both = (self.formula, self.derivative)
        conditions = [c for e in both for p in e.atoms(sp.Piecewise) for _, c in p.args]
        moving = any(c.free_symbols - {self.x} for c in conditions)
        return tuple(e.subs(self.decimals) if moving else e for e in both)

    def allows(self, setting: Mapping[str, float]) -> bool:
        """Tell whether every parameter lies in its domain, and all keep their relations."""
        inside = all(sp.Rational(setting[p.symbol.name]) in p.domain for p in self.parameters)
        return inside and self.keeps(self.relations, setting)

    def keeps(self, relations: Iterable[sp.Basic], setting: Mapping[str, float]) -> bool:
        """Tell whether some relations hold for these parameters, at their exact binary values."""
        exact = {p.symbol: sp.Rational(setting[p.symbol.name]) for p in self.parameters}
        return all(relation.subs(exact) == True for relation in relations)  # noqa: E712 (SymPy's)

    def settings(self) -> list[dict[str, float]]:
        """Return every setting to verify: the defaults, then each other value in turn."""
        return [self.defaults] + [
            self.defaults | {p.symbol.name: value}
            for p in self.parameters
            for value in p.tries
            if value != p.default
        ]

    def _told(self) -> dict[str, Any]:
        """Return the names of the cells as they are where `fixed` has set parameters."""
        if not self.given:
            return {}
        return {s.name: value for s, value in self.given.items()} | {
            "formula": self.formula,
            "derivative": self.derivative,
            "module": self.torch({s.name: float(value) for s, value in self.given.items()}),
            self.name: self.function,
            f"{self.name}_grad": self.gradient,
        }

    @functools.cache  # noqa: B019, snippets are read once
    def fixed(self, *values: float) -> "Activation":
        """Return the function without parameters that these values make, in their order.

        Its claims are those of the snippet, as they are with these values.
        """
        floats = dict(zip(self.defaults, values, strict=True))
        given = {p.symbol: _meant(floats[p.symbol.name]) for p in self.parameters}
        return replace(
            self,
            formula=self.formula.subs(given, simultaneous=True),
            derivative=self.derivative.subs(given, simultaneous=True),
            function=_set(self.function, floats),
            gradient=_set(self.gradient, floats),
            given=given,
            parameters=(),
            learned=(),
            identities=(),
            near=(),
        )

    def at(self, order: int, setting: Mapping[str, float]) -> sp.Expr:
        """Return f (order 0), f' (1), f'' (2) … with each parameter at its exact binary value."""
        exact = {p.symbol: sp.Rational(setting[p.symbol.name]) for p in self.parameters}
        if order == 0:
            return self.formula.subs(exact)
        return self.derivative.diff(self.x, order - 1).subs(exact)

    def torch(self, setting: Mapping[str, float], dtype: Any = None) -> Callable:
        """Return the PyTorch module with these parameters, those that it learns of this dtype.

        Of a derivative by something learned, what autograd gives for each element.
        """
        if self.whole:
            return self._learning(self.whole.torch(setting, dtype), setting, dtype)
        if inspect.isfunction(self.module):
            return _set(self.module, setting)
        module: Any = copy.deepcopy(self.module)
        module.to(dtype)
        learned = {k: v for k, v in module.named_parameters() if k in setting}
        given = {k: v for k, v in setting.items() if k not in learned}
        if given:
            module = type(module)(**given).train(module.training)
        for name, value in learned.items():
            value.data.fill_(setting[name])
        return module

    def _learning(self, call: Any, setting: Mapping[str, float], dtype: Any) -> Callable:
        import torch

        def at(value: Any, x: Any) -> Any:
            if isinstance(call, torch.nn.Module):
                return torch.func.functional_call(call, {self.by: value.reshape(1)}, (x,))
            return call(x, **{self.by: value})

        value = torch.tensor(setting[self.by], dtype=dtype)
        each = torch.func.vmap(torch.func.grad(lambda v, x: at(v, x).sum()), (None, 0))
        return lambda x: each(value, x)


@dataclass(frozen=True, eq=False, repr=False)
class Vector(_Snippet):
    """A function of a whole vector, said element by element.

    `formula` is element i of the result, `derivative` its derivative by element k of the input, for
    each block of n elements; `vjp` element k of a vector v times the Jacobian, which need not be
    said where it is no shorter than that. In the last two, `f` stands for the result. `where` are
    abbreviations with which formulas are printed.
    """

    name: str
    title: str
    summary: str
    path: Path
    cells: Mapping[str, str]
    x: sp.IndexedBase
    n: sp.Symbol
    index: Mapping[str, sp.Symbol]  # i and k
    f: sp.IndexedBase | None
    v: sp.IndexedBase
    formula: tuple[sp.Expr, ...]
    derivative: tuple[sp.Expr, ...]
    vjp: sp.Expr
    function: Callable
    vjp_function: Callable
    family: str
    descends: str
    aliases: tuple[str, ...]
    cited: tuple[str, ...]
    where: Mapping[sp.Expr, sp.Expr]
    scope: Mapping[str, Any]

    @property
    def width(self) -> int:
        """How many inputs there are for each n: 2 where one half gates the other."""
        return int(sp.simplify(self.x.shape[0] / self.n))

    @property
    def blocks(self) -> int:
        """How many elements the result has for each n."""
        return len(self.formula)


def _set(function: Any, setting: Mapping[str, float]) -> Callable:
    """Return a function with other defaults."""
    code, scope, closure = function.__code__, function.__globals__, function.__closure__
    names = code.co_varnames[: code.co_argcount]
    kept = zip(names[::-1], (function.__defaults__ or ())[::-1], strict=False)
    defaults = [setting.get(name, value) for name, value in kept][::-1]
    return FunctionType(code, scope, function.__name__, tuple(defaults), closure)


def _meant(value: float) -> sp.Rational:
    """Return the decimal or the small fraction that a double is written for."""
    fraction = sp.Rational(value).limit_denominator(1000)
    return fraction if float(fraction) == value else sp.Rational(str(value))


def _run(path: Path, cells: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """Run cells of one snippet in one fresh scope, as a reader who pastes them does."""
    scope: dict[str, Any] = {}
    text = source(path)
    for name in names:
        line = text[: text.index(f"# %% {name}\n")].count("\n") + 1
        try:
            exec(compile("\n" * line + cells[name], str(path), "exec"), scope)
        except (Exception, SystemExit) as error:
            why = textwrap.shorten(f"{type(error).__name__}: {error}", 200, placeholder=" …")
            raise Problem(f"{shown(path)}: the {name} cell does not run: {why}") from error
    return scope


def _demand(scope: Mapping[str, Any], path: Path, cell: str, name: str) -> Any:
    if name not in scope:
        raise Problem(f"{shown(path)}: the {cell} cell must define `{name}`")
    return scope[name]


def _documented(scope: Mapping[str, Any], path: Path, name: str) -> Callable:
    function = _demand(scope, path, "NumPy", name)
    if not inspect.getdoc(function):
        raise Problem(f"{shown(path)}: `{name}` needs a docstring of one line")
    return function


def _parameters(
    path: Path, facts: Mapping[str, Any], formula: sp.Expr, x: sp.Symbol, functions: list[Callable]
) -> tuple[Parameter, ...]:
    symbols = {s.name: s for s in formula.free_symbols - {x}}
    declared = facts.get("parameters", {})
    if set(symbols) != set(declared):
        raise Problem(
            f"{shown(path)}: `parameters` in the Facts cell names {sorted(declared)}, "
            f"the formula has {sorted(symbols)}"
        )
    if unknown := set(facts.get("learned", ())) - set(declared):
        raise Problem(f"{shown(path)}: `learned` names {min(unknown)}, which is no parameter")
    result = []
    for name, (domain, tries) in declared.items():
        defaults = {f.__name__: inspect.signature(f).parameters.get(name) for f in functions}
        values = {p.default for p in defaults.values() if p and p.default is not p.empty}
        if None in defaults.values() or len(values) != 1:
            raise Problem(
                f"{shown(path)}: {' and '.join(defaults)} must each take `{name}`, "
                "with the same default"
            )
        outside = [v for v in (*values, *tries) if sp.Rational(v) not in domain]
        if outside:
            raise Problem(f"{shown(path)}: `{name}` = {outside[0]} lies outside its domain")
        result.append(Parameter(symbols[name], domain, values.pop(), tuple(tries)))
    return tuple(result)


def _kin(path: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the family and the function that this one descends from, if any."""
    family, descends = facts.get("family"), facts.get("descends", "")
    if family not in FAMILIES:
        raise Problem(
            f"{shown(path)}: the Facts cell must define `family`, one of {', '.join(FAMILIES)}"
        )
    if descends and not (SNIPPETS / f"{descends}.py").exists():
        raise Problem(f"{shown(path)}: it `descends` from {descends}, which has no snippet")
    return {"family": family, "descends": descends}


def _facts(path: Path, cells: Mapping[str, str], may: set[str]) -> dict[str, Any]:
    """Return what the Facts cell defines; raises Problem for a name that it may not."""
    before = _run(path, cells, ("SymPy", "NumPy"))
    after = _run(path, cells, ("SymPy", "NumPy", "Facts"))
    facts = {key: after[key] for key in after if key not in before}
    unknown = sorted(k for k in facts if k not in may and not k.startswith("_"))
    if unknown:
        raise Problem(
            f"{shown(path)}: the Facts cell defines `{unknown[0]}`; "
            f"it may define {', '.join(sorted(may))} and names that begin with _"
        )
    return facts


def read(path: Path) -> Activation | Vector:
    """Run one snippet and gather what it defines; the same text gives the same record.

    Raises Problem when a cell, a name or a docstring is missing or a formula is out of reach.
    """
    return _read(path, source(path))


def in_torch(function: Activation | Vector) -> bool:
    """Tell whether torch brings it: its cell takes a module, makes one call, or names it."""
    whole = rf"^module = torch\.|^    return torch\.[\w.]+\(x\)$|\btorch\.{function.name}\("
    return bool(re.search(whole, function.cells["PyTorch"], re.MULTILINE))


@functools.cache
def _read(path: Path, text: str) -> Activation | Vector:
    title, summary = heading(path)
    name = path.stem
    found = CELL.findall(text)
    if [cell for cell, _ in found] != list(CELLS):
        raise Problem(
            f"{shown(path)}: needs the cells {', '.join(CELLS)}, once each and in this order; "
            f"found {', '.join(cell for cell, _ in found) or 'none'}"
        )
    cells = dict(found)
    symbolic = _run(path, cells, ("SymPy",))
    numeric = _run(path, cells, ("NumPy",))
    if not re.search(r"^(module = |def module\(|class module\()", cells["PyTorch"], re.MULTILINE):
        raise Problem(f"{shown(path)}: the PyTorch cell must define `module`")
    if isinstance(symbolic.get("x"), sp.IndexedBase):
        return _read_vector(path, title, summary, cells, symbolic, numeric)
    x, formula, derivative = (
        _demand(symbolic, path, "SymPy", key) for key in ("x", "formula", "derivative")
    )
    facts = _facts(path, cells, FACTS)
    learned = tuple(facts.get("learned", ()))
    called = (name, f"{name}_grad", *(f"{name}_grad_{by}" for by in learned))
    functions = [_documented(numeric, path, key) for key in called]
    left = formula.diff(x).atoms(sp.Derivative, sp.Subs, sp.DiracDelta, sp.Heaviside, sp.sign)
    if left:
        raise Problem(
            f"{shown(path)}: SymPy cannot differentiate the formula: {left.pop()} is left; "
            "write it with Piecewise"
        )
    if formula.atoms(sp.Float) | derivative.atoms(sp.Float):
        raise Problem(f"{shown(path)}: a formula must be exact: write sp.Rational, not a float")
    result = Activation(
        name=name,
        title=title,
        summary=summary,
        path=path,
        cells=cells,
        x=x,
        formula=formula,
        derivative=derivative,
        function=functions[0],
        gradient=functions[1],
        **_kin(path, facts),
        parameters=_parameters(path, facts, formula, x, functions),
        relations=tuple(facts.get("relations", ())),
        at_infinity=tuple(facts.get("at_infinity", ())),
        aliases=tuple(facts.get("aliases", ())),
        steps=tuple(facts.get("steps", ())),
        where={sp.Symbol(k, real=True): v for k, v in facts.get("where", {}).items()},
        naive=tuple(facts.get("naive", ())),
        naive_grad=tuple(facts.get("naive_grad", ())),
        exceptions=tuple(Allowance(*e) for e in facts.get("exceptions", ())),
        cited=tuple(facts.get("cited", ())),
        learned=learned,
        identities=tuple(facts.get("identities", ())),
        near=tuple(facts.get("near", ())),
        symbolic=symbolic,
        scope=numeric,
    )
    for setting in result.settings():
        if not result.keeps((*result.relations, *result.at_infinity), setting):
            raise Problem(f"{shown(path)}: {setting} does not keep the relations of the parameters")
    return result


def _read_vector(
    path: Path,
    title: str,
    summary: str,
    cells: Mapping[str, str],
    symbolic: Mapping[str, Any],
    numeric: Mapping[str, Any],
) -> Vector:
    said = {key: _demand(symbolic, path, "SymPy", key) for key in ("x", "n")}
    formula, derivative = (
        found if isinstance(found, tuple) else (found,)
        for found in (_demand(symbolic, path, "SymPy", key) for key in ("formula", "derivative"))
    )
    index = {key: _demand(symbolic, path, "SymPy", key) for key in ("i", "k")}
    v, j = symbolic.get("v", sp.IndexedBase("v", real=True)), sp.Dummy("j", integer=True)
    product = sum(v[j + b * said["n"]] * d.subs(index["i"], j) for b, d in enumerate(derivative))
    facts = _facts(path, cells, VECTOR_FACTS)
    return Vector(
        name=path.stem,
        title=title,
        summary=summary,
        path=path,
        cells=cells,
        index=index,
        v=v,
        formula=formula,
        derivative=derivative,
        vjp=symbolic.get("vjp", sp.Sum(product, (j, 1, said["n"]))),
        f=symbolic.get("f"),
        function=_documented(numeric, path, path.stem),
        vjp_function=_documented(numeric, path, f"{path.stem}_vjp"),
        aliases=tuple(facts.get("aliases", ())),
        cited=tuple(facts.get("cited", ())),
        where=_abbreviations(facts.get("where", {}), [symbolic.get(key) for key in "ijk"]),
        scope=numeric,
        **_kin(path, facts),
        **said,
    )


def _abbreviations(where: Mapping[str, Any], indices: list) -> dict[sp.Expr, sp.Expr]:
    """Return what each abbreviation stands for; one that is a function, at each index."""
    found: dict[sp.Expr, sp.Expr] = {}
    for name, long in where.items():
        if callable(long):
            letter = sp.IndexedBase(name, real=True)
            found |= {letter[at]: long(at) for at in indices if at is not None}
        else:
            found[sp.Symbol(name, real=True)] = long
    return found


def paths() -> list[Path]:
    """Return the snippet files, in alphabetical order."""
    return sorted(SNIPPETS.glob("*.py"))


def known(name: str) -> Activation | Vector:
    """Return one function by its name; raises Problem when there is none."""
    path = SNIPPETS / f"{name}.py"
    if not path.exists():
        known = ", ".join(p.stem for p in paths())
        raise Problem(f"there is no snippets/{name}.py; there are: {known}")
    return read(path)


def pick(name: str) -> Activation:
    """Return one function of single numbers by its name; raises Problem when there is none."""
    found = known(name)
    if isinstance(found, Vector):
        raise Problem(f"{name} is a function of vectors: see scripts/vector.py")
    return found


def catalog() -> tuple[Activation, ...]:
    """Return every function of single numbers, in alphabetical order."""
    found = (read(path) for path in paths())
    return tuple(a for a in found if isinstance(a, Activation))


def vectors() -> tuple[Vector, ...]:
    """Return every function of vectors, in alphabetical order."""
    return tuple(v for path in paths() if isinstance(v := read(path), Vector))
