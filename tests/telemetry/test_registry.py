import msgspec
import pytest

from narae.telemetry.metrics import Kind, Metric
from narae.telemetry.registry import (
    SERIES_MAX,
    Point,
    Registry,
    as_facts,
    from_facts,
)

COUNT = Metric("count_total", Kind.COUNTER, "Things.", ("colour",))
SIZE = Metric("size", Kind.HISTOGRAM, "Sizes.", (), (1.0, 10.0))
LEVEL = Metric("level", Kind.GAUGE, "Level.", ("tank",))


@pytest.fixture
def registry() -> Registry:
    return Registry((COUNT, SIZE, LEVEL))


def test_a_counter_counts_by_labels(registry: Registry) -> None:
    counter = registry.counter("count_total")
    counter.add(("red",))
    counter.add(("blue",), 3)
    counter.add(("red",))
    assert registry.snapshot() == {"count_total": [Point(("red",), 2.0), Point(("blue",), 3.0)]}


def test_a_histogram_puts_a_figure_on_a_bound_below_it(registry: Registry) -> None:
    for value in (0.5, 1.0, 1.5, 10.0, 99.0):
        registry.histogram("size").observe(value)
    assert registry.snapshot() == {"size": [Point((), 112.0, (2, 2, 1))]}


def test_a_gauge_forgets_what_is_no_more(registry: Registry) -> None:
    gauge = registry.gauge("level")
    gauge.replace({("a",): 1, ("b",): 2})
    gauge.replace({("b",): 3})
    assert registry.snapshot() == {"level": [Point(("b",), 3)]}


def test_labels_beyond_the_bound_are_one(registry: Registry) -> None:
    counter = registry.counter("count_total")
    for number in range(SERIES_MAX + 5):
        counter.add((str(number),))
    assert len(counter.values) == SERIES_MAX + 1
    assert counter.values["other",] == 5


def test_a_metric_is_of_one_kind(registry: Registry) -> None:
    with pytest.raises(TypeError, match="count_total is a counter"):
        registry.gauge("count_total")


def test_a_snapshot_survives_a_heartbeat(registry: Registry) -> None:
    registry.histogram("size").observe(3.0)
    registry.counter("count_total").add(("red",))
    facts = msgspec.json.decode(msgspec.json.encode(as_facts(registry.snapshot())))
    assert from_facts(facts) == registry.snapshot()


@pytest.mark.parametrize("facts", [None, [], {"a": 1}, {"a": [[1, 2]]}])
def test_a_heartbeat_of_another_version_is_no_snapshot(facts: object) -> None:
    assert from_facts(facts) == {}
