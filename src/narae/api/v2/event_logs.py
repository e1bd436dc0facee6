"""``/api/v2/eventLogs``: who did what, when and from where."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Cursor, Id, Limit, MapIndex, Moment, Natural, Offset
from narae.api.listing import Pattern, Prefix, given, ordered
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.engine.errors import NotFound
from narae.storage.queries import AuditEntry, AuditFilter, Range, Slice

routes = Routes(V2, tag="Event logs")

READ = Needs(Resource.AUDIT_LOG, Action.READ)
ORDERS = {
    "id": "id",
    "event_log_id": "id",
    "when": "at",
    "dttm": "at",
    "event": "what",
    "owner": "who",
    "dag_id": "dag_id",
    "run_id": "run_id",
    "task_id": "task_id",
    "map_index": "map_index",
}
Order = Literal[
    "id", "-id", "event_log_id", "-event_log_id", "when", "-when", "dttm", "-dttm", "event",
    "-event", "owner", "-owner", "dag_id", "-dag_id", "run_id", "-run_id", "task_id",
    "-task_id", "map_index", "-map_index",
]  # fmt: skip


class EventLogQuery(Query, frozen=True, kw_only=True):
    """Which entries."""

    limit: Limit = 50
    offset: Offset = 0
    cursor: Cursor | None = None
    order_by: tuple[Order, ...] = ("id",)
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: MapIndex | None = None
    try_number: Natural | None = None
    """Understood, but entries are about task instances, whatever their try."""
    owner: str | None = None
    event: str | None = None
    included_events: tuple[str, ...] = ()
    excluded_events: tuple[str, ...] = ()
    before: Moment | None = None
    after: Moment | None = None
    dag_id_pattern: Pattern | None = None
    dag_id_prefix_pattern: Prefix | None = None
    run_id_pattern: Pattern | None = None
    run_id_prefix_pattern: Prefix | None = None
    task_id_pattern: Pattern | None = None
    task_id_prefix_pattern: Prefix | None = None
    owner_pattern: Pattern | None = None
    owner_prefix_pattern: Prefix | None = None
    event_pattern: Pattern | None = None
    event_prefix_pattern: Prefix | None = None


class EventLogResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One entry."""

    event_log_id: int
    when: datetime
    event: str
    owner: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    extra: str | None
    """The details, as JSON."""
    origin: str | None
    """From where."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    dag_display_name: str | None
    task_display_name: str | None
    try_number: int | None = None
    logical_date: datetime | None = None


class EventLogCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Entries."""

    event_logs: tuple[EventLogResponse, ...]
    total_entries: int
    next_cursor: str | None = None
    previous_cursor: str | None = None


@routes.get("/eventLogs", needs=READ)
def get_event_logs(call: Call, query: EventLogQuery) -> EventLogCollection:
    """What people and tasks have changed, oldest first unless ordered otherwise."""
    events = query.included_events or ((query.event,) if query.event else None)
    wanted = AuditFilter(
        dag_id=query.dag_id,
        run_id=query.run_id,
        task_id=query.task_id,
        map_index=query.map_index,
        who=query.owner,
        what=events,
        not_what=query.excluded_events,
        ranges={"at": Range(gt=query.after, lt=query.before)},
        patterns=given(**{_COLUMNS[n]: getattr(query, f"{n}_pattern") for n in _COLUMNS}),
        prefixes=given(**{_COLUMNS[n]: getattr(query, f"{n}_prefix_pattern") for n in _COLUMNS}),
    )
    part = Slice(
        limit=query.limit,
        offset=query.offset,
        order=ordered(query.order_by, ORDERS),
        cursor=query.cursor or "",
    )
    page = call.queries.audits(wanted, part, visible=call.readable_dags(Resource.AUDIT_LOG))
    return EventLogCollection(
        event_logs=tuple(map(_view, page.rows)),
        total_entries=page.total,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


_COLUMNS = {
    "dag_id": "dag_id",
    "run_id": "run_id",
    "task_id": "task_id",
    "owner": "who",
    "event": "what",
}


@routes.get("/eventLogs/{event_log_id}", needs=READ)
def get_event_log(call: Call, event_log_id: Id) -> EventLogResponse:
    """One entry."""
    entry = call.queries.audit(event_log_id)
    if entry is None or not _may_see(call, entry.audit.dag_id):
        raise NotFound("event log entry", str(event_log_id))
    return _view(entry)


def _may_see(call: Call, dag_id: str | None) -> bool:
    visible = call.readable_dags(Resource.AUDIT_LOG)
    return visible is None or dag_id is None or dag_id in visible


def _view(entry: AuditEntry) -> EventLogResponse:
    audit = entry.audit
    return EventLogResponse(
        event_log_id=entry.id,
        when=audit.at,
        event=audit.what,
        owner=audit.who,
        dag_id=audit.dag_id,
        run_id=audit.run_id,
        task_id=audit.task_id,
        map_index=audit.map_index,
        extra=msgspec.json.encode(audit.detail).decode() if audit.detail else None,
        origin=audit.origin or None,
        before=audit.before,
        after=audit.after,
        dag_display_name=audit.dag_id,
        task_display_name=audit.task_id,
    )
