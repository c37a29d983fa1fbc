"""Make site/ if it is not up to date: `python scripts/website.py`, or `make site`.

The site is built aside and takes the place of the old one only when it is whole; a build that
fails, or is stopped, leaves site/ as it was. (Not named site.py: that would hide Python's own
module `site`.)
"""

import contextlib
import fcntl
import os
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen, run

import release
from project import ROOT, environment_key, hashed, hashed_files, remove, write_whole

SITE = ROOT / "site"
NAME = "verified-activations"  # of the folder in site.zip
CACHE = ROOT / ".cache"
STATE = CACHE / "site.key"
ASIDE = ".site."
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FOLDERS = ("docs", "overrides", "scripts", "snippets")
VARIABLES = ("REPO_URL", "SITE_URL", "SOURCE_DATE_EPOCH")  # that MkDocs reads


def main() -> int:
    """Build if anything changed; return the exit status."""
    start = time.monotonic()
    if day := date():
        os.environ["SOURCE_DATE_EPOCH"] = day
    needed = inputs()
    if noted(needed):
        print("site/ is up to date")
        return 0
    with aside() as folder:
        new = folder / "new"
        if status := mkdocs(new):
            print("site/ is left as it was", file=sys.stderr)
            return status
        pack(new)
        STATE.unlink(missing_ok=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # between these two there is no site/
        if SITE.exists():
            SITE.rename(folder / "old")
        new.rename(SITE)
        CACHE.mkdir(exist_ok=True)
        write_whole(STATE, f"{needed} {tree(SITE)}")
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    print(f"site/ is built, in {time.monotonic() - start:.1f} s")
    return 0


@contextlib.contextmanager
def aside() -> Iterator[Path]:
    """Make a folder beside site/, on the same file system, for as long as a build takes.

    A build that was killed leaves its own behind: one that nobody holds is removed.
    """
    for left in ROOT.glob(f"{ASIDE}*"):
        with contextlib.suppress(OSError), held(left):
            remove(left)
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=ASIDE) as folder, held(Path(folder)):
        yield Path(folder)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder, at most until this process ends; raises OSError if another does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def mkdocs(folder: Path) -> int:
    """Build into `folder`, passing on all but MkDocs' notices; return the exit status."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "scripts"),
        "NO_MKDOCS_2_WARNING": "1",  # silences a banner of mkdocs-material
    }
    # Never with --quiet: it hides warnings from strict mode, so that a broken link passes.
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)]
    with Popen(command, cwd=ROOT, env=environment, stdout=PIPE, stderr=STDOUT, text=True) as build:
        try:
            for line in build.stdout or ():
                if line.strip() and not line.startswith(("INFO ", "Aborted ")):
                    print(line, end="", file=sys.stderr)
        except BaseException:
            build.kill()  # what it has started ends with it
            raise
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


def noted(needed: str) -> bool:
    """Tell whether the last successful build noted these inputs, and the site that is there."""
    return STATE.is_file() and STATE.read_bytes() == f"{needed} {tree(SITE)}".encode()


def inputs() -> str:
    """Hash all that a build reads, runs on or says of its version, importing next to nothing."""
    files = [file for file in ROOT.iterdir() if file.is_file()]
    for folder in FOLDERS:
        files += (file for file in (ROOT / folder).rglob("*") if file.is_file())
    variables = (f"{name}={os.environ.get(name)}" for name in VARIABLES)
    return hashed(environment_key(), hashed_files(files), release.named(), *variables)


def tree(folder: Path) -> str:
    """Hash the files of `folder`, by name and content."""
    return hashed_files((file for file in folder.rglob("*") if file.is_file()), folder)


if __name__ == "__main__":
    for stop in STOPS:
        if signal.getsignal(stop) is not signal.SIG_IGN:  # as nohup sets it
            signal.signal(stop, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; site/ is whole")
