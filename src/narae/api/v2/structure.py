"""``/api/v2/structure/{dag_id}``: a DAG's tasks, groups and edges, for drawing."""

from collections.abc import Iterator

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Natural
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.dag_versions import find_version
from narae.api.view import View
from narae.core.spec import DagSpec, TaskSpec
from narae.engine import actions

routes = Routes(V2, tag="Structure")

READ = Needs(Resource.TASK_INSTANCE, Action.READ)


class StructureQuery(Query, frozen=True, kw_only=True):
    """Of which version; the latest if none is named."""

    version_number: Natural | None = None


class NodeView(View, frozen=True, kw_only=True):
    """One task."""

    task_id: str
    label: str
    """The task id without its groups' prefix, or the display name."""
    group_id: str | None
    operator: str
    is_mapped: bool
    is_setup: bool
    is_teardown: bool
    is_sensor: bool
    """Whether it waits between looks (reschedule mode)."""
    trigger_rule: str
    ui_color: str
    ui_fgcolor: str
    tooltip: str | None
    has_outlets: bool


class GroupView(View, frozen=True, kw_only=True):
    """One task group."""

    group_id: str
    label: str
    parent_id: str | None
    """The group that it is in."""
    tooltip: str
    is_mapped: bool
    ui_color: str
    ui_fgcolor: str


class EdgeView(View, frozen=True, kw_only=True):
    """One task comes right after another."""

    source: str
    target: str
    label: str | None
    is_setup_teardown: bool
    """Whether it leads from a setup task to the teardown that cleans up after it."""


class StructureView(View, frozen=True, kw_only=True):
    """A DAG's shape."""

    dag_id: str
    version_number: int
    nodes: list[NodeView]
    """In topological order."""
    groups: list[GroupView]
    """Parents before children."""
    edges: list[EdgeView]


@routes.get("/structure/{dag_id}", needs=READ, etag=True)
def get_structure(call: Call, dag_id: str, query: StructureQuery) -> StructureView:
    """A DAG's tasks, groups and edges."""
    if query.version_number is None:
        spec_id = actions.find_dag(call.store, dag_id).spec_id
        row = call.queries.versions_by_id([spec_id]).get(spec_id)
        number = row.number if row else 0
    else:
        found = find_version(call, dag_id, query.version_number)
        spec_id, number = found.id, found.number
    return structure_view(call.spec(spec_id), number)


def structure_view(spec: DagSpec, version_number: int) -> StructureView:
    """A spec's shape."""
    return StructureView(
        dag_id=spec.dag_id,
        version_number=version_number,
        nodes=[_node(task) for task in spec.tasks],
        groups=[
            GroupView(
                group_id=group.group_id,
                label=group.label or group.group_id,
                parent_id=group.parent_id,
                tooltip=group.tooltip,
                is_mapped=group.expansion is not None,
                ui_color=group.ui_color,
                ui_fgcolor=group.ui_fgcolor,
            )
            for group in spec.groups
        ],
        edges=list(_edges(spec)),
    )


def _node(task: TaskSpec) -> NodeView:
    return NodeView(
        task_id=task.task_id,
        label=task.display_name or task.label or task.task_id,
        group_id=task.group_id,
        operator=task.operator,
        is_mapped=task.expansion is not None,
        is_setup=task.is_setup,
        is_teardown=task.is_teardown,
        is_sensor=task.reschedules,
        trigger_rule=task.trigger_rule,
        ui_color=task.ui_color,
        ui_fgcolor=task.ui_fgcolor,
        tooltip=task.doc,
        has_outlets=bool(task.outlets),
    )


def _edges(spec: DagSpec) -> Iterator[EdgeView]:
    for task in spec.tasks:
        for source in task.upstream:
            yield EdgeView(
                source=source,
                target=task.task_id,
                label=task.edge_labels.get(source),
                is_setup_teardown=source in task.setups,
            )
