"""Ranges that lists of runs and of task instances share: of moments, and of seconds."""

from types import MappingProxyType

from narae.api.fields import Moment, Seconds
from narae.api.operation import Body, Query
from narae.storage.queries import Range

_MEASURES = MappingProxyType(
    {
        "run_after": "run_after",
        "logical_date": "logical_date",
        "start_date": "started_at",
        "end_date": "ended_at",
        "updated_at": "updated_at",
        "duration": "duration",
    }
)
"""Airflow's names of what is measured -> the store's."""
_BOUNDS = ("gte", "gt", "lte", "lt")


class Spans(Query, frozen=True, kw_only=True):
    """The ranges of a query string."""

    run_after_gte: Moment | None = None
    run_after_gt: Moment | None = None
    run_after_lte: Moment | None = None
    run_after_lt: Moment | None = None
    logical_date_gte: Moment | None = None
    logical_date_gt: Moment | None = None
    logical_date_lte: Moment | None = None
    logical_date_lt: Moment | None = None
    start_date_gte: Moment | None = None
    start_date_gt: Moment | None = None
    start_date_lte: Moment | None = None
    start_date_lt: Moment | None = None
    end_date_gte: Moment | None = None
    end_date_gt: Moment | None = None
    end_date_lte: Moment | None = None
    end_date_lt: Moment | None = None
    updated_at_gte: Moment | None = None
    updated_at_gt: Moment | None = None
    updated_at_lte: Moment | None = None
    updated_at_lt: Moment | None = None
    duration_gte: Seconds | None = None
    duration_gt: Seconds | None = None
    duration_lte: Seconds | None = None
    duration_lt: Seconds | None = None


class BatchSpans(Body, frozen=True, kw_only=True):
    """The ranges of a body."""

    run_after_gte: Moment | None = None
    run_after_gt: Moment | None = None
    run_after_lte: Moment | None = None
    run_after_lt: Moment | None = None
    logical_date_gte: Moment | None = None
    logical_date_gt: Moment | None = None
    logical_date_lte: Moment | None = None
    logical_date_lt: Moment | None = None
    start_date_gte: Moment | None = None
    start_date_gt: Moment | None = None
    start_date_lte: Moment | None = None
    start_date_lt: Moment | None = None
    end_date_gte: Moment | None = None
    end_date_gt: Moment | None = None
    end_date_lte: Moment | None = None
    end_date_lt: Moment | None = None
    duration_gte: Seconds | None = None
    duration_gt: Seconds | None = None
    duration_lte: Seconds | None = None
    duration_lt: Seconds | None = None


def ranges_of(asked: Spans | BatchSpans) -> dict[str, Range]:
    """Those that are given, by the store's names."""
    found: dict[str, Range] = {}
    for name, measure in _MEASURES.items():
        bounds = {bound: getattr(asked, f"{name}_{bound}", None) for bound in _BOUNDS}
        if any(bound is not None for bound in bounds.values()):
            found[measure] = Range(**bounds)
    return found
