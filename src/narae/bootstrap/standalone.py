"""``narae standalone``: a small parent that starts the components and keeps them going.

It imports none of them. A component that dies is started again with a growing delay; the
others go on meanwhile. See design section 4.
"""

import contextlib
import ctypes
import json
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHANNEL_FD = "NARAE_CHANNEL_FD"
"""Environment variable with the descriptor on which a component speaks to its parent."""

READY = b"\0ready"
MESSAGE_BYTES_MAX = 2048
STOP_GRACE_SECONDS = 30.0
RESTART_DELAYS_SECONDS = (0.1, 0.5, 2.0, 5.0, 15.0, 30.0)
STEADY_SECONDS = 15.0
"""A component that lived this long starts again without delay."""

STOP_ORDER = ("loader", "api", "supervisor", "engine")
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Component:
    """One process of the deployment."""

    name: str
    arguments: tuple[str, ...]


@dataclass(kw_only=True)
class Child:
    """A component's process, and what became of those before it."""

    component: Component
    process: subprocess.Popen[bytes] | None = None
    channel: socket.socket | None = None
    is_ready: bool = False
    started: float = 0.0
    restarts: int = 0
    start_at: float | None = None
    last_exit: str = ""


@dataclass(kw_only=True)
class Parent:
    """Starts children, waits for them to be ready, starts dead ones again, stops them all.

    ``say`` prints one line for people.
    """

    home: Path
    environ: Mapping[str, str]
    components: tuple[Component, ...]
    say: Callable[[str], None]
    children: dict[str, Child] = field(default_factory=dict)
    stopping: bool = False

    def run(self, *, ready_line: str) -> int:
        """Blocks until a signal asks to stop, or a start fails; the exit code."""
        with self._wakeup() as wake, selectors.DefaultSelector() as selector:
            selector.register(wake, selectors.EVENT_READ, None)
            self.selector = selector
            for component in self.components:
                self.children[component.name] = Child(component=component)
                self._start(self.children[component.name])
            announced = False
            try:
                while not self.stopping:
                    self._wait()
                    if failed := self._reap(announced=announced):
                        self.say(failed)
                        return 1
                    if not announced and all(c.is_ready for c in self.children.values()):
                        announced = True
                        self.say(ready_line)
            finally:
                self._stop()
        return 0

    @contextlib.contextmanager
    def _wakeup(self) -> Iterator[socket.socket]:
        """Signals and the ends of children arrive as bytes on a socket."""
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        ours.setblocking(False)
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        handlers = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
        }
        try:
            yield ours
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            ours.close()
            theirs.close()

    def _on_signal(self, number: int, frame: object) -> None:
        del frame
        if number != signal.SIGCHLD:
            self.stopping = True

    def _wait(self) -> None:
        due = [c.start_at for c in self.children.values() if c.start_at is not None]
        timeout = max(0.0, min(due) - time.monotonic()) if due else None
        for key, _ in self.selector.select(timeout):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    key.fileobj.recv(4096)  # type: ignore[union-attr]  # a socket: ours
            else:
                self._on_message(key.data)
        for child in self.children.values():
            if child.start_at is not None and child.start_at <= time.monotonic():
                self._start(child)

    def _on_message(self, child: Child) -> None:
        """What a component says: that it is ready, or a line for people."""
        if child.channel is None:
            return
        message = child.channel.recv(MESSAGE_BYTES_MAX)
        if not message:
            self._forget(child)
        elif message == READY:
            child.is_ready = True
            self._record()
        else:
            self.say(message.decode(errors="replace"))

    def _start(self, child: Child) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = self.home / "logs" / "components" / f"{child.component.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        environ = dict(self.environ) | {CHANNEL_FD: str(theirs.fileno())}
        with log.open("ab") as out, theirs:
            child.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "narae.bootstrap", *child.component.arguments],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=(theirs.fileno(),),
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - this parent has no threads
                start_new_session=True,
            )
        child.channel = ours
        child.is_ready = False
        child.started = time.monotonic()
        child.start_at = None
        self.selector.register(ours, selectors.EVENT_READ, child)
        self._record()

    def _forget(self, child: Child) -> None:
        if child.channel is not None:
            self.selector.unregister(child.channel)
            child.channel.close()
            child.channel = None

    def _reap(self, *, announced: bool) -> str | None:
        """Notices the dead. Before everything was ready once, a death is the end of it all."""
        for child in self.children.values():
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            child.last_exit = _words(code)
            child.process = None
            self._forget(child)
            if not announced:
                return self._why(child)
            steady = time.monotonic() - child.started > STEADY_SECONDS
            child.restarts = 0 if steady else child.restarts
            delay = RESTART_DELAYS_SECONDS[min(child.restarts, len(RESTART_DELAYS_SECONDS) - 1)]
            child.restarts += 1
            child.start_at = time.monotonic() + delay
            child.is_ready = False
            self.say(
                f"{child.component.name} {child.last_exit}; it starts again in {delay:g} s "
                f"(log: {self._log(child)})"
            )
            self._record()
        return None

    def _log(self, child: Child) -> Path:
        return self.home / "logs" / "components" / f"{child.component.name}.log"

    def _why(self, child: Child) -> str:
        lines = self._log(child).read_text(errors="replace").splitlines()
        # Another deployment's engine on the same home goes on telling of its runs meanwhile.
        said = (line for line in reversed(lines) if line.strip() and " INFO " not in line)
        last = next(said, "")
        return f"{child.component.name} {child.last_exit}: {last} (log: {self._log(child)})"

    def _record(self) -> None:
        """Writes who runs, for the health page and for people with a shell."""
        facts = {
            name: {
                "pid": child.process.pid if child.process else None,
                "ready": child.is_ready,
                "restarts": child.restarts,
                "last_exit": child.last_exit,
            }
            for name, child in self.children.items()
        }
        target = self.home / "run" / "components.json"
        with contextlib.suppress(OSError):
            part = target.with_suffix(".part")
            part.write_text(json.dumps({"parent": os.getpid(), "components": facts}, indent=1))
            part.replace(target)

    def _stop(self) -> None:
        """In an order that loses nothing: the engine goes last, to commit what comes in."""
        deadline = time.monotonic() + STOP_GRACE_SECONDS
        for name in STOP_ORDER:
            child = self.children.get(name)
            if child is None or child.process is None:
                continue
            child.process.terminate()
            try:
                child.process.wait(max(0.5, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{name} did not stop in time and was killed")
                child.process.kill()
                child.process.wait()
            child.process = None
            self._forget(child)
        with contextlib.suppress(OSError):
            (self.home / "run" / "components.json").unlink()


def _die_with_parent() -> None:
    """Asks the kernel for a SIGTERM when the parent dies, whatever it died of."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _words(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"exited with code {code}"


class Channel:
    """A component's way to its parent. Never blocks: what does not fit is not said."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        fd = environ.get(CHANNEL_FD)
        self._socket = socket.socket(fileno=int(fd)) if fd is not None else None
        if self._socket is not None:
            self._socket.setblocking(False)
            self._socket.set_inheritable(False)

    @property
    def is_heard(self) -> bool:
        """Whether there is a parent at all."""
        return self._socket is not None

    def ready(self) -> None:
        """The component can do its work."""
        self._send(READY)

    def say(self, line: str) -> None:
        """One line for people."""
        self._send(line.encode()[:MESSAGE_BYTES_MAX])

    def _send(self, message: bytes) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.send(message)


class ChannelHandler(logging.Handler):
    """Log records as lines for people."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Says the record's message."""
        self._channel.say(record.getMessage())
