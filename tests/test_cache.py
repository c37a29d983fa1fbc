"""Nothing is ever stale, and nothing is made twice."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import build
import lessons
import page
import project
import website
from catalog import known, paths
from project import FAMILIES, ROOT, Problem, slug
from test_bad_input import edit, run

NAMES = [path.stem for path in paths()]
ALL = [*NAMES, "compare/four", *(f"families/{slug(family)}" for family in FAMILIES), "check"]


class Here:
    """Calls are made in this process: another would not see what a test puts in their place."""

    def __enter__(self):
        return self

    def __exit__(self, *given):
        pass

    def results(self, calls):
        return [(name, call.function(*call.arguments)) for name, call in calls.items()]


@pytest.fixture
def quick(tmp_path, monkeypatch):
    """The build with a folder of its own, and fragments that cost nothing."""
    monkeypatch.setattr(build, "GENERATED", tmp_path)
    monkeypatch.setattr(build, "Workers", Here)
    about = {"aliases": [], "row": {}, "identities": [], "gaps": []}

    def fragments(name):
        function = known(name)
        kin = {"title": name, "family": function.family, "descends": function.descends}
        files = {"definition.md": name, "row.md": "| |", "reference.json": "{}"}
        return files | {"about.json": json.dumps(about | kin)}

    monkeypatch.setattr(build, "fragments", fragments)
    monkeypatch.setattr(page, "comparison", lambda key, chosen: {"values.md": key})
    monkeypatch.setattr(page, "family", lambda *given: {"members.md": given[0]})
    monkeypatch.setattr(build, "_said", lambda *given: "")
    assert build.build() == ALL
    return tmp_path


def test_nothing_changed_makes_nothing(quick):
    assert build.build() == []


def test_a_script_or_a_measurement_remakes_all(quick, monkeypatch):
    monkeypatch.setattr(build, "program_key", lambda path: "another")
    assert build.build() == ALL


def test_a_package_version_remakes_all(quick, monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    (folder / "sympy-99.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(folder)
    assert build.build() == ALL


def test_another_colour_or_name_of_the_site_remakes_the_pictures(quick, monkeypatch):
    monkeypatch.setattr(build, "site_name", lambda: "Another")
    assert build.build() == ALL
    monkeypatch.setattr(build, "colours", lambda: {"light": {"ink": "#123456"}})
    assert build.build() == ALL


@pytest.mark.parametrize("variable", ["ATEN_CPU_CAPABILITY", "NPY_DISABLE_CPU_FEATURES"])
def test_another_cpu_capability_remakes_all(quick, monkeypatch, variable):
    monkeypatch.setenv(variable, "x")
    assert build.build() == ALL


def test_a_damaged_or_missing_fragment_is_made_again(quick):
    (quick / "relu" / "definition.md").write_text("damaged")
    (quick / "tanh" / "definition.md").unlink()
    assert build.build() == ["relu", "tanh"]


def test_what_cannot_be_read_is_made_again_and_what_is_strange_goes(quick):
    (quick / "relu" / ".key").write_bytes(b"\xff\xfe")
    key = quick / "tanh" / ".key"
    key.write_bytes(key.read_bytes()[:9])
    shutil.rmtree(quick / "sigmoid")
    (quick / "sigmoid").write_text("no folder")
    for folder in (quick, quick / "compare", quick / "families"):
        (folder / ".DS_Store").write_bytes(b"\0")
    assert build.build() == ["relu", "sigmoid", "tanh"]
    assert not list(quick.rglob(".DS_Store"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "file"
    project.write_whole(file, "old")

    def fill(path, data):
        path.write_text(data.decode()[:2])
        raise OSError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", fill)
        with pytest.raises(OSError, match="No space"):
            project.write_whole(file, "the new text")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
    project.write_whole(file, b"new")
    assert file.read_text() == "new"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:8192],
        lambda data: data.replace(b"it holds", b"it does not", 1),
        lambda data: data.replace(b"it holds", b"\xff\xfe", 1),
        lambda data: b"",
    ],
)
def test_a_lesson_that_is_not_as_it_was_kept_is_run_again(tmp_path, monkeypatch, damage):
    def run(paths):
        made.extend(paths)
        return {path: lessons.Lesson("it holds " * 2000, [], "{}") for path in paths}

    made, path = [], ROOT / "docs" / "learn" / "why-nonlinearity.py"
    monkeypatch.setattr(lessons, "CACHE", tmp_path)
    monkeypatch.setattr(lessons, "_run_all", run)
    monkeypatch.setattr(lessons, "_finish", lambda results: results)
    first = lessons.run([path])
    assert lessons.run([path]) == first
    [file] = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert lessons.run([path]) == first
    assert made == [path, path]
    monkeypatch.setattr(lessons, "patient", True)  # as `make serve` is
    file.rename(tmp_path / re.sub("-[^-]*$", "-0.lesson", file.name))
    assert lessons.run([path]) == first
    assert (made, lessons.waiting) == ([path, path], [path])
    file = tmp_path / re.sub("-[^-]*$", "-0.lesson", file.name)
    file.write_bytes(damage(file.read_bytes()))
    assert lessons.run([path]) == first
    assert (made, lessons.waiting) == ([path, path, path], [])


@pytest.mark.parametrize("noted", [b"", b"\xff\xfe", b"{"])
def test_a_note_that_cannot_be_read_is_none(tmp_path, monkeypatch, noted):
    monkeypatch.setattr(website, "STATE", tmp_path / "site.key")
    monkeypatch.setattr(website, "SITE", tmp_path / "site")
    website.STATE.write_bytes(noted)
    assert not website.noted("inputs")
    website.STATE.write_text(f"inputs {website.tree(website.SITE)}")
    assert website.noted("inputs")


def test_a_name_remakes_one_and_keeps_the_others(quick):
    (quick / "relu" / "definition.md").write_text("damaged")
    (quick / "tanh" / "definition.md").write_text("damaged")
    assert build.build(["relu"]) == ["relu"]


def test_a_changed_snippet_remakes_its_family_alone(quick, monkeypatch):
    sources = build.sources
    monkeypatch.setattr(build, "sources", lambda name: sources(name) + ["new"] * (name == "relu"))
    assert build.build() == ["relu", "families/rectifiers"]


def test_a_circle_of_descent_is_refused(quick):
    for name, origin in (("relu", "leaky_relu"), ("leaky_relu", "relu")):
        file = quick / name / "about.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"descends": origin}))
    with pytest.raises(Problem, match="`descends` from itself, by way of"):
        build.families(NAMES)


def test_what_is_left_of_a_removed_snippet_goes(quick):
    for name in ("gone", "compare/gone", "families/gone"):
        (quick / name).mkdir()
    (quick / "overview" / "gone.md").touch()
    build.build()
    assert not list(quick.rglob("gone*"))


def test_a_key_covers_what_a_program_imports_and_the_departures(monkeypatch, tmp_path):
    texts = {"a": "def late():\n    from b import c", "b": "import numpy, c", "c": "", "alone": ""}
    files = {name: tmp_path / "scripts" / f"{name}.py" for name in texts}
    files["departures"] = tmp_path / "docs" / "measured" / "departures.json"
    for name, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts.get(name, ""))
    monkeypatch.setattr(project, "ROOT", tmp_path)
    before = project.program_key(files["a"])
    for name, file in files.items():
        kept = file.read_text()
        file.write_text(kept + "\n")
        assert (project.program_key(files["a"]) == before) == (name == "alone"), name
        file.write_text(kept)


@pytest.mark.usefixtures("site")
def test_a_parameter_default_follows(copy):
    for part in (
        "leaky_relu(x, negative_slope=",
        "leaky_relu_grad(x, negative_slope=",
        "LeakyReLU(negative_slope=",
    ):
        edit(copy / "snippets" / "leaky_relu.py", f"{part}0.01", f"{part}0.25")
    done = run(copy, "build", "leaky_relu")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == ["leaky_relu …"]
    fragments = {p.name: p.read_text() for p in (copy / "generated" / "leaky_relu").glob("*.md")}
    assert "by default 0.25" in fragments["definition.md"]
    assert "| 0.25 | 0.25 |" in fragments["kinks.md"]
    assert "negative_slope=0.25" in fragments["code.md"]


@pytest.mark.usefixtures("site")
def test_a_changed_module_changes_the_output(copy):
    edit(copy / "scripts" / "page.py", "neither odd nor even", "without symmetry")
    done = run(copy, "build", "relu")
    assert done.returncode == 0, done.stderr
    assert "without symmetry" in (copy / "generated" / "relu" / "shape.md").read_text()


@pytest.mark.usefixtures("site")
def test_an_unchanged_site_costs_no_import():
    program = (
        "import sys, build; made = build.build(); "
        "heavy = {'torch', 'sympy', 'numpy', 'matplotlib', 'flint'} & set(sys.modules); "
        "print(made, sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "scripts", capture_output=True, text=True
    )
    assert done.stdout == "[] []\n", done.stderr
    again = run(ROOT, "website")
    assert again.stdout == "site/ is up to date\n"


def test_a_page_or_a_damaged_site_is_built_again(site, copy):
    shutil.copytree(site, copy / "site")
    assert "is built" in run(copy, "website").stdout
    assert run(copy, "website").stdout == "site/ is up to date\n"
    (copy / "site" / "index.html").write_text("damaged")
    assert "is built" in run(copy, "website").stdout
    assert "damaged" not in (copy / "site" / "index.html").read_text()
    edit(copy / "docs" / "index.md", "New to the subject?", "New to this subject?")
    assert "is built" in run(copy, "website").stdout
    assert "New to this subject?" in (copy / "site" / "index.html").read_text()
