"""Counters in plain Python: cheap enough for the scheduler's turn, and values when read.

One process has one registry and one thread that writes to it. A snapshot is plain JSON-able
data, so it can travel in a heartbeat.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from narae.telemetry.metrics import Kind, Metric

Labels = tuple[str, ...]
T = TypeVar("T", "Counter", "Gauge", "Histogram")

SERIES_MAX = 1_000
"""Label values of one metric that are told apart; what comes later is counted as ``other``."""
OTHER = "other"


class Counter:
    """A number by labels that only grows."""

    __slots__ = ("metric", "values")

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.values: dict[Labels, float] = {}

    def add(self, labels: Labels = (), amount: float = 1.0) -> None:
        """Counts."""
        values = self.values
        try:
            values[labels] += amount
        except KeyError:
            labels = _bounded(labels, values)
            values[labels] = values.get(labels, 0.0) + amount

    def points(self) -> list["Point"]:
        """What it has counted."""
        return [Point(labels, value) for labels, value in self.values.items()]


class Gauge:
    """A number by labels that is what it is now."""

    __slots__ = ("metric", "values")

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.values: dict[Labels, float] = {}

    def set(self, value: float, labels: Labels = ()) -> None:
        """It is this now."""
        self.values[labels if labels in self.values else _bounded(labels, self.values)] = value

    def replace(self, values: Mapping[Labels, float]) -> None:
        """It is these now, and nothing else."""
        self.values = {}
        for labels, value in values.items():
            self.set(value, labels)

    def add(self, amount: float, labels: Labels = ()) -> None:
        """It is so much more than before."""
        self.set(self.values.get(labels, 0.0) + amount, labels)

    def points(self) -> list["Point"]:
        """What it is."""
        return [Point(labels, value) for labels, value in self.values.items()]


class Histogram:
    """How often a figure was how large, by labels."""

    __slots__ = ("_bounds", "counts", "metric", "sums")

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._bounds = metric.bounds
        self.counts: dict[Labels, list[int]] = {}
        self.sums: dict[Labels, float] = {}

    def observe(self, value: float, labels: Labels = ()) -> None:
        """One more of this size."""
        counts = self.counts.get(labels)
        if counts is None:
            labels = _bounded(labels, self.counts)
            counts = self.counts.setdefault(labels, [0] * (len(self._bounds) + 1))
            self.sums.setdefault(labels, 0.0)
        counts[bisect_left(self._bounds, value)] += 1
        self.sums[labels] += value

    def points(self) -> list["Point"]:
        """What it has seen."""
        return [
            Point(labels, self.sums[labels], tuple(counts))
            for labels, counts in self.counts.items()
        ]


def _bounded(labels: Labels, known: Mapping[Labels, Any]) -> Labels:
    return (OTHER,) * len(labels) if labels and len(known) >= SERIES_MAX else labels


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One line of a metric: a value, or the sum and bucket counts of a histogram."""

    labels: tuple[str, ...]
    value: float
    counts: tuple[int, ...] = ()


Snapshot = dict[str, list[Point]]
"""Metric's name -> its points."""

_MAKES: Mapping[Kind, type[Counter | Gauge | Histogram]] = {
    Kind.COUNTER: Counter,
    Kind.GAUGE: Gauge,
    Kind.HISTOGRAM: Histogram,
}


class Registry:
    """One process's metrics."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._all: dict[str, Counter | Gauge | Histogram] = {
            metric.name: _MAKES[metric.kind](metric) for metric in metrics
        }

    def counter(self, name: str) -> Counter:
        """The counter of that name."""
        return self._of(name, Counter)

    def gauge(self, name: str) -> Gauge:
        """The gauge of that name."""
        return self._of(name, Gauge)

    def histogram(self, name: str) -> Histogram:
        """The histogram of that name."""
        return self._of(name, Histogram)

    def _of(self, name: str, kind: type[T]) -> T:
        found = self._all[name]
        if not isinstance(found, kind):
            raise TypeError(f"{name} is a {found.metric.kind}")
        return found

    def snapshot(self) -> Snapshot:
        """Everything that has a value."""
        found = {name: each.points() for name, each in self._all.items()}
        return {name: points for name, points in found.items() if points}


def as_facts(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON-able data, for a heartbeat."""
    facts: dict[str, Any] = msgspec.to_builtins(snapshot)
    return facts


def from_facts(facts: object) -> Snapshot:
    """The snapshot in a heartbeat's data; {} when there is none that can be read."""
    try:
        return msgspec.convert(facts, Snapshot)
    except msgspec.ValidationError:
        return {}
