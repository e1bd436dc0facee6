"""The supervisor: one process that runs attempts for the engine and answers for their ends."""

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from typing import Any, assert_never

import setproctitle

from narae.core.reports import CallbackDone, Report
from narae.core.run import Cause, CauseKind
from narae.core.wire import (
    Acknowledge,
    Answer,
    Beat,
    Kill,
    StoredChanged,
    Submit,
    SupervisorHello,
    ToSupervisor,
)
from narae.executors.local import linux
from narae.executors.local.attempts import Attempts
from narae.executors.local.conversation import Identity
from narae.executors.local.engine_link import EngineLink
from narae.executors.local.loop import Loop
from narae.executors.local.settings import SupervisorSettings
from narae.executors.local.sweep import OwnRecord, sweep
from narae.telemetry.own_process import own_figures
from narae.telemetry.registry import Point, as_facts

TITLE = "narae supervisor"


class Supervisor:
    """Puts the parts together; :meth:`turn` runs them."""

    def __init__(
        self,
        settings: SupervisorSettings,
        *,
        identity: Identity,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        chance: Random,
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._now = now
        self.loop = Loop(monotonic)
        sweep(settings.run_folder)
        self._record = OwnRecord(settings.run_folder, identity.holder)
        self._link = EngineLink(
            self.loop,
            settings.engine_socket,
            hello=self._hello,
            take=self._take,
            chance=chance,
            connected=self._connected,
        )
        self._attempts = Attempts(
            self.loop,
            settings,
            self._link,
            identity=identity,
            now=now,
            note_pid=lambda pid: self._record.note(pid, self._pids),
        )
        self._stopping = False
        self.is_over = False

    def start(self) -> None:
        """Starts the base server and looks for the engine."""
        linux.adopt_orphans()
        self._attempts.servers.base.start()
        self._link.start()
        self._beat()

    @property
    def is_ready(self) -> bool:
        """Whether an attempt would start at once."""
        base = self._attempts.servers.base.link
        return self._link.is_connected and base is not None and base.ready is not None

    @property
    def _is_idle(self) -> bool:
        return not len(self._attempts.roster)

    def turn(self) -> None:
        """Waits for something to happen and sees to it."""
        self.loop.turn()
        self._link.flush()
        if self._stopping and self._is_idle and self._link.is_settled:
            self.is_over = True

    def _connected(self) -> None:
        """Nobody has told us which variables were changed while there was no engine."""
        self._attempts.servers.outdate(StoredChanged(everything=True))

    def _pids(self) -> list[int]:
        return [live.pid for live in self._attempts.roster.live(self._now())]

    def _hello(self, unacknowledged: tuple[Report | CallbackDone, ...]) -> SupervisorHello:
        return SupervisorHello(
            holder=self._identity.holder,
            host=self._identity.host,
            pid=os.getpid(),
            slots=0 if self._stopping else self._settings.slots,
            queues=self._settings.queues,
            live=self._attempts.roster.live(self._now()),
            waiting=self._attempts.roster.not_live(),
            unacknowledged=unacknowledged,
        )

    def _take(self, message: ToSupervisor) -> None:
        match message:
            case Submit(workloads=workloads):
                self._attempts.submit(workloads)
            case Kill(attempt=attempt, cause=cause):
                self._attempts.kill(attempt, cause)
            case Acknowledge(seq=seq):
                self._link.acknowledged(seq)
            case Answer():
                self._link.answered(message.id)
                if not self._attempts.files.answer(message):
                    self._attempts.conversation.answer(message)
            case StoredChanged():
                self._attempts.servers.outdate(message)
            case _:
                assert_never(message)

    def _beat(self) -> None:
        self._attempts.oom.refresh()
        held = self._attempts.roster.held()
        self._link.tell(Beat(at=self._now(), live=held, facts=self._facts()))
        self.loop.after(self._settings.beat_seconds, self._beat)

    def _facts(self) -> dict[str, Any]:
        figures = {
            "narae_fork_servers": len(self._attempts.servers),
            "narae_supervisor_attempts": len(self._attempts.roster),
        }
        own = {name: [Point((), float(value))] for name, value in figures.items()}
        return {
            "host": self._identity.host,
            "metrics": as_facts(own | own_figures("supervisor")),
        }

    # -- stopping ---------------------------------------------------------------------------

    def stop(self) -> None:
        """Takes nothing new; lets tasks go on for a while, then ends them. Twice: at once."""
        if self._stopping:
            self._end_tasks()
            return
        self._stopping = True
        self._attempts.accepting = False
        self.loop.after(self._settings.stop_grace_seconds, self._end_tasks)
        patience = (
            self._settings.stop_grace_seconds
            + self._settings.kill_grace_seconds
            + self._settings.flush_seconds
        )
        self.loop.after(patience, self._give_up)
        if self._is_idle:
            self.loop.after(self._settings.flush_seconds, self._give_up_if_idle)

    def _end_tasks(self) -> None:
        words = "the supervisor was stopped while the task ran"
        self._attempts.end_all(Cause(kind=CauseKind.SUPERVISOR_LOST, words=words))
        self.loop.after(self._settings.flush_seconds, self._give_up_if_idle)

    def _give_up_if_idle(self) -> None:
        """Nobody acknowledges: the engine is away, and will find out by itself."""
        if self._is_idle:
            self.is_over = True

    def _give_up(self) -> None:
        self.is_over = True

    def close(self) -> None:
        """Ends all servers and closes everything."""
        self._attempts.servers.base.stop()
        self._link.flush()
        self._link.close()
        self.loop.close()
        self._record.remove()


def run_supervisor(
    settings: SupervisorSettings,
    *,
    holder: str,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
    chance: Random,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """The supervisor process's main; returns when it was stopped by SIGTERM or SIGINT.

    It takes the whole process for its own: every child that the process has ends with it.
    ``holder`` is a fresh UUID; ``now`` gives aware UTC; ``on_ready`` is called once, when the
    engine is connected and an attempt would start at once.
    """
    setproctitle.setproctitle(TITLE)
    supervisor = Supervisor(
        settings,
        identity=Identity(holder=holder, host=socket.gethostname()),
        now=now,
        monotonic=monotonic,
        chance=chance,
    )
    try:
        with _stop_signals(supervisor):
            supervisor.start()
            while not supervisor.is_over:
                supervisor.turn()
                if on_ready is not None and supervisor.is_ready:
                    on_ready()
                    on_ready = None
    finally:
        supervisor.close()


@contextlib.contextmanager
def _stop_signals(supervisor: Supervisor) -> Iterator[None]:
    """SIGTERM and SIGINT wake the loop and stop the supervisor."""
    here, there = socket.socketpair()
    here.setblocking(False)
    there.setblocking(False)

    def stop() -> None:
        here.recv(1)
        supervisor.stop()

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda _number, _frame: None) for number in numbers}
    old_wakeup = signal.set_wakeup_fd(there.fileno())
    supervisor.loop.watch(here.fileno(), stop)
    try:
        yield
    finally:
        supervisor.loop.forget(here.fileno())
        signal.set_wakeup_fd(old_wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        here.close()
        there.close()
