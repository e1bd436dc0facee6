"""The process that fork servers come from: the runtime imported, no DAG file, one thread.

Started as ``python -m narae.executors.local.base_server SETTINGS``, with settings as JSON.
"""

import contextlib
import gc
import importlib
import os
import socket
import sys
import traceback
from typing import NoReturn

import setproctitle

from narae.core.codec import decode_json, encode_json
from narae.executors.local import child, fork_server, linux, spawned
from narae.executors.local.child import ServerSettings
from narae.executors.local.messages import Packets, Ready, StartChild, StartServer, ToServer
from narae.executors.local.serving import Serving

TITLE = "narae fork server: base"


def main(arguments: list[str]) -> NoReturn:
    """The whole life of the base server."""
    settings = decode_json(arguments[0], ServerSettings)
    linux.die_with_parent(settings.parent)
    linux.adopt_orphans()
    setproctitle.setproctitle(TITLE)
    control = Packets(socket.socket(fileno=settings.control), ToServer)
    control.sock.setblocking(True)
    control.sock.set_inheritable(False)
    preload(settings.preload)
    rehearse(settings.rehearse)
    gc.collect()
    gc.freeze()
    base = os.getpid()

    def become(message: StartChild | StartServer, descriptors: list[int]) -> NoReturn:
        if isinstance(message, StartServer):
            server = Packets(socket.socket(fileno=descriptors[0]), ToServer)
            server.sock.setblocking(True)
            asks = socket.socket(fileno=descriptors[1])
            fork_server.run(server, message, settings, parent=base, asks=asks)
        spawn(message, descriptors, settings, parent=base)

    serving = Serving(control, become=become)
    control.send(Ready(pid=base))
    serving.run()


def preload(modules: tuple[str, ...]) -> None:
    """Imports what most DAG files and every attempt need, so that each fork has it."""
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def rehearse(name: str) -> None:
    """Runs what makes this process warm; without it attempts are slower, nothing more."""
    if name:
        try:
            child.named(name)()
        except Exception:  # noqa: BLE001 - said in the component's log; attempts go on
            traceback.print_exc()


def spawn(
    message: StartChild, descriptors: list[int], settings: ServerSettings, *, parent: int
) -> NoReturn:
    """Becomes a fresh Python: for files and libraries that don't survive a fork."""
    sock, stdout, stderr, log = descriptors
    child.settle(parent=parent, stdout=stdout, stderr=stderr)
    os.set_inheritable(sock, True)
    os.set_inheritable(log, True)
    order = spawned.Order(
        sock=sock, log=log, folder=message.folder, file=message.file, settings=settings
    )
    environ = {**os.environ, child.HOLDER_VARIABLE: settings.holder}
    arguments = (sys.executable, "-P", "-m", spawned.__name__, encode_json(order).decode())
    try:
        os.execve(sys.executable, arguments, environ)  # noqa: S606 - no shell, and our own Python
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
