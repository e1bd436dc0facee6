"""What each command does to plain dicts: the rules of ``Store.apply`` at their shortest."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from narae.core.commands import (
    AddInstances,
    Audit,
    ChangeConnection,
    ChangeDag,
    ChangeFavorite,
    ChangePool,
    ChangeRun,
    ChangeTask,
    ChangeVariable,
    ChangeXCom,
    Command,
    CreateRun,
    DeleteInstance,
    DeleteRun,
    EndAttempt,
    Expand,
    KillAttempt,
    MarkStarted,
    PutBackfill,
    StartAttempt,
)
from narae.core.ids import AttemptId, CodeVersion, RunUid, TaskRef
from narae.core.reports import XComValue
from narae.core.requests import ConnectionValue
from narae.core.run import Attempt, Backfill, DagRow, Instance, Pool, Run
from narae.core.spec import DagSpec, ImportFailure, Value
from narae.core.workload import CallbackWorkload
from narae.engine.ports import Heartbeat, KeptAnswer, VariableRow
from narae.storage.subjects import subject

T = TypeVar("T")
Place = tuple[RunUid, TaskRef]


class Version(Value, frozen=True, kw_only=True):
    """One ``dag_version`` row."""

    spec: DagSpec
    hash: str
    code_version: CodeVersion
    since: datetime


class Tables:
    """The rows, by their keys."""

    def __init__(self) -> None:
        self.dags: dict[str, DagRow] = {}
        self.versions: dict[int, Version] = {}
        self.planned: dict[str, list[Any]] = {}
        self.failures: dict[tuple[str, str], list[tuple[ImportFailure, datetime]]] = {}
        self.refused: dict[tuple[str, str], frozenset[str]] = {}
        self.runs: dict[RunUid, Run] = {}
        self.run_names: dict[tuple[str, str], RunUid] = {}
        self.run_dates: dict[tuple[str, datetime], RunUid] = {}
        self.instances: dict[RunUid, dict[TaskRef, Instance]] = {}
        self.attempts: dict[AttemptId, Attempt] = {}
        self.attempts_of: dict[Place, list[AttemptId]] = {}
        self.open_attempts: dict[AttemptId, None] = {}
        self.xcoms: dict[Place, dict[str, XComValue]] = {}
        self.rendered: dict[Place, tuple[dict[str, Any], str | None]] = {}
        self.callbacks: dict[str, CallbackWorkload] = {}
        self.callback_outcomes: dict[str, tuple[datetime, str | None]] = {}
        self.backfills: dict[int, Backfill] = {}
        self.pools: dict[str, Pool] = {}
        self.variables: dict[str, VariableRow] = {}
        self.connections: dict[str, ConnectionValue] = {}
        self.beats: dict[tuple[str, str], Heartbeat] = {}
        self.audits: list[Audit] = []
        self.favorites: set[tuple[str, str]] = set()
        """(user, DAG id)."""
        self.answers: dict[tuple[str, str], KeptAnswer] = {}
        """By (user, idempotency key)."""
        self.counters: dict[str, int] = {}

    def put_version(
        self, id_: int, spec: DagSpec, hash_: str, code_version: CodeVersion, since: datetime
    ) -> None:
        """A new ``dag_version`` row."""
        self.versions[id_] = Version(spec=spec, hash=hash_, code_version=code_version, since=since)

    def delete_run(self, uid: RunUid) -> None:
        """A run with all that hangs on it."""
        run = self.runs.pop(uid)
        del self.run_names[run.dag_id, run.run_id]
        if run.logical_date is not None:
            del self.run_dates[run.dag_id, run.logical_date]
        for ref in self.instances.pop(uid):
            place = (uid, ref)
            for attempt in self.attempts_of.pop(place, ()):
                del self.attempts[attempt]
                self.open_attempts.pop(attempt, None)
            self.forget(place)

    def forget(self, place: Place) -> None:
        """What an instance's tries have left for others to read."""
        self.xcoms.pop(place, None)
        self.rendered.pop(place, None)


def carry_out(tables: Tables, commands: Sequence[Command]) -> list[bool]:
    """Carries out each command, or changes nothing for it; whether it took."""
    took: list[bool] = []
    stale: set[Hashable] = set()
    for command in commands:
        about = subject(command)
        given = not (isinstance(command, Audit) and command.of_previous) or took[-1]
        ok = given and about not in stale and _HOW[type(command)](tables, command)
        took.append(ok)
        if not ok and about is not None:
            stale.add(about)
    return took


def _create_run(t: Tables, c: CreateRun) -> bool:
    name = (c.run.dag_id, c.run.run_id)
    date = c.run.logical_date
    if c.run.uid in t.runs or name in t.run_names:
        return False
    if date is not None:
        if (c.run.dag_id, date) in t.run_dates:
            return False
        t.run_dates[c.run.dag_id, date] = c.run.uid
    t.runs[c.run.uid] = c.run
    t.run_names[name] = c.run.uid
    t.instances[c.run.uid] = {i.ref: i for i in c.instances}
    return True


def _change_run(t: Tables, c: ChangeRun) -> bool:
    stored = t.runs.get(c.before.uid)
    if stored is None or stored.revision != c.before.revision:
        return False
    t.runs[c.before.uid] = c.after
    if c.callback is not None:
        t.callbacks[c.callback.id] = c.callback
    return True


def _move(t: Tables, before: Instance, after: Instance) -> bool:
    """The conditional part of everything that changes one instance."""
    instances = t.instances.get(before.run, {})
    stored = instances.get(before.ref)
    if stored is None or stored.revision != before.revision:
        return False
    instances[before.ref] = after
    return True


def _change_task(t: Tables, c: ChangeTask) -> bool:
    return _move(t, c.before, c.after)


def _expand(t: Tables, c: Expand) -> bool:
    instances = t.instances.get(c.before.run, {})
    stored = instances.get(c.before.ref)
    if stored is None or stored.revision != c.before.revision:
        return False
    if any(i.ref in instances and i.ref != c.before.ref for i in c.after):
        return False
    del instances[c.before.ref]
    t.forget((c.before.run, c.before.ref))
    instances.update({i.ref: i for i in c.after})
    return True


def _add_instances(t: Tables, c: AddInstances) -> bool:
    instances = t.instances.get(c.run)
    if instances is None or any(i.ref in instances for i in c.instances):
        return False
    instances.update({i.ref: i for i in c.instances})
    return True


def _start_attempt(t: Tables, c: StartAttempt) -> bool:
    if not _move(t, c.before, c.after):
        return False
    place = (c.before.run, c.before.ref)
    if c.fresh:
        t.forget(place)
    t.attempts[c.attempt.id] = c.attempt
    t.attempts_of.setdefault(place, []).append(c.attempt.id)
    t.open_attempts[c.attempt.id] = None
    return True


def _mark_started(t: Tables, c: MarkStarted) -> bool:
    if not _move(t, c.before, c.after):
        return False
    if c.attempt in t.open_attempts:
        t.attempts[c.attempt] = msgspec.structs.replace(
            t.attempts[c.attempt], started_at=c.at, holder=c.holder, host=c.host, pid=c.pid
        )
    return True


def _end_attempt(t: Tables, c: EndAttempt) -> bool:
    if not _move(t, c.before, c.after):
        return False
    if c.attempt in t.open_attempts:
        del t.open_attempts[c.attempt]
        t.attempts[c.attempt] = msgspec.structs.replace(
            t.attempts[c.attempt], ended_at=c.at, cause=c.cause, figures=c.figures
        )
    for xcom in c.xcoms:
        t.xcoms.setdefault((c.before.run, c.before.ref), {})[xcom.key] = xcom
    if c.callback is not None:
        t.callbacks[c.callback.id] = c.callback
    return True


def _kill_attempt(t: Tables, c: KillAttempt) -> bool:
    if c.attempt not in t.open_attempts:
        return False
    t.attempts[c.attempt] = msgspec.structs.replace(t.attempts[c.attempt], kill_reason=c.cause)
    return True


def _change_dag(t: Tables, c: ChangeDag) -> bool:
    stored = t.dags.get(c.before.dag_id)
    if stored is None or stored.revision != c.before.revision:
        return False
    t.dags[c.before.dag_id] = c.after
    return True


def _put_backfill(t: Tables, c: PutBackfill) -> bool:
    t.backfills[c.backfill.id] = c.backfill
    t.counters["backfill"] = max(t.counters.get("backfill", 0), c.backfill.id)
    return True


def _delete_run(t: Tables, c: DeleteRun) -> bool:
    stored = t.runs.get(c.before.uid)
    if stored is None or stored.revision != c.before.revision:
        return False
    t.delete_run(stored.uid)
    return True


def _delete_instance(t: Tables, c: DeleteInstance) -> bool:
    instances = t.instances.get(c.before.run, {})
    stored = instances.get(c.before.ref)
    if stored is None or stored.revision != c.before.revision:
        return False
    del instances[c.before.ref]
    place = (c.before.run, c.before.ref)
    for attempt in t.attempts_of.pop(place, ()):
        del t.attempts[attempt]
        t.open_attempts.pop(attempt, None)
    t.forget(place)
    return True


def _change_xcom(t: Tables, c: ChangeXCom) -> bool:
    instance = t.instances.get(c.of.run, {}).get(c.of.ref)
    place = (c.of.run, c.of.ref)
    existed = c.key in t.xcoms.get(place, {})
    if instance is None or instance.attempt is not None or existed is not c.existed:
        return False
    if c.after is None:
        return t.xcoms[place].pop(c.key, None) is not None
    t.xcoms.setdefault(place, {})[c.key] = c.after
    return True


def _change_pool(t: Tables, c: ChangePool) -> bool:
    name = c.before.name if c.before else c.after.name if c.after else ""
    return _change(t.pools, name, c.after, existed=c.before is not None)


def _change_variable(t: Tables, c: ChangeVariable) -> bool:
    return _change(t.variables, c.key, c.after, existed=c.existed)


def _change_connection(t: Tables, c: ChangeConnection) -> bool:
    return _change(t.connections, c.conn_id, c.after, existed=c.existed)


def _change(rows: dict[str, T], name: str, after: T | None, *, existed: bool) -> bool:
    if (name in rows) is not existed:
        return False
    if after is None:
        rows.pop(name, None)
    else:
        rows[name] = after
    return existed or after is not None


def _change_favorite(t: Tables, c: ChangeFavorite) -> bool:
    place = (c.user, c.dag_id)
    if c.dag_id not in t.dags or (place in t.favorites) is c.favorite:
        return False
    if c.favorite:
        t.favorites.add(place)
    else:
        t.favorites.remove(place)
    return True


def _audit(t: Tables, c: Audit) -> bool:
    t.audits.append(c)
    return True


_HOW: dict[type[Any], Callable[[Tables, Any], bool]] = {
    CreateRun: _create_run,
    ChangeRun: _change_run,
    ChangeTask: _change_task,
    Expand: _expand,
    AddInstances: _add_instances,
    StartAttempt: _start_attempt,
    MarkStarted: _mark_started,
    EndAttempt: _end_attempt,
    KillAttempt: _kill_attempt,
    ChangeDag: _change_dag,
    PutBackfill: _put_backfill,
    DeleteRun: _delete_run,
    DeleteInstance: _delete_instance,
    ChangeXCom: _change_xcom,
    ChangePool: _change_pool,
    ChangeVariable: _change_variable,
    ChangeConnection: _change_connection,
    ChangeFavorite: _change_favorite,
    Audit: _audit,
}
