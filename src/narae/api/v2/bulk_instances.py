"""Many task instances at once."""

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import MapIndex
from narae.api.operation import V2, Body, Needs
from narae.api.problems import invalid
from narae.api.routes import Routes
from narae.api.v2.bulk_bodies import (
    BulkResponse,
    CreateMany,
    DeleteMany,
    UpdateMany,
    bulk_response,
)
from narae.api.v2.task_instances import InstancePatchBody, wish_of
from narae.core.ids import UNMAPPED, TaskRef
from narae.engine.actions import instances
from narae.engine.actions.bulk import BulkFault, BulkResult
from narae.engine.actions.instances import RunName

routes = Routes(V2, tag="TaskInstance")


class BulkInstanceBody(InstancePatchBody, frozen=True, kw_only=True):
    """``BulkTaskInstanceBody``. ``dag_id`` and ``dag_run_id`` where the path says ``~``.

    Without ``map_index`` all instances of a mapped task are meant.
    """

    task_id: str
    dag_id: str | None = None
    dag_run_id: str | None = None
    map_index: MapIndex | None = None


class BulkInstancesBody(Body, frozen=True, kw_only=True):
    """``BulkBody`` of task instances."""

    actions: tuple[
        CreateMany[BulkInstanceBody] | UpdateMany[BulkInstanceBody] | DeleteMany[BulkInstanceBody],
        ...,
    ]


@routes.patch(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances",
    needs=Needs(Resource.TASK_INSTANCE, Action.EDIT),
)
def bulk_task_instances(
    call: Call, dag_id: str, dag_run_id: str, body: BulkInstancesBody
) -> BulkResponse:
    """Marks or deletes many instances, each for itself.

    Whoever may not do one of them does none.
    """
    where = (dag_id, dag_run_id)
    for each in body.actions:
        action = Action.DELETE if isinstance(each, DeleteMany) else Action.EDIT
        for item in each.entities:
            call.must(action, Resource.TASK_INSTANCE, _run(where, item)[0])
    results: list[tuple[str, BulkResult]] = []
    for each in body.actions:
        match each:
            case CreateMany():
                results.append(("create", _not_created(where, each.entities)))
            case UpdateMany():
                patches = [
                    (
                        _run(where, item),
                        wish_of(
                            _plain(item),
                            each.update_mask or (),
                            task_id=item.task_id,
                            map_index=item.map_index,
                        ),
                    )
                    for item in each.entities
                ]
                done = instances.bulk_update(call.act(), patches, each.on_missing)
                results.append(("update", done))
            case DeleteMany():
                names = [(_run(where, item), _ref(item)) for item in each.entities]
                done = instances.bulk_delete(call.act(), names, each.on_missing)
                results.append(("delete", done))
    return bulk_response(results)


def _run(where: RunName, item: BulkInstanceBody | str) -> RunName:
    """Which run. What the path names and what the item names have to agree."""
    own = (None, None) if isinstance(item, str) else (item.dag_id, item.dag_run_id)
    found: list[str] = []
    for field, path, said in zip(("dag_id", "dag_run_id"), where, own, strict=True):
        if path == "~" and said in {None, "~"}:
            raise invalid(V2, field, "say it with each item: the path does not")
        if path != "~" and said not in {None, "~", path}:
            raise invalid(V2, field, f"{said!r} is not that of the path, {path!r}")
        found.append(str(said) if path == "~" else path)
    return found[0], found[1]


def _ref(item: BulkInstanceBody | str) -> TaskRef:
    if isinstance(item, str):
        return TaskRef(item)
    return TaskRef(item.task_id, UNMAPPED if item.map_index is None else item.map_index)


def _plain(item: BulkInstanceBody) -> InstancePatchBody:
    """Only what changes; the rest of an item says what is changed."""
    names = InstancePatchBody.__struct_fields__
    return msgspec.convert(
        {n: getattr(item, n) for n in names if getattr(item, n) is not msgspec.UNSET},
        InstancePatchBody,
    )


def _not_created(where: RunName, items: tuple[BulkInstanceBody, ...]) -> BulkResult:
    words = "task instances are made by their runs"
    return BulkResult(
        errors=tuple(
            BulkFault(name=".".join((*_run(where, item), item.task_id)), status=405, error=words)
            for item in items
        )
    )
