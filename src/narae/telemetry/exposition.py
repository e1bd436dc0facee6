"""Snapshots of several processes as one page in Prometheus' text format."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from narae.telemetry.metrics import TABLE, Kind, Metric
from narae.telemetry.registry import Point, Snapshot


def merged(snapshots: Iterable[Snapshot]) -> Snapshot:
    """One snapshot of several. What two processes both counted is added up."""
    found: dict[str, dict[tuple[str, ...], Point]] = {}
    for snapshot in snapshots:
        for name, points in snapshot.items():
            lines = found.setdefault(name, {})
            for point in points:
                there = lines.get(point.labels)
                lines[point.labels] = point if there is None else _sum(there, point)
    return {name: list(lines.values()) for name, lines in found.items()}


def _sum(one: Point, other: Point) -> Point:
    counts = tuple(a + b for a, b in zip(one.counts, other.counts, strict=False))
    return Point(one.labels, one.value + other.value, counts)


def exposed(snapshot: Snapshot, accept: str = "") -> tuple[bytes, str]:
    """The page and its media type: OpenMetrics for who accepts it, else the classic text."""
    # The library is 3 MB in memory, and most deployments are never scraped.
    from prometheus_client import exposition  # noqa: PLC0415
    from prometheus_client.registry import CollectorRegistry  # noqa: PLC0415

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(snapshot))
    encode, media_type = exposition.choose_encoder(accept)
    return encode(registry), media_type


class _Collector:
    """What the library asks for families."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Any]:
        """A family for each metric that has a value and is in the table."""
        for name, metric in TABLE.items():
            points = self._snapshot.get(name)
            if points:
                yield _family(metric, points)


def _family(metric: Metric, points: list[Point]) -> Any:
    from prometheus_client import core  # noqa: PLC0415 - as above

    made = {
        Kind.COUNTER: core.CounterMetricFamily,
        Kind.GAUGE: core.GaugeMetricFamily,
        Kind.HISTOGRAM: core.HistogramMetricFamily,
    }[metric.kind](metric.name, metric.words, labels=metric.labels)
    for point in points:
        labels = list(point.labels)
        if len(labels) != len(metric.labels):
            continue  # of another version's process
        if metric.kind is Kind.HISTOGRAM:
            if len(point.counts) == len(metric.bounds) + 1:
                made.add_metric(labels, _buckets(metric, point), point.value)
        else:
            made.add_metric(labels, point.value)
    return made


def _buckets(metric: Metric, point: Point) -> list[tuple[str, float]]:
    ends = [*map(repr, metric.bounds), "+Inf"]
    return list(zip(ends, map(float, accumulate(point.counts)), strict=True))
