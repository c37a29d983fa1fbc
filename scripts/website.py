"""Make site/ if it is not up to date: `python scripts/website.py`, or `make site`.

The site is built aside and takes the place of the old one only when it is whole; a build that
fails leaves site/ as it was. (Not named site.py: that would hide Python's own module `site`.)
"""

import contextlib
import json
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen, run

from project import ROOT, environment_key, hashed, hashed_files

SITE = ROOT / "site"
NAME = "verified-activations"  # of the folder in site.zip
CACHE = ROOT / ".cache"
STATE = CACHE / "site.json"
FOLDERS = ("docs", "overrides", "scripts", "snippets")
VARIABLES = ("REPO_URL", "SITE_URL", "SOURCE_DATE_EPOCH")  # that MkDocs reads


def main() -> int:
    """Build if anything changed; return the exit status."""
    start = time.monotonic()
    if day := date():
        os.environ["SOURCE_DATE_EPOCH"] = day
    needed = inputs()
    if state() == {"inputs": needed, "site": tree(SITE)}:
        print("site/ is up to date")
        return 0
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="site.") as folder:
        new = Path(folder, "new")
        if status := mkdocs(new):
            print("site/ is left as it was", file=sys.stderr)
            return status
        pack(new)
        STATE.unlink(missing_ok=True)
        if SITE.exists():
            SITE.rename(Path(folder, "old"))
        new.rename(SITE)
    STATE.write_text(json.dumps({"inputs": needed, "site": tree(SITE)}))
    print(f"site/ is built, in {time.monotonic() - start:.1f} s")
    return 0


def mkdocs(folder: Path) -> int:
    """Build into `folder`, passing on all but MkDocs' notices; return the exit status."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "scripts"),
        "NO_MKDOCS_2_WARNING": "1",  # silences a banner of mkdocs-material
    }
    # Never with --quiet: it hides warnings from strict mode, so that a broken link passes.
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    with Popen(command, cwd=ROOT, env=environment, stdout=PIPE, stderr=STDOUT, text=True) as build:
        for line in build.stdout or ():
            if line.strip() and not line.startswith(("INFO ", "Aborted ")):
                print(line, end="", file=sys.stderr)
    return build.returncode


def pack(folder: Path) -> None:
    """Put a copy of all files of a site into its site.zip, to be read without a network."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    with zipfile.ZipFile(folder / "site.zip", "w") as whole:  # what compresses differs by machine
        for file in files:
            entry = zipfile.ZipInfo(f"{NAME}/{file.relative_to(folder).as_posix()}")
            entry.external_attr = 0o644 << 16
            whole.writestr(entry, file.read_bytes())


def date() -> str | None:
    """Return the second that the site is dated to: the one asked for, or the last commit's."""
    if asked := os.environ.get("SOURCE_DATE_EPOCH"):
        return asked
    command = ["git", "log", "-1", "--format=%ct"]
    with contextlib.suppress(OSError):
        return run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip() or None
    return None


def state() -> object:
    """Return what the last successful build noted."""
    try:
        return json.loads(STATE.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def inputs() -> str:
    """Hash all that a build reads or runs on, without importing any of it."""
    files = [file for file in ROOT.iterdir() if file.is_file()]
    for folder in FOLDERS:
        files += (file for file in (ROOT / folder).rglob("*") if file.is_file())
    variables = (f"{name}={os.environ.get(name)}" for name in VARIABLES)
    return hashed(environment_key(), hashed_files(files), *variables)


def tree(folder: Path) -> str:
    """Hash the files of `folder`, by name and content."""
    return hashed_files((file for file in folder.rglob("*") if file.is_file()), folder)


if __name__ == "__main__":
    sys.exit(main())
