"""The measurements stand in a table, and the reference build has the same pages."""

import sys

import pytest

import bench
import lessons
from project import Problem


def test_a_table_is_aligned():
    lines = bench.table("Title", ["", "ms"], [["relu", "1.5"], ["a", "10.25"]]).splitlines()
    assert lines == ["", "Title", "", "         ms", "relu    1.5", "a     10.25"]


def test_calls_take_turns():
    called = []
    _, turns = bench.in_turns([lambda: called.append("a"), lambda: called.append("b")], 0)
    assert called == ["a", "b"] * turns
    assert turns >= 3


def test_the_reference_holds_what_the_build_made(tmp_path):
    built, bare = tmp_path / "built", tmp_path / "bare"
    files = {
        "docs/learn/my-lesson.py": "# %%",
        "overrides/404.html": "",
        "docs/page.md": 'Before.\n\n--8<-- "relu/code.md"\n\nAfter.\n',
        "generated/relu/code.md": "A \\1 fragment.",
    }
    for name, text in files.items():
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_text(text)
    (built / ".cache" / "lessons").mkdir(parents=True)
    kept = built / ".cache" / "lessons" / "my-lesson-0a-0b.lesson"
    lessons.keep(kept, lessons.Lesson("# Lesson", [], ""))
    bench.strip(built, bare)
    assert (bare / "docs/page.md").read_text() == "Before.\n\nA \\1 fragment.\n\nAfter.\n"
    assert not (bare / "overrides/404.html").exists()
    assert (bare / "docs/learn/my-lesson.md").read_text() == "# Lesson"


def test_an_unknown_name_is_told_before_anything_runs(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["bench.py", "no_such"])
    monkeypatch.setattr(bench, "builds", None)
    with pytest.raises(Problem, match=r"no snippets/no_such\.py; there are: "):
        bench.main()
