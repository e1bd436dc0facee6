"""Proofs that slots, attempts and instances agree. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from narae.core.commands import EndAttempt
from narae.core.ids import AttemptId, RunUid, TaskKey
from narae.core.run import Attempt, Cause, CauseKind
from narae.core.run_view import RunView
from narae.engine.fleet import OpenAttempt


def slot_faults(
    views: Iterable[RunView],
    held: Mapping[AttemptId, OpenAttempt],
    stored: Iterable[Attempt],
) -> dict[RunUid, str]:
    """Runs whose slots do not match, each with what is wrong; {} when all is well.

    A slot is held by an instance that points at an attempt which is open, in memory and in the
    store. ``stored`` must have been read with nothing left to commit.
    """
    pointed = {
        instance.attempt: instance.key
        for view in views
        for instance in view.instances.values()
        if instance.attempt is not None
    }
    open_rows = {attempt.id: attempt.key for attempt in stored}
    faults: dict[RunUid, str] = {}
    for attempt, key in pointed.items():
        if attempt not in held:
            faults.setdefault(key.run, f"{_name(key)} points at {attempt}, which holds no slot")
        elif attempt not in open_rows:
            faults.setdefault(key.run, f"{_name(key)} points at {attempt}, which has ended")
    for attempt, known in held.items():
        if attempt not in pointed:
            faults.setdefault(known.run, f"{attempt} holds a slot, and no instance points at it")
    for attempt, key in open_rows.items():
        if attempt not in pointed:
            faults.setdefault(key.run, f"{attempt} of {_name(key)} is open, and nobody holds it")
    return faults


def _name(key: TaskKey) -> str:
    return f"{key.task_id}[{key.map_index}] of run {key.run}"


def stray_attempts(
    attempts: Iterable[Attempt], views: Mapping[RunUid, RunView], *, now: datetime
) -> Iterator[EndAttempt]:
    """Ends of open attempts that their instance does not point at."""
    cause = Cause(kind=CauseKind.NEVER_STARTED, words="its task instance knows nothing of it")
    for attempt in attempts:
        view = views.get(attempt.key.run)
        instance = view.instances.get(attempt.key.ref) if view is not None else None
        if instance is not None and instance.attempt != attempt.id:
            yield EndAttempt(
                before=instance,
                after=msgspec.structs.replace(instance, revision=instance.revision + 1),
                attempt=attempt.id,
                at=now,
                cause=cause,
            )
