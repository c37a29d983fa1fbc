"""Builds that hang, are stopped or killed, and what stands around them: nothing is lost or left."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import release
import website
import workers
from conftest import make
from project import ROOT, Problem
from test_bad_input import edit, run, tree
from workers import Call, Workers

LESSON = "docs/learn/why-nonlinearity.py"
ENDLESS = "import pathlib\npathlib.Path('begun').touch()\nwhile True:\n    pass\n"


def test_a_call_without_an_end_is_told_and_ended(monkeypatch):
    monkeypatch.setattr(workers, "LIMIT", 2)
    calls = {"relu": Call("snippets/relu.py", exec, ("while True: pass",))}
    told = pytest.raises(Problem, match=r"^snippets/relu\.py: not done in 2 s: does a loop")
    with told, Workers() as made:
        list(made.results(calls))
    [process] = made._processes.values()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("function", "given", "told"),
    [
        (sys.exit, 0, "SystemExit: 0"),
        (os._exit, 0, "ended the process that ran it, with status 0"),
        (os._exit, 3, "ended the process that ran it, with status 3"),
        (int, "x", "ValueError: invalid literal"),
    ],
)
def test_a_call_that_ends_its_process_is_told(function, given, told):
    with Workers() as made, pytest.raises(Problem, match=rf"^snippets/relu\.py: {told}"):
        list(made.results({"relu": Call("snippets/relu.py", function, (given,))}))


def test_calls_return_what_they_return_each_under_its_name():
    with Workers() as made:
        for _ in range(2):  # the second time by the same processes
            calls = {name: Call(name, abs, (-n,)) for n, name in enumerate("abcde")}
            assert dict(made.results(calls)) == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4}
        assert len(made._processes) == min(workers.COUNT, 5)


def started_in(folder: Path) -> list[psutil.Process]:
    """Return the processes that work in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(process)
        except psutil.Error:
            pass
    return found


def wait_for(what, seconds):
    """Wait until it is so, at most so long; return whether it is."""
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(what())


@pytest.mark.parametrize("script", ["make", "serve", "build"])
@pytest.mark.parametrize("file", ["snippets/relu.py", LESSON])
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_all_that_was_started(site, copy, script, file, stop):
    """At once, with a loop that never ends in it; the site stays and the next build is clean."""
    if script == "build" and file == LESSON:
        script = "lessons"
    shutil.copytree(site, copy / "site")
    before, text = tree(copy / "site"), (copy / file).read_text()
    if file == LESSON:
        (copy / file).write_text(f"{text}\n# %%\n{ENDLESS}")
    else:
        edit(copy / file, "import numpy as np\n", f"import numpy as np\n{ENDLESS}")
    commands = {
        "make": make(copy, "site"),
        "serve": [sys.executable, "scripts/serve.py", "--port=0"],
        "build": [sys.executable, "scripts/build.py", "relu"],
        "lessons": [sys.executable, "scripts/lessons.py", "why-nonlinearity"],
    }
    with subprocess.Popen(
        commands[script], cwd=copy, stderr=subprocess.PIPE, start_new_session=True, text=True
    ) as build:
        assert wait_for((copy / "begun").exists, 60)
        if stop == signal.SIGINT:
            os.killpg(build.pid, stop)  # as a terminal does
        else:
            build.send_signal(stop)
        left = not wait_for(lambda: not started_in(copy), 4)
        for process in started_in(copy):
            process.kill()
        said = build.stderr.read()
    assert not left, said
    assert build.returncode != 0 or script == "serve"
    assert tree(copy / "site") == before
    assert not list(copy.glob(".site.*"))
    if script == "make":
        assert "Traceback" not in said
        assert "stopped; site/ is whole" in said
        (copy / file).write_text(text)
        (copy / "begun").unlink()
        assert "site/ is built" in run(copy, "website").stdout


def test_what_a_killed_build_left_goes_and_a_build_in_progress_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(website, "ROOT", tmp_path)
    (tmp_path / ".site.left" / "new").mkdir(parents=True)
    with website.aside() as one, website.aside() as other:
        assert one.stat().st_dev == tmp_path.stat().st_dev
        assert {*tmp_path.iterdir()} == {one, other}
    assert not [*tmp_path.iterdir()]


def test_a_cache_elsewhere_and_a_tag_after_a_build(site, copy):
    """The cache lies on another file system, if there is one; a tag changes the foot of pages."""
    elsewhere = Path("/dev/shm")
    if elsewhere.is_dir() and elsewhere.stat().st_dev != copy.stat().st_dev:
        cache = elsewhere / f"cache-{os.getpid()}"
        cache.mkdir()
        (copy / ".cache").symlink_to(cache)
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    (copy / ".gitignore").write_text((ROOT / ".gitignore").read_text() + "/.cache\n")
    for words in (["init", "--quiet"], ["add", "."], [*author, "commit", "--quiet", "-mone"]):
        subprocess.run(["git", *words], cwd=copy, check=True)
    try:
        assert "site/ is built" in run(copy, "website").stdout
        assert run(copy, "website").stdout == "site/ is up to date\n"
        number = release.version()
        assert f"Version {number}+" in (copy / "site" / "index.html").read_text()
        subprocess.run(["git", "tag", f"v{number}"], cwd=copy, check=True)
        assert "site/ is built" in run(copy, "website").stdout
        assert f"Version {number} of" in (copy / "site" / "index.html").read_text()
    finally:
        shutil.rmtree((copy / ".cache").resolve())


def test_another_python_than_that_of_the_environment_is_told(tmp_path):
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    own, other = tmp_path / ".venv" / "bin" / "python", tmp_path / "other"
    own.parent.mkdir(parents=True)
    for file, answer in ((own, "one"), (other, "two")):
        file.write_text(f"#!/bin/sh\necho {answer}\n")
        file.chmod(0o755)
    (tmp_path / ".venv" / "ready").touch()

    def make(python):
        command = ["make", ".venv/ready", f"PYTHON={python}"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert make(own).returncode == 0
    told = make("./other")
    assert told.returncode != 0
    assert told.stderr.splitlines()[0] == (
        ".venv was made with another Python than ./other: run `make clean` first"
    )


def test_a_clone_can_be_moved():
    """All that pip installs beside python begins with the path of the environment."""
    files = [ROOT / "Makefile", ROOT / "README.md", *(ROOT / ".github").rglob("*.yml")]
    text = "".join(file.read_text() for file in files)
    found = [line for line in text.splitlines() if "$(BIN)/" in line or ".venv/bin/" in line]
    assert found
    assert [line for line in found if "/python" not in line] == []
