"""``/api/v2/ui/details/{dag_id}``: a DAG with all that there is to say of it."""

from datetime import datetime
from typing import Any

from narae.api.call import Call
from narae.api.operation import V2
from narae.api.routes import Routes
from narae.api.v2.dag_details import DagDetailsView
from narae.api.v2.dags import READ
from narae.api.view import View
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="UI")


class SettingUse(View, frozen=True, kw_only=True):
    """A value that tasks of a DAG have for a setting."""

    value: Any
    tasks: int
    """How many have it."""


class TaskSetting(View, frozen=True, kw_only=True):
    """A setting of a DAG's tasks."""

    name: str
    """As operators call it, such as ``retries``."""
    values: list[SettingUse]
    """The most frequent first, ten at most."""


class OperatorUse(View, frozen=True, kw_only=True):
    """An operator that a DAG has tasks of."""

    operator: str
    module: str
    tasks: int
    mapped: int
    """How many of them are mapped."""


class DagSheet(DagDetailsView, frozen=True, kw_only=True):
    """A DAG's details with what only its page shows."""

    generation: int
    """2: Airflow 2.10's defaults; 3: Airflow 3's and Narae's own."""
    timetable: dict[str, Any]
    """The schedule as a value, by ``type``."""
    callbacks: tuple[str, ...]
    """``success``, ``failure``: for which the file has code."""
    execution: str
    """``fork`` or ``spawn``: how its tasks get their processes."""
    execution_reason: str
    """``dag``: its file says so; ``threads``: its file left threads behind; ``deployment``: the
    deployment's own choice."""
    failed_in_a_row: int
    """Runs that failed since the last success."""
    parse_memory_peak_bytes: int | None
    imports: tuple[str, ...]
    """Files of the folder that its file imports."""
    operators: list[OperatorUse]
    """The most frequent first."""
    task_settings: list[TaskSetting]
    """What its tasks have in common, and where they differ."""
    version_total: int
    first_seen: datetime | None
    """When its first version came."""


@routes.get("/ui/details/{dag_id}", needs=READ)
def get_ui_details(call: Call, dag_id: str) -> DagSheet:
    """A DAG with all that there is to say of it."""
    del dag_id
    raise NotBuilt("details", call.around.version)
