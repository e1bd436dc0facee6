"""Says what has changed, once for each turn: a witness of what the scheduler commits.

What others commit comes with their wake-ups, what the loader finds with its messages.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from narae.core.changes import Change, Changed, ChangeKind, Place, place
from narae.core.commands import ChangeDag, ChangeRun, CreateRun, PutBackfill
from narae.core.ids import RunUid
from narae.core.run import Run
from narae.core.wire import FromLoader, Gone, Parsed, Wake
from narae.engine.state import State
from narae.engine.witness import Tick

FindRuns = Callable[[Sequence[RunUid]], Iterable[Run]]
"""Rows of runs that are not in memory."""


class Sink(Protocol):
    """Where changes are told."""

    @property
    def heard(self) -> bool:
        """Whether anybody listens; else nothing is gathered."""
        ...

    def tell(self, changed: Changed) -> None:
        """Never waits, never raises."""
        ...


def _nobody(_uids: Sequence[RunUid]) -> Iterable[Run]:
    return ()


class ChangeLog:
    """Gathers changes until the end of a turn, then tells them."""

    def __init__(self, sink: Sink, *, runs: FindRuns = _nobody) -> None:
        self._sink = sink
        self._runs = runs
        self._found: dict[Place, Change] = {}
        self._woken: dict[RunUid, None] = {}
        self._everything = False
        self._broken: set[tuple[str, str]] = set()
        """(folder, file) of files that can't be imported."""

    # -- what happens outside of the scheduler ----------------------------------------------

    def woken(self, wake: Wake) -> None:
        """Somebody else committed something."""
        if not self._sink.heard:
            return
        self._everything |= wake.everything
        self._woken |= dict.fromkeys(map(RunUid, wake.runs))
        self.dags_changed(wake.dags)
        for kind, is_there in (
            (ChangeKind.BACKFILLS, bool(wake.backfills)),
            (ChangeKind.POOLS, wake.pools),
            (ChangeKind.VARIABLES, bool(wake.variables)),
            (ChangeKind.CONNECTIONS, bool(wake.connections)),
        ):
            if is_there:
                self._put(Change(kind=kind))

    def dags_changed(self, dag_ids: Iterable[str]) -> None:
        """Rows of DAGs were written."""
        if self._sink.heard:
            for dag_id in dag_ids:
                self._put(Change(kind=ChangeKind.DAG, dag_id=dag_id))

    def loader_said(self, message: FromLoader) -> None:
        """Which files are broken may be another matter now."""
        before = len(self._broken)
        worse = False
        match message:
            case Parsed(folder=folder, files=files):
                bad = {(folder, file.file) for file in files if file.failures}
                self._broken -= {(folder, file.file) for file in files}
                worse = bool(bad)
                self._broken |= bad
            case Gone(folder=folder, files=gone):
                self._broken -= {(folder, file) for file in gone}
            case _:
                return
        if (worse or len(self._broken) != before) and self._sink.heard:
            self._put(Change(kind=ChangeKind.IMPORT_ERRORS))

    # -- a turn -----------------------------------------------------------------------------

    def saw(self, tick: Tick) -> None:
        """Tells what a turn has changed, and what has come up before it."""
        if not self._sink.heard:
            return
        touched: dict[RunUid, None] = {}
        for uid, command in tick.taken:
            run_row = _RUN_ROWS.get(type(command))
            if run_row is not None:
                self._put_run(run_row(command))
            elif isinstance(command, ChangeDag):
                self._put(Change(kind=ChangeKind.DAG, dag_id=command.after.dag_id))
            elif isinstance(command, PutBackfill):
                self._put(Change(kind=ChangeKind.BACKFILLS, dag_id=command.backfill.dag_id))
            elif uid is not None:
                touched[uid] = None
        for uid in touched:
            view = tick.view(uid)
            if view is not None:
                self._put_tasks(view.run)
        self._resolve(tick)
        self._tell()

    def _resolve(self, tick: Tick) -> None:
        """Runs that others have changed: their rows, and their instances for all we know."""
        woken, self._woken = self._woken, {}
        views = {uid: tick.view(uid) for uid in woken}
        runs = [view.run for view in views.values() if view is not None]
        missing = [uid for uid, view in views.items() if view is None]
        for run in (*runs, *(self._runs(missing) if missing else ())):
            self._put_run(run)
            self._put_tasks(run)

    def _put_run(self, run: Run) -> None:
        self._put(
            Change(kind=ChangeKind.RUN, dag_id=run.dag_id, run_id=run.run_id, state=run.state.value)
        )

    def _put_tasks(self, run: Run) -> None:
        self._put(Change(kind=ChangeKind.TASK_INSTANCES, dag_id=run.dag_id, run_id=run.run_id))

    def _put(self, change: Change) -> None:
        self._found[place(change)] = change

    def _tell(self) -> None:
        if self._found or self._everything:
            self._sink.tell(
                Changed(changes=tuple(self._found.values()), everything=self._everything)
            )
            self._found, self._everything = {}, False

    def facts(self, state: State, now: datetime) -> dict[str, Any]:
        """A heartbeat needs nothing of it."""
        del state, now
        return {}


_RUN_ROWS: Mapping[type, Callable[[Any], Run]] = {
    CreateRun: lambda command: command.run,
    ChangeRun: lambda command: command.after,
}


class NoSink:
    """Nobody will ever listen."""

    heard = False

    def tell(self, changed: Changed) -> None:
        """Nobody is there."""
