"""``/api/v1/eventLogs``: the audit log under Airflow's name."""

from datetime import datetime
from typing import Literal

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Id, MapIndex, Moment, Names, Natural, Text
from narae.api.operation import V1, Needs
from narae.api.routes import Routes
from narae.api.v1.paging import Paged, order_of, slice_of
from narae.api.view import View
from narae.core.commands import Audit
from narae.engine.errors import NotFound
from narae.storage.queries import AuditEntry, AuditFilter, Range

routes = Routes(V1, tag="EventLog")

READ = Needs(Resource.AUDIT_LOG, Action.READ)

_ORDERS = {
    "event_log_id": "id",
    "when": "at",
    "dag_id": "dag_id",
    "task_id": "task_id",
    "run_id": "run_id",
    "event": "what",
    "execution_date": "at",
    "owner": "who",
    "extra": "at",
}
"""Entries have no execution date, and details no order: those two stand for the time."""
Order = Literal[
    "event_log_id", "-event_log_id", "when", "-when", "dag_id", "-dag_id", "task_id", "-task_id",
    "run_id", "-run_id", "event", "-event", "execution_date", "-execution_date", "owner",
    "-owner", "extra", "-extra",
]  # fmt: skip


class LogsQuery(Paged, frozen=True, kw_only=True):
    """Which entries."""

    order_by: Order = "event_log_id"
    dag_id: Text | None = None
    task_id: Text | None = None
    run_id: Text | None = None
    map_index: MapIndex | None = None
    try_number: Natural | None = None
    """Entries are about instances, not tries: any number finds none."""
    event: Text | None = None
    owner: Text | None = None
    before: Moment | None = None
    after: Moment | None = None
    included_events: Names = ()
    excluded_events: Names = ()


class LogView(View, frozen=True, kw_only=True):
    """``EventLog``."""

    event_log_id: int
    when: datetime
    dag_id: str | None
    task_id: str | None
    run_id: str | None
    map_index: int | None
    try_number: int | None = None
    event: str
    execution_date: datetime | None = None
    owner: str | None
    extra: str | None


class LogPage(View, frozen=True, kw_only=True):
    """``EventLogCollection``."""

    event_logs: list[LogView]
    total_entries: int


@routes.get("/eventLogs", needs=READ)
def get_event_logs(call: Call, query: LogsQuery) -> LogPage:
    """What people did, and tasks on their behalf."""
    events = _events(query)
    if query.try_number is not None or events == ():
        return LogPage(event_logs=[], total_entries=0)
    span = Range(gt=query.after, lt=query.before)
    wanted = AuditFilter(
        dag_id=query.dag_id,
        task_id=query.task_id,
        run_id=query.run_id,
        map_index=query.map_index,
        who=query.owner,
        what=events,
        not_what=query.excluded_events,
        ranges={"at": span} if query.after or query.before else {},
    )
    part = slice_of(call, query, order_of(query.order_by, _ORDERS))
    page = call.queries.audits(wanted, part, visible=call.readable_dags(Resource.AUDIT_LOG))
    return LogPage(event_logs=[_view(row) for row in page.rows], total_entries=page.total)


def _events(query: LogsQuery) -> tuple[str, ...] | None:
    """Which are meant; None: all of them."""
    if query.event is None:
        return query.included_events or None
    if query.included_events and query.event not in query.included_events:
        return ()
    return (query.event,)


@routes.get("/eventLogs/{event_log_id}", needs=READ)
def get_event_log(call: Call, event_log_id: Id) -> LogView:
    """One entry."""
    found = call.queries.audit(event_log_id)
    if found is None:
        raise NotFound("event log entry", str(event_log_id))
    call.must(Action.READ, Resource.AUDIT_LOG, found.audit.dag_id)
    return _view(found)


def _view(entry: AuditEntry) -> LogView:
    audit = entry.audit
    return LogView(
        event_log_id=entry.id,
        when=audit.at,
        dag_id=audit.dag_id,
        task_id=audit.task_id,
        run_id=audit.run_id,
        map_index=audit.map_index,
        event=audit.what,
        owner=audit.who or None,
        extra=_extra(audit),
    )


def _extra(audit: Audit) -> str | None:
    """Everything else, as JSON."""
    told = dict(audit.detail)
    for name in ("origin", "before", "after"):
        if value := getattr(audit, name):
            told[name] = value
    return msgspec.json.encode(told).decode() if told else None
