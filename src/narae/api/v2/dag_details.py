"""``/api/v2/dags/{dag_id}/details``: a DAG with all that its file says of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from narae.api.call import Call
from narae.api.operation import V2
from narae.api.routes import Routes
from narae.api.v2.dag_versions import latest_row
from narae.api.v2.dag_views import DagView
from narae.api.v2.dags import READ, find, view
from narae.api.v2.tasks import ParamView
from narae.api.v2.version_views import VersionView, version_view
from narae.core.masking import Masker
from narae.core.spec import DagSpec, ParamSpec
from narae.core.states import RunState
from narae.core.timetables.spec import Assets, AssetsOrTime, TimetableSpec
from narae.storage.queries import RunFilter, Slice

routes = Routes(V2, tag="DAG")


class DagDetailsView(DagView, frozen=True, kw_only=True):
    """A DAG with all that its file says of it (Airflow 3's ``DAGDetailsResponse``)."""

    catchup: bool
    dag_run_timeout: timedelta | None
    asset_expression: dict[str, Any] | None
    doc_md: str | None
    start_date: datetime | None
    end_date: datetime | None
    is_paused_upon_creation: bool | None
    params: dict[str, ParamView]
    render_template_as_native_obj: bool
    template_search_path: list[str] | None = None
    last_parsed: datetime
    default_args: dict[str, Any] | None = None
    """Always null: each task has its own values."""
    rerun_with_latest_version: bool | None = None
    owner_links: dict[str, str]
    is_favorite: bool
    active_runs_count: int
    """Runs that are running."""
    concurrency: int
    latest_dag_version: VersionView | None
    fail_fast: bool
    access_control: dict[str, Any]
    warnings: tuple[str, ...]
    """What parsing its file found to say."""
    task_count: int
    group_count: int


@routes.get("/dags/{dag_id}/details", needs=READ)
def get_dag_details(call: Call, dag_id: str) -> DagDetailsView:
    """One DAG with all that its file says of it."""
    row = find(call, dag_id)
    spec = call.spec(row.dag.spec_id)
    latest = latest_row(call, dag_id)
    running = RunFilter(dag_ids=(dag_id,), states=(RunState.RUNNING,))
    return DagDetailsView(
        **_fields(view(call, row)),
        **_of_spec(spec),
        params=param_views(spec.params, call.masker),
        last_parsed=row.dag.parsed_at,
        is_favorite=dag_id in call.store.favorites(call.principal.username),
        active_runs_count=call.queries.runs(running, Slice(limit=0)).total,
        latest_dag_version=version_view(latest, row.display_name) if latest else None,
        warnings=call.queries.warnings(row.dag.folder, row.dag.file),
    )


def _fields(shown: DagView) -> dict[str, Any]:
    return {name: getattr(shown, name) for name in shown.__struct_fields__}


def _of_spec(spec: DagSpec) -> dict[str, Any]:
    return {
        "catchup": spec.catchup,
        "dag_run_timeout": spec.dagrun_timeout,
        "asset_expression": _expression(spec.timetable),
        "doc_md": spec.doc_md,
        "start_date": spec.start_date,
        "end_date": spec.end_date,
        "is_paused_upon_creation": spec.is_paused_upon_creation,
        "render_template_as_native_obj": spec.render_native,
        "owner_links": spec.owner_links,
        "concurrency": spec.max_active_tasks,
        "fail_fast": spec.fail_fast,
        "access_control": spec.access_control,
        "task_count": len(spec.tasks),
        "group_count": len(spec.groups),
    }


def param_views(params: Mapping[str, ParamSpec], masker: Masker) -> dict[str, ParamView]:
    """A DAG's params, in the order of the file."""
    return {
        name: ParamView(
            value=masker.mask_value(param.default, name),
            schema=param.schema,
            description=param.description,
        )
        for name, param in params.items()
    }


def _expression(timetable: TimetableSpec) -> dict[str, Any] | None:
    """Which assets the DAG waits for."""
    if not isinstance(timetable, Assets | AssetsOrTime):
        return None
    found = msgspec.to_builtins(timetable.condition)
    return found if isinstance(found, dict) else None
