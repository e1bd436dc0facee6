"""``/api/v2/ui/dependencies``: which DAG starts, or waits for, which other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Name
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.view import View
from narae.core.references import Reference, ReferenceKind
from narae.engine.errors import NotFound
from narae.storage.queries import DagNamed

routes = Routes(V2, tag="UI")

REFERENCES_KEPT = 20_000
"""Of so many versions; those that are not the latest go when there are more."""


class AcrossQuery(Query, frozen=True, kw_only=True):
    """Around which DAG."""

    dag_id: Name | None = None
    """All that is connected with it, however far; everything if it is left out."""


class AcrossNode(View, frozen=True, kw_only=True):
    """A DAG."""

    dag_id: str
    display_name: str
    is_paused: bool
    is_known: bool
    """False: some DAG names it, but there is none (or the caller may not see it)."""


class AcrossEdge(View, frozen=True, kw_only=True):
    """What happens in one DAG has something to do with another."""

    source: str
    """The DAG that comes first."""
    target: str
    kind: str
    """``triggers``: a task of ``source`` starts a run of ``target``. ``waits``: a task of
    ``target`` waits for ``source``. ``asset``: ``target`` is scheduled by an asset that
    ``source`` updates."""
    task_id: str | None
    """The task that says so; of ``triggers`` and ``asset`` in ``source``, of ``waits`` in
    ``target``."""
    other_task_id: str | None
    """Of ``waits``: the task that is waited for, if it is one."""
    label: str | None
    """Of ``asset``: its name."""


class AcrossView(View, frozen=True, kw_only=True):
    """The DAGs that have to do with others."""

    nodes: list[AcrossNode]
    edges: list[AcrossEdge]


@routes.get(
    "/ui/dependencies",
    needs=Needs(Resource.DAG_DEPENDENCIES, Action.READ),
    etag=True,
    errors=(404,),
)
def get_ui_dependencies(call: Call, query: AcrossQuery) -> AcrossView:
    """Which DAG starts, or waits for, which other."""
    rows = {
        row.dag_id: row
        for row in call.queries.dags_named_briefly(
            visible=call.readable_dags(Resource.DAG_DEPENDENCIES)
        )
    }
    if query.dag_id is not None and query.dag_id not in rows:
        raise NotFound("DAG", query.dag_id, among=list(rows))
    said = _references(call, {row.spec_id for row in rows.values()})
    edges = list(_edges({dag_id: said[row.spec_id] for dag_id, row in rows.items()}))
    around = None if query.dag_id is None else _connected(query.dag_id, edges)
    if around is not None:
        edges = [edge for edge in edges if edge.source in around]
    ids = {end for edge in edges for end in (edge.source, edge.target)} | (around or set())
    return AcrossView(
        nodes=[_node(dag_id, rows.get(dag_id)) for dag_id in sorted(ids)], edges=edges
    )


def _references(call: Call, spec_ids: set[int]) -> dict[int, tuple[Reference, ...]]:
    """What versions of DAGs say of others. A version never changes, so each is read once."""
    kept = call.around.references
    for gone in kept.keys() - spec_ids if len(kept) > REFERENCES_KEPT else ():
        kept.pop(gone, None)
    found = {each: kept[each] for each in spec_ids if each in kept}
    missing = sorted(spec_ids - found.keys())
    read = dict(call.queries.references(missing)) if missing else {}
    kept.update(read)
    return dict.fromkeys(spec_ids, ()) | found | read


def _edges(said: Mapping[str, Sequence[Reference]]) -> Iterator[AcrossEdge]:
    makers: dict[str, list[tuple[str, Reference]]] = {}
    for dag_id, references in said.items():
        for each in references:
            if each.kind is ReferenceKind.MAKES:
                makers.setdefault(each.name, []).append((dag_id, each))
    for dag_id, references in said.items():
        for each in references:
            yield from _edges_of(dag_id, each, makers.get(each.name, ()))


def _edges_of(
    dag_id: str, each: Reference, makers: Sequence[tuple[str, Reference]]
) -> Iterator[AcrossEdge]:
    match each.kind:
        case ReferenceKind.TRIGGERS:
            yield _edge(dag_id, each.name, "triggers", each)
        case ReferenceKind.WAITS:
            yield _edge(each.name, dag_id, "waits", each)
        case ReferenceKind.TAKES:
            for maker, made in makers:
                yield _edge(maker, dag_id, "asset", made, label=each.name)
        case ReferenceKind.MAKES:
            return
        case _:
            assert_never(each.kind)


def _edge(
    source: str, target: str, kind: str, said: Reference, *, label: str | None = None
) -> AcrossEdge:
    return AcrossEdge(
        source=source,
        target=target,
        kind=kind,
        task_id=said.task_id,
        other_task_id=said.other_task_id,
        label=label,
    )


def _connected(dag_id: str, edges: Sequence[AcrossEdge]) -> set[str]:
    """The DAG and all that can be reached from it, whichever way the edges lead."""
    beside: dict[str, set[str]] = {}
    for edge in edges:
        beside.setdefault(edge.source, set()).add(edge.target)
        beside.setdefault(edge.target, set()).add(edge.source)
    found, open_ = {dag_id}, [dag_id]
    while open_:
        for other in beside.get(open_.pop(), set()) - found:
            found.add(other)
            open_.append(other)
    return found


def _node(dag_id: str, row: DagNamed | None) -> AcrossNode:
    return AcrossNode(
        dag_id=dag_id,
        display_name=row.display_name if row else dag_id,
        is_paused=row.is_paused if row else False,
        is_known=row is not None,
    )
