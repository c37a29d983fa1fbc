"""Every number in the running text of a page is checked by what names its sentence.

On the page of a function that is its snippet: `claims`, or `cited` where a work gives the number.
"""

import ast
import re
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

import contract
import reference
import verify
from catalog import Activation, catalog, pick, vectors
from derive import facts
from exact import Rounded
from page import others
from project import ROOT

DOCS = ROOT / "docs"
NUMBER = re.compile(r"\b\d+(?:\.\d+)?|[½¼¾⅓⅔√]|\b(?:half|quarter|hundred|thousand)\b(?! prec)")
NO_TEXT = re.compile(
    r"```.*?```|`[^`]*`|^--8<--[^\n]*|\[@[^\]]*\]|\]\([^)]*\)|^#[^\n]*|^---$.*?^---$"
    r"|^ *\d+\. |https?://\S+",
    re.MULTILINE | re.DOTALL,
)


# For the other pages: a piece of a sentence, and what shows that its numbers are right.
CHECKED: dict[str, dict[str, Callable[[], object]]] = {
    "checked": {
        "at most\nhalf a ULP off": lambda: (
            verify.errors(
                np.array([1.0]),
                Rounded(np.array([1.0]), np.array([0.5])),
                verify.FORMATS["float64"],
            )
            == 0.5
        ),
        "exact values below the least normal number, 0 included": lambda: (
            verify.ulp(np.zeros(1), verify.FORMATS["float32"]) == 2.0**-149
        ),
        "what is 0 in every dtype": lambda: 2.0**-1075 == 0,
    },
    "check": {
        "Python alone, 3.9 or newer": lambda: (
            ast.parse((DOCS / "check.py").read_bytes(), feature_version=(3, 9))
            and "Python 3.9 or newer" in script()
        ),
        "The exit status is 0 where every result is near enough, 1 where one is not, and 2 where "
        "nothing could be\nchecked.": lambda: (
            "is 0 if every result is near enough, 1 if one is not, 2 if there was no check"
            in script()
        ),
        "or an argument that is no longer what it was, makes it 1 as well": lambda: (
            "A changed dtype, shape or argument makes it 1 as well" in script()
        ),
        "of 4096 and 131,072 elements": lambda: reference.COUNTS == (4096, 131072),
        "one by one it counts to 2048": lambda: (
            (np.cumsum(np.ones(4096, np.float16), dtype=np.float16) == 2048).sum() == 4096 - 2047
        ),
        "no number of it is larger than\n65,504": lambda: np.finfo(np.float16).max == 65504,
        "Where a function jumps, at 0 for": lambda: (
            [(k.at, k.order) for k in facts(pick("heaviside")).kinks] == [(0, 0)]
        ),
        "and the result is 0 though the exact one is not": lambda: (
            1 / (1 + np.exp(np.float32(88))) != 0
        ),
        "what it lacks of 1 with it": lambda: 1 - pick("sigmoid").function(np.float32(30)) == 0,
        "Near 0 two equal numbers are\nsubtracted": lambda: (
            np.exp(np.float32(1e-8)) == np.exp(np.float32(-1e-8))
        ),
        "at most half a ULP\noff": lambda: (
            verify.errors(
                np.array([1.0]),
                Rounded(np.array([1.0]), np.array([0.5])),
                verify.FORMATS["float64"],
            )
            == 0.5
        ),
        "may cost half a unit more for each doubling": lambda: (
            [
                contract.allowed(verify.FORMATS[name], 2048)
                - contract.allowed(verify.FORMATS[name], 1024)
                for name in ("float64", "float32")
            ]
            == [0.5, 0]
        ),
        "that no double can tell from 0": lambda: float(reference.NEAR_ZERO) == 0,
        "some hundred inputs of each dtype": lambda: all(
            50 < len([p for p in reference.inputs(pick("relu")) if form.nearest(p) == p]) < 500
            for form in verify.FORMATS.values()
        ),
    },
    "compare/four": {
        "never passes on more than a quarter": lambda: (
            facts(pick("sigmoid")).lipschitz[0] == sp.Rational(1, 4)
        ),
        "$y = 2 f(3x + 0.1) + 0.2$": lambda: "2 * a.function(3 * x + 0.1) + 0.2" in drawn(),
        "corner where $3x + 0.1 = 0$": lambda: facts(pick("relu")).kinks[0].at == 0,
    },
}


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def script() -> str:
    return " ".join((DOCS / "check.py").read_text(encoding="utf-8").split())


def drawn() -> str:
    return (ROOT / "scripts" / "page.py").read_text(encoding="utf-8")


def prose(name: str) -> str:
    """Return the text written by hand, with what is not text blanked out."""
    text = page(name).partition("## References")[0]
    return NO_TEXT.sub(lambda m: " " * len(m[0]), text)


PAGES = sorted(str(p.relative_to(DOCS).with_suffix("")) for p in DOCS.rglob("*.md"))
FUNCTIONS = {f"activations/{a.name}": a for a in (*catalog(), *vectors())}


@pytest.mark.parametrize("name", PAGES)
def test_every_number_is_covered(name):
    text, pieces = prose(name), list(CHECKED.get(name, ()))
    covered = bytearray(len(text))
    source = page(name).partition("## References")[0]
    if function := FUNCTIONS.get(name):
        pieces = [*function.claims, *function.cited]
    for piece in pieces:
        start = source.find(piece)
        assert start >= 0, f"the page {name} no longer says “{piece}”"
        covered[start : start + len(piece)] = b"\1" * len(piece)
    bare = [m for m in NUMBER.finditer(text) if not all(covered[m.start() : m.end()])]
    lines = [source[max(m.start() - 30, 0) : m.end() + 20].replace("\n", " ") for m in bare]
    assert not lines, "numbers that nothing covers"


GREEK = {"alpha": "α", "beta": "β", "theta": "θ", "lambd": "λ"}
SENTENCE = re.compile(r"(?<=[.!?])[*)]*\s+|\n\s*\n|\n- ")


def sentences(source: str, piece: str) -> str:
    """Return the sentences of a page of which a piece is part."""
    start = source.find(piece)
    first = max((m.end() for m in SENTENCE.finditer(source) if m.end() <= start), default=0)
    ends = (m.start() for m in SENTENCE.finditer(source) if m.start() >= start + len(piece) - 1)
    return source[first : next(ends, len(source))]


def set_apart(text: str, activation: Activation) -> bool:
    """Tell whether a sentence speaks of the defaults, or gives a parameter a value."""
    names = (p.symbol.name for p in activation.parameters)
    spelt = "|".join(rf"`{n}`|\$?\\{n}\b|\b{n}\b|{GREEK.get(n, n)}\b" for n in names)
    value = rf"(?<!by )(?:{spelt})\$?(?: (?:=|\\ne|is|of|other than|from))? \$?\d"
    text = " ".join(text.split())
    return "default" in text.lower() or bool(re.search(value, text))


@pytest.mark.parametrize("function", catalog(), ids=repr)
def test_what_the_sentences_say_holds(function):
    """For other parameters, too, unless a sentence says for which."""
    source = page(f"activations/{function.name}").partition("## References")[0]
    default, *rest = others(function) if function.parameters else [function]
    for piece, holds in default.claims.items():
        assert bool(holds(facts(default))), piece
    for other in rest:
        for piece, holds in other.claims.items():
            if not set_apart(sentences(source, piece), function):
                assert bool(holds(facts(other))), (piece, other.given)


@pytest.mark.parametrize("function", vectors(), ids=repr)
def test_what_the_sentences_of_a_function_of_vectors_say_holds(function):
    for piece, holds in function.claims.items():
        assert bool(holds(None)), piece


@pytest.mark.parametrize("name", CHECKED)
def test_what_other_pages_say_holds(name):
    for piece, holds in CHECKED[name].items():
        assert bool(holds()), piece


@pytest.mark.parametrize("lesson", sorted((DOCS / "learn").glob("*.py")), ids=lambda p: p.stem)
def test_every_number_that_a_lesson_tells_stands_in_its_code(lesson):
    """Its asserts are what shows it; a number that no code has cannot be among them."""
    cells = re.split(r"^# %%", lesson.read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = " ".join(cell for cell in cells if cell.startswith(" [markdown]"))
    code = " ".join(cell for cell in cells if not cell.startswith(" [markdown]"))
    told = re.sub(r"https?://\S+", " ", told)
    told = NO_TEXT.sub(" ", re.sub(r"^# ?", "", told, flags=re.MULTILINE))
    told = re.sub(r"_\d|\*\*\d\.\*\*|\(\d{4}\)", " ", told)  # indices, exercises, years
    told = re.sub(r"Takes\s+\d+\s+minutes", " ", told)  # test_lessons.py has a look at these
    known = set(re.findall(r"\d+(?:\.\d+)?", code))
    assert sorted({m[0] for m in re.finditer(r"\d+(?:\.\d+)?", told)} - known) == []
