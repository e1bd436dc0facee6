from itertools import pairwise
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from narae.engine.statsd import NAMES
from narae.telemetry.exposition import exposed, merged
from narae.telemetry.metrics import API, ENGINE, TABLE, Kind
from narae.telemetry.own_process import own_figures
from narae.telemetry.page import markdown
from narae.telemetry.registry import Point, Registry

PAGE = Path(__file__).parent.parent.parent / "docs" / "metrics.md"


def samples(page: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def test_the_page_of_metrics_is_in_step() -> None:
    assert PAGE.read_text() == markdown(), "python -m narae.telemetry.page > docs/metrics.md"


def test_every_metric_is_named_as_prometheus_has_it() -> None:
    for name, metric in TABLE.items():
        assert name.startswith("narae_")
        assert name.endswith("_total") == (metric.kind is Kind.COUNTER), name
        assert bool(metric.bounds) == (metric.kind is Kind.HISTOGRAM), name
        assert all(a < b for a, b in pairwise(metric.bounds)), name
        assert not {"run_id", "task_id", "le"} & set(metric.labels), name


def test_a_page_says_what_was_counted() -> None:
    registry = Registry(ENGINE)
    registry.counter("narae_task_attempts_started_total").add(('a "dag"\n',), 2)
    for seconds in (0.0001, 0.3, 100.0):
        registry.histogram("narae_scheduler_tick_seconds").observe(seconds)
    page, media_type = exposed(registry.snapshot())
    assert media_type.startswith("text/plain")
    found = samples(page)
    assert found["narae_task_attempts_started_total", (("dag_id", 'a "dag"\n'),)] == 2
    assert found["narae_scheduler_tick_seconds_bucket", (("le", "0.0005"),)] == 1
    assert found["narae_scheduler_tick_seconds_bucket", (("le", "0.5"),)] == 2
    assert found["narae_scheduler_tick_seconds_bucket", (("le", "+Inf"),)] == 3
    assert found["narae_scheduler_tick_seconds_count", ()] == 3


def test_open_metrics_is_given_to_who_accepts_it() -> None:
    page, media_type = exposed(
        Registry(API).snapshot(), "application/openmetrics-text; version=1.0.0"
    )
    assert media_type.startswith("application/openmetrics-text")
    assert page.endswith(b"# EOF\n")


def test_what_two_processes_count_is_added_up() -> None:
    one = {
        "narae_scheduler_tick_seconds": [Point((), 1.0, (1, 0))],
        "narae_events_total": [Point((), 1)],
    }
    two = {"narae_scheduler_tick_seconds": [Point((), 2.0, (0, 3))]}
    assert merged((one, two)) == {
        "narae_scheduler_tick_seconds": [Point((), 3.0, (1, 3))],
        "narae_events_total": [Point((), 1)],
    }


def test_points_of_another_version_are_left_out() -> None:
    page, _ = exposed(
        {
            "narae_scheduler_tick_seconds": [Point((), 1.0, (1, 0))],
            "narae_dags": [Point(("a", "b"), 1.0)],
            "narae_gone": [Point((), 1.0)],
        }
    )
    assert samples(page) == {}


def test_a_process_knows_its_own_figures() -> None:
    figures = own_figures("engine")
    (memory,) = figures["narae_process_resident_bytes"]
    (descriptors,) = figures["narae_process_open_fds"]
    assert memory.labels == ("engine",)
    assert 5_000_000 < memory.value < 4_000_000_000
    before = descriptors.value
    with PAGE.open():
        assert own_figures("engine")["narae_process_open_fds"][0].value == before + 1


def test_the_names_for_statsd_are_listed_once() -> None:
    assert len(set(NAMES)) == len(NAMES)
