"""Why a task instance waits, as values."""

from datetime import datetime
from enum import StrEnum

from narae.core.spec import Value


class HoldCode(StrEnum):
    """The kinds of waiting."""

    UPSTREAM = "upstream"
    UPSTREAM_NOT_EXPANDED = "upstream_not_expanded"
    EXPANSION = "expansion"
    """Nobody can count its instances yet."""
    DEPENDS_ON_PAST = "depends_on_past"
    WAIT_FOR_DOWNSTREAM = "wait_for_downstream"
    RETRY_DELAY = "retry_delay"
    RESCHEDULED = "rescheduled"
    DEFERRED = "deferred"
    START_DATE = "start_date"
    DAG_PAUSED = "dag_paused"
    DAG_STALE = "dag_stale"
    RUN_QUEUED = "run_queued"
    """Its run waits for max_active_runs; the text names the runs that are before it."""
    RUN_NOT_DUE = "run_not_due"
    POOL_FULL = "pool_full"
    POOL_TOO_SMALL = "pool_too_small"
    POOL_MISSING = "pool_missing"
    PARALLELISM = "parallelism"
    MAX_ACTIVE_TASKS = "max_active_tasks"
    MAX_ACTIVE_TIS_PER_DAG = "max_active_tis_per_dag"
    MAX_ACTIVE_TIS_PER_DAGRUN = "max_active_tis_per_dagrun"
    NO_SLOT = "no_slot"
    """No executor has a free slot."""
    NO_WORKER = "no_worker"
    """Nobody alive serves its queue, or the executor it names does not exist."""
    NO_SCHEDULER = "no_scheduler"
    RUN_FINISHED = "run_finished"
    RESTARTING = "restarting"
    NEXT_TICK = "next_tick"
    """Nothing holds it: it goes out with the scheduler's next tick."""


class Link(Value, frozen=True, kw_only=True):
    """What a hold points at."""

    kind: str
    """``task``, ``run``, ``pool``, ``dag``."""
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    name: str | None = None


class Hold(Value, frozen=True, kw_only=True):
    """One thing that keeps a task instance from running."""

    code: HoldCode
    words: str
    """A sentence without a full stop, such as ``waits for extract, which is running``."""
    until: datetime | None = None
    links: tuple[Link, ...] = ()
