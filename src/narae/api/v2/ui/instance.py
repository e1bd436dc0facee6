"""``/api/v2/ui/instance/{dag_id}/{dag_run_id}/{task_id}``: the page of one task instance."""

from datetime import datetime
from typing import Any

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.instance_views import InstanceView
from narae.api.v2.task_instances import IndexQuery
from narae.api.v2.tasks import TaskView
from narae.api.view import View
from narae.engine.errors import NotBuilt

routes = Routes(V2, tag="UI")


class RenderedField(View, frozen=True, kw_only=True):
    """A template field as it was rendered for the latest attempt."""

    name: str
    value: Any
    """``***`` under a name that tells of a secret."""
    language: str
    """What it is written in: ``bash``, ``sql``, ``json``, ``yaml``, ``py``, ``html``, ``md``, ...
    or ``text``."""


class CallbackOutcome(View, frozen=True, kw_only=True):
    """User code that the end of an attempt owed after its process was gone."""

    try_number: int
    kind: str
    """``failure`` or ``retry``."""
    queued_at: datetime
    done_at: datetime | None
    """None: it has not run yet."""
    error: str | None


class InstanceSheet(View, frozen=True, kw_only=True):
    """One task instance with what its page shows beside tries, logs and XComs."""

    instance: InstanceView
    task: TaskView | None
    """In the version that its run follows; None once that has no such task."""
    doc: str | None
    doc_format: str
    """``md``, ``rst``, ``json``, ``yaml`` or ``text``."""
    rendered: list[RenderedField]
    """In the operator's order; empty before the first attempt."""
    links: list[str]
    """Names of the operator's links."""
    callbacks: tuple[str, ...]
    """``execute``, ``success``, ``failure``, ``retry``, ``skipped``: for which the file has code."""
    outcomes: list[CallbackOutcome]
    email: tuple[str, ...]
    email_on: tuple[str, ...]
    """``failure``, ``retry``: when mail goes out."""
    upstream: list[str]
    downstream: list[str]
    group_id: str | None
    is_setup: bool
    is_teardown: bool
    operator_facts: dict[str, Any]
    """Such as the DAG that a trigger operator triggers."""
    mapped_total: int | None
    """Of a mapped task: how many instances it has in this run."""


@routes.get(
    "/ui/instance/{dag_id}/{dag_run_id}/{task_id}",
    needs=Needs(Resource.TASK_INSTANCE, Action.READ),
)
def get_ui_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: IndexQuery
) -> InstanceSheet:
    """One task instance with its task, rendered fields and callbacks."""
    del query, dag_id, dag_run_id, task_id
    raise NotBuilt("instance", call.around.version)
