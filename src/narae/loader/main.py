"""The loader process: watches the DAG folders and tells the engine what their files say."""

import logging
import math
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from select import POLLIN, POLLOUT, poll
from typing import Any

from narae.code_store import CodeStore
from narae.core.spec import ParsedFile
from narae.core.wire import (
    Answer,
    CodeInUse,
    Gone,
    LoaderBeat,
    LoaderHello,
    Parsed,
    PlanMore,
    Reparse,
    Scanned,
    StoredChanged,
)
from narae.loader.figures import Figures
from narae.loader.folder import Again, FolderState
from narae.loader.link import Asked, EngineLink
from narae.loader.lookups import Lookups
from narae.loader.parse_pool import ParsePool
from narae.loader.scan import FolderScanner
from narae.loader.values import LoaderSettings, ParseDone
from narae.loader.watch import POLL_SECONDS, Watcher, ways_to

BATCH_FILES = 25
BATCH_SECONDS = 0.1
GATHER_SECONDS = 0.01
"""After the first sign of a change: a save is often several."""
REST_FACTOR = 5
"""A folder that changes all the time is scanned for at most 1 / (1 + this) of the time."""

log = logging.getLogger(__name__)


def run_loader(
    *,
    home: Path,
    folders: Sequence[Path],
    engine_socket: Path,
    settings: LoaderSettings,
    now: Callable[[], datetime],
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Loads ``folders`` until SIGTERM or SIGINT.

    ``ready`` is called once the first look at the folders has been taken and parsing begins.
    DAG files are imported in our environment.
    NaraeError when there can be no parse server.
    """
    with _signals() as (asked, wake):
        loader = Loader(
            home=home,
            folders=folders,
            engine_socket=engine_socket,
            settings=settings,
            now=now,
        )
        try:
            loader.look()
            ready()
            while not asked:
                loader.turn(wake)
        finally:
            loader.close()


@dataclass(kw_only=True)
class _Folder:
    state: FolderState
    scanner: FolderScanner
    ready: list[ParsedFile] = field(default_factory=list)
    """Results that have not been sent."""
    warned: tuple[str, ...] = ()


class Loader:
    """The state of the process; :meth:`turn` waits for something and deals with it."""

    def __init__(
        self,
        *,
        home: Path,
        folders: Sequence[Path],
        engine_socket: Path,
        settings: LoaderSettings,
        now: Callable[[], datetime],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings
        self._now = now
        store = CodeStore(home) if settings.pin_code else None
        self._folders = [
            _Folder(
                state=FolderState(folder=str(folder), beside=settings.beside),
                scanner=FolderScanner(folder=folder, settings=settings, store=store),
            )
            for folder in (Path(os.path.abspath(f)) for f in folders)  # noqa: PTH100 - links stay as they are
        ]
        self._store = store
        self._jobs: dict[int, _Folder] = {}
        self._job_id = 0
        self._pool = ParsePool(slots=settings.parse_processes, environ=environ)
        self._watcher = Watcher()
        hello = LoaderHello(
            host=socket.gethostname(),
            pid=os.getpid(),
            folders=tuple(f.state.folder for f in self._folders),
        )
        self._link = EngineLink(engine_socket, hello=hello, now=time.monotonic)
        self._lookups = Lookups(
            self._pool, self._link, patience_seconds=settings.patience_seconds, now=time.monotonic
        )
        self._due = dict.fromkeys(("beat", "rescan", "scan", "settle", "flush"), math.inf)
        self._due["beat"] = 0.0
        self._rest_until = 0.0
        self._figures = Figures()

    # -- the loop -----------------------------------------------------------------------------

    def turn(self, wake: socket.socket) -> None:
        """Waits until something happens, or is due, and does what it asks for."""
        self._wait(wake)
        if self._link.attempt():
            self._lookups.connected()
            self._tell_all()
            self._try_again(lambda state: state.starved)
            if self._link.times > 1:
                # Nobody has told us what was changed while there was no engine.
                self._obey(StoredChanged(everything=True))
        for asked in self._link.receive():
            self._obey(asked)
        answers = self._pool.receive()
        self._lookups.pass_on()
        for done in answers:
            self._answered(done)
        if self._watcher.changed():
            soon = max(self._rest_until, time.monotonic() + GATHER_SECONDS)
            self._due["scan"] = min(self._due["scan"], soon)
        if self._is_due("rescan"):
            # A module that was missing may have been installed meanwhile.
            self._try_again(lambda state: state.lacking | state.starved)
            self._due["scan"] = 0.0
        if self._is_due("scan"):
            self.look()
        if self._is_due("settle"):
            self._move()
        if self._is_due("beat"):
            self._link.tell(LoaderBeat(at=self._now(), facts=self._figures.facts()))
            self._due["beat"] = time.monotonic() + self._settings.beat_seconds
        self._flush()

    def close(self) -> None:
        """Ends the watching, the parse server and the connection."""
        self._watcher.close()
        self._pool.close()
        self._link.close()

    def _wait(self, wake: socket.socket) -> None:
        poller = poll()
        poller.register(wake, POLLIN)
        if self._watcher.works:
            poller.register(self._watcher, POLLIN)
        poller.register(self._pool, POLLIN | (POLLOUT if self._pool.wants_write else 0))
        due = min(*self._due.values(), self._lookups.due)
        if self._link.connection is None:
            due = min(due, self._link.due)
        else:
            writing = POLLOUT if self._link.connection.wants_write else 0
            poller.register(self._link.connection, POLLIN | writing)
        left = due - time.monotonic()
        poller.poll(None if left == math.inf else max(0, math.ceil(left * 1000)))

    def _is_due(self, what: str) -> bool:
        if self._due[what] > time.monotonic():
            return False
        self._due[what] = math.inf
        return True

    # -- looking ------------------------------------------------------------------------------

    def look(self) -> None:
        """Looks at every folder and has parsed what is new or has changed."""
        started = time.monotonic()
        self._due["scan"] = math.inf
        for folder in self._folders:
            self._look_at(folder)
        new = self._watcher.cover(p for folder in self._folders for p in _places(folder))
        ended = time.monotonic()
        self._rest_until = ended + REST_FACTOR * (ended - started)
        if new:
            # A change may have fallen between the look at a folder and the watch on it.
            self._due["scan"] = self._rest_until
        if not self._watcher.works:
            self._due["scan"] = max(self._rest_until, ended + POLL_SECONDS)
        if self._due["rescan"] == math.inf:
            self._due["rescan"] = ended + self._settings.rescan_seconds

    def _look_at(self, folder: _Folder) -> None:
        state = folder.state
        try:
            scan = folder.scanner.scan()
        except OSError:
            # The disk is full, or a file went in the middle of it: the next look tells.
            log.exception("the folder %s could not be scanned", state.folder)
            self._due["scan"] = time.monotonic() + 1.0
            return
        warned = (*scan.warnings, *([scan.unpinned_why] if scan.unpinned_why else []))
        for words in warned:
            if words not in folder.warned:
                log.warning("%s: %s", state.folder, words)
        folder.warned = warned
        first = state.scan is None
        version = "" if state.scan is None else state.scan.version
        difference = state.take(scan)
        for file in dict.fromkeys((*difference.parse, *state.outdated_beside())):
            self._submit(folder, file, urgent=not first)
        if difference.gone:
            folder.ready = [r for r in folder.ready if r.file not in difference.gone]
            self._link.send(Gone, folder=state.folder, files=difference.gone)
        if not first and version != scan.version:
            quiet = self._settings.settle_seconds
            if not difference.shared:
                quiet = max(quiet, self._settings.settle_alone_seconds)
            # A module's change that still waits must not wait longer for a DAG file's.
            waits = self._due["settle"] if not difference.shared else math.inf
            self._due["settle"] = min(waits, time.monotonic() + quiet)

    def _submit(self, folder: _Folder, file: str, *, urgent: bool, pinned: bool = True) -> None:
        state = folder.state
        if state.scan is None:
            return
        candidate = state.scan.candidates[file]
        if candidate.problem:
            folder.ready.append(state.broken(candidate))
            return
        before = state.under_way.get(file)
        if before is not None:
            self._pool.drop({before.id})
            self._jobs.pop(before.id, None)
        self._job_id += 1
        job = state.job(file, id_=self._job_id, settings=self._settings.parse, pinned=pinned)
        self._jobs[job.id] = folder
        self._pool.submit(job, urgent=urgent)

    def _try_again(self, which: Callable[[FolderState], set[str]]) -> None:
        """Parses files once more that could not be parsed as they should."""
        for folder in self._folders:
            for file in list(which(folder.state)):
                self._submit(folder, file, urgent=False)

    # -- answers ------------------------------------------------------------------------------

    def _answered(self, done: ParseDone) -> None:
        folder = self._jobs.pop(done.id, None)
        starved = self._lookups.is_starved(done.id)
        if folder is None:
            return
        self._figures.parsed(done.parsed)
        state = folder.state
        if starved:
            log.warning("%s was not told what it asked for; read again later", done.parsed.file)
            state.starve(done)
            return
        if self._store is not None and state.scan is not None and done.parsed.code_version:
            self._repair(folder, done.parsed)
        before, stamps = state.results.get(done.parsed.file), len(state.beside_stamps)
        outcome = state.answer(done)
        if len(state.beside_stamps) > stamps:
            self._due["scan"] = min(self._due["scan"], self._rest_until)  # to watch those, too
        if outcome.again is not None:
            pinned = outcome.again is not Again.FROM_FOLDER
            self._submit(folder, done.parsed.file, urgent=True, pinned=pinned)
        result = outcome.result
        if result is not None and (before is None or not _says_the_same(before, result)):
            folder.ready.append(result)

    def _repair(self, folder: _Folder, parsed: ParsedFile) -> None:
        """A file that deletes itself when it is imported must be there for its tasks."""
        scan = folder.state.scan
        pinned = None if scan is None else scan.manifest.get(parsed.file)
        if (
            self._store is not None
            and pinned is not None
            and scan is not None
            and scan.version == parsed.code_version
            and self._store.restore(parsed.code_version, parsed.file, pinned)
        ):
            log.warning("%s takes itself away when it is imported; put back", parsed.file)

    def _flush(self) -> None:
        """Sends results: at once when all are there, else as batches."""
        waiting = sum(len(f.ready) for f in self._folders)
        if not waiting:
            self._announce()
            return
        if self._pool.busy and waiting < BATCH_FILES and not self._is_due("flush"):
            if self._due["flush"] == math.inf:
                self._due["flush"] = time.monotonic() + BATCH_SECONDS
            return
        self._due["flush"] = math.inf
        for folder in self._folders:
            self._send_parsed(folder, folder.ready)
            folder.ready = []
        self._announce()

    def _announce(self) -> None:
        """Says, once, that a folder has been gone through."""
        for folder in self._folders:
            state = folder.state
            if not state.announced and state.scan is not None and not state.under_way:
                state.announced = True
                self._tell_scanned(state)

    def _move(self) -> None:
        """Unchanged files run the folder's latest version too: what they use may have changed."""
        for folder in self._folders:
            self._send_parsed(folder, folder.state.move())

    # -- the engine ---------------------------------------------------------------------------

    def _tell_all(self) -> None:
        """To an engine that is new here: all that is known."""
        for folder in self._folders:
            folder.ready = []
            self._send_parsed(folder, list(folder.state.results.values()))
            if folder.state.announced:
                self._tell_scanned(folder.state)

    def _tell_scanned(self, state: FolderState) -> None:
        if state.scan is not None:
            files = tuple(state.scan.candidates)
            self._link.send(Scanned, folder=state.folder, files=files)

    def _send_parsed(self, folder: _Folder, results: list[ParsedFile]) -> None:
        for start in range(0, len(results), BATCH_FILES):
            batch = tuple(results[start : start + BATCH_FILES])
            self._link.send(Parsed, folder=folder.state.folder, files=batch)

    def _obey(self, asked: Asked) -> None:
        match asked:
            case Answer():
                self._lookups.take(asked)
            case StoredChanged():
                for folder in self._folders:
                    for file in folder.state.outdated(asked):
                        self._submit(folder, file, urgent=True)
            case CodeInUse():
                self._tidy(asked)
            case Reparse() | PlanMore():
                self._parse_again(asked)

    def _tidy(self, used: CodeInUse) -> None:
        """Removes code that neither rows nor our own folders refer to."""
        if self._store is None:
            return
        ours = [f.state.scan.version for f in self._folders if f.state.scan is not None]
        before = self._now().timestamp() - self._settings.prune_grace_seconds
        gone = self._store.prune(
            trees=[*used.trees, *ours], contents=used.contents, older_than=before
        )
        if gone:
            log.info("%d code versions that nobody needs were removed", len(gone))

    def _parse_again(self, asked: Reparse | PlanMore) -> None:
        for folder in self._folders:
            state = folder.state
            if state.scan is None or asked.file not in state.scan.candidates:
                continue
            if isinstance(asked, PlanMore) and asked.after is not None:
                state.cursors = {**state.cursors, asked.dag_id: asked.after}
            state.results.pop(asked.file, None)  # so that the answer is sent in any case
            self._submit(folder, asked.file, urgent=True)


def _places(folder: _Folder) -> list[str]:
    """The folders where a change matters."""
    found = ways_to(folder.scanner.folder)
    if folder.state.scan is not None:
        found.extend(folder.state.scan.folders)
    modules = {os.path.dirname(path) for path in folder.state.beside_stamps}  # noqa: PTH120 - text
    return [*found, *sorted(modules)]


def _says_the_same(before: ParsedFile, after: ParsedFile) -> bool:
    """Whether nothing but the figures of the parsing differs."""
    ignored = {"parse_seconds", "memory_peak_bytes"}
    names = [name for name in ParsedFile.__struct_fields__ if name not in ignored]
    return all(getattr(before, name) == getattr(after, name) for name in names)


@contextmanager
def _signals() -> Iterator[tuple[list[int], socket.socket]]:
    """SIGTERM and SIGINT as entries of a list, and a socket that wakes the loop for them."""
    asked: list[int] = []
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)

    def note(number: int, frame: Any) -> None:
        del frame
        asked.append(number)

    wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked, ours
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()
