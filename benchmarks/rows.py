"""The rows: what is measured, in which unit, against which budget and which limit."""

from dataclasses import dataclass
from typing import Literal

Better = Literal["less", "more"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    ``floor`` names the limit (:mod:`benchmarks.limits`) that the row is divided by; a row without
    one is a ratio by itself. ``None`` for a budget: the row is watched, nothing is promised.
    """

    key: str
    what: str
    unit: str
    group: str
    better: Better = "less"
    budget: float | None = None
    aim: float | None = None
    floor: str | None = None
    peer: str = ""
    """Airflow 2.10.5 on a machine like this one."""

    def holds(self, value: float) -> bool | None:
        """Whether ``value`` keeps the budget; None when there is none."""
        if self.budget is None:
            return None
        return value <= self.budget if self.better == "less" else value >= self.budget


def _rate(key: str, what: str, *, group: str, budget: float | None = None, peer: str = "") -> Row:
    return Row(
        key=key,
        what=what,
        unit="tasks/s",
        group=group,
        better="more",
        budget=budget,
        floor="forks_16",
        peer=peer,
    )


def _with_a_million(key: str, what: str, *, budget: float) -> tuple[Row, ...]:
    """With 1,000,000 finished task instances in the database."""
    return tuple(
        Row(
            key=f"million_{key}_{name.lower()}_ms",
            what=f"API with 1,000,000 task instances in {name}: {what}, p50",
            unit="ms",
            group="million",
            budget=budget,
            floor="round_trip_ms",
        )
        for name in ("SQLite", "Postgres")
    )


def _under_load(key: str, what: str) -> tuple[Row, ...]:
    """While 64 connections read: the figure, and how many times that of quiet moments it is."""
    return (
        Row(key=f"load_{key}_ms", what=f"under load: {what}", unit="ms", group="load"),
        Row(
            key=f"load_{key}_ratio",
            what=f"under load: {what}, against the quiet value",
            unit="x",
            group="load",
            budget=2.0,
        ),
    )


ROWS: tuple[Row, ...] = (
    Row(
        key="ready_new_s",
        what="`narae standalone` from start to ready, new home",
        unit="s",
        group="startup",
        budget=2.0,
        aim=1.2,
        floor="python_start_s",
        peer="8.2",
    ),
    Row(
        key="ready_again_s",
        what="the same, home that exists",
        unit="s",
        group="startup",
        budget=2.0,
        aim=1.2,
        floor="python_start_s",
    ),
    Row(
        key="trigger_p50_ms",
        what="trigger by HTTP -> first line of user code, p50",
        unit="ms",
        group="latency",
        budget=25,
        aim=15,
        floor="skeleton_ms",
        peer="1090",
    ),
    Row(
        key="trigger_p95_ms",
        what="trigger by HTTP -> first line of user code, p95",
        unit="ms",
        group="latency",
        budget=60,
        aim=30,
        floor="skeleton_ms",
        peer="1390",
    ),
    Row(
        key="chain_40_s",
        what="chain of 40 no-op Python tasks",
        unit="s",
        group="throughput",
        budget=0.8,
        aim=0.5,
        floor="chain_skeleton_s",
        peer="41.4",
    ),
    _rate("fan_200", "1 -> 200 -> 1 no-op tasks", group="throughput", budget=150, peer="3.1"),
    _rate("dags_20", "1,000 tasks in 20 DAGs at once", group="throughput", budget=150, peer="3.2"),
    _rate("run_10k", "10,000 tasks in one run", group="large"),
    _rate("dags_1000", "1,000 DAGs, one run each", group="large"),
    Row(
        key="files_listed_s",
        what="500 new DAG files -> all listed",
        unit="s",
        group="files",
        budget=10,
        aim=5,
        floor="fork_500_s",
        peer="382",
    ),
    Row(
        key="edit_visible_s",
        what="one edit of 500 files -> visible",
        unit="s",
        group="files",
        budget=1,
        aim=0.4,
        floor="python_start_s",
        peer="14 to 20",
    ),
    Row(
        key="idle_pss_mb",
        what="idle with 500 DAGs: memory (PSS, all processes)",
        unit="MB",
        group="files",
        budget=200,
        aim=120,
        floor="python_pss_mb",
        peer="770 + PostgreSQL",
    ),
    Row(
        key="idle_cpu_percent",
        what="idle with 500 DAGs: CPU",
        unit="% of a core",
        group="files",
        budget=1,
        aim=0.3,
        peer="162",
    ),
    Row(
        key="api_dags_ms",
        what="API: 100 of 500 DAGs, p50",
        unit="ms",
        group="files",
        budget=10,
        aim=4,
        floor="round_trip_ms",
        peer="122",
    ),
    Row(
        key="api_instances_ms",
        what="API: 200 task instances, p50",
        unit="ms",
        group="throughput",
        budget=10,
        aim=4,
        floor="round_trip_ms",
        peer="273",
    ),
    Row(
        key="import_ms",
        what="import cost of a minimal DAG file, over bare Python",
        unit="ms",
        group="imports",
        budget=100,
        aim=50,
        floor="python_start_ms",
        peer="2100",
    ),
    Row(
        key="history_trigger_p50_ms",
        what="trigger -> user code with 100,000 finished runs, p50",
        unit="ms",
        group="history",
        budget=25,
        aim=15,
        floor="skeleton_ms",
    ),
    Row(
        key="history_trigger_p95_ms",
        what="trigger -> user code with 100,000 finished runs, p95",
        unit="ms",
        group="history",
        budget=60,
        aim=30,
        floor="skeleton_ms",
    ),
    Row(
        key="history_ready_s",
        what="start to ready with 100,000 finished runs",
        unit="s",
        group="history",
        budget=2.0,
        aim=1.2,
        floor="python_start_s",
    ),
    *_with_a_million("dags", "100 of 500 DAGs", budget=10),
    *_with_a_million("instances", "200 task instances of a run", budget=10),
    *_with_a_million("by_state", "100 failed task instances of any run", budget=10),
    *_with_a_million("deep_runs", "100 runs, 6,000 down the list", budget=10),
    *_with_a_million("events", "100 events", budget=10),
    *_with_a_million("grid", "365 runs x 100 tasks", budget=100),
    Row(
        key="load_errors",
        what="64 connections reading: answers that are no 2xx, socket errors, time-outs",
        unit="errors",
        group="load",
        budget=0,
    ),
    Row(
        key="load_reads",
        what="64 connections reading: answers",
        unit="reads/s",
        group="load",
        better="more",
    ),
    Row(
        key="load_read_p50_ms",
        what="64 connections reading: time to the answer, p50",
        unit="ms",
        group="load",
    ),
    Row(
        key="load_read_p99_ms",
        what="64 connections reading: time to the answer, p99",
        unit="ms",
        group="load",
    ),
    *_under_load("trigger_p50", "trigger -> user code, p50"),
    *_under_load("trigger_p95", "trigger -> user code, p95"),
    *_under_load("gap_p50", "a task of a chain to the next one, p50"),
    *_under_load("gap_p95", "a task of a chain to the next one, p95"),
    Row(
        key="soak_slope_mb_per_hour",
        what="soak at half load: memory slope (PSS, all processes)",
        unit="MB/h",
        group="soak",
    ),
    Row(
        key="soak_slope_late_mb_per_hour",
        what="the same, of the last quarter: after the caches have filled",
        unit="MB/h",
        group="soak",
    ),
    Row(
        key="soak_trigger_p95_ms",
        what="soak at half load: trigger -> user code, p95",
        unit="ms",
        group="soak",
        budget=60,
        floor="skeleton_ms",
    ),
)
"""In the order in which they are shown."""

BY_KEY = {row.key: row for row in ROWS}
GROUPS = tuple(dict.fromkeys(row.group for row in ROWS))
