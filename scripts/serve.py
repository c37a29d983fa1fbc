"""Show the site at an address of this machine, and build it again as files change: `make serve`.

Like `mkdocs serve`, but what is shown is always the last good build: the next one goes to a folder
of its own and takes the place of the old one when it is whole.
"""

import argparse
import logging
import os
import shutil
import sys
import time
import traceback
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.livereload import LiveReloadServer

import lessons
import website
from project import shown

HOST = "127.0.0.1"
SHOWN = website.CACHE / "serve"  # kept: a process that starts again shows it at once
NEXT, LAST = (SHOWN.with_suffix(suffix) for suffix in (".next", ".last"))


def rebuild(server: LiveReloadServer) -> None:
    """Build the site and show it, or say what is wrong and leave what is shown as it is.

    Lessons that must run again only because a snippet has changed do so in a build of their own.
    """
    start, url = time.monotonic(), server.url
    server._wanted_epoch = server._visible_epoch  # so nobody waits: what is shown is whole
    lessons.patient = not lessons.waiting
    lessons.waiting.clear()
    try:
        config = load_config(site_dir=str(NEXT), site_url=url)
        config.plugins.on_startup(command="serve", dirty=False)
        build(config, serve_url=url)
    except (Exception, Abort) as error:
        if not isinstance(error, Abort):  # of that, MkDocs has told why
            print(_told(error), file=sys.stderr)
        print("What is shown is the last good build.", file=sys.stderr)
    else:
        shutil.rmtree(LAST, ignore_errors=True)
        if SHOWN.exists():
            SHOWN.rename(LAST)
        NEXT.rename(SHOWN)
        server._wanted_epoch += 1  # lets browsers load again
        print(f"built in {time.monotonic() - start:.1f} s: {url}", file=sys.stderr)
        if lessons.waiting:
            server._want_rebuild = True


def _told(error: BaseException) -> str:
    """Return an error in one line; what nothing foresaw, with the line that it came from."""
    if isinstance(error, MkDocsException):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{shown(Path(last.filename))}, line {last.lineno}"
    return f"{type(error).__name__}: {error} ({where})"


def main() -> None:
    """Serve until the process is interrupted."""
    os.environ["NO_MKDOCS_2_WARNING"] = "1"  # silences a banner of mkdocs-material
    logging.basicConfig(format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    server = LiveReloadServer(lambda: rebuild(server), HOST, port, root=str(SHOWN))
    server.error_handler = lambda code: _read(SHOWN / f"{code}.html")
    server._want_rebuild = True  # the first time when it watches already: no change is missed
    for name in (*website.FOLDERS, "mkdocs.yml"):
        server.watch(str(website.ROOT / name))
    try:
        server.serve()
    except OSError as error:
        other = "choose another port, as in `make serve ARGS=--port=8001`"
        sys.exit(f"cannot serve at {server.url}: {error.strerror}; {other}")
    except KeyboardInterrupt:
        pass
    finally:
        server.shutdown()


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


if __name__ == "__main__":
    main()
