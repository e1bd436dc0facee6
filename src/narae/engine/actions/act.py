"""Who does something, when, and where: what every action needs beside its own words."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from narae.core.commands import Audit, Command
from narae.core.decide.newer_code import words_of
from narae.core.ids import TaskRef
from narae.core.run import DagRow, Instance, Run
from narae.core.run_view import RunView
from narae.core.wire import Wake
from narae.engine.apply import apply
from narae.engine.errors import Conflict, Invalid, NotFound
from narae.engine.ports import LogRemover, Notifier, RunQuery, Store

T = TypeVar("T")

TRIES_MAX = 8
"""How often an action decides anew because the engine was quicker."""
RUNS_MAX = 1_000
"""How many runs one action may be about: they are all in memory, and in one transaction."""
TOLD_MAX = 50
"""How many instances an audit row names."""


log = logging.getLogger(__name__)


class NoLogs:
    """Where no logs are kept."""

    def remove(self, path: str) -> bool:
        """Implements ``engine.ports.LogRemover``."""
        del path
        return False


@dataclass(frozen=True, kw_only=True)
class Act:
    """One person's (or task's) doing. Actions work in any process that has a store."""

    store: Store
    notifier: Notifier
    now: datetime
    chance: Random
    who: str
    origin: str = ""
    """From where: an address, ``cli``, ``task <dag>.<task>``."""
    logs: LogRemover = NoLogs()  # noqa: RUF009 - it holds nothing

    def audit(  # noqa: PLR0913 - what an audit row says, by name only
        self,
        what: str,
        *,
        dag_id: str | None = None,
        run_id: str | None = None,
        ref: TaskRef | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        of_previous: bool = False,
        **detail: Any,
    ) -> Audit:
        """The row that says what was done; ``before`` and ``after`` never hold a secret.

        With ``of_previous`` it is written only if the command before it took.
        """
        return Audit(
            at=self.now,
            who=self.who,
            what=what,
            dag_id=dag_id,
            run_id=run_id,
            task_id=ref.task_id if ref else None,
            map_index=ref.map_index if ref else None,
            detail=detail,
            origin=self.origin,
            before=None if before is None else dict(before),
            after=None if after is None else dict(after),
            of_previous=of_previous,
        )

    def commit(
        self,
        decide: Callable[[], tuple[Sequence[Command], T]],
        *,
        audit: Callable[[T], Audit],
        wake: Wake,
    ) -> T:
        """Decides and writes until nobody was quicker, then wakes the engine.

        ``decide`` reads the store anew each time and gives its commands and its answer, of
        which ``audit`` makes the row that says what was done. What took stays: an action is
        written so that doing it twice is doing it once. Without commands nothing is written.
        """
        extra: tuple[Command, ...] | None = None
        for _ in range(TRIES_MAX):
            commands, answer = decide()
            if not commands:
                return answer
            extra = (audit(answer),) if extra is None else ()
            took = apply(self.store, [*commands, *extra], now=self.now)
            self.notifier.wake(wake)
            if all(took):
                return answer
        raise Conflict("somebody else keeps changing the same rows; try again")

    def write(self, decide: Callable[[], tuple[Sequence[Command], Audit, T]], *, wake: Wake) -> T:
        """:meth:`commit` for changes that either take whole or leave no trace.

        ``decide`` gives the audit row with its commands (``of_previous``); without commands
        there is nothing to do and nothing to tell.
        """
        for _ in range(TRIES_MAX):
            commands, audit, answer = decide()
            if not commands:
                return answer
            took = apply(self.store, [*commands, audit], now=self.now)
            self.notifier.wake(wake)
            if all(took):
                return answer
        raise Conflict("somebody else keeps changing the same rows; try again")

    def remove_logs(self, *paths: str) -> None:
        """Removes the logs of what is deleted: after the commit, and never in its way.

        A log that stays because the disk refuses is told in the server's own log.
        """
        for path in paths:
            try:
                self.logs.remove(path)
            except OSError as error:
                log.warning("%s is deleted, but its logs stay: %s", path, error)

    def write_each(
        self, decide: Callable[[], Sequence[tuple[Command, Audit]]], *, wake: Wake
    ) -> None:
        """Many changes that have nothing to do with each other, each with its audit row."""
        for _ in range(TRIES_MAX):
            pairs = decide()
            took = apply(self.store, [each for pair in pairs for each in pair], now=self.now)
            self.notifier.wake(wake)
            if all(took):
                return
        raise Conflict("somebody else keeps changing the same rows; try again")


def find_dag(store: Store, dag_id: str) -> DagRow:
    """The DAG's row; NotFound names the nearest."""
    rows = store.dags([dag_id])
    if not rows:
        raise NotFound("DAG", dag_id, among=[row.dag_id for row in store.dags()])
    return rows[0]


def find_run(store: Store, dag_id: str, run_id: str) -> Run:
    """The run; NotFound names the nearest of the DAG's latest runs."""
    runs = store.runs(RunQuery(dag_id=dag_id, run_ids=(run_id,)))
    if not runs:
        find_dag(store, dag_id)
        known = store.runs(RunQuery(dag_id=dag_id, limit=200, latest_first=True))
        raise NotFound(f"run of {dag_id}", run_id, among=[run.run_id for run in known])
    return runs[0]


def view_of(store: Store, run: Run) -> RunView:
    """The run as decisions see it, read from the store."""
    return RunView.build(run=run, spec=store.spec(run.spec_id), instances=store.instances(run.uid))


def runs_reached(
    store: Store, dag_id: str, runs: Sequence[Run], *, past: bool, future: bool
) -> list[Run]:
    """``runs``, with all of the DAG's that are before and after them by logical date.

    Invalid when there are more than ``RUNS_MAX``.
    """
    dates = [run.logical_date for run in runs if run.logical_date is not None]
    found = {run.uid: run for run in runs}
    if dates and (past or future):
        since, until = None if past else min(dates), None if future else max(dates)
        query = RunQuery(dag_id=dag_id, since=since, until=until, limit=RUNS_MAX + 1)
        found |= {run.uid: run for run in store.runs(query)}
    if len(found) > RUNS_MAX:
        raise Invalid("runs", f"more than {RUNS_MAX} runs are meant; do it in pieces, by dates")
    return list(found.values())


def told(found: Sequence[tuple[Run, Instance]]) -> dict[str, Any]:
    """Instances with their states, for an audit row: the first of them, and how many."""
    some = {f"{run.run_id} {words_of([i.ref])}": i.state.value for run, i in found[:TOLD_MAX]}
    return {"count": len(found), "states": some}


def refs_of(view: RunView, task_id: str, map_indexes: Sequence[int] | None) -> list[TaskRef]:
    """The instances of one task; NotFound names the nearest task or says which indexes exist."""
    known = [ref for ref in view.instances if ref.task_id == task_id]
    if not known:
        raise NotFound(
            f"task of {view.run.dag_id}", task_id, among={ref.task_id for ref in view.instances}
        )
    if map_indexes is None:
        return known
    missing = sorted(set(map_indexes) - {ref.map_index for ref in known})
    if missing:
        raise NotFound(f"instance of {task_id}", str(missing[0]))
    return [ref for ref in known if ref.map_index in set(map_indexes)]


def group_refs(view: RunView, group_id: str) -> list[TaskRef]:
    """The instances of all tasks of a task group; NotFound names the nearest group."""
    groups = view.graph.groups
    if group_id not in groups:
        raise NotFound(f"task group of {view.run.dag_id}", group_id, among=groups)
    tasks = view.graph.resolve([group_id])
    return [ref for ref in view.instances if ref.task_id in tasks]
