"""Run the lessons of docs/learn and turn them into Markdown.

A lesson is a percent script. mkdocs-jupyter makes it a page of the site; here its cells are run
in a Jupyter kernel, and the result goes through MkDocs' own Markdown, so that a lesson has the
formulas, notes and code blocks of every other page. `python scripts/lessons.py NAME`, or
`make lesson NAME=…`, runs one alone and tells how far it is.
"""

import ast
import asyncio
import html
import json
import os
import re
import sys
import tempfile
import textwrap
import time
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import course
import mathml
from project import (
    ROOT,
    SNIPPETS,
    Problem,
    environment_key,
    hashed,
    mentioned,
    program_key,
    remove,
    shown,
    source,
    sources,
    write_whole,
)

CACHE = ROOT / ".cache" / "lessons"
SILENT = (ast.Constant, ast.GeneratorExp, ast.Starred)  # of these no value need be told
EVERY = re.compile(  # what may read any snippet
    r"import catalog|from catalog import(?! pick\n)|\bsnippets\b(?!\.\w+ import| import)"
)
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
Result = TypeVar("Result")
patient = False  # `make serve` shows first what was edited, then runs what leans on it
waiting: list[Path] = []


@dataclass
class Lesson:
    """A lesson that was run: its Markdown, in which `slot(n)` stands for the n-th output.

    `notebook` is the script as a notebook, not run.
    """

    markdown: str
    outputs: list[str]
    notebook: str

    def fill(self, page: str) -> str:
        """Put the outputs into the rendered page; raises Problem unless each finds its slot.

        They come in only now because Markdown must not read them: an output may hold a `$`.
        """
        for n, output in enumerate(self.outputs):
            if page.count(slot(n)) != 1:
                raise Problem(f"output {n + 1} found no place: is a code block left open?")
            page = page.replace(slot(n), mathml.formulas(output))
        return page


def downloads(name: str) -> str:
    """Return what ends the page of a lesson, in Markdown.

    mkdocs-jupyter's include_source puts the script beside the page, hooks.py the notebook.
    """
    script, notebook = (
        f'<a href="{name}{suffix}" download>{suffix}</a>' for suffix in (".py", ".ipynb")
    )
    return (
        f"\nDownload this lesson: {script} · {notebook}. Both need a copy of the repository, with "
        "its root and `scripts/` on Python's path: there, "
        '`export PYTHONPATH="$PWD/scripts:$PWD"`.\n'
    )


def slot(n: int) -> str:
    """Return the mark that stands in the Markdown for output `n`."""
    return f'<div data-output="{n}"></div>'


def keep(file: Path, lesson: Lesson) -> None:
    """Write a lesson that was run, after a hash of what is written."""
    text = json.dumps(vars(lesson))
    write_whole(file, f"{hashed(text)}\n{text}")


def kept(file: Path) -> Lesson | None:
    """Return a lesson as it was kept, or None where there is none that is whole and unaltered."""
    key, _, text = file.read_bytes().partition(b"\n") if file.is_file() else (b"", b"", b"")
    return Lesson(**json.loads(text)) if key == hashed(text).encode() else None


def run(paths: Iterable[Path]) -> dict[Path, Lesson]:
    """Return the lessons by path, running those that changed; raises Problem if a cell fails.

    A result is kept under a key of everything that it can depend on. While `patient`, a lesson that
    is itself as it was gives its last result, and is among those `waiting`.
    """
    texts = {path: hashed(path.read_bytes())[:8] for path in paths}
    files = {p: CACHE / f"{p.stem}-{text}-{_key(p)}.lesson" for p, text in texts.items()}
    found = {path: lesson for path, file in files.items() if (lesson := kept(file))}
    waiting.clear()
    for path in files if patient else ():
        if path in found:
            continue
        for file in CACHE.glob(f"{path.stem}-{texts[path]}-*.lesson"):
            if lesson := kept(file):
                files[path], found[path] = file, lesson
                waiting.append(path)
                break
    if missing := [path for path in files if path not in found]:
        for path, lesson in _finish(_run_all(missing)).items():
            keep(files[path], lesson)
            found[path] = lesson
    for file in set(CACHE.glob("*.lesson")) - set(files.values()):
        remove(file)
    return {path: found[path] for path in files}


def _key(path: Path) -> str:
    """Hash the lesson, what it can import or read, and what it runs on.

    Of the snippets, those that it mentions, with those that they mention; all of them, if it does
    more with the catalogue than pick some by name.
    """
    text = source(path)
    names = mentioned(text)
    if EVERY.search(text):
        names = {file.stem for file in SNIPPETS.glob("*.py")}
    snippets = (part for name in sorted(names) for part in (name, *sources(name)))
    programs = map(program_key, (path, Path(__file__)))
    return hashed(environment_key(), *programs, text, path.name, *snippets)[:32]


class _Loop(asyncio.SelectorEventLoop):
    """A loop in which Ctrl-C ends the build: nbclient would end one kernel and go on."""

    def add_signal_handler(self, *given: object) -> None:
        raise RuntimeError


def _finish(work: Coroutine[Any, Any, Result]) -> Result:
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


async def _run_all(paths: list[Path]) -> dict[Path, Lesson]:
    """Run lessons, as many at a time as there are cores; raise what the first to fail raised."""
    free = asyncio.Semaphore(os.cpu_count() or 1)

    async def run_one(path: Path) -> Lesson:
        async with free:
            return await _run(path)

    results = await asyncio.gather(*map(run_one, paths), return_exceptions=True)
    lessons = {}
    for path, result in zip(paths, results, strict=True):
        if isinstance(result, BaseException):
            raise result
        lessons[path] = result
    return lessons


async def _run(path: Path, every_cell: bool = False) -> Lesson:
    """Run one lesson; tell on stderr how long it took, or how long every cell took."""
    # Here and not above: a build in which no lesson changed does without these imports.
    import jupytext
    import nbformat
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    CACHE.mkdir(parents=True, exist_ok=True)
    text = source(path)
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for n, cell in enumerate(notebook.cells, 1):  # jupytext's own ids are random
        cell.id, cell.metadata = f"cell-{n}", {}
    whole = nbformat.writes(notebook) + "\n"
    own = KernelSpecManager(kernel_dirs=[])  # this environment's, whatever others are installed
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=own),
        timeout=600,
        shutdown_kernel="immediate",
        extra_arguments=["--log-level=ERROR"],
        coalesce_streams=True,  # else a slow print is cut in two, or not, as it happens
    )
    paths = [str(ROOT / "scripts"), str(ROOT)]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",  # sums in torch depend on the number of threads
        "IPYTHONDIR": str(CACHE / "ipython"),  # not the reader's own profile
    }
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    start = begun = time.monotonic()

    def begin(cell: Any, cell_index: int) -> None:
        nonlocal begun
        begun = time.monotonic()
        where = f"{shown(path)}: cell {codes.index(cell) + 1} of {len(codes)}"
        print(f"{where} …", end=" ", file=sys.stderr, flush=True)

    def end(cell: Any, cell_index: int, execute_reply: Any) -> None:
        print(f"{time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)

    values: list[str] = []

    async def inspect(cell: Any, cell_index: int, execute_reply: Any) -> None:
        number = codes.index(cell) + 1
        at = _at(number, "\n".join(execute_reply["content"]["traceback"]))
        values.extend(await _values(client.kc, cell.source, at))

    if every_cell:
        client.on_cell_execute, client.on_cell_executed = begin, end
    client.on_cell_error = inspect
    with tempfile.TemporaryFile() as log:  # a kernel that stops may complain of itself
        try:
            await client.async_execute(env=environment, cwd=str(ROOT), stderr=log, cleanup_kc=True)
        except CellExecutionError as error:
            raise Problem("\n".join([_failure(path, text, codes, error), *values])) from None
        except (CellTimeoutError, DeadKernelError) as error:
            log.seek(0)
            said = log.read().decode(errors="replace")
            raise Problem(f"{shown(path)}: {error}\n{said}".rstrip()) from None
    print(f"{shown(path)}: {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True)
    markdown, outputs = _convert(path, notebook.cells)
    return Lesson(markdown, outputs, whole)


def _at(number: int, traceback: str) -> list[int]:
    """Return the lines of that code cell that a traceback names, from the outermost call."""
    found = re.findall(rf"Cell In\[{number}\], line (\d+)", ESCAPES.sub("", traceback))
    return [int(line) for line in found]


async def _values(kernel: Any, source: str, at: list[int]) -> list[str]:
    """Say what the failed assert compares: its parts, evaluated once more in the kernel."""
    parts = _parts(source, at[0]) if at else []
    try:
        reply = await kernel.execute(
            "", silent=True, user_expressions=dict(zip(parts, parts, strict=True)),
            reply=True, timeout=10,
        )  # fmt: skip
    except TimeoutError:
        return []
    shows = reply["content"].get("user_expressions", {})
    found = [
        f"  {' '.join(part.split())} = {textwrap.shorten(shows[part]['data']['text/plain'], 200)}"
        for part in parts
        if shows.get(part, {}).get("status") == "ok"
    ]
    return ["evaluated again:", *found] if found else []


def _parts(source: str, line: int) -> list[str]:
    """Return the expressions that an assert at that line, outside of functions, compares."""

    def parts(node: ast.expr) -> list[ast.expr]:
        match node:
            case ast.Compare(left=left, comparators=others):
                return [left, *others]
            case ast.BoolOp(values=inner):
                return [part for value in inner for part in parts(value)]
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return parts(operand)
            case ast.Call(args=[ast.Compare() as inner]):  # np.all(a < b)
                return parts(inner)
            case ast.Call(args=inner) if inner:
                return inner
        return [node]

    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return []
    for statement in statements:
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or 0):
                    told = [p for p in parts(node.test) if not isinstance(p, SILENT)]
                    texts = (ast.get_source_segment(source, part) for part in told)
                    return list(dict.fromkeys(text for text in texts if text))
    return []


def _failure(path: Path, text: str, codes: list[Any], error: Any) -> str:
    """Say which cell failed and why, and show its lines with the line that failed marked."""
    number, cell = next(
        (n, cell)
        for n, cell in enumerate(codes, 1)
        if any(output.output_type == "error" for output in cell.outputs)
    )
    start = text.count("\n", 0, max(text.find(cell.source), 0)) + 1
    at = _at(number, error.traceback)
    lines = [
        f"{'>' if n + 1 in at else ' '} {start + n:4} | {line}"
        for n, line in enumerate(cell.source.splitlines())
    ]
    text = re.sub(r" \(\d+\.py, line \d+\)", "", ESCAPES.sub("", error.evalue))
    why = f"{error.ename}: {text}".rstrip(": ")
    return "\n".join([f"{shown(path)}: cell {number} raised {why}", *lines])


def _convert(path: Path, cells: list[Any]) -> tuple[str, list[str]]:
    parts: list[str] = []
    outputs: list[str] = []
    code = 0
    for cell in cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.cell_type == "code":
            code += 1
            ticks = max(map(len, re.findall("`+", cell.source)), default=0)
            fence = "`" * max(3, ticks + 1)
            parts.append(f"{fence}python\n{cell.source}\n{fence}")
            try:
                output = "\n".join(_outputs(cell.outputs))
            except Problem as error:
                raise Problem(f"{shown(path)}: cell {code} {error}") from None
            if output:
                parts.append(slot(len(outputs)))
                outputs.append(f'<div class="output">{output}</div>')
    return "\n\n".join(parts) + "\n", outputs


def _outputs(outputs: list[Any]) -> Iterator[str]:
    """Yield each output of a cell as HTML; raises Problem for one that no page should show."""
    for output in outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                raise Problem(f"wrote to stderr; catch it or mend it:\n{output.text.rstrip()}")
            yield _text(output.text)
        else:
            yield _rich(output.data)


def _rich(data: dict[str, str]) -> str:
    """Return the best form of what a cell shows."""
    drawing = data.get("text/html") or data.get("image/svg+xml")
    if drawing:
        if re.search(r"<(style|script)\b|<[^>]*\s(style|on\w+)=", drawing):
            raise Problem("shows HTML with styles or scripts of its own; use classes")
        return drawing[max(drawing.find("<svg"), 0) :] if "text/html" not in data else drawing
    if "text/latex" in data:
        tex = data["text/latex"].strip().strip("$").strip().removeprefix(r"\displaystyle")
        tex = tex.replace(r"\text{for}\: ", r"\text{if } ")  # as tex.py has it on other pages
        return rf'<div class="arithmatex">\[{html.escape(tex)}\]</div>'  # which `fill` sets
    if image := next((kind for kind in data if kind.startswith("image/")), None):
        raise Problem(f"shows {image}, which cannot follow light and dark; use figures.py")
    return _text(data["text/plain"])


def _text(text: str) -> str:
    if match := re.search(r"\S* at 0x[0-9a-f]+>", text):
        raise Problem(f"shows {match[0]}, which differs from run to run; end it with a ;")
    return f"<pre>{html.escape(text.rstrip(), quote=False)}</pre>"


if __name__ == "__main__":
    try:
        _finish(_run(course.pick(sys.argv[1:]), every_cell=True))
    except KeyboardInterrupt:
        sys.exit(130)
    except Problem as problem:
        sys.exit(str(problem))
