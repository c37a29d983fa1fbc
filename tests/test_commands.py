"""Every command that the README lists is run, in a small copy of the project."""

import json
import os
import re
import subprocess

import pytest

import audit
from conftest import KEPT, make
from project import ROOT


def said(copy, *words, **variables):
    """Run a command of a copy and return what it says; fail if it fails."""
    done = subprocess.run(
        make(copy, *words), cwd=copy, env=os.environ | variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_each_command_of_the_readme_is_run_by_a_test_or_for_each_commit():
    listed = re.findall(r"^(?:\| `)?make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert {"site", "test", "bench", "mutants"} <= set(listed)
    run = re.findall(r"^make (\w+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    for file in (ROOT / "tests").glob("*.py"):
        run += re.findall(r'\b(?:make|said)\([\w.]+, "(\w+)"', file.read_text())
    assert set(listed) - set(run) == set()


def test_lesson(copy):
    assert "cell 1 of 1 … " in said(copy, "lesson", "NAME=why-nonlinearity")


@pytest.mark.usefixtures("site")
def test_identifiers(copy):
    file = copy / "docs" / "data" / "identifiers.txt"
    before = file.read_text()
    file.write_text(before.replace("\nrelu.f\n", "\n", 1))
    assert "1 new, " in said(copy, "identifiers")
    assert file.read_text() == before


def test_measure_and_drift(copy):
    """What was measured here and now is what is found once more, in a moment."""
    for name in KEPT - {"relu"}:  # each takes seconds
        (copy / "snippets" / f"{name}.py").unlink()
    file = copy / "docs" / "measured" / "departures.json"
    data = json.loads(file.read_text())
    file.write_text(json.dumps(data | {"records": []}))
    assert "departures" in said(copy, "measure")
    assert json.loads(file.read_text())["records"] != []
    assert "\n0 stated departures are gone or new" in said(copy, "drift")


@pytest.mark.usefixtures("site")
def test_bench(copy):
    tables = said(copy, "bench", "ARGS=--quick relu")
    for row in ("bare MkDocs", "nothing made before", "a snippet changed", "relu_grad"):
        assert re.search(rf"^{row} .*\d$", tables, re.MULTILINE), tables


@pytest.mark.usefixtures("site")
def test_reproducible(copy):
    (copy / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    said(copy, "site")
    assert "two builds are the same in all" in said(copy, "reproducible", "ARGS=--warm")


REPORT = {
    "categories": {
        name: {"score": 1, "auditRefs": []}
        for name in ("performance", "accessibility", "best-practices", "seo")
    },
    "audits": {
        name: {"numericValue": 0}
        for name in (
            "first-contentful-paint",
            "largest-contentful-paint",
            "cumulative-layout-shift",
        )
    },
}


@pytest.mark.usefixtures("site")
def test_audit(copy, tmp_path_factory):
    """All but Lighthouse itself, in whose place a program asks for the page and is content."""
    place = tmp_path_factory.mktemp("bin")
    asked = f"#!/bin/sh\ntest \"$2\" = {audit.LIGHTHOUSE} && echo '{json.dumps(REPORT)}'\n"
    for name, text in (("npx", asked), ("chromium", "#!/bin/sh\n")):
        (place / name).write_text(text)
        (place / name).chmod(0o755)
    table = said(copy, "audit", PATH=f"{place}:{os.environ['PATH']}")
    for page in ("index", "table", "learn/why-nonlinearity"):
        assert f"| {page}.html | phone | 100 | 100 | 100 | 100 |" in table
