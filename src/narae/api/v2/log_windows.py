"""``.../logs/{try_number}/window``, ``/find``, ``/summary``: any part of a log of any size."""

from typing import Annotated

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import INT32_MAX, MapIndex, Names, Natural
from narae.api.operation import V2, Needs, Query
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.v2.log_views import LogFindView, LogSummaryView, LogWindowView
from narae.core.ids import UNMAPPED

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_LOG, Action.READ)
LOG = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}"

LineNumber = Annotated[int, Meta(ge=1, le=INT32_MAX, description="A line's number, from 1 on.")]


class LogPlaceQuery(Query, frozen=True, kw_only=True):
    """Which instance of a mapped task."""

    map_index: MapIndex = UNMAPPED


class LogFilterQuery(LogPlaceQuery, frozen=True, kw_only=True):
    """Which lines; all unless something is said."""

    level: Names = ()
    source: Names = ()


class LogWindowQuery(LogFilterQuery, frozen=True, kw_only=True):
    """Which part of them: by position, from a line on, or the end. Else the beginning."""

    position: Annotated[
        int | None, Meta(ge=0, le=INT32_MAX, description="Among the lines that are shown.")
    ] = None
    line: LineNumber | None = None
    from_end: bool = False
    limit: Annotated[int, Meta(ge=1, le=2000, description="How many lines.")] = 500


class LogFindQuery(LogFilterQuery, frozen=True, kw_only=True):
    """What is looked for, and from where on."""

    q: Annotated[
        str, Meta(max_length=1000, description="Text, in upper or lower case. Empty: any line.")
    ] = ""
    from_line: LineNumber = 1
    limit: Annotated[int, Meta(ge=1, le=1000, description="How many lines.")] = 100


@routes.get(f"{LOG}/window", needs=READ)
def get_log_window(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: Natural,
    query: LogWindowQuery,
) -> LogWindowView:
    """Some lines of a try's log from anywhere in it, each with its number."""
    raise Problem(501, "it is being built")


@routes.get(f"{LOG}/find", needs=READ)
def find_in_log(  # noqa: PLR0913, PLR0917 - what the request gives
    call: Call, dag_id: str, dag_run_id: str, task_id: str, try_number: Natural, query: LogFindQuery
) -> LogFindView:
    """A step of a search through a try's log: lines that match, and where to go on."""
    raise Problem(501, "it is being built")


@routes.get(f"{LOG}/summary", needs=READ)
def get_log_summary(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: Natural,
    query: LogPlaceQuery,
) -> LogSummaryView:
    """How long a try's log is, its lines by level and source, its groups, its first error."""
    raise Problem(501, "it is being built")
