"""The table of metrics: what there is, in which unit, by which labels."""

from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Kind(StrEnum):
    """How a metric moves."""

    COUNTER = "counter"
    """Only up, and from 0 again when its process starts anew."""
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    """One metric as it is declared."""

    name: str
    kind: Kind
    words: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    """Of a histogram: the upper ends of its buckets."""


FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds of what should take milliseconds."""
SLOW = (0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0)
"""Seconds of what people's code takes."""
WAITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0)
"""Seconds of waiting."""
SIZES = tuple(float(2**power) for power in range(23, 36))
"""8 MiB to 32 GiB."""

_C, _G, _H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

ENGINE = (
    Metric("narae_scheduler_ticks_total", _C, "Turns of the scheduler."),
    Metric(
        "narae_scheduler_tick_seconds",
        _H,
        "From a turn's beginning until its work is sent.",
        bounds=FAST,
    ),
    Metric(
        "narae_scheduler_commit_seconds",
        _H,
        "The one transaction of a turn; empty ones apart.",
        bounds=FAST,
    ),
    Metric(
        "narae_scheduler_commands_total",
        _C,
        "Changes written (`taken`), and those that somebody else was ahead of (`refused`).",
        ("outcome",),
    ),
    Metric("narae_task_attempts_dispatched_total", _C, "Attempts sent out.", ("dag_id",)),
    Metric("narae_task_attempts_started_total", _C, "Attempts whose process began.", ("dag_id",)),
    Metric(
        "narae_task_attempts_ended_total",
        _C,
        "Attempts that ended: why, and the state that their task has then. Retries are "
        '`state="up_for_retry"`; lost ones have the causes `lease_lost`, `supervisor_lost`, '
        "`never_started` and `start_failed`.",
        ("cause", "state", "dag_id"),
    ),
    Metric("narae_task_seconds", _H, "From an attempt's start to its end.", ("dag_id",), SLOW),
    Metric(
        "narae_task_startup_seconds", _H, "From sending an attempt out to its user code.", (), WAITS
    ),
    Metric(
        "narae_task_slot_wait_seconds",
        _H,
        "From when a task could run to when it got a slot.",
        (),
        WAITS,
    ),
    Metric("narae_task_cpu_seconds_total", _C, "CPU time of ended attempts.", ("dag_id",)),
    Metric("narae_task_memory_peak_bytes", _H, "Peak memory of ended attempts.", (), SIZES),
    Metric("narae_dag_runs_started_total", _C, "Runs that began.", ("run_type",)),
    Metric("narae_dag_runs_ended_total", _C, "Runs that ended.", ("state", "dag_id")),
    Metric(
        "narae_dag_run_seconds", _H, "From a run's start to its end.", ("state", "dag_id"), SLOW
    ),
    Metric(
        "narae_schedule_delay_seconds",
        _H,
        "From when a scheduled run was due to when it began.",
        (),
        WAITS,
    ),
    Metric(
        "narae_trigger_to_start_seconds",
        _H,
        "From when a run was asked for (and due) to the user code of its first task.",
        ("run_type",),
        WAITS,
    ),
    Metric("narae_dag_runs_active", _G, "Runs that the scheduler holds in memory."),
    Metric("narae_attempts_open", _G, "Attempts that have not ended."),
    Metric("narae_task_instances", _G, "Task instances of active runs by state.", ("state",)),
    Metric(
        "narae_holds",
        _G,
        "Task instances of active runs that wait, by the first thing in their way "
        "(`upstream`, `pool_full`, `no_slot`, `retry_delay`, ...).",
        ("code",),
    ),
    Metric(
        "narae_oldest_waiting_seconds",
        _G,
        "How long the task waits that has waited longest for a slot.",
    ),
    Metric("narae_pool_slots", _G, "Slots of a pool; -1: without limit.", ("pool",)),
    Metric("narae_pool_slots_used", _G, "Slots of a pool that are held.", ("pool",)),
    Metric("narae_pool_waiting", _G, "Task instances that wait for a slot of a pool.", ("pool",)),
    Metric("narae_executor_slots", _G, "Slots of an executor.", ("executor",)),
    Metric("narae_executor_slots_free", _G, "Slots of an executor that are free.", ("executor",)),
    Metric("narae_trace_spans_total", _C, "Spans exported or lost.", ("outcome",)),
)
"""What the engine's process counts."""

LOADER = (
    Metric("narae_dag_files_parsed_total", _C, "DAG files parsed.", ("outcome",)),
    Metric("narae_dag_file_parse_seconds", _H, "The import of one DAG file.", (), SLOW),
)
"""What the loader's process counts."""

SUPERVISOR = (
    Metric("narae_fork_servers", _G, "Fork servers: processes with a DAG file imported."),
    Metric("narae_supervisor_attempts", _G, "Attempts and callbacks that run.", ()),
)
"""What a supervisor's process counts."""

API = (
    Metric(
        "narae_http_requests_total",
        _C,
        "HTTP requests by the route's template.",
        ("method", "route", "status"),
    ),
    Metric(
        "narae_http_request_seconds",
        _H,
        "From a request's arrival to the end of its answer.",
        ("method", "route"),
        FAST,
    ),
    Metric("narae_http_requests_open", _G, "HTTP requests that are being answered."),
    Metric("narae_event_listeners", _G, "Listeners to `/events`."),
    Metric("narae_events_total", _C, "Events given to the feed."),
    Metric("narae_event_listeners_dropped_total", _C, "Listeners that were too slow."),
)
"""What the API's process counts."""

SCRAPED = (
    Metric("narae_dags", _G, "DAGs by state: `active`, `paused`, `stale`.", ("state",)),
    Metric("narae_import_errors", _G, "DAG files that can't be imported."),
    Metric("narae_database_bytes", _G, "Size of the database."),
    Metric(
        "narae_component_heartbeat_age_seconds",
        _G,
        "Since a component's last sign of life.",
        ("component",),
    ),
    Metric("narae_info", _G, "Always 1; says which version this is.", ("version",)),
)
"""What is read at the moment of asking."""

PROCESS = (
    Metric(
        "narae_process_resident_bytes", _G, "Memory of a component's own process.", ("component",)
    ),
    Metric(
        "narae_process_cpu_seconds_total",
        _C,
        "CPU time of a component's own process.",
        ("component",),
    ),
    Metric("narae_process_open_fds", _G, "Open descriptors of a component.", ("component",)),
)
"""What every process says of itself."""

TABLE: MappingProxyType[str, Metric] = MappingProxyType(
    {m.name: m for m in (*ENGINE, *LOADER, *SUPERVISOR, *API, *SCRAPED, *PROCESS)}
)
"""Name -> metric, in the order of the documentation."""
