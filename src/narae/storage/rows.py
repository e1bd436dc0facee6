"""Values of ``core`` as rows and back. Column order is that of ``tables``; no SQL in here.

Times pass through as datetimes; what a database makes of them is ``tables.Moment``'s business,
or, where rows are written without SQLAlchemy's help, the ``moment`` argument's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from narae.core.codec import decode_json, encode_json
from narae.core.ids import AttemptId, CodeVersion, Path, RunUid, TaskKey
from narae.core.requests import RunRow
from narae.core.run import Attempt, Branch, Cause, DagRow, Figures, Instance, Resume, Run, Wait
from narae.core.states import RunState, RunType, TaskState
from narae.core.timetables.spec import DataInterval

T = TypeVar("T")
Row = Sequence[Any]
MomentWriter = Callable[[datetime | None], Any]

RUN_COLUMNS = 23
"""The first columns of ``dag_run``: those that a ``Run`` is made of, and ``sort_at``."""
INSTANCE_COLUMNS = 27
"""The first columns of ``task_instance``: those that an ``Instance`` is made of."""

NOT_SCHEDULED = frozenset({RunType.MANUAL, RunType.OPERATOR_TRIGGERED})
"""Somebody asked for these runs; a timetable, a backfill or an asset made the others."""


def moment_of(run: Run) -> datetime:
    """What runs are sorted by: the logical date, or run_after where there is none."""
    return run.run_after if run.logical_date is None else run.logical_date


def as_text(value: object) -> str | None:
    """JSON, or None for an empty value."""
    return encode_json(value).decode() if value else None


def struct_text(value: object) -> str | None:
    """JSON, or None for None: a struct is never empty."""
    return None if value is None else encode_json(value).decode()


def value_of(text: str | None, type_: type[T]) -> T:
    """The value in ``text``; NULL is an empty ``type_``."""
    return type_() if text is None else decode_json(text, type_)


def struct_of(text: str | None, type_: type[T]) -> T | None:
    """The struct in ``text``; NULL is None."""
    return None if text is None else decode_json(text, type_)


def interval_of(start: datetime | None, end: datetime | None) -> DataInterval | None:
    """Both ends or none."""
    return None if start is None or end is None else DataInterval(start=start, end=end)


def path_of(text: str | None) -> Path:
    """NULL is the empty path."""
    return () if text is None else tuple(decode_json(text, list[int]))


def waits_of(text: str | None) -> tuple[Wait, ...]:
    """NULL: none."""
    return () if text is None else decode_json(text, tuple[Wait, ...])


# -- runs -----------------------------------------------------------------------------------


def run_values(run: Run, moment: MomentWriter) -> tuple[Any, ...]:
    """In the order of ``dag_run``'s first columns."""
    interval = run.interval
    return (
        run.uid,
        run.dag_id,
        run.run_id,
        run.run_type.value,
        run.state.value,
        run.revision,
        moment(run.logical_date),
        None if interval is None else moment(interval.start),
        None if interval is None else moment(interval.end),
        moment(run.run_after),
        as_text(run.conf),
        run.spec_id,
        run.code_version,
        moment(run.queued_at),
        moment(run.started_at),
        moment(run.ended_at),
        run.backfill_id,
        run.triggered_by,
        run.note,
        run.reason,
        run.clear_number,
        moment(moment_of(run)),
        run.triggered_by_user,
    )


def run_of(row: Row) -> Run:
    """From the first columns of a ``dag_run`` row."""
    return Run(
        uid=RunUid(row[0]),
        dag_id=row[1],
        run_id=row[2],
        run_type=RunType(row[3]),
        state=RunState(row[4]),
        revision=row[5],
        logical_date=row[6],
        interval=interval_of(row[7], row[8]),
        run_after=row[9],
        conf=value_of(row[10], dict),
        spec_id=row[11],
        code_version=CodeVersion(row[12]),
        queued_at=row[13],
        started_at=row[14],
        ended_at=row[15],
        backfill_id=row[16],
        triggered_by=row[17],
        note=row[18],
        reason=row[19],
        clear_number=row[20],
        triggered_by_user=row[22],
    )


def run_row(run: Run) -> RunRow:
    """A run as user code sees it."""
    interval = run.interval
    return RunRow(
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_type=run.run_type.value,
        state=run.state.value,
        logical_date=run.logical_date,
        interval_start=None if interval is None else interval.start,
        interval_end=None if interval is None else interval.end,
        run_after=run.run_after,
        started_at=run.started_at,
        ended_at=run.ended_at,
        conf=run.conf,
    )


# -- task instances -------------------------------------------------------------------------


def instance_key(i: Instance) -> tuple[Any, ...]:
    """In the order of the primary key."""
    return (i.run, i.task_id, i.map_index)


def instance_rest(i: Instance, moment: MomentWriter) -> tuple[Any, ...]:
    """All columns of an ``Instance`` but the key's, in their order."""
    return (
        as_text(i.path),
        i.expanded,
        i.state.value,
        i.revision,
        i.try_number,
        i.max_tries,
        i.lost,
        i.attempt,
        i.fence,
        i.pool,
        i.pool_slots,
        i.priority,
        i.queue,
        moment(i.not_before),
        moment(i.scheduled_at),
        moment(i.queued_at),
        moment(i.first_started_at),
        moment(i.started_at),
        moment(i.ended_at),
        struct_text(i.branch),
        as_text(i.lengths),
        struct_text(i.resume),
        i.label,
        i.note,
    )


def instance_of(row: Row) -> Instance:
    """From the first columns of a ``task_instance`` row."""
    return Instance(
        run=RunUid(row[0]),
        task_id=row[1],
        map_index=row[2],
        path=path_of(row[3]),
        expanded=bool(row[4]),
        state=TaskState(row[5]),
        revision=row[6],
        try_number=row[7],
        max_tries=row[8],
        lost=row[9],
        attempt=row[10],
        fence=row[11],
        pool=row[12],
        pool_slots=row[13],
        priority=row[14],
        queue=row[15],
        not_before=row[16],
        scheduled_at=row[17],
        queued_at=row[18],
        first_started_at=row[19],
        started_at=row[20],
        ended_at=row[21],
        branch=struct_of(row[22], Branch),
        lengths=value_of(row[23], dict),
        resume=struct_of(row[24], Resume),
        label=row[25],
        note=row[26],
    )


# -- attempts -------------------------------------------------------------------------------


def attempt_values(a: Attempt, moment: MomentWriter) -> tuple[Any, ...]:
    """In the order of ``attempt``'s columns."""
    return (
        a.id,
        a.key.run,
        a.key.task_id,
        a.key.map_index,
        a.try_number,
        a.fence,
        a.executor,
        a.holder,
        a.host,
        a.pid,
        moment(a.queued_at),
        moment(a.started_at),
        moment(a.ended_at),
        moment(a.lease_until),
        struct_text(a.cause),
        struct_text(a.figures),
        struct_text(a.kill_reason),
        moment(a.scheduled_at),
        as_text(a.waits),
    )


def attempt_of(row: Row) -> Attempt:
    """From a whole ``attempt`` row."""
    return Attempt(
        id=AttemptId(row[0]),
        key=TaskKey(RunUid(row[1]), row[2], row[3]),
        try_number=row[4],
        fence=row[5],
        executor=row[6],
        holder=row[7],
        host=row[8],
        pid=row[9],
        queued_at=row[10],
        started_at=row[11],
        ended_at=row[12],
        lease_until=row[13],
        cause=struct_of(row[14], Cause),
        figures=struct_of(row[15], Figures),
        kill_reason=struct_of(row[16], Cause),
        scheduled_at=row[17],
        waits=waits_of(row[18]),
    )


# -- DAGs -----------------------------------------------------------------------------------


def dag_values(row: DagRow) -> dict[str, Any]:
    """By column: what a ``DagRow`` holds of a ``dag`` row."""
    cursor, upcoming = row.cursor, row.next_interval
    return {
        "dag_id": row.dag_id,
        "file": row.file,
        "folder": row.folder,
        "spec_id": row.spec_id,
        "code_version": row.code_version,
        "is_paused": row.is_paused,
        "is_stale": row.is_stale,
        "cursor_start": None if cursor is None else cursor.start,
        "cursor_end": None if cursor is None else cursor.end,
        "next_run_after": row.next_run_after,
        "next_start": None if upcoming is None else upcoming.start,
        "next_end": None if upcoming is None else upcoming.end,
        "failed_in_a_row": row.failed_in_a_row,
        "revision": row.revision,
        "parsed_at": row.parsed_at,
        "must_spawn": row.must_spawn,
    }


def dag_of(row: Row) -> DagRow:
    """From the first sixteen columns of a ``dag`` row."""
    return DagRow(
        dag_id=row[0],
        file=row[1],
        folder=row[2],
        spec_id=row[3],
        code_version=CodeVersion(row[4]),
        is_paused=bool(row[5]),
        is_stale=bool(row[6]),
        cursor=interval_of(row[7], row[8]),
        next_run_after=row[9],
        next_interval=interval_of(row[10], row[11]),
        failed_in_a_row=row[12],
        revision=row[13],
        parsed_at=row[14],
        must_spawn=bool(row[15]),
    )
