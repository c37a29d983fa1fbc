"""Build the site twice, under conditions that should not matter, and compare: `make reproducible`.

Both builds begin with a copy of the working tree and nothing else: other folders, hash seeds, local
dates, languages, orders of files and rights to them. With `--warm` the first takes along what has
been made already, which saves half the time and tests the cache as well.
"""

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import website
from project import ROOT, Problem

CONDITIONS = (  # local dates are never the same in these two zones
    {"PYTHONHASHSEED": "1", "TZ": "Etc/GMT+12", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "2", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "COLUMNS": "40"},
)
MADE = ("generated", ".cache/lessons")


def copy(folder: Path, backwards: bool) -> None:
    """Copy what git knows or would add, in one order or the other."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in sorted(filter(None, names.split("\0")), reverse=backwards):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)


def build(folder: Path, conditions: dict[str, str]) -> Path:
    """Build the site in a copy and return where it is; raises Problem if that fails."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": website.date() or "0"} | conditions
    environment["PYTHONPATH"] = str(folder / "scripts")
    program = [sys.executable, "scripts/website.py"]
    if subprocess.run(program, cwd=folder, env=environment).returncode:
        raise Problem(f"the build under {conditions} failed")
    return folder / "site"


def differing(one: Path, other: Path) -> list[str]:
    """Return the names of the files that only one of two folders has, or that differ."""
    files = [{p.relative_to(f) for p in f.rglob("*") if p.is_file()} for f in (one, other)]
    _, unlike, unread = filecmp.cmpfiles(one, other, files[0] & files[1], shallow=False)
    return sorted(map(str, [*(files[0] ^ files[1]), *unlike, *unread]))


def main() -> None:
    """Compare two builds; raises Problem with the names of the files that differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warm", action="store_true", help="let the first take what is made")
    parser.add_argument("--keep", type=Path, help="leave both sites there if they differ")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        sites: list[Path] = []
        for name, backwards in (("one", False), ("the other, with a longer name", True)):
            folder = Path(place, name)
            folder.mkdir()
            os.umask(0o077 if backwards else 0o022)
            copy(folder, backwards)
            for made in MADE if given.warm and not sites else ():
                shutil.copytree(ROOT / made, folder / made)
            sites.append(build(folder, CONDITIONS[backwards]))
        if names := differing(*sites):
            if given.keep:
                shutil.copytree(place, given.keep, dirs_exist_ok=True)
            raise Problem("\n".join(["two builds differ in", *names]))
        print(f"two builds are the same in all {sum(map(Path.is_file, sites[0].rglob('*')))} files")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(str(problem))
