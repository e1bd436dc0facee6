"""The attempts and callbacks of a supervisor: they wait, start, run and end here."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from narae.code_store import CodeStore
from narae.core.run import Cause, CauseKind
from narae.core.workload import AnyWorkload
from narae.executors.local import linux
from narae.executors.local.causes import Death, cause_of, code_missing_words, last_report
from narae.executors.local.conversation import Conversation, Desk, Identity
from narae.executors.local.ending import Ending
from narae.executors.local.file_asks import FileAsks
from narae.executors.local.loop import Loop
from narae.executors.local.messages import Exited, NotImported
from narae.executors.local.roster import Roster
from narae.executors.local.running import Running, id_of
from narae.executors.local.server_link import ServerLink
from narae.executors.local.servers import Servers, is_there
from narae.executors.local.settings import SupervisorSettings
from narae.executors.local.streams import Stream
from narae.logs.file_store import FileLogStore, LogWriter, UnsafePathError


class Attempts:
    """Whatever happens to a workload, it leaves through :meth:`_finish`, with one report."""

    def __init__(
        self,
        loop: Loop,
        settings: SupervisorSettings,
        desk: Desk,
        *,
        identity: Identity,
        now: Callable[[], datetime],
        note_pid: Callable[[int], None],
    ) -> None:
        self._loop = loop
        self._desk = desk
        self._now = now
        self._note_pid = note_pid
        self._logs = FileLogStore(settings.log_folder)
        self._code = CodeStore(Path(settings.code_folder).parent)
        self._memory_max_bytes = settings.memory_max_bytes
        self._filling = False
        self._parked: list[int] = []
        """Numbers of those that have begun while there is no base server."""
        self._ending = Ending(loop, settings, now)
        self.oom = linux.OomWatch()
        self.accepting = True
        self.roster = Roster(slots=settings.slots, callback_slots=settings.callback_slots)
        self.conversation = Conversation(loop, self.roster, desk, self._ending, identity)
        self.files = FileAsks(loop, desk)
        self.servers = Servers(loop, settings, self, files=self.files, holder=identity.holder)

    # -- what the engine asks for -----------------------------------------------------------

    def submit(self, workloads: Iterable[AnyWorkload]) -> None:
        """Takes them on; one that is known already is not started again."""
        if self.accepting:
            for workload in workloads:
                self.roster.add(workload)
            self._fill()

    def kill(self, name: str, cause: Cause) -> None:
        """Ends one; unknown ones are ignored."""
        running = self.roster.named(name)
        if running is not None:
            if not self._ending.ask(running, cause):
                self._finish(running, None)
            return
        workload = self.roster.withdraw(name)
        if workload is not None:
            report = last_report(
                workload, said=None, asked_to_end=cause, death=None, at=self._now(), figures=None
            )
            self._desk.report(report)

    def end_all(self, cause: Cause) -> None:
        """Asks everything that runs to end, and forgets what waits: others will run it."""
        self.roster.withdraw_all()
        for running in self.roster:
            self.kill(running.id, cause)

    # -- starting ---------------------------------------------------------------------------

    def _fill(self) -> None:
        if self._filling:  # one that could not begin has freed its place: the outer call sees it
            return
        self._filling = True
        while (workload := self.roster.take_next()) is not None:
            self._begin(workload)
        self._filling = False

    def _begin(self, workload: AnyWorkload) -> None:
        number = self.servers.next_number()
        running = Running(
            number, workload, writer=self._writer(workload), begun=self._loop.monotonic()
        )
        self.roster.begin(running)
        code = workload.code
        folder = self.servers.folder_of(code)
        if is_there(folder, code.file) or (
            self._code.rebuild(code.version) and is_there(folder, code.file)
        ):
            self._start(running)
        else:
            words = code_missing_words(code, folder, workload.run)
            self._finish(running, Cause(kind=CauseKind.CODE_MISSING, words=words))

    def _writer(self, workload: AnyWorkload) -> LogWriter:
        try:
            return self._logs.writer(workload.log_path)
        except UnsafePathError:
            return self._logs.writer(f"unnamed/{id_of(workload)}.log")

    def _start(self, running: Running) -> None:
        try:
            server = self.servers.server_for(running.workload)
            if server is None:
                self._parked.append(running.number)
            elif server.ready is None:
                server.waiting.append(running.number)
            else:
                self._launch(running, server)
        except OSError as error:
            words = f"no descriptors for its process: {error}"
            self._finish(running, Cause(kind=CauseKind.START_FAILED, words=words))

    def _launch(self, running: Running, server: ServerLink) -> None:
        descriptors = running.open(self._now, lambda: self.conversation.hear(running))
        running.begun = self._loop.monotonic()
        self.conversation.begin(running)
        for stream in running.streams:
            self._watch(stream)
        self.servers.start(running.number, server, descriptors, running.workload.code)

    def _watch(self, stream: Stream) -> None:
        def readable() -> None:
            if not stream.read():
                self._loop.forget(stream.descriptor)

        self._loop.watch(stream.descriptor, readable)

    # -- what servers say (ServerEvents) ----------------------------------------------------

    def base_ready(self, waiting: Sequence[int]) -> None:
        """What waited for it can start."""
        parked, self._parked = self._parked, []
        self.may_start([*parked, *waiting])

    def may_start(self, numbers: Sequence[int]) -> None:
        """Their server is there, or another one has to be found."""
        for number in numbers:
            running = self.roster.running(number)
            if running is not None:
                self._start(running)

    def forked(self, number: int, pid: int) -> None:
        """It has a process."""
        running = self.roster.running(number)
        if running is not None:
            running.pid = pid
            self._note_pid(pid)
            self.conversation.forked(running)
            self._ending.began(running)

    def not_forked(self, number: int, words: str) -> None:
        """The machine is full."""
        self._end_with(number, Cause(kind=CauseKind.START_FAILED, words=words))

    def not_imported(self, number: int, failure: NotImported) -> None:
        """Its DAG file is broken."""
        words, text = failure.words, failure.traceback
        self._end_with(number, Cause(kind=CauseKind.IMPORT_ERROR, words=words, traceback=text))

    def lost(self, number: int, words: str) -> None:
        """Its fork server is dead, and it too."""
        self._end_with(number, Cause(kind=CauseKind.SUPERVISOR_LOST, words=words))

    def _end_with(self, number: int, cause: Cause) -> None:
        running = self.roster.running(number)
        if running is not None:
            if running.is_open:
                self.conversation.hear_rest(running)
            self._finish(running, cause)

    def exited(self, ended: Exited) -> None:
        """Its process is dead and nothing that it started lives."""
        running = self.roster.running(ended.child)
        if running is None:
            return
        self.conversation.hear_rest(running)
        death = Death(
            status=ended.status,
            out_of_memory=os.WIFSIGNALED(ended.status) and self.oom.has_grown(),
            memory_peak_bytes=ended.memory_peak_bytes,
            memory_max_bytes=self._memory_max_bytes,
        )
        self._finish(running, cause_of(death), ended)

    # -- ending -----------------------------------------------------------------------------

    def _finish(self, running: Running, death: Cause | None, ended: Exited | None = None) -> None:
        """The one way out: everything that it wrote is in its log, then its end is reported."""
        self.roster.end(running)
        for stream in running.streams:
            stream.drain()
            self._loop.forget(stream.descriptor)
        if running.is_open:
            self.conversation.end(running)
        cause = running.asked_to_end or (death if running.said is None else None)
        if cause is not None:
            running.say_cause(cause, at=self._now())
        report = last_report(
            running.workload,
            said=running.said,
            asked_to_end=running.asked_to_end,
            death=death,
            at=self._now(),
            figures=running.figures(ended, now=self._loop.monotonic()) if ended else None,
        )
        running.close()
        self._desk.report(report)
        self._fill()
