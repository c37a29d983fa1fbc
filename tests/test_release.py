"""Files that name a version agree, and the workflows run nothing that can be moved."""

import re
import subprocess

import pytest
import yaml

import release
from project import ROOT, Problem
from test_bad_input import edit, refused

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")


def test_versions_agree_and_the_release_says_what_is_new():
    assert release.notes(f"v{release.version()}").startswith("### Added\n")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("CITATION.cff", "version: 0", "version: 9", "CITATION.cff says 9"),
        ("CITATION.cff", "date-released: 2", "date-released: 3", "CITATION.cff: needs `date-rel"),
        ("pyproject.toml", '\nversion = "0', '\nversion = "9', "pyproject.toml says 9"),
        ("CHANGELOG.md", "## [0", "## [9", "CHANGELOG.md says version 9"),
        ("CHANGELOG.md", "## [0", "## 0", "CHANGELOG.md: needs a heading"),
    ],
)
def test_a_version_that_disagrees_is_refused(tmp_path, monkeypatch, file, old, new, told):
    for name in ("CHANGELOG.md", "CITATION.cff", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    edit(tmp_path / file, old, new)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(Problem, match=re.escape(told)):
        release.notes("v0.1.0")


def test_another_tag_is_refused():
    refused(ROOT, "the tag says 9.9.9", "release", "v9.9.9")


def test_every_page_names_the_version(site):
    for page in ("index.html", "checked.html", "404.html"):
        assert f"Version {release.named()} of 2" in (site / page).read_text(), page


def test_a_version_between_releases_names_its_commit(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    monkeypatch.setattr(release, "ROOT", tmp_path)
    number = release.version()
    assert release.named() == number  # no repository: as from an archive of a release

    def git(*words):
        done = subprocess.run(["git", *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    git("init", "--quiet")
    git("add", ".")
    author = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    git(*author, "commit", "--quiet", "--message", "one")
    assert release.named() == f"{number}+{git('rev-parse', '--short', 'HEAD')}"
    git("tag", f"v{number}")
    assert release.named() == number
    (tmp_path / "pyproject.toml").write_text(f"{(ROOT / 'pyproject.toml').read_text()}\n")
    assert release.named() == f"{number}+dirty"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_what_runs_the_project_cannot_write(file):
    for job in yaml.safe_load(file.read_text())["jobs"].values():
        own = [step for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert all(step["with"] == {"persist-credentials": False} for step in own)
        if own:
            assert "write" not in job.get("permissions", {}).values()
        else:
            assert not any("make " in step.get("run", "") for step in job["steps"])


def test_the_audit_of_dependencies_fails_for_what_it_cannot_ask():
    [step] = yaml.safe_load((WORKFLOWS[0].parent / "site.yml").read_text())["jobs"]["dependencies"][
        "steps"
    ][-1:]
    assert re.match(r"pipx run pip-audit==\d+\.\d+\.\d+ --strict ", step["run"])


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_pinned(file):
    text = file.read_text()
    lines = [line for line in text.splitlines() if "uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
