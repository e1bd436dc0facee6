"""Small valid values to start from: a DAG of two tasks, its run, and the life of an attempt."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import msgspec

from narae.core.commands import ChangeTask, CreateRun, EndAttempt, MarkStarted, StartAttempt
from narae.core.holds import HoldCode
from narae.core.ids import AttemptId, CodeVersion, RunUid, uuid7
from narae.core.run import Attempt, Cause, CauseKind, Instance, Run, Wait
from narae.core.spec import DagSpec, ParsedFile, TaskSpec
from narae.core.states import RunType, TaskState
from narae.core.timetables.spec import Never
from narae.core.workload import CallbackWorkload, CodeRef, RunFacts

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FOLDER = "/dags"
_replace = msgspec.structs.replace


def later(minutes: float = 1) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


class Samples:
    """Makes values whose ids never repeat; the same ones for the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self._chance = Random(seed)  # noqa: S311 - no secret
        self._numbers = count(1)

    def id(self) -> str:
        """A UUIDv7 that is later than all before it."""
        return uuid7(unix_ms=1_767_268_800_000 + next(self._numbers), chance=self._chance)

    def run(self, *, spec_id: int = 1, dag_id: str = "sales", **more: Any) -> Run:
        """A run without a logical date."""
        uid = RunUid(self.id())
        values: dict[str, Any] = {
            "uid": uid,
            "dag_id": dag_id,
            "run_id": f"manual__{uid}",
            "run_type": RunType.MANUAL,
            "run_after": NOON,
            "spec_id": spec_id,
            "code_version": CodeVersion("c1"),
            "queued_at": NOON,
        }
        return Run(**(values | more))

    def start(self, before: Instance, *, fresh: bool = True) -> StartAttempt:
        """Scheduled -> queued."""
        id_ = AttemptId(self.id())
        after = _replace(
            before,
            state=TaskState.QUEUED,
            revision=before.revision + 1,
            try_number=before.try_number + fresh,
            attempt=id_,
            fence=before.fence + 1,
            queued_at=NOON,
        )
        attempt = Attempt(
            id=id_,
            key=before.key,
            try_number=after.try_number,
            fence=after.fence,
            executor="local",
            queued_at=NOON,
            lease_until=later(5),
            scheduled_at=before.scheduled_at,
            waits=(Wait(code=HoldCode.POOL_FULL, since=later(-9), until=NOON),),
        )
        return StartAttempt(before=before, after=after, attempt=attempt, fresh=fresh)


def spec(
    dag_id: str = "sales", *, tasks: Sequence[str] = ("extract", "load"), **more: Any
) -> DagSpec:
    """Tasks in a row."""
    before: tuple[str, ...] = ()
    specs = []
    for task_id in tasks:
        specs.append(TaskSpec(task_id=task_id, operator="PythonOperator", upstream=before))
        before = (task_id,)
    return DagSpec(dag_id=dag_id, timetable=Never(), tasks=tuple(specs), **more)


def parsed(*dags: DagSpec, file: str = "sales.py", **more: Any) -> ParsedFile:
    """A file that gave these DAGs."""
    values: dict[str, Any] = {"file": file, "code_version": "c1", "file_hash": "h1", "dags": dags}
    return ParsedFile(**(values | more))


def create(run: Run, *task_ids: str, state: TaskState = TaskState.SCHEDULED) -> CreateRun:
    """The run with unmapped instances, in ``state``."""
    names = task_ids or ("extract", "load")
    instances = tuple(Instance(run=run.uid, task_id=name, state=state) for name in names)
    return CreateRun(run=run, instances=instances)


def change(before: Instance, **fields: Any) -> ChangeTask:
    """To these fields, one revision on."""
    after = _replace(before, revision=before.revision + 1, **fields)
    return ChangeTask(before=before, after=after)


def begin(before: Instance) -> MarkStarted:
    """Queued -> running."""
    after = _replace(
        before, state=TaskState.RUNNING, revision=before.revision + 1, started_at=later(1)
    )
    return MarkStarted(
        before=before,
        after=after,
        attempt=before.attempt or AttemptId(""),
        at=later(1),
        holder="supervisor-1",
        host="box",
        pid=4711,
    )


def end(before: Instance, *, state: TaskState = TaskState.SUCCESS, **more: Any) -> EndAttempt:
    """The current attempt is over."""
    after = _replace(
        before, state=state, revision=before.revision + 1, attempt=None, ended_at=later(2)
    )
    values: dict[str, Any] = {
        "before": before,
        "after": after,
        "attempt": before.attempt or AttemptId(""),
        "at": later(2),
        "cause": Cause(kind=CauseKind.SUCCEEDED),
    }
    return EndAttempt(**(values | more))


def callback(run: Run, *, id: str = "callback-1", **more: Any) -> CallbackWorkload:  # noqa: A002 - the field's name
    """A DAG's success callback."""
    facts = RunFacts(
        uid=run.uid,
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_type=run.run_type,
        logical_date=run.logical_date,
        interval=run.interval,
        run_after=run.run_after,
        queued_at=run.queued_at,
        started_at=run.started_at,
    )
    values: dict[str, Any] = {
        "id": id,
        "code": CodeRef(folder=FOLDER, version="c1", file="sales.py"),
        "run": facts,
        "kind": "dag_success",
        "queued_at": later(3),
    }
    return CallbackWorkload(**(values | more))
