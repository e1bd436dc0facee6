"""``.../xcomEntries`` and ``.../links``: what a task instance leaves for others."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex, Text
from narae.api.operation import V1, Needs, Query
from narae.api.problems import Problem, invalid
from narae.api.routes import Routes
from narae.api.v1.paging import Paged, slice_of
from narae.api.v1.run_views import execution_date
from narae.api.v1.task_instances import find_instance, named_run
from narae.api.view import View
from narae.core.ids import UNMAPPED, TaskRef
from narae.engine.actions import find_run
from narae.storage.queries import XComEntry, XComFilter

routes = Routes(V1, tag="XCom")

READ = Needs(Resource.XCOM, Action.READ)

EVERY = "~"
_INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"


class XComsQuery(Paged, frozen=True, kw_only=True):
    """Which XComs."""

    map_index: MapIndex | None = None
    xcom_key: Text | None = None


class XComQuery(Query, frozen=True, kw_only=True):
    """Of which instance, in which form."""

    map_index: MapIndex = UNMAPPED
    deserialize: Annotated[bool, Meta(extra_json_schema={"const": False})] = False
    stringify: bool = True


class LinksQuery(Query, frozen=True, kw_only=True):
    """Of which instance."""

    map_index: MapIndex = UNMAPPED


class EntryView(View, frozen=True, kw_only=True):
    """``XComCollectionItem``."""

    key: str
    timestamp: datetime
    execution_date: datetime
    map_index: int
    task_id: str
    dag_id: str


class EntryPage(View, frozen=True, kw_only=True):
    """``XComCollection``."""

    xcom_entries: list[EntryView]
    total_entries: int


class XComView(EntryView, frozen=True, kw_only=True):
    """``XCom``."""

    value: Any


@routes.get(f"{_INSTANCE}/xcomEntries", needs=READ)
def get_xcom_entries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: XComsQuery
) -> EntryPage:
    """XComs without their values; ``~`` stands for any DAG, run or task."""
    runs = named_run(call, dag_id, dag_run_id)
    wanted = XComFilter(
        runs=runs,
        dag_ids=None if dag_id == EVERY or runs is not None else (dag_id,),
        run_ids=None if dag_run_id == EVERY or runs is not None else (dag_run_id,),
        task_ids=None if task_id == EVERY else (task_id,),
        map_indexes=None if query.map_index is None else (query.map_index,),
        keys=None if query.xcom_key is None else (query.xcom_key,),
    )
    visible = call.readable_dags(Resource.XCOM)
    page = call.queries.xcoms(wanted, slice_of(call, query), visible=visible)
    views = [EntryView(**_fields(row)) for row in page.rows]
    return EntryPage(xcom_entries=views, total_entries=page.total)


@routes.get(f"{_INSTANCE}/xcomEntries/{{xcom_key:path}}", needs=READ)
def get_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, xcom_key: str, query: XComQuery
) -> XComView:
    """One XCom with its value: as Python's text of it, or as JSON with ``stringify=false``."""
    if query.deserialize:
        raise invalid(V1, "deserialize", "the API runs no user code, so it makes no objects")
    run = find_run(call.store, dag_id, dag_run_id)
    found = call.queries.xcom(run.uid, task_id, xcom_key, map_index=query.map_index)
    if found is None:
        find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
        raise Problem(404, f"there is no XCom {xcom_key!r} of task {task_id!r}")
    value = call.masker.mask_value(msgspec.json.decode(found.value), xcom_key)
    shown = str(value) if query.stringify else value
    return XComView(**_fields(found.entry), value=shown)


def _fields(row: XComEntry) -> dict[str, Any]:
    return {
        "key": row.key,
        "timestamp": row.at,
        "execution_date": execution_date(row.logical_date, row.run_after),
        "map_index": row.map_index,
        "task_id": row.task_id,
        "dag_id": row.dag_id,
    }


@routes.get(f"{_INSTANCE}/links", needs=Needs(Resource.TASK_INSTANCE, Action.READ))
def get_extra_links(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: LinksQuery
) -> dict[str, str | None]:
    """Names of the operator's links; their addresses are worked out by user code: null."""
    row = find_instance(call, dag_id, dag_run_id, TaskRef(task_id, query.map_index))
    tasks = {task.task_id: task for task in call.spec(row.spec_id).tasks}
    task = tasks.get(task_id)
    return dict.fromkeys(task.extra_links) if task else {}
