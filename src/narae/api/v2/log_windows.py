"""``.../logs/{try_number}/window``, ``/find``, ``/summary``: any part of a log of any size."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import INT32_MAX, MapIndex, Names, Natural
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.log_views import (
    LogFindView,
    LogGroupView,
    LogMatchView,
    LogSummaryView,
    LogWindowView,
    counts_by,
    line_view,
    moment_of,
)
from narae.api.v2.logs import LogOf
from narae.core.ids import UNMAPPED, TaskRef
from narae.logs.budget import Budget
from narae.logs.heads import Wanted
from narae.logs.line_index import LogIndex
from narae.logs.log_file import LogFile
from narae.logs.reader import LogReader, Place, Start, Window
from narae.logs.search import Found, Sought, find

routes = Routes(V2, tag="TaskInstance")

READ = Needs(Resource.TASK_LOG, Action.READ)
LOG = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}"

GLANCE_SECONDS = 0.04
"""How long a window counts on before it shows what can be shown."""
STEP_SECONDS = 0.25
"""How long a step of counting or searching lasts."""

LineNumber = Annotated[int, Meta(ge=1, le=INT32_MAX, description="A line's number, from 1 on.")]

Position = Annotated[
    int, Meta(ge=0, le=INT32_MAX, description="Among the lines that are shown, from 0 on.")
]


class LogPlaceQuery(Query, frozen=True, kw_only=True):
    """Which instance of a mapped task."""

    map_index: MapIndex = UNMAPPED


class LogFilterQuery(LogPlaceQuery, frozen=True, kw_only=True):
    """Which lines; all unless something is said."""

    level: Names = ()
    source: Names = ()


class LogWindowQuery(LogFilterQuery, frozen=True, kw_only=True):
    """Which part of them: by position, from a line on, or the end. Else the beginning."""

    position: Position | None = None
    line: LineNumber | None = None
    from_end: bool = False
    limit: Annotated[int, Meta(ge=1, le=1000, description="How many lines.")] = 500


class LogFindQuery(LogFilterQuery, frozen=True, kw_only=True):
    """What is looked for, and from where on."""

    q: Annotated[
        str, Meta(max_length=1000, description="Text, in upper or lower case. Empty: any line.")
    ] = ""
    from_line: LineNumber = 1
    limit: Annotated[int, Meta(ge=1, le=1000, description="How many lines.")] = 100


class OpenLog(NamedTuple):
    """One try's log, open to be read."""

    reader: LogReader
    counted: LogIndex
    file: LogFile
    has_ended: bool


@contextmanager
def opened(call: Call, of: LogOf) -> Iterator[OpenLog]:
    """The log of a try; a Problem when there is no such try, an empty log until it writes."""
    has_ended = of.is_over(call)  # known before the read: nothing is missed
    with LogFile(of.file(call)) as file:
        index = call.around.log_indexes.of(file)
        yield OpenLog(LogReader(file, index), index, file, has_ended)


@routes.get(f"{LOG}/window", needs=READ)
def get_log_window(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: Natural,
    query: LogWindowQuery,
) -> LogWindowView:
    """Some lines of a try's log from anywhere in it, each with its number."""
    of = LogOf(dag_id, dag_run_id, TaskRef(task_id, query.map_index), try_number)
    with opened(call, of) as log:
        window = _window(log.reader, query)
        ends = log.reader.ends()
        return LogWindowView(
            lines=[line_view(line) for line in window.lines],
            position=window.position,
            total=window.total,
            lines_total=window.lines_total,
            is_exact=window.is_exact,
            size_bytes=log.file.size,
            has_ended=log.has_ended,
            first_at=moment_of(ends.first),
            last_at=moment_of(ends.last),
        )


def _window(reader: LogReader, query: LogWindowQuery) -> Window:
    wanted, limit = _wanted(query), query.limit
    if not wanted.is_all:
        place = Place(query.position or 0, query.line, query.from_end)
        return reader.filtered(wanted, place, limit, Budget(STEP_SECONDS))
    budget = Budget(GLANCE_SECONDS)
    if query.from_end:
        return reader.at_end(limit, budget)
    line = query.line if query.line is not None else (query.position or 0) + 1
    return reader.at_line(line, limit, budget)


def _wanted(query: LogFilterQuery) -> Wanted:
    return Wanted(
        levels=frozenset(each.lower() for each in query.level if each),
        sources=frozenset(each for each in query.source if each),
    )


@routes.get(f"{LOG}/find", needs=READ)
def find_in_log(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, try_number: Natural, query: LogFindQuery
) -> LogFindView:
    """A step of a search through a try's log: lines that match, and where to go on."""
    of = LogOf(dag_id, dag_run_id, TaskRef(task_id, query.map_index), try_number)
    with opened(call, of) as log:
        budget = Budget(STEP_SECONDS)
        start = log.reader.place_of(query.from_line, budget)
        if start is None:  # it has to be counted as far as that first
            found = Found([], Start(0, query.from_line), log.counted.lines.end)
        else:
            sought = Sought(text=query.q, wanted=_wanted(query))
            found = find(log.file, sought, start, query.limit, budget)
        return LogFindView(
            matches=[
                LogMatchView(
                    number=each.number,
                    level=each.head.level.lower(),
                    source=each.head.source,
                    before=each.before,
                    match=each.match,
                    after=each.after,
                )
                for each in found.matches
            ],
            next_line=found.next.number if found.next else None,
            searched_bytes=found.end,
            size_bytes=log.file.size,
            has_ended=log.has_ended,
        )


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
    of = LogOf(dag_id, dag_run_id, TaskRef(task_id, query.map_index), try_number)
    with opened(call, of) as log:
        heads = log.counted.heads
        is_complete = heads.extend(log.file, Budget(STEP_SECONDS))
        ends = log.reader.ends()
        return LogSummaryView(
            size_bytes=log.file.size,
            counted_bytes=heads.end,
            is_complete=is_complete,
            lines=heads.lines,
            levels=counts_by(heads.totals, lambda head: head.level.lower()),
            sources=counts_by(heads.totals, lambda head: head.source),
            first_error_line=heads.first_error,
            last_error_line=heads.last_error,
            groups=[
                LogGroupView(name=name, first_line=first, last_line=last or None)
                for name, first, last in list(heads.groups)
            ],
            groups_are_all=heads.groups_are_all,
            has_ended=log.has_ended,
            first_at=moment_of(ends.first),
            last_at=moment_of(ends.last),
        )
