"""One DAG file, imported once; a fork of this process for every attempt at its tasks."""

import contextlib
import gc
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import setproctitle

from narae.executors.local import child, linux
from narae.executors.local.child import RunChild, ServerSettings
from narae.executors.local.messages import (
    NotImported,
    Packets,
    Ready,
    StartChild,
    StartServer,
)
from narae.executors.local.serving import Serving

WORDS_CHARACTERS_MAX = 4_000
TRACEBACK_CHARACTERS_MAX = 24_000
PATHS_CHARACTERS_MAX = 30_000
"""A message is one packet, and a character may take four bytes in it."""
_PATH_ROOM = 16
"""Of the mtime and of what msgpack adds."""


def run(
    control: Packets,
    start: StartServer,
    settings: ServerSettings,
    *,
    parent: int,
    asks: socket.socket,
) -> NoReturn:
    """The whole life of a fork server, in a fresh child of the base server."""
    linux.die_with_parent(parent)
    linux.adopt_orphans()
    setproctitle.setproctitle(start.title)
    entry = RunChild(settings.run)
    imported = import_file(start.folder, start.file, settings, asks)
    asks.close()
    if isinstance(imported, NotImported):
        with contextlib.suppress(OSError):
            control.send(imported)
        linux.kill_orphans(())
        os._exit(1)
    _flush()
    threads = unsafe_threads()
    child.default_signals()
    gc.collect()
    gc.freeze()
    gc.disable()
    server = os.getpid()

    def become(_message: StartChild | StartServer, descriptors: list[int]) -> NoReturn:
        sock, stdout, stderr, log = descriptors
        child.settle(parent=server, stdout=stdout, stderr=stderr)
        child.run(sock=sock, log=log, settings=settings, module=imported, entry=entry)

    serving = Serving(control, become=become)
    try:
        control.send(
            Ready(
                pid=server,
                threads=threads,
                files=local_files(start.folder, start.file, settings.beside),
                private_bytes=linux.private_bytes(),
            )
        )
    except OSError:
        os._exit(0)
    serving.run()


def import_file(
    folder: str, file: str, settings: ServerSettings, asks: socket.socket
) -> ModuleType | NotImported:
    """The module of a DAG file; whatever it raises, ``sys.exit`` included, is a value.

    On ``asks`` the file asks for variables and connections meanwhile.
    """
    try:
        load, asking = child.named(settings.load), child.named(settings.asking)
        with asking(asks):
            module: ModuleType = load(str(Path(folder) / file), folder)
    except BaseException as error:  # noqa: BLE001 - user code may raise anything
        return not_imported(error, mask=child.named(settings.mask))
    return module


def not_imported(error: BaseException, *, mask: Callable[[str], str]) -> NotImported:
    """In words, with the end of a traceback that is too long."""
    text = mask("".join(traceback.format_exception(error)))
    words = mask(traceback.format_exception_only(error)[-1].strip())
    return NotImported(
        words=words[:WORDS_CHARACTERS_MAX], traceback=text[-TRACEBACK_CHARACTERS_MAX:]
    )


def unsafe_threads() -> int:
    """How many threads would be missing in a child, to the grief of whoever counts on them.

    A library that minds forks ends its pool before each (OpenBLAS does, for one): a trial shows.
    """
    if threading.active_count() == 1 and linux.thread_count() > 1:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    return linux.thread_count() - 1


def local_files(
    folder: str, file: str, beside: tuple[str, ...] = ()
) -> tuple[tuple[str, int], ...]:
    """Path and mtime in ns of the files that this process has imported.

    Only those under ``folder`` and the folders ``beside`` it.

    The DAG file comes first; of very many others only as many as a message holds.
    """
    inside = tuple(os.path.join(f, "") for f in (folder, *beside))  # noqa: PTH118 - text, not a path
    own = str(Path(folder) / file)
    paths = [own]
    room = PATHS_CHARACTERS_MAX
    for module in list(sys.modules.values()):
        path = getattr(module, "__dict__", {}).get("__file__")  # nothing lazy is woken up
        if isinstance(path, str) and path.startswith(inside) and len(path) < room:
            room -= len(path) + _PATH_ROOM
            paths.append(path)
    return tuple((path, mtime_of(path)) for path in dict.fromkeys(paths))


def mtime_of(path: str) -> int:
    """In ns; of the archive for a file in a zip; 0 when it is gone."""
    part = Path(path)
    for candidate in (part, *part.parents):
        try:
            return candidate.stat().st_mtime_ns
        except NotADirectoryError:
            continue
        except OSError:
            return 0
    return 0


def _flush() -> None:
    """What the import printed must not be printed again by every child."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
