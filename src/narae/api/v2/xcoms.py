"""``.../xcomEntries``: what tasks have left for one another."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Cursor, Limit, MapIndex, Moment, Offset
from narae.api.listing import Pattern, Prefix, given, ordered
from narae.api.operation import V2, Body, Needs, Query
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.v2.run_lists import visible_in, whose
from narae.api.v2.shown import shown
from narae.api.v2.task_instances import find_instance
from narae.api.v2.xcom_values import opened
from narae.api.view import View
from narae.core.ids import UNMAPPED, TaskRef
from narae.core.requests import GetXCom
from narae.core.run import Run
from narae.engine.actions import find_run, xcoms
from narae.engine.errors import NotFound
from narae.storage.queries import Range, Slice, XComEntry, XComFilter, XComWhole

routes = Routes(V2, tag="XCom")

READ = Needs(Resource.XCOM, Action.READ)
CREATE = Needs(Resource.XCOM, Action.CREATE)
EDIT = Needs(Resource.XCOM, Action.EDIT)
DELETE = Needs(Resource.XCOM, Action.DELETE)

Key = Annotated[str, Meta(min_length=1, max_length=512)]
_ALL = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries"
_ONE = f"{_ALL}/{{xcom_key:path}}"

_ORDERS = MappingProxyType(
    {
        "key": "key",
        "dag_id": "dag_id",
        "run_id": "run_id",
        "task_id": "task_id",
        "map_index": "map_index",
        "timestamp": "at",
        "run_after": "run_after",
        "logical_date": "logical_date",
    }
)
XComOrder = Literal[
    "key", "-key", "dag_id", "-dag_id", "run_id", "-run_id", "task_id", "-task_id", "map_index",
    "-map_index", "timestamp", "-timestamp", "run_after", "-run_after", "logical_date",
    "-logical_date",
]  # fmt: skip


class XComsQuery(Query, frozen=True, kw_only=True):
    """Which XComs. ``~`` in the path stands for any DAG, run or task; also as ``xcom_key``."""

    limit: Limit = 50
    offset: Offset = 0
    cursor: Cursor | None = None
    order_by: tuple[XComOrder, ...] = ()
    xcom_key: Key | None = None
    map_index: MapIndex | None = None
    xcom_key_pattern: Pattern | None = None
    xcom_key_prefix_pattern: Prefix | None = None
    dag_display_name_pattern: Pattern | None = None
    dag_display_name_prefix_pattern: Prefix | None = None
    run_id_pattern: Pattern | None = None
    run_id_prefix_pattern: Prefix | None = None
    task_id_pattern: Pattern | None = None
    task_id_prefix_pattern: Prefix | None = None
    map_index_filter: MapIndex | None = None
    logical_date_gte: Moment | None = None
    logical_date_gt: Moment | None = None
    logical_date_lte: Moment | None = None
    logical_date_lt: Moment | None = None
    run_after_gte: Moment | None = None
    run_after_gt: Moment | None = None
    run_after_lte: Moment | None = None
    run_after_lt: Moment | None = None


class XComQuery(Query, frozen=True, kw_only=True):
    """Which one, and how its value is given."""

    map_index: MapIndex = UNMAPPED
    deserialize: bool = False
    """Dates, sets and the like, which are stored in an envelope, as the value alone."""
    stringify: bool = False
    """The value as JSON text."""
    include_prior_dates: bool = False
    """Where this run has none, that of the latest run before it."""


class IndexQuery(Query, frozen=True, kw_only=True):
    """Which instance of a mapped task."""

    map_index: MapIndex = UNMAPPED


class XComView(View, frozen=True, kw_only=True):
    """``XComResponse``."""

    key: str
    timestamp: Moment
    logical_date: Moment | None
    map_index: int
    task_id: str
    dag_id: str
    run_id: str
    dag_display_name: str
    task_display_name: str
    run_after: Moment


class XComWithValue(XComView, frozen=True, kw_only=True):
    """``XComResponseNative`` and ``XComResponseString``."""

    value: Any


class XComPage(View, frozen=True, kw_only=True):
    """``XComCollectionResponse``."""

    xcom_entries: list[XComView]
    total_entries: int
    next_cursor: str | None = None
    previous_cursor: str | None = None


class XComCreateBody(Body, frozen=True, kw_only=True):
    """``XComCreateBody``."""

    key: Key
    value: Any
    map_index: MapIndex = UNMAPPED


class XComUpdateBody(Body, frozen=True, kw_only=True):
    """``XComUpdateBody``."""

    value: Any
    map_index: MapIndex = UNMAPPED


@routes.get(_ALL, needs=READ)
def get_xcom_entries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: XComsQuery
) -> XComPage:
    """XComs without their values."""
    wanted = _filter(call, dag_id, dag_run_id, task_id, query)
    part = Slice(
        limit=query.limit,
        offset=query.offset,
        order=ordered(query.order_by, _ORDERS),
        cursor=query.cursor or "",
    )
    visible = visible_in(call, dag_id, Resource.XCOM)
    page = call.queries.xcoms(wanted, part, visible=visible)
    return XComPage(
        xcom_entries=[XComView(**fields) for fields in _entries(call, page.rows)],
        total_entries=page.total,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def _filter(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: XComsQuery
) -> XComFilter:
    """What the path and the query ask for. What the path names has to be there."""
    task_ids = None if task_id == "~" else (task_id,)
    dag_ids, run = whose(call, dag_id), None
    if dag_run_id != "~":
        if dag_id == "~":
            raise Problem(404, "dag_run_id: a run has to be named together with its DAG")
        run = find_run(call.store, dag_id, dag_run_id)
        _check_task(call, run, task_id)
    return XComFilter(
        dag_ids=dag_ids if run is None else None,
        runs=None if run is None else (run.uid,),
        task_ids=task_ids,
        keys=None if query.xcom_key in {None, "~"} else (str(query.xcom_key),),
        map_indexes=_indexes(query),
        patterns=given(
            key=query.xcom_key_pattern,
            dag_display_name=query.dag_display_name_pattern,
            run_id=query.run_id_pattern,
            task_id=query.task_id_pattern,
        ),
        prefixes=given(
            key=query.xcom_key_prefix_pattern,
            dag_display_name=query.dag_display_name_prefix_pattern,
            run_id=query.run_id_prefix_pattern,
            task_id=query.task_id_prefix_pattern,
        ),
        ranges=_ranges(query),
    )


def _check_task(call: Call, run: Run, task_id: str) -> None:
    known = {ref.task_id for ref in call.store.instance_states(run.uid)}
    if task_id not in known | {"~"}:
        raise NotFound(f"task of {run.dag_id}", task_id, among=known)


def _indexes(query: XComsQuery) -> tuple[int, ...] | None:
    asked = {query.map_index, query.map_index_filter} - {None}
    if not asked:
        return None
    return tuple(index for index in asked if index is not None) if len(asked) == 1 else ()


def _ranges(query: XComsQuery) -> dict[str, Range]:
    found: dict[str, Range] = {}
    for name in ("logical_date", "run_after"):
        bounds = {bound: getattr(query, f"{name}_{bound}") for bound in ("gte", "gt", "lte", "lt")}
        if any(bound is not None for bound in bounds.values()):
            found[name] = Range(**bounds)
    return found


@routes.get(_ONE, needs=READ)
def get_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, xcom_key: Key, query: XComQuery
) -> XComWithValue:
    """One XCom with its value. What looks secret by its name is masked."""
    run = find_run(call.store, dag_id, dag_run_id)
    _check_task(call, run, task_id)
    found = call.queries.xcom(run.uid, task_id, xcom_key, map_index=query.map_index)
    if found is None and query.include_prior_dates:
        found = _prior(call, run, TaskRef(task_id, query.map_index), xcom_key)
    if found is None:
        raise NotFound(f"XCom of {task_id}", xcom_key)
    value = shown(call, _decoded(found.value, opens=query.deserialize), xcom_key)
    if query.stringify:
        value = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return XComWithValue(**_entries(call, [found.entry])[0], value=value)


def _decoded(data: bytes, *, opens: bool) -> Any:
    value = msgspec.json.decode(data)
    return opened(value) if opens else value


def _prior(call: Call, run: Run, ref: TaskRef, key: str) -> XComWhole | None:
    """That of the latest run that has one."""
    wanted = GetXCom(
        dag_id=run.dag_id,
        run_id=run.run_id,
        task_ids=(ref.task_id,),
        key=key,
        map_indexes=(ref.map_index,),
        include_prior_dates=True,
    )
    for row in call.store.xcoms(wanted):
        before = find_run(call.store, run.dag_id, row.run_id)
        return call.queries.xcom(before.uid, ref.task_id, key, map_index=ref.map_index)
    return None


def _entries(call: Call, rows: Sequence[XComEntry]) -> list[dict[str, Any]]:
    """The fields of :class:`XComView`, for each."""
    names = _task_names(call, {row.dag_id for row in rows})
    return [
        {
            "key": row.key,
            "timestamp": row.at,
            "logical_date": row.logical_date,
            "map_index": row.map_index,
            "task_id": row.task_id,
            "dag_id": row.dag_id,
            "run_id": row.run_id,
            "dag_display_name": row.dag_display_name,
            "task_display_name": names.get((row.dag_id, row.task_id)) or row.task_id,
            "run_after": row.run_after,
        }
        for row in rows
    ]


def _task_names(call: Call, dag_ids: set[str]) -> dict[tuple[str, str], str]:
    """What the tasks of these DAGs are called now."""
    return {
        (dag.dag_id, task.task_id): task.display_name
        for dag in call.store.dags(dag_ids)
        for task in call.spec(dag.spec_id).tasks
    }


@routes.post(_ALL, needs=CREATE, status=201, errors=(409,))
def create_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, body: XComCreateBody
) -> XComWithValue:
    """A new XCom by hand. 409 where there is one, or while the task runs."""
    ref = TaskRef(task_id, body.map_index)
    find_instance(call, dag_id, dag_run_id, ref)
    xcoms.create(call.act(), dag_id, dag_run_id, ref, body.key, body.value)
    return _written(call, dag_id, dag_run_id, ref, body.key)


@routes.patch(_ONE, needs=EDIT, errors=(409,))
def update_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, xcom_key: Key, body: XComUpdateBody
) -> XComWithValue:
    """Another value. 409 while the task runs."""
    ref = TaskRef(task_id, body.map_index)
    find_instance(call, dag_id, dag_run_id, ref)
    xcoms.update(call.act(), dag_id, dag_run_id, ref, xcom_key, body.value)
    return _written(call, dag_id, dag_run_id, ref, xcom_key)


@routes.delete(_ONE, needs=DELETE, errors=(409,))
def delete_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, xcom_key: Key, query: IndexQuery
) -> None:
    """Takes it away. 409 while the task runs."""
    ref = TaskRef(task_id, query.map_index)
    find_instance(call, dag_id, dag_run_id, ref)
    xcoms.delete(call.act(), dag_id, dag_run_id, ref, xcom_key)


def _written(call: Call, dag_id: str, run_id: str, ref: TaskRef, key: str) -> XComWithValue:
    return get_xcom_entry(
        call, dag_id, run_id, ref.task_id, key, XComQuery(map_index=ref.map_index)
    )
