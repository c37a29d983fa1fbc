"""Measure what the project costs, each number beside something to compare it with: `make bench`.

What is compared runs in turns, so that a slow moment of the machine meets all alike; the table
holds medians. Builds run in copies: the project itself is left as it is.
"""

import argparse
import gzip
import importlib.metadata
import io
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from statistics import median

import numpy as np
from matplotlib.figure import Figure

import figures
import lessons
import page
from catalog import Activation, catalog, pick
from project import ROOT, Problem
from website import FOLDERS

Cost = tuple[float, float]  # seconds: CPU, wall
SIZE = 1_000_000
FILES = (("snippets", ".py"), ("docs/activations", ".md"))  # of a function
# Material with its search and the same Markdown extensions, but nothing to make or to check.
BARE = "{INHERIT: mkdocs.yml, hooks: [], plugins: [search], strict: false}\n"


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return aligned text, the first column to the left and numbers to the right."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in lines
    ]
    return "\n".join(["", title, "", *text])


def machine() -> str:
    """Return the processor and the versions."""
    import torch

    info = Path("/proc/cpuinfo")
    names = (
        re.findall(r"^model name\s*: (.*)$", info.read_text(), re.MULTILINE)
        if info.exists()
        else []
    )
    cpu = names[0] if names else platform.processor() or platform.machine()
    packages = ("numpy", "torch", "mkdocs", "mkdocs-material")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    capability = torch.backends.cpu.get_cpu_capability()
    about = [f"{cpu} ({capability} in torch)", f"{os.cpu_count()} cores"]
    return ", ".join([*about, f"Python {platform.python_version()}", *versions])


def in_turns(calls: Sequence[Callable[[], object]], seconds: float) -> tuple[list[float], int]:
    """Call one after the other, for so long; return median CPU seconds and how many turns."""
    turns: list[list[float]] = []
    end = time.monotonic() + seconds
    while len(turns) < 3 or time.monotonic() < end:
        clock = [time.process_time()]
        for call in calls:
            call()
            clock.append(time.process_time())
        turns.append([after - before for before, after in pairwise(clock)])
    return [median(taken) for taken in zip(*turns, strict=True)], len(turns)


# The site


def python(folder: Path, *arguments: str) -> Cost:
    """Run Python in a copy; return what it and its children take. Raises Problem if it fails."""
    environment = os.environ | {
        "PYTHONPATH": str(folder / "scripts"),
        "NO_MKDOCS_2_WARNING": "1",  # silences a banner of mkdocs-material
    }
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise Problem(f"a build to be measured failed:\n{done.stdout}{done.stderr}".rstrip())
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


def copy(folder: Path) -> None:
    """Copy what a build reads, and nothing that one wrote."""
    folder.mkdir()
    for file in filter(Path.is_file, ROOT.iterdir()):
        shutil.copy(file, folder)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))


def strip(built: Path, folder: Path) -> None:
    """Copy a built project so that MkDocs alone gives its pages: fragments put in, lessons run.

    The outputs of lessons are left out: no Markdown parser reads them in the real build either.
    """
    shutil.copytree(built, folder, ignore=shutil.ignore_patterns("site", "generated", ".cache"))
    (folder / "overrides" / "404.html").unlink()  # it asks the hooks for names
    for file in (built / ".cache" / "lessons").glob("*.lesson"):
        name = file.stem.rsplit("-", 2)[0]
        if lesson := lessons.kept(file):
            (folder / "docs" / "learn" / f"{name}.md").write_text(lesson.markdown)
    for path in (folder / "docs").rglob("*.md"):
        parts = re.split(r'^--8<-- "(.+)"$', path.read_text(), flags=re.MULTILINE)
        parts[1::2] = [(built / "generated" / name).read_text() for name in parts[1::2]]
        path.write_text("".join(parts))
    (folder / "bare.yml").write_text(BARE)


def change(file: Path, old: str, new: str) -> None:
    """Put other text in the place of what stands once in a file of a copy."""
    text = file.read_text()
    assert text.count(old) == 1, (file, old)
    file.write_text(text.replace(old, new))


def builds(rounds: int) -> str:
    """Build the site in every way, in turns; return a table. Raises Problem if a build fails."""
    names = [a.name for a in catalog()]
    with tempfile.TemporaryDirectory(prefix="bench.") as temporary:
        work, bare = Path(temporary, "work"), Path(temporary, "bare")
        copy(work)
        website = partial(python, work, "scripts/website.py")
        cold = website()
        strip(work, bare)
        turns: list[list[Cost]] = []
        for i in range(rounds):
            name = names[i % len(names)]
            turn = [python(bare, "-m", "mkdocs", "build", "-f", "bare.yml"), website()]
            shutil.rmtree(bare / "site")
            shutil.rmtree(work / "site")
            turn.append(website())
            snippet, prose = (work / kind / f"{name}{end}" for kind, end in FILES)
            change(snippet, "# %% Facts\n", f"# %% Facts\n# Comment {i}.\n")
            turn.append(website())
            change(prose, "\n## References\n", f"\nSentence {i}.\n\n## References\n")
            turn.append(website())
            turns.append(turn)
    bare_costs, *others = zip(*turns, strict=True)
    ways = "nothing changed", "site/ gone", "a snippet changed", "a page's prose changed"
    costs = {"bare MkDocs": bare_costs, "nothing made before": (cold,)}
    costs |= zip(ways, others, strict=True)
    rows, reference = [], median(cpu for cpu, _ in bare_costs)
    for way, taken in costs.items():
        cpu, wall = map(median, zip(*taken, strict=True))
        rows.append([way, str(len(taken)), f"{cpu:.2f}", f"{wall:.2f}", f"{cpu / reference:.2f}"])
    title = f"Builds of the site, {len(names)} functions: seconds, and the ratio of CPU seconds"
    return table(title, ["", "runs", "CPU", "wall", "× bare"], rows)


def synthetic(folder: Path, count: int) -> str:
    """Put so many functions into a copy: one with a parameter, each time with another default.

    Return the name of the last one.
    """
    model = min((a for a in catalog() if a.parameters), key=lambda a: len(a.path.read_text()))
    pages = folder / "docs" / "activations"
    prose = (ROOT / "docs" / "activations" / f"{model.name}.md").read_text()
    (parameter, value), name = next(iter(model.defaults.items())), ""
    own = re.compile(rf"\b{model.name}(?=\b|_grad\b)")
    true_of_one = r"^(aliases|identities) = .*\n"
    code = re.sub(true_of_one, "", model.path.read_text(), flags=re.MULTILINE)
    for k in range(1, count + 1):
        name = f"synthetic_{k:04}"
        snippet = code.replace(f"{parameter}={value!r}", f"{parameter}=0.{k:04}5")
        (folder / "snippets" / f"{name}.py").write_text(own.sub(name, snippet))
        (pages / f"{name}.md").write_text(own.sub(name, prose))
    return name


def keep_needed(folder: Path) -> None:
    """Remove the functions of a copy that no comparison, lesson or kept function needs."""
    docs, snippets = folder / "docs", folder / "snippets"
    pages = [*(docs / "compare").glob("*.md"), *(docs / "learn").glob("*.py")]
    words = {w for page in pages for w in re.findall(r"\w+", page.read_text())}
    names = {file.stem for file in snippets.glob("*.py")}
    kept = words & names
    for _ in names:  # what they descend from or hold an identity with, and so on
        texts = [(snippets / f"{name}.py").read_text() for name in kept]
        kept |= {w for text in texts for w in re.findall(r"\w+", text)} & names
    for name in names - kept:
        (snippets / f"{name}.py").unlink()
        (docs / "activations" / f"{name}.md").unlink()
    config = folder / "mkdocs.yml"  # links to what is gone would stop the build
    config.write_text(config.read_text().replace("strict: true", "strict: false"))


def growth(sizes: Sequence[int]) -> str:
    """Build catalogues of ever more synthetic functions; return a table of what each costs."""
    rows = []
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="bench.") as temporary:
            work = Path(temporary, "work")
            copy(work)
            keep_needed(work)
            before = []
            for _ in ("cold", "cached"):
                before.append(python(work, "scripts/website.py")[0])
                shutil.rmtree(work / "site")
            last = synthetic(work, count)
            cpu, wall = python(work, "scripts/website.py")
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            html = (work / "site" / "activations" / f"{last}.html").read_bytes()
            shutil.rmtree(work / "site")
            warm = python(work, "scripts/website.py")[0]
            # cached: only the functions that were added are made in the first of the two builds
            numbers = (cpu - before[1]) / count, (warm - before[1]) / count, wall, peak
            weight = f"{len(gzip.compress(html)) / 1000:.1f}"
            rows.append([str(count), *(f"{n:.2f}" for n in numbers), weight])
    title = "Growth: synthetic functions beside those that other pages need; seconds, MB, kB"
    head = ["functions", "CPU each", "CPU each, cached", "wall", "peak MB", "kB gzipped, a page"]
    return table(title, head, rows)


# Figures


def image(figure: Figure, curves: Iterable[figures.Curve]) -> bytes:
    """Return the same curves as the PNG that Matplotlib draws by default."""
    figure.clear()
    axes = figure.subplots()
    axes.grid()
    for curve in curves:
        axes.plot(*curve.points(), label=curve.label)
    axes.legend()
    figure.savefig(file := io.BytesIO(), format="png")
    return file.getvalue()


def drawing(a: Activation, seconds: float) -> list[str]:
    """Draw the figures of a page; return a row."""
    curves = page.curves(a)
    plot = partial(figures.plot, a.name, curves, title="f", description="f", xlim=page.SPAN)
    png = partial(image, Figure(), curves)
    thumbnail = partial(figures.thumbnail, curves[:2], xlim=page.SPAN)
    (svg, small, reference), turns = in_turns([plot, thumbnail, png], seconds)
    times = [f"{1000 * taken:.1f}" for taken in (svg, small, reference)]
    share = len(gzip.compress(plot().encode())) / len(png())
    return [a.name, str(turns), *times, f"{svg / reference:.2f}", f"{share:.3f}"]


# Functions


def speeds(a: Activation, dtype: str, seconds: float) -> list[list[str]]:
    """Run a function and its gradient on a million normal numbers; return a row for each."""
    import torch

    torch.set_num_threads(1)
    x = np.random.default_rng(0).standard_normal(SIZE).astype(dtype)
    constant = torch.from_numpy(x)
    variable = torch.from_numpy(x).requires_grad_()
    y = a.module(variable)
    backward = partial(torch.autograd.grad, y, variable, torch.ones_like(y), retain_graph=True)
    own = [partial(function, x) for function in (a.function, a.gradient)]
    calls = [partial(np.exp, x), own[0], partial(a.module, constant), own[1], backward]
    taken, turns = in_turns(calls, seconds)
    exp, *rest = [1e9 * cpu / SIZE for cpu in taken]
    rows = []
    for name, (ours, theirs) in ((a.name, rest[:2]), (f"{a.name}_grad", rest[2:])):
        numbers = ours, theirs, exp, ours / theirs, ours / exp
        rows.append([name, dtype, str(turns), *(f"{number:.2f}" for number in numbers)])
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="draw and run only these activations")
    parser.add_argument("--quick", action="store_true", help="fewer runs, rougher numbers")
    parser.add_argument(
        "--growth", nargs="+", type=int, metavar="N", help="only build N synthetic functions, each"
    )
    options = parser.parse_args()
    chosen = [pick(name) for name in options.names] or catalog()
    if options.growth:
        print(growth(options.growth))
        return
    rounds, seconds = (1, 2 / len(chosen)) if options.quick else (3, 8 / len(chosen))

    print(machine(), flush=True)
    print(builds(rounds), flush=True)
    title = "Figures: ms of CPU, beside the same curves as a PNG by Matplotlib"
    head = ["", "runs", "figure", "thumbnail", "PNG", "× PNG", "bytes gzipped × PNG"]
    print(table(title, head, [drawing(a, seconds) for a in chosen]), flush=True)
    title = f"Functions: ns of CPU an element, {SIZE:,} standard normal numbers, one thread"
    head = ["", "dtype", "runs", "NumPy cell", "torch", "np.exp", "× torch", "× np.exp"]
    rows = [speeds(a, dtype, seconds) for a in chosen for dtype in ("float32", "float64")]
    print(table(title, head, chain(*rows)))


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(str(problem))
