"""A store in plain dicts: for the simulator, for ``dags test`` and as the model of the others."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from narae.core.commands import Command
from narae.core.ids import AttemptId, CodeVersion, RunUid, TaskRef
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue, GetTaskStates, GetXCom, RunRow, XComRow
from narae.core.run import Attempt, Backfill, BackfillState, DagRow, Instance, Pool, Run
from narae.core.spec import DagSpec, ImportFailure, ParsedFile
from narae.core.states import FINISHED_RUN, HOLDS_SLOT, TaskState
from narae.core.wire import CodeInUse
from narae.core.workload import CallbackWorkload
from narae.engine.ports import Catalogued, Heartbeat, RunQuery, VariableRow
from narae.storage.cataloguing import (
    FileEntry,
    Known,
    asked_for,
    catalogue,
    catalogued,
    freed,
    made_stale,
    state_label,
)
from narae.storage.rows import NOT_SCHEDULED, moment_of, run_row
from narae.testing.memory_apply import Tables, carry_out
from narae.testing.memory_users import Users

DEFAULT_POOL = Pool(name="default_pool", slots=128, description="Default pool")


class _Memory:
    """Holds the tables for the parts below."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.tables.pools[DEFAULT_POOL.name] = DEFAULT_POOL
        self._lock = threading.Lock()

    def _next(self, counter: str) -> int:
        number = self.tables.counters.get(counter, 0) + 1
        self.tables.counters[counter] = number
        return number


class _Runs(_Memory):
    """What decisions are made from and carried out on."""

    def apply(
        self,
        commands: Sequence[Command],
        *,
        now: datetime,  # noqa: ARG002 - the port's; commands bring their own times
    ) -> list[bool]:
        """See :class:`narae.engine.ports.EngineStore`."""
        with self._lock:
            return carry_out(self.tables, commands)

    def dags(self, dag_ids: Iterable[str] | None = None) -> list[DagRow]:
        """By DAG id."""
        names = sorted(self.tables.dags if dag_ids is None else set(dag_ids))
        return [self.tables.dags[name] for name in names if name in self.tables.dags]

    def spec(self, spec_id: int) -> DagSpec:
        """KeyError when there is none."""
        return self.tables.versions[spec_id].spec

    def runs(self, query: RunQuery) -> list[Run]:
        """By (logical date or run_after), then uid."""
        if query.uids is not None:
            some = [self.tables.runs[u] for u in set(query.uids) if u in self.tables.runs]
        else:
            some = list(self.tables.runs.values())
        found = sorted(
            (run for run in some if _matches(run, query)),
            key=lambda run: (moment_of(run), run.uid),
            reverse=query.latest_first,
        )
        return found[: query.limit]

    def previous_run(self, run: Run, *, scheduled_only: bool) -> Run | None:
        """None also when ``run`` has no logical date."""
        best: Run | None = None
        for other in self.tables.runs.values():
            if other.dag_id != run.dag_id or other.logical_date is None:
                continue
            if run.logical_date is None or other.logical_date >= run.logical_date:
                continue
            if scheduled_only and other.run_type in NOT_SCHEDULED:
                continue
            if best is None or other.logical_date > moment_of(best):
                best = other
        return best

    def instances(self, run: RunUid) -> list[Instance]:
        """By task id, then map index."""
        found = self.tables.instances.get(run, {})
        return [found[ref] for ref in sorted(found)]

    def instance_states(self, run: RunUid) -> dict[TaskRef, TaskState]:
        """Only their states."""
        return {ref: i.state for ref, i in sorted(self.tables.instances.get(run, {}).items())}

    def task_held(self, dag_id: str) -> Mapping[str, int]:
        """task_id -> number of instances over all runs that hold a slot."""
        t = self.tables
        held: dict[str, int] = {}
        for id_ in t.open_attempts:  # what holds a slot has an open attempt
            key = t.attempts[id_].key
            instance = t.instances[key.run].get(key.ref)
            if (
                t.runs[key.run].dag_id == dag_id
                and instance is not None
                and instance.attempt == id_
                and instance.state in HOLDS_SLOT
            ):
                held[key.task_id] = held.get(key.task_id, 0) + 1
        return held

    def open_attempts(self) -> list[Attempt]:
        """Oldest first."""
        found = (self.tables.attempts[a] for a in self.tables.open_attempts)
        return sorted(found, key=lambda a: (a.queued_at, a.id))

    def attempts(self, run: RunUid, ref: TaskRef) -> list[Attempt]:
        """Oldest first."""
        ids = self.tables.attempts_of.get((run, ref), ())
        return sorted((self.tables.attempts[a] for a in ids), key=lambda a: (a.fence, a.id))

    def run_attempts(self, run: RunUid) -> list[Attempt]:
        """Oldest first."""
        found = (a for a in self.tables.attempts.values() if a.key.run == run)
        return sorted(found, key=lambda a: (a.queued_at, a.id))

    def pauses(self, dag_id: str) -> list[tuple[datetime, bool]]:
        """Oldest first."""
        found = [a for a in self.tables.audits if a.dag_id == dag_id]
        return [(a.at, a.what == "pause") for a in found if a.what in {"pause", "unpause"}]

    def renew_leases(self, attempts: Sequence[AttemptId], *, until: datetime) -> None:
        """Those that have ended keep their lease."""
        for id_ in attempts:
            if id_ in self.tables.open_attempts:
                row = self.tables.attempts[id_]
                self.tables.attempts[id_] = msgspec.structs.replace(row, lease_until=until)

    def backfills(self, *, active_only: bool = True) -> list[Backfill]:
        """Oldest first."""
        over = {BackfillState.DONE, BackfillState.CANCELLED} if active_only else set()
        found = self.tables.backfills
        return [found[id_] for id_ in sorted(found) if found[id_].state not in over]

    def next_backfill_id(self) -> int:
        """1, 2, 3, ..."""
        return self._next("backfill")

    def delete_dag(self, dag_id: str) -> bool:
        """With its runs, versions, backfills and callbacks."""
        t = self.tables
        for uid in [uid for uid, run in t.runs.items() if run.dag_id == dag_id]:
            t.delete_run(uid)
        for spec_id in [v for v, row in t.versions.items() if row.spec.dag_id == dag_id]:
            del t.versions[spec_id]
        for id_ in [b for b, row in t.backfills.items() if row.dag_id == dag_id]:
            del t.backfills[id_]
        for name in [c for c, row in t.callbacks.items() if row.run.dag_id == dag_id]:
            del t.callbacks[name]
        t.planned.pop(dag_id, None)
        t.favorites = {each for each in t.favorites if each[1] != dag_id}
        return t.dags.pop(dag_id, None) is not None


class _Catalog(_Memory):
    """Where parsed files go."""

    def record_parsed(
        self, files: Sequence[ParsedFile], *, folder: str, now: datetime, paused: bool
    ) -> Catalogued:
        """See :class:`narae.engine.ports.CatalogStore`."""
        t = self.tables
        known = [Known(row=r, spec_hash=t.versions[r.spec_id].hash) for r in t.dags.values()]
        entries = catalogue(files, known, folder=folder, now=now, paused=paused)
        for entry in entries:
            self._record(entry, folder=folder, now=now)
        return catalogued(entries, self._contested(freed(entries)))

    def _record(self, entry: FileEntry, *, folder: str, now: datetime) -> None:
        t = self.tables
        for dag in entry.entries:
            dag_id = dag.row.dag_id
            if dag.versioned:
                spec_id = self._next("dag_version")
                t.put_version(spec_id, dag.spec, dag.spec_hash, dag.row.code_version, now)
            else:
                spec_id = dag.row.spec_id or t.dags[dag_id].spec_id
            t.dags[dag_id] = msgspec.structs.replace(dag.row, spec_id=spec_id)
            t.planned[dag_id] = list(dag.planned)
        for row in entry.stale:
            t.dags[row.dag_id] = row
        place = (folder, entry.parsed.file)
        before = dict(t.failures.pop(place, ()))
        t.refused.pop(place, None)
        if entry.refused:
            t.refused[place] = frozenset(entry.refused.values())
        if entry.failures:
            t.failures[place] = [(f, before.get(f, now)) for f in entry.failures]

    def record_gone(
        self,
        files: Sequence[str],
        *,
        folder: str,
        now: datetime,  # noqa: ARG002 - the port's
    ) -> Catalogued:
        """Makes the DAGs of these files stale and forgets the files' import errors."""
        gone = set(files)
        return self._forget(lambda file: file in gone, folder=folder)

    def record_scanned(
        self,
        files: Sequence[str],
        *,
        folder: str,
        now: datetime,  # noqa: ARG002 - the port's
    ) -> Catalogued:
        """Makes DAGs of files of ``folder`` that are not in ``files`` stale."""
        there = set(files)
        return self._forget(lambda file: file not in there, folder=folder)

    def _forget(self, gone: Any, *, folder: str) -> Catalogued:
        t = self.tables
        rows = [r for r in t.dags.values() if r.folder == folder and gone(r.file)]
        stale = made_stale(rows)
        t.dags.update({row.dag_id: row for row in stale})
        for place in [p for p in t.failures if p[0] == folder and gone(p[1])]:
            del t.failures[place]
            t.refused.pop(place, None)
        ids = tuple(row.dag_id for row in stale)
        return Catalogued(stale=ids, contested=tuple(self._contested(ids)))

    def _contested(self, freed: Sequence[str]) -> list[tuple[str, str]]:
        refused = self.tables.refused
        return sorted(place for place in refused if refused[place].intersection(freed))

    def import_failures(self) -> list[tuple[str, ImportFailure, datetime]]:
        """By folder, then file."""
        found = sorted(self.tables.failures.items())
        return [(folder, f, since) for (folder, _), rows in found for f, since in rows]

    def planned(self, dag_id: str) -> list[Any]:
        """Empty for a DAG whose timetable is no custom one."""
        return list(self.tables.planned.get(dag_id, ()))

    def code_in_use(self) -> CodeInUse:
        """See :meth:`narae.engine.ports.CatalogStore.code_in_use`."""
        t = self.tables
        dags = {row.code_version for row in t.dags.values()}
        active = {r.code_version for r in t.runs.values() if r.state not in FINISHED_RUN}
        kept = {r.code_version for r in t.runs.values()}
        kept |= {v.code_version for v in t.versions.values()}
        return CodeInUse(
            trees=tuple(sorted((dags | active) - {""})),
            contents=tuple(sorted((dags | kept) - {""})),
        )

    def dag_versions(self, dag_id: str) -> list[tuple[int, CodeVersion, datetime]]:
        """Oldest first."""
        rows = sorted(self.tables.versions.items())
        return [(id_, v.code_version, v.since) for id_, v in rows if v.spec.dag_id == dag_id]

    def beat(self, beats: Sequence[Heartbeat]) -> None:
        """The latest one of each name stays."""
        self.tables.beats.update({(b.component, b.name): b for b in beats})

    def heartbeats(self) -> list[Heartbeat]:
        """By component, then name."""
        return [beat for _, beat in sorted(self.tables.beats.items())]

    def pools(self) -> list[Pool]:
        """By name."""
        return [pool for _, pool in sorted(self.tables.pools.items())]

    def put_pool(self, pool: Pool) -> None:
        """Creates or replaces."""
        self.tables.pools[pool.name] = pool

    def delete_pool(self, name: str) -> bool:
        """Whether there was one; ``default_pool`` can't be deleted (ValueError)."""
        if name == DEFAULT_POOL.name:
            raise ValueError("default_pool can't be deleted: tasks without a pool use it")
        return self.tables.pools.pop(name, None) is not None

    def callbacks(self) -> list[CallbackWorkload]:
        """Oldest first."""
        rows = self.tables.callbacks.values()
        return sorted(rows, key=lambda c: (c.queued_at, c.id))

    def callback_done(self, callback: str, *, at: datetime, error: str | None) -> None:
        """Takes one callback out of the outbox and keeps its outcome."""
        if self.tables.callbacks.pop(callback, None) is not None:
            self.tables.callback_outcomes[callback] = (at, error)


class _Desk(_Memory):
    """What answers to running attempts come from."""

    def variable(self, key: str) -> str | None:
        """A variable's value."""
        row = self.tables.variables.get(key)
        return None if row is None else row.value

    def put_variable(self, row: VariableRow) -> None:
        """Creates or replaces."""
        self.tables.variables[row.key] = row

    def delete_variable(self, key: str) -> bool:
        """Whether there was one."""
        return self.tables.variables.pop(key, None) is not None

    def variables(self) -> list[VariableRow]:
        """All of them, by key."""
        return [row for _, row in sorted(self.tables.variables.items())]

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """A connection."""
        return self.tables.connections.get(conn_id)

    def put_connection(self, value: ConnectionValue) -> None:
        """Creates or replaces."""
        self.tables.connections[value.conn_id] = value

    def delete_connection(self, conn_id: str) -> bool:
        """Whether there was one."""
        return self.tables.connections.pop(conn_id, None) is not None

    def connections(self) -> list[ConnectionValue]:
        """All of them, by id."""
        return [row for _, row in sorted(self.tables.connections.items())]

    def xcoms(self, query: GetXCom) -> list[XComRow]:
        """See :class:`GetXCom`; of prior dates, each task's latest run that has any."""
        t = self.tables
        uid = t.run_names.get((query.dag_id, query.run_id))
        if uid is None:
            return []
        asking = t.runs[uid]
        runs = [asking]
        if query.include_prior_dates:
            limit = moment_of(asking)
            runs = [
                r for r in t.runs.values() if r.dag_id == query.dag_id and moment_of(r) <= limit
            ]
            runs.sort(key=lambda r: (moment_of(r), r.uid), reverse=True)
        rows: list[XComRow] = []
        seen: set[str] = set()
        for run in runs:
            found = [row for row in self._xcoms_of(run, query) if row.task_id not in seen]
            rows += found
            seen |= {row.task_id for row in found}
        order = {task: place for place, task in enumerate(query.task_ids or ())}
        rows.sort(key=lambda r: (order.get(r.task_id, 0), r.task_id, r.path, r.map_index))
        return rows

    def _xcoms_of(self, run: Run, query: GetXCom) -> Iterable[XComRow]:
        prefix = query.path_prefix
        for ref, instance in self.tables.instances[run.uid].items():
            xcom = self.tables.xcoms.get((run.uid, ref), {}).get(query.key)
            if (
                xcom is not None
                and (query.task_ids is None or ref.task_id in query.task_ids)
                and (query.map_indexes is None or ref.map_index in query.map_indexes)
                and instance.path[: len(prefix)] == prefix
            ):
                yield XComRow(
                    run_id=run.run_id,
                    task_id=ref.task_id,
                    map_index=ref.map_index,
                    path=instance.path,
                    key=query.key,
                    value=xcom.value,
                    shown=xcom.shown,
                )

    def _current(self, attempt: AttemptId) -> Instance | None:
        row = self.tables.attempts.get(attempt)
        if row is None:
            return None
        instance = self.tables.instances[row.key.run].get(row.key.ref)
        return instance if instance is not None and instance.attempt == attempt else None

    def put_xcom(
        self,
        attempt: AttemptId,
        xcom: XComValue,
        *,
        at: datetime,  # noqa: ARG002 - only lists show it, and those are for SQL stores
    ) -> bool:
        """False when the attempt is not the current one."""
        with self._lock:
            instance = self._current(attempt)
            if instance is not None:
                place = (instance.run, instance.ref)
                self.tables.xcoms.setdefault(place, {})[xcom.key] = xcom
            return instance is not None

    def put_rendered(
        self, attempt: AttemptId, fields: Mapping[str, Any], label: str | None
    ) -> bool:
        """False when the attempt is not the current one."""
        with self._lock:
            instance = self._current(attempt)
            if instance is not None:
                self.tables.rendered[(instance.run, instance.ref)] = (dict(fields), label)
            return instance is not None

    def rendered(self, run: RunUid, ref: TaskRef) -> dict[str, Any] | None:
        """The latest rendered template fields of an instance."""
        found = self.tables.rendered.get((run, ref))
        return None if found is None else found[0]

    def task_states(self, query: GetTaskStates) -> dict[str, dict[str, str]]:
        """See :class:`GetTaskStates`."""
        t = self.tables
        answer: dict[str, dict[str, str]] = {}
        runs = sorted(t.runs.values(), key=lambda r: (moment_of(r), r.uid))
        for run in runs:
            if (
                run.dag_id != query.dag_id
                or (query.run_ids is not None and run.run_id not in query.run_ids)
                or (query.logical_dates is not None and run.logical_date not in query.logical_dates)
            ):
                continue
            wanted = asked_for(query, partial(self._spec_of, run))
            answer[run.run_id] = {
                state_label(ref.task_id, ref.map_index): i.state.value
                for ref, i in sorted(t.instances[run.uid].items())
                if wanted is None or ref.task_id in wanted
            }
        return answer

    def _spec_of(self, run: Run) -> DagSpec:
        return self.tables.versions[run.spec_id].spec

    def run_rows(self, runs: Sequence[Run]) -> list[RunRow]:
        """Runs as user code sees them."""
        return [run_row(run) for run in runs]


class MemoryStore(_Runs, _Catalog, _Desk, Users):
    """Implements :class:`narae.engine.ports.Store`. One process, any number of threads."""

    def close(self) -> None:
        """Nothing to give back."""


def _matches(run: Run, query: RunQuery) -> bool:
    """Everything that is given holds of ``run``."""
    date = run.logical_date
    return (
        _among(run.uid, query.uids)
        and (query.dag_id is None or run.dag_id == query.dag_id)
        and _among(run.run_id, query.run_ids)
        and _among(date, query.logical_dates)
        and _among(run.state, query.states)
        and _among(run.run_type, query.types)
        and (query.backfill_id is None or run.backfill_id == query.backfill_id)
        and (query.since is None or (date is not None and date >= query.since))
        and (query.until is None or (date is not None and date <= query.until))
    )


def _among(value: object, allowed: Sequence[object] | None) -> bool:
    return allowed is None or value in allowed
