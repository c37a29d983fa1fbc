"""Lessons say what they are, run, and tell what fails."""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import jupytext
import nbformat
import pytest

import course
import lessons
from conftest import LESSON
from project import ROOT, Problem
from test_bad_input import edit, refused, run


def test_no_displayed_equation_is_typed():
    """A lesson shows what SymPy prints, so that nothing set apart is unchecked."""
    for file in sorted((ROOT / "docs").rglob("*")):
        if file.suffix in (".md", ".py"):
            assert "$$" not in file.read_text(encoding="utf-8"), file


@pytest.fixture
def learn(tmp_path, monkeypatch):
    """A folder of two lessons, in the order b, a, and one that is yet to be written."""
    for name in "ab":
        (tmp_path / f"{name}.py").write_text(LESSON.replace("A lesson", f"Lesson {name}"))
    (tmp_path / "index.md").write_text("---\nlessons:\n  - b\n  - later\n  - a\n---\n\n# Learn\n")
    monkeypatch.setattr(course, "LEARN", tmp_path)
    monkeypatch.setattr(course, "INDEX", tmp_path / "index.md")
    return tmp_path


def test_lessons_are_listed_in_order_by_their_own_words(learn):
    assert [path.stem for path in course.paths()] == ["b", "a"]
    edit(learn / "a.py", "two are four.", "two\n# are four [@euclid, book 7].")
    edit(learn / "a.py", "nothing. Takes 1 ", "[b](b.py). Takes\n# 12 ")
    assert course.listing() == (
        "1. [Lesson b](b.py), 1 minutes. Two and two are four.\n\n    Needs: nothing.\n\n"
        "1. [Lesson a](a.py), 12 minutes. Two and two are four.\n\n    Needs: [b](b.py).\n\n"
        "Together they take about 13 minutes.\n"
    )


@pytest.mark.parametrize("part", ["# # A", "**Claim.**", "Needs:", "Takes 1", "#\n# Needs"])
def test_a_lesson_that_does_not_say_what_it_is_is_refused(learn, part):
    (learn / "a.py").write_text(LESSON.replace(part, "# But" if "\n" in part else "But"))
    with pytest.raises(Problem, match=r"^a\.py: its first cell must say, .*`Needs: …\. Takes N"):
        course.listing()


def test_a_lesson_without_a_place_is_refused(learn):
    (learn / "index.md").write_text("---\nlessons:\n  - b\n---\n\n  - a\n")
    with pytest.raises(Problem, match="a has no place under `lessons:` in its head"):
        course.paths()


@pytest.mark.parametrize("path", course.paths(), ids=lambda path: path.stem)
def test_the_minutes_are_those_of_a_reader(path):
    words = len(path.read_text(encoding="utf-8").split())
    assert 100 <= words / course.head(path).minutes <= 300


def test_one_lesson_is_asked_for_by_name():
    names = ", ".join(path.stem for path in course.paths())
    refused(ROOT, f"there is no docs/learn/wy.py; there are: {names}", "lessons", "wy")
    refused(ROOT, f"NAME=why-nonlinearity`; there are: {names}", "lessons")


SLOW = """import time

print(1, flush=True)
time.sleep(0.5)
print(2)
"""
FAILING = """
# %%
two = 2


def double(x):
    return 2 * x


# %%
assert double(two) == two + 3, "no"
"""


def test_one_lesson_runs_alone_and_tells_what_failed(copy):
    lesson = copy / "docs" / "learn" / "why-nonlinearity.py"
    done = run(copy, "lessons", "why-nonlinearity")
    assert done.returncode == 0, done.stderr
    where = "docs/learn/why-nonlinearity.py: "
    time = r"\d+\.\d s\n"
    assert re.fullmatch(rf"{where}cell 1 of 1 … {time}{where}{time}", done.stderr)
    lesson.write_text(LESSON + FAILING)
    done = run(copy, "lessons", "why-nonlinearity")
    assert done.returncode == 1
    assert re.match(rf"({where}cell [123] of 3 … {time}){{3}}", done.stderr)
    assert done.stderr.splitlines()[3:] == [
        f"{where}cell 3 raised AssertionError: no",
        '>   20 | assert double(two) == two + 3, "no"',
        "evaluated again:",
        "  double(two) = 4",
        "  two + 3 = 5",
    ]


def outputs(learn, cell):
    """Return what a lesson with one more cell gives."""
    (learn / "a.py").write_text(f"{LESSON}\n# %%\n{cell}")
    with ThreadPoolExecutor() as pool:  # in this thread a test of the browser may have its loop
        return pool.submit(lessons._finish, lessons._run(learn / "a.py")).result().outputs


def test_what_is_printed_slowly_is_one_output(learn):
    assert outputs(learn, SLOW) == ['<div class="output"><pre>1\n2</pre></div>']


def test_a_kernel_of_another_environment_is_not_asked(learn, monkeypatch):
    folder = learn / "kernels" / "python3"
    folder.mkdir(parents=True)
    other = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(other))
    monkeypatch.setenv("JUPYTER_PATH", str(learn))
    assert outputs(learn, "import sys\n\nprint(sys.prefix)") == [
        f'<div class="output"><pre>{sys.prefix}</pre></div>'
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("assert a", ["a"]),
        ("assert a < b <= 2", ["a", "b"]),
        ("assert np.all(f(a) < b)", ["f(a)", "b"]),
        ("assert np.isclose(a, f(b), rtol=c)", ["a", "f(b)"]),
        ("assert not (a or b == a)", ["a", "b"]),
        ("for a in b:\n    assert (\n        a == b\n    )", ["a", "b"]),
        ("assert all(f(a) for a in b)", []),
        ("def f(a):\n    assert a == 1", []),
        ("a = 1", []),
        ("assert (", []),
    ],
)
def test_what_an_assert_compares(source, told):
    last = source.count("\n") + 1
    assert lessons._parts(source, last) == told


@pytest.mark.parametrize("path", course.paths(), ids=lambda path: path.stem)
def test_the_notebook_is_the_script(site, path):
    text = (site / "learn" / f"{path.stem}.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    script = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    for cell, own in zip(notebook.cells, script.cells, strict=True):
        assert (cell.cell_type, cell.source) == (own.cell_type, own.source)
        assert not cell.metadata
        assert not cell.get("outputs")
    assert [cell.id for cell in notebook.cells] == [
        f"cell-{n}" for n in range(1, len(notebook.cells) + 1)
    ]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_lessons_stand_in_the_navigation_in_their_order(site):
    names = ["index", *(path.stem for path in course.paths())]
    for before, after in pairwise([*names, None]):
        html = (site / "learn" / f"{before}.html").read_text(encoding="utf-8")
        side = html.partition("md-sidebar--primary")[2].partition("md-sidebar--secondary")[0]
        found = re.findall(r'href="(?:\./)?([\w-]+)\.html"', side)
        assert [name for name in found if name in names[1:]] == names[1:]
        following = re.findall(r'href="([^"]+)" class="md-footer__link md-footer__link--next', html)
        assert not after or following == [f"{after}.html"]
