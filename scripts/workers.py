"""Processes in which snippets run: one that hangs or that ends its process is told by its name."""

import multiprocessing
import os
import signal
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

from project import Problem, shown

COUNT = os.cpu_count() or 1
LIMIT = 600.0  # seconds for one call; on two cores all calls together take less


class Call(NamedTuple):
    """What to do in another process, and the file to name if it fails."""

    file: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


class Workers:
    """As many processes as there are cores, started as they are needed; `with` ends them."""

    def __init__(self) -> None:
        self._processes: dict[Connection, multiprocessing.process.BaseProcess] = {}
        self._free: list[Connection] = []

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *given: object) -> None:
        for process in self._processes.values():
            process.kill()
            process.join()

    def results(self, calls: Mapping[str, Call]) -> Iterator[tuple[str, Any]]:
        """Make calls side by side and yield what each returns, by its name.

        Raises Problem whatever goes wrong: an error, a call without an end, the end of a process.
        """
        left, busy = [*calls][::-1], dict[Connection, tuple[float, str]]()
        while left or busy:
            while left and len(busy) < COUNT:
                pipe = self._free.pop() if self._free else self._start()
                busy[pipe] = time.monotonic() + LIMIT, left.pop()
                pipe.send(calls[busy[pipe][1]])
            end, late = min(busy.values())
            ready = wait(list(busy), max(0, end - time.monotonic()))
            if not ready:
                file = calls[late].file
                raise Problem(f"{file}: not done in {LIMIT:g} s: does a loop in it never end?")
            for done in ready:
                assert isinstance(done, Connection)
                name = busy.pop(done)[1]
                try:
                    result = done.recv()
                except (EOFError, ConnectionError):
                    process = self._processes[done]
                    process.join()
                    raise Problem(
                        f"{calls[name].file}: ended the process that ran it, "
                        f"with status {process.exitcode}"
                    ) from None
                if isinstance(result, Problem):
                    raise result
                self._free.append(done)
                yield name, result

    def _start(self) -> Connection:
        here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_serve, args=(there,), daemon=True)
        process.start()
        there.close()  # so that the end of the process ends the pipe
        self._processes[here] = process
        return here


def _serve(pipe: Connection) -> None:
    """Answer calls for as long as there is somebody who makes them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends at once and says nothing
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        pipe.send(_answer(pipe.recv()))


def _answer(call: Call) -> Any:
    try:
        return call.function(*call.arguments)
    except Problem as problem:
        return problem
    except (Exception, SystemExit) as error:  # which nothing foresaw
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{shown(Path(last.filename))}, line {last.lineno}"
        why = textwrap.shorten(f"{type(error).__name__}: {error}", 200, placeholder=" …")
        return Problem(f"{call.file}: {why} ({where})")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    os._exit(1)
