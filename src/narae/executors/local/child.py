"""The first steps of an attempt's own process, up to the entry of the runtime."""

import contextlib
import gc
import importlib
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

import setproctitle

from narae.core.codec import FRAME_BYTES_MAX, decoder_of
from narae.core.spec import Value
from narae.core.workload import AnyWorkload, Workload
from narae.executors.local import linux

OOM_SCORE = 300
HOLDER_VARIABLE = "NARAE_SUPERVISOR"
"""In the environment of everything a supervisor starts: the sweep finds leftovers by it."""
STDOUT, STDERR = 1, 2
_HEAD = 4
_WORKLOADS = decoder_of(AnyWorkload)  # made here, so that every fork has it
_DEFAULT_SIGNALS = (
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGCHLD,
    signal.SIGALRM,
    signal.SIGUSR1,
    signal.SIGUSR2,
)


class ServerSettings(Value, frozen=True, kw_only=True):
    """What base server, fork servers and spawned processes are told at their start."""

    parent: int
    control: int
    """Descriptor of the base server's control socket."""
    preload: tuple[str, ...] = ()
    """Modules that the base server imports; one that does not exist is left out."""
    run: str
    """``module:function`` of ``run_child(workload, *, sock, log_fd, module) -> int``."""
    load: str
    """``module:function`` of ``load_file(path, folder) -> module``."""
    asking: str = "contextlib:nullcontext"
    """``module:function`` of a context manager; what a file that is imported within it asks for
    goes out as ``ChildAsk`` on the socket that it is called with."""
    mask: str = "builtins:str"
    """``module:function`` that takes known secrets out of a text."""
    rehearse: str = ""
    """``module:function`` that the base server calls once, so that what it forks is warm."""
    beside: tuple[str, ...] = ()
    """Folders of code that is in no code version: the deployment's plugins and config."""
    holder: str = ""
    import_timeout_seconds: float = 30.0
    """Of a file that is imported in a fresh Python; a fork server is watched from outside."""
    memory_max_bytes: int | None = None
    """Limit on the private memory of each attempt's process (RLIMIT_DATA)."""


class RunChild:
    """Where the runtime takes over, named as ``module:function``."""

    def __init__(self, name: str) -> None:
        self._run = named(name)

    def __call__(
        self, workload: AnyWorkload, *, sock: socket.socket, log_fd: int, module: ModuleType | None
    ) -> int:
        """The exit code for the process."""
        return int(self._run(workload, sock=sock, log_fd=log_fd, module=module) or 0)


def named(name: str) -> Callable[..., Any]:
    """The object behind ``module:function``.

    The user side is met by name only: no import leads from here to there.
    """
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found


def settle(*, parent: int, stdout: int, stderr: int) -> None:
    """A session of its own, bound to its parent's life, with the attempt's streams."""
    os.setsid()
    linux.die_with_parent(parent)
    linux.adopt_orphans()
    linux.easier_to_kill(OOM_SCORE)
    os.dup2(stdout, STDOUT)
    os.dup2(stderr, STDERR)
    os.close(stdout)
    os.close(stderr)


def run(
    *,
    sock: int,
    log: int,
    settings: ServerSettings,
    module: ModuleType | None,
    entry: RunChild,
    workload: AnyWorkload | None = None,
) -> NoReturn:
    """Takes the workload off the socket, runs it and ends the process. After :func:`settle`.

    ``workload`` when somebody has taken it off the socket before.
    """
    code = 1
    try:
        _limit_memory(settings.memory_max_bytes)
        connection = socket.socket(fileno=sock)
        workload = workload or receive_workload(connection)
        setproctitle.setproctitle(title_of(workload))
        _fresh_chance()
        gc.enable()
        code = entry(workload, sock=connection, log_fd=log, module=module)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
        with contextlib.suppress(Exception):
            traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(code)


def title_of(workload: AnyWorkload) -> str:
    """What ``ps`` shows."""
    if isinstance(workload, Workload):
        index = "" if workload.map_index < 0 else f"[{workload.map_index}]"
        return f"narae task {workload.run.dag_id}.{workload.task_id}{index}"
    return f"narae callback {workload.run.dag_id} {workload.kind}"


def receive_workload(sock: socket.socket) -> AnyWorkload:
    """The first frame, and not a byte more: the rest is for the runtime."""
    length = int.from_bytes(_exactly(sock, _HEAD), "big")
    if length > FRAME_BYTES_MAX:
        raise ValueError(f"a workload of {length} bytes is longer than {FRAME_BYTES_MAX}")
    workload: AnyWorkload = _WORKLOADS.decode(_exactly(sock, length))
    return workload


def _exactly(sock: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        count = sock.recv_into(view)
        if not count:
            raise ConnectionError("the supervisor is gone")
        view = view[count:]
    return data


def default_signals() -> None:
    """Takes back what the imported file may have installed. Before the fork: it costs."""
    signal.set_wakeup_fd(-1)
    for number in _DEFAULT_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _limit_memory(memory_max_bytes: int | None) -> None:
    if memory_max_bytes is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_max_bytes, memory_max_bytes))


def _fresh_chance() -> None:
    """Siblings don't share random numbers. ``random`` and OpenSSL see to it by themselves."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
