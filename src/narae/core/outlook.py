"""What is to become of an instance that waits: asked by ``advance_run`` and by ``holds`` alike."""

from datetime import datetime
from typing import NamedTuple

from narae.core.holds import HoldCode
from narae.core.mapping import gate, next_level
from narae.core.run import Instance
from narae.core.run_view import RunView
from narae.core.spec import TaskSpec
from narae.core.trigger_rules import FORCED, Verdict, judge


class Outlook(NamedTuple):
    """A verdict with what it rests on."""

    verdict: Verdict
    why: HoldCode | None = None
    """Of WAIT: what it waits for."""
    until: datetime | None = None
    """Of WAIT: when that ends by itself."""
    expand: str | None = None
    """Of RUN: the mapping level that is to be expanded first."""


def outlook(view: RunView, instance: Instance, *, now: datetime) -> Outlook:
    """The outlook of an instance in state ``none``, from its upstream, its past and its dates."""
    task = view.graph.tasks[instance.task_id]
    seen = _from_upstream(view, task, instance)
    if seen.verdict is Verdict.RUN and seen.expand is None:
        return _past(view, task) or _dates(task, now) or seen
    if seen.verdict is Verdict.SKIP and task.wait_for_past_depends_before_skipping:
        return _past(view, task) or seen
    return seen


def upstream_verdict(view: RunView, instance: Instance) -> Verdict:
    """What the trigger rule says, setups included."""
    task = view.graph.tasks[instance.task_id]
    if not view.graph.upstream[task.task_id]:
        return Verdict.RUN
    return judge(task.trigger_rule, view.seen(task.task_id, instance.path))


def _from_upstream(view: RunView, task: TaskSpec, instance: Instance) -> Outlook:
    if view.seen(task.task_id, instance.path) & FORCED:
        return Outlook(Verdict.SKIP)
    level = next_level(view.graph, instance)
    if level is not None and level != task.task_id:
        return _in_mapped_group(view, instance, level)
    ruled = upstream_verdict(view, instance)
    if ruled is Verdict.WAIT:
        return Outlook(ruled, why=HoldCode.UPSTREAM)
    if ruled is Verdict.RUN and level is not None:
        return _expansion(gate(view, level, instance.path), level)
    return Outlook(ruled)


def _in_mapped_group(view: RunView, instance: Instance, level: str) -> Outlook:
    """A group is expanded as soon as it can be, so that rules are judged index by index."""
    counted = gate(view, level, instance.path)
    if counted in {Verdict.WAIT, Verdict.RUN}:
        return _expansion(counted, level)
    ruled = upstream_verdict(view, instance)
    if ruled is Verdict.WAIT:
        return Outlook(ruled, why=HoldCode.UPSTREAM)
    return Outlook(counted if ruled is Verdict.RUN else ruled)


def _expansion(counted: Verdict, level: str) -> Outlook:
    if counted is Verdict.RUN:
        return Outlook(counted, expand=level)
    return Outlook(counted, why=HoldCode.EXPANSION if counted is Verdict.WAIT else None)


def _past(view: RunView, task: TaskSpec) -> Outlook | None:
    """``depends_on_past`` and ``wait_for_downstream``: None when the past is no obstacle."""
    past = view.past
    if past.previous is None or not (task.depends_on_past or task.wait_for_downstream):
        return None
    if not past.states_of(task.task_id):
        # The task is newer than the run before.
        if task.ignore_first_depends_on_past:
            return None
        return Outlook(Verdict.WAIT, why=HoldCode.DEPENDS_ON_PAST)
    if not past.went_well(task.task_id):
        return Outlook(Verdict.WAIT, why=HoldCode.DEPENDS_ON_PAST)
    below = view.graph.downstream[task.task_id] if task.wait_for_downstream else ()
    if not all(past.went_well(task_id) for task_id in below):
        return Outlook(Verdict.WAIT, why=HoldCode.WAIT_FOR_DOWNSTREAM)
    return None


def _dates(task: TaskSpec, now: datetime) -> Outlook | None:
    if task.start_date is None or task.start_date <= now:
        return None
    return Outlook(Verdict.WAIT, why=HoldCode.START_DATE, until=task.start_date)
