"""``/api/v2/ui/mapped/{dag_id}/{dag_run_id}/{task_id}``: all instances of a mapped task."""

from typing import Annotated

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.ui import columns as c
from narae.api.view import View
from narae.core.states import TaskState
from narae.engine import actions
from narae.engine.errors import NotFound

routes = Routes(V2, tag="UI")

MAPPED_MAX = 20_000

MappedRows = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.COUNT, c.TASK_STATE, c.COUNT, c.MOMENT_OR_NULL, c.MOMENT_OR_NULL),
        *(c.MOMENT_OR_NULL, c.TEXT_OR_NULL, c.FLAG),
        words="By map index: map index, state, try number, queued, started, ended, label, whether "
        "it has a note. Moments are milliseconds since 1970 UTC.",
    ),
]


class MappedQuery(Query, frozen=True, kw_only=True):
    """Which of them."""

    state: tuple[TaskState, ...] = ()


class MappedView(View, frozen=True, kw_only=True):
    """The instances of a mapped task in one run."""

    rows: MappedRows
    """20,000 at most."""
    counts: dict[TaskState, int]
    """Of all of them, whatever was asked for. Empty of a task that is not mapped, or whose
    instances nobody can count yet."""


@routes.get(
    "/ui/mapped/{dag_id}/{dag_run_id}/{task_id}",
    needs=Needs(Resource.TASK_INSTANCE, Action.READ),
)
def get_ui_mapped(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: MappedQuery
) -> MappedView:
    """All instances of a mapped task in one run, in rows, and how many are in which state."""
    run = actions.find_run(call.store, dag_id, dag_run_id)
    found = call.queries.mapped_instances(run.uid, task_id, states=query.state, limit=MAPPED_MAX)
    if not found.counts:
        known = {each.task_id for each in call.store.instance_states(run.uid)}
        if task_id not in known:
            raise NotFound(f"task of {dag_id}", task_id, among=known)
    return MappedView(rows=found.rows, counts=found.counts)
