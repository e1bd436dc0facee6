"""What a DAG's file says of other DAGs: which it starts, waits for, or shares an asset with."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from narae.core.spec import Value


class TaskPart(Value, frozen=True, kw_only=True):
    """Of a task, what may name something outside of its DAG."""

    task_id: str
    operator_facts: dict[str, Any] = {}
    outlets: tuple[Any, ...] = ()


class SpecPart(Value, frozen=True, kw_only=True):
    """Of a spec, the same: a spec's JSON can be read as one of these, in a tenth of the time."""

    dag_id: str
    tasks: tuple[TaskPart, ...] = ()
    timetable: dict[str, Any] = {}


class ReferenceKind(StrEnum):
    """What a DAG has to do with something."""

    TRIGGERS = "triggers"
    WAITS = "waits"
    MAKES = "makes"
    """A task updates an asset."""
    TAKES = "takes"
    """The DAG is scheduled by an asset."""


class Reference(Value, frozen=True, kw_only=True):
    """One thing that a DAG's file names."""

    kind: ReferenceKind
    name: str
    """The id of the other DAG, or the asset's name."""
    task_id: str | None = None
    """Which task says so; None: the schedule."""
    other_task_id: str | None = None
    """In the other DAG."""


def references_of(spec: SpecPart) -> tuple[Reference, ...]:
    """In the order of the file."""
    return tuple(_references(spec))


def _references(spec: SpecPart) -> Iterator[Reference]:
    for task in spec.tasks:
        yield from _of_task(task)
    for name in _assets([spec.timetable.get("condition")]):
        yield Reference(kind=ReferenceKind.TAKES, name=name)


def _of_task(task: TaskPart) -> Iterator[Reference]:
    facts = task.operator_facts
    if started := facts.get("trigger_dag_id"):
        yield Reference(kind=ReferenceKind.TRIGGERS, name=str(started), task_id=task.task_id)
    if awaited := facts.get("external_dag_id"):
        for other in facts.get("external_task_ids") or [None]:
            yield Reference(
                kind=ReferenceKind.WAITS,
                name=str(awaited),
                task_id=task.task_id,
                other_task_id=None if other is None else str(other),
            )
    for name in _assets(task.outlets):
        yield Reference(kind=ReferenceKind.MAKES, name=name, task_id=task.task_id)


def _assets(expressions: Iterable[Any]) -> Iterator[str]:
    """Names of the assets in conditions: an asset, or all or any of several conditions.

    >>> list(_assets([{"any": [{"asset": {"name": "a"}}, {"asset": {"name": "b"}}]}]))
    ['a', 'b']
    """
    for each in expressions:
        if not isinstance(each, dict):
            continue
        asset = each.get("asset")
        if isinstance(asset, dict) and asset.get("name"):
            yield str(asset["name"])
        for word in ("all", "any"):
            yield from _assets(each.get(word) or ())
