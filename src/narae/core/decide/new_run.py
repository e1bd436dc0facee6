"""Makes runs and starts them."""

from datetime import datetime
from typing import Any

import msgspec

from narae.core.commands import ChangeRun, Command, CreateRun
from narae.core.decide.new_instance import new_instance
from narae.core.graph import Graph
from narae.core.ids import CodeVersion, RunUid
from narae.core.mapping import expanded, literal_count
from narae.core.run import Instance, Limits, Run
from narae.core.run_view import RunView
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import RunState, RunType
from narae.core.timetables.spec import DataInterval


def new_run(  # noqa: PLR0913 - a run is made of this much
    *,
    spec: DagSpec,
    spec_id: int,
    code_version: CodeVersion,
    uid: RunUid,
    run_id: str,
    run_type: RunType,
    logical_date: datetime | None,
    interval: DataInterval | None,
    run_after: datetime,
    conf: dict[str, Any],
    now: datetime,
    backfill_id: int | None = None,
    triggered_by: str | None = None,
    triggered_by_user: str | None = None,
    note: str | None = None,
    limits: Limits | None = None,
    graph: Graph | None = None,
) -> CreateRun:
    """A queued run with all of its instances.

    What maps over literals alone is expanded already. A task whose own start date is later
    than the run's date (and than the DAG's start), or whose end date is before it, is left
    out; a backfill leaves out none for its start.
    """
    run = Run(
        uid=uid,
        dag_id=spec.dag_id,
        run_id=run_id,
        run_type=run_type,
        logical_date=logical_date,
        interval=interval,
        run_after=run_after,
        conf=conf,
        spec_id=spec_id,
        code_version=code_version,
        queued_at=now,
        backfill_id=backfill_id,
        triggered_by=triggered_by,
        triggered_by_user=triggered_by_user,
        note=note,
    )
    found = graph or Graph(spec)
    instances: list[Instance] = []
    for task in spec.tasks:
        if _takes_part(task, spec, run):
            first = new_instance(task, run=uid, priority=found.priorities[task.task_id])
            instances += _unfold(found, first, (limits or Limits()).max_map_length)
    return CreateRun(run=run, instances=tuple(instances))


def start_run(view: RunView, *, now: datetime) -> list[Command]:
    """Queued -> running; [] for a run in any other state."""
    run = view.run
    if run.state is not RunState.QUEUED:
        return []
    after = msgspec.structs.replace(
        run, revision=run.revision + 1, state=RunState.RUNNING, started_at=now
    )
    return [ChangeRun(before=run, after=after)]


def _takes_part(task: TaskSpec, spec: DagSpec, run: Run) -> bool:
    date = run.logical_date or run.run_after
    if task.end_date is not None and date > task.end_date:
        return False
    if task.start_date is None or run.run_type is RunType.BACKFILL:
        return True
    return date >= task.start_date or task.start_date == spec.start_date


def _unfold(graph: Graph, first: Instance, length_max: int) -> list[Instance]:
    """The instances of a task as far as literal expansions tell, and stand-ins for the rest."""
    levels = graph.levels[first.task_id]
    if not levels:
        return [first]
    found = [msgspec.structs.replace(first, expanded=False)]
    next_index = 0
    for level in levels:
        length = literal_count(graph.expansion(level))
        if length is None or not 0 < length <= length_max:
            break
        wider: list[Instance] = []
        next_index = len(found)
        for stand_in in found:
            after = expanded(graph, stand_in, length, next_index=next_index)
            next_index += length - 1
            wider += [msgspec.structs.replace(child, revision=0) for child in after]
        found = wider
    return found
