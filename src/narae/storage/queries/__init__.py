"""Read models for the API and the CLI: lists with filters, orders and pages, put together here.

A list takes a filter, a :class:`Slice` and, where it is about DAGs, ``visible``: the ids of the
DAGs that the reader may see.
"""

from narae.storage.queries.audits import AuditEntry, AuditFilter, AuditQueries
from narae.storage.queries.catalog import (
    BackfillFilter,
    CatalogQueries,
    ImportErrorFilter,
    ImportErrorRow,
    VersionRow,
)
from narae.storage.queries.conditions import Matching, Range, Visible
from narae.storage.queries.dag_table import DagTableQueries, LatestRuns
from narae.storage.queries.dags import DagFilter, DagListRow, DagQueries, DagWarning
from narae.storage.queries.durations import DurationQueries, MappedInstances, RunTimesRow
from narae.storage.queries.grid import GRID_RUNS_MAX, Gantt, GridQueries, GridRun
from narae.storage.queries.history import HistoryQueries, StateCounts
from narae.storage.queries.instances import (
    InstanceFilter,
    InstanceListRow,
    InstanceQueries,
    Try,
)
from narae.storage.queries.overview import (
    Coming,
    Counted,
    DagNumbers,
    Failure,
    Failures,
    OverviewQueries,
)
from narae.storage.queries.page import COUNT_MAX, LIMIT_MAX, Page, QueryError, Slice
from narae.storage.queries.pools import PoolFilter, PoolQueries, PoolRow
from narae.storage.queries.references import (
    DagNamed,
    FileFacts,
    Outcome,
    ReferenceQueries,
)
from narae.storage.queries.rendered import RenderedQueries
from narae.storage.queries.runs import RunFilter, RunListRow, RunQueries
from narae.storage.queries.search import DagFound, RunFound, SearchQueries, TaskFound
from narae.storage.queries.secrets import ConnectionFilter, SecretQueries, VariableFilter
from narae.storage.queries.xcoms import XComEntry, XComFilter, XComQueries, XComWhole

__all__ = [
    "COUNT_MAX",
    "GRID_RUNS_MAX",
    "LIMIT_MAX",
    "AuditEntry",
    "AuditFilter",
    "BackfillFilter",
    "Coming",
    "ConnectionFilter",
    "Counted",
    "DagFilter",
    "DagFound",
    "DagListRow",
    "DagNamed",
    "DagNumbers",
    "DagWarning",
    "Failure",
    "Failures",
    "FileFacts",
    "Gantt",
    "GridRun",
    "ImportErrorFilter",
    "ImportErrorRow",
    "InstanceFilter",
    "InstanceListRow",
    "LatestRuns",
    "MappedInstances",
    "Matching",
    "Outcome",
    "Page",
    "PoolFilter",
    "PoolRow",
    "Queries",
    "QueryError",
    "Range",
    "RunFilter",
    "RunFound",
    "RunListRow",
    "RunTimesRow",
    "Slice",
    "StateCounts",
    "TaskFound",
    "Try",
    "VariableFilter",
    "VersionRow",
    "Visible",
    "XComEntry",
    "XComFilter",
    "XComWhole",
]


class Queries(
    DagQueries,
    RunQueries,
    InstanceQueries,
    RenderedQueries,
    XComQueries,
    AuditQueries,
    PoolQueries,
    CatalogQueries,
    SecretQueries,
    GridQueries,
    HistoryQueries,
    DagTableQueries,
    DurationQueries,
    OverviewQueries,
    ReferenceQueries,
    SearchQueries,
):
    """All read models of one database. Each method is one read transaction."""
