"""How one version of a DAG's spec differs from another, by names."""

from collections.abc import Mapping

import msgspec

from narae.core.spec import DagSpec, Value

_APART = frozenset({"tasks", "groups", "params"})
"""Fields of a DAG that are compared part by part."""


class PartChanges(Value, frozen=True, kw_only=True, omit_defaults=False):
    """What became of parts of a kind, such as tasks; all names are sorted."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: dict[str, tuple[str, ...]] = {}
    """Name -> the fields that differ."""


class SpecChanges(Value, frozen=True, kw_only=True, omit_defaults=False):
    """From one spec to another."""

    fields: tuple[str, ...] = ()
    """Fields of the DAG itself that differ, such as ``timetable``."""
    tasks: PartChanges = PartChanges()
    groups: PartChanges = PartChanges()
    params: PartChanges = PartChanges()

    @property
    def is_empty(self) -> bool:
        """Whether the two are equal."""
        return self == SpecChanges()


def spec_changes(before: DagSpec, after: DagSpec) -> SpecChanges:
    """What changed.

    >>> from narae.core.spec import TaskSpec
    >>> from narae.core.timetables.spec import Never
    >>> one = DagSpec(dag_id="d", timetable=Never(), tasks=(TaskSpec(task_id="a", operator="X"),))
    >>> two = msgspec.structs.replace(one, tasks=(TaskSpec(task_id="a", operator="Y"),))
    >>> spec_changes(one, two).tasks.changed
    {'a': ('operator',)}
    """
    return SpecChanges(
        fields=tuple(name for name in _differing(before, after) if name not in _APART),
        tasks=_parts(
            {task.task_id: task for task in before.tasks},
            {task.task_id: task for task in after.tasks},
        ),
        groups=_parts(
            {group.group_id: group for group in before.groups},
            {group.group_id: group for group in after.groups},
        ),
        params=_parts(before.params, after.params),
    )


def _parts(before: Mapping[str, Value], after: Mapping[str, Value]) -> PartChanges:
    both = sorted(before.keys() & after.keys())
    return PartChanges(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed={
            name: _differing(before[name], after[name])
            for name in both
            if before[name] != after[name]
        },
    )


def _differing(before: msgspec.Struct, after: msgspec.Struct) -> tuple[str, ...]:
    names = before.__struct_fields__
    return tuple(sorted(n for n in names if getattr(before, n) != getattr(after, n)))
