"""The table of metrics as a page: ``docs/metrics.md``."""

from narae.telemetry.metrics import API, ENGINE, LOADER, PROCESS, SCRAPED, SUPERVISOR, Metric

_HEAD = """\
# Metrics

`GET /metrics` gives them in Prometheus' text format, or in OpenMetrics' to who accepts that.
This page is made from the table in `src/narae/telemetry/metrics.py`.

Engine, loader and supervisors count in their own memory and hand the figures over with their
heartbeats (`scheduler.heartbeat_seconds`), so these are at most one heartbeat old; the API adds
what it counts itself and a few bounded queries. Counters begin at 0 when their process starts
anew, as Prometheus expects. The figures of a component that has been silent for 30 seconds are
left out; `narae_component_heartbeat_age_seconds` goes on.

No label holds a run or a task. `dag_id` is empty unless `[metrics] per_dag` is on; each metric
tells 1,000 label values apart and counts the rest as `other`.

With `[metrics] statsd_on`, the engine also sends Airflow's StatsD names over UDP
(`src/narae/engine/statsd.py` has the list).
"""

_PARTS = (
    ("Engine", ENGINE),
    ("Loader", LOADER),
    ("Supervisor", SUPERVISOR),
    ("API", API),
    ("Read when asked", SCRAPED),
    ("Every process", PROCESS),
)


def markdown() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, metrics in _PARTS:
        parts.append(f"## {title}\n\n| name | type | labels | meaning |\n|---|---|---|---|")
        parts += [_row(metric) for metric in metrics]
        parts.append("")
    return "\n".join(parts)


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.words} |"


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 - the page goes to standard output
