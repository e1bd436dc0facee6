"""``/api/v2/ui/instance/{dag_id}/{dag_run_id}/{task_id}``: the page of one task instance."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.instance_lists import views_of
from narae.api.v2.instance_views import InstanceView
from narae.api.v2.shown import shown
from narae.api.v2.task_instances import IndexQuery, find_instance
from narae.api.v2.tasks import TaskView, downstream_of, task_view
from narae.api.view import View
from narae.core.decide.callbacks import callback_id
from narae.core.ids import TaskRef
from narae.core.run import Run
from narae.core.spec import TaskSpec

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
    """Of ``execute``, ``success``, ``failure``, ``retry``, ``skipped``: those with user code."""
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
    ref = TaskRef(task_id, query.map_index)
    run, row = find_instance(call, dag_id, dag_run_id, ref)
    spec = call.spec(run.spec_id)
    task = next((each for each in spec.tasks if each.task_id == task_id), None)
    known = task or TaskSpec(task_id=task_id, operator="")
    fields = shown(call, call.store.rendered(run.uid, ref) or {})
    downstream = downstream_of(spec)
    return InstanceSheet(
        instance=views_of(call, [row], rendered=fields)[0],
        task=task_view(task, downstream, call.masker) if task else None,
        doc=known.doc,
        doc_format=known.doc_format,
        rendered=_rendered(fields, known),
        links=list(known.extra_links),
        callbacks=known.callbacks,
        outcomes=_outcomes(call, run, ref),
        email=known.email,
        email_on=tuple(
            kind
            for kind, wanted in (
                ("failure", known.email_on_failure),
                ("retry", known.email_on_retry),
            )
            if wanted and known.email
        ),
        upstream=list(known.upstream),
        downstream=downstream.get(task_id, []),
        group_id=known.group_id,
        is_setup=known.is_setup,
        is_teardown=known.is_teardown,
        operator_facts=shown(call, known.operator_facts),
        mapped_total=_mapped_total(call, run, ref) if query.map_index >= 0 else None,
    )


def _rendered(fields: Mapping[str, Any], task: TaskSpec) -> list[RenderedField]:
    order = {name: place for place, name in enumerate(task.template_fields)}
    names = sorted(fields, key=lambda name: (order.get(name, len(order)), name))
    return [
        RenderedField(name=name, value=fields[name], language=_language(name, fields[name], task))
        for name in names
    ]


def _language(name: str, value: Any, task: TaskSpec) -> str:
    known = task.template_fields_renderers.get(name)
    return known or ("json" if isinstance(value, dict | list) else "text")


def _outcomes(call: Call, run: Run, ref: TaskRef) -> list[CallbackOutcome]:
    """Of every attempt and kind: what is owed has an id that tells of both."""
    owed = {
        callback_id(run.uid, row.id, kind): (row.try_number, kind)
        for row in call.store.attempts(run.uid, ref)
        for kind in ("failure", "retry")
    }
    found = call.queries.outcomes(list(owed)) if owed else {}
    return [
        CallbackOutcome(
            try_number=try_number,
            kind=kind,
            queued_at=found[id_].queued_at,
            done_at=found[id_].done_at,
            error=found[id_].error,
        )
        for id_, (try_number, kind) in owed.items()
        if id_ in found
    ]


def _mapped_total(call: Call, run: Run, ref: TaskRef) -> int:
    counts = call.queries.mapped_instances(run.uid, ref.task_id, limit=0).counts
    return sum(counts.values())
