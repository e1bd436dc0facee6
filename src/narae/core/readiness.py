"""Why an instance waits: ``holds``, from the same checks as ``advance_run`` and ``admit``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from narae.core.decide.admit import Book, candidate
from narae.core.graph import xcom_inputs
from narae.core.holds import Hold, HoldCode, Link
from narae.core.ids import TaskRef
from narae.core.mapping import near
from narae.core.outlook import outlook, upstream_verdict
from narae.core.run import DagRow, Instance, Limits, Run
from narae.core.run_view import RunView
from narae.core.spec import DagSpec
from narae.core.states import FINISHED, FINISHED_RUN, HOLDS_SLOT, WAITING, RunState, TaskState
from narae.core.trigger_rules import Verdict, in_words

_NAMED_MAX = 5


@dataclass(frozen=True, kw_only=True)
class ExecutorFacts:
    """What is known of an executor now."""

    slots: int
    """How many attempts it can run at once; 0 while nobody is there."""
    free: int
    """In all."""
    free_by_queue: Mapping[str, int] | None = None
    """Of those who serve a queue; "" for those who serve any. None: everybody serves all."""
    queues: frozenset[str] | None = None
    """None: serves any queue."""

    def free_for(self, queue: str) -> int:
        """How many slots are free for work of a queue."""
        if self.free_by_queue is None:
            return self.free
        return self.free_by_queue.get(queue, 0) + self.free_by_queue.get("", 0)


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything outside of a run that can hold its tasks back."""

    now: datetime
    dag: DagRow
    book: Book
    limits: Limits = field(default_factory=Limits)
    runs_before: tuple[Run, ...] = ()
    """Active runs of the DAG that a queued run waits for, by max_active_runs."""
    executors: Mapping[str, ExecutorFacts] = field(default_factory=dict)
    default_executor: str = "LocalExecutor"
    scheduler_alive: bool = True


def holds(view: RunView, ref: TaskRef, *, world: World) -> list[Hold]:
    """Everything that keeps an instance from running.

    Never [] for a state in ``WAITING``; [] for one that is finished or holds a slot, except
    that a restarting one waits for its old attempt's end. KeyError when there is no such
    instance.
    """
    instance = view.instances[ref]
    if instance.state is TaskState.RESTARTING:
        words = "was cleared while it ran: waits for the end of its old attempt"
        return [Hold(code=HoldCode.RESTARTING, words=words)]
    if instance.state not in WAITING:
        return []
    found = [*_around(view, world), *_OF_STATE[instance.state](view, instance, world)]
    if found:
        return found
    words = "nothing holds it: it goes on with the scheduler's next tick"
    return [Hold(code=HoldCode.NEXT_TICK, words=words)]


# -- what holds a whole run -----------------------------------------------------------------


def _around(view: RunView, world: World) -> list[Hold]:
    run, dag = view.run, world.dag
    link = (Link(kind="dag", dag_id=run.dag_id),)
    found: list[Hold] = []
    if not world.scheduler_alive:
        found.append(Hold(code=HoldCode.NO_SCHEDULER, words="no scheduler is alive"))
    if dag.is_paused:
        words = f"DAG {run.dag_id} is paused"
        found.append(Hold(code=HoldCode.DAG_PAUSED, words=words, links=link))
    if dag.is_stale:
        words = f"DAG {run.dag_id} is no longer in its file {dag.file}"
        found.append(Hold(code=HoldCode.DAG_STALE, words=words, links=link))
    if run.state in FINISHED_RUN:
        words = f"its run has ended as {run.state.value}; clear it to run again"
        found.append(Hold(code=HoldCode.RUN_FINISHED, words=words, links=(_run_link(run),)))
    if run.state is RunState.QUEUED:
        found.append(_queued_run(view, world))
    return found


def _queued_run(view: RunView, world: World) -> Hold:
    run = view.run
    if run.run_after > world.now:
        moment = _moment(run.run_after, view.spec)
        words = f"its run is not due before {moment}"
        return Hold(code=HoldCode.RUN_NOT_DUE, words=words, until=run.run_after)
    if not world.runs_before:
        words = "its run is queued and starts with the scheduler's next tick"
        return Hold(code=HoldCode.RUN_QUEUED, words=words)
    before = world.runs_before
    names = _some([f"{other.run_id} ({other.state.value})" for other in before])
    limit = view.spec.max_active_runs
    words = f"its run is queued behind {names}: max_active_runs is {limit}"
    links = tuple(_run_link(other) for other in before[:_NAMED_MAX])
    return Hold(code=HoldCode.RUN_QUEUED, words=words, links=links)


# -- what holds one instance ----------------------------------------------------------------


def _none(view: RunView, instance: Instance, world: World) -> list[Hold]:
    found = outlook(view, instance, now=world.now)
    if found.why is None:
        return []
    return _WAITS[found.why](view, instance, world)


def _upstream(view: RunView, instance: Instance, world: World) -> list[Hold]:
    del world
    task = view.graph.tasks[instance.task_id]
    awaited = dict.fromkeys((*view.graph.upstream[task.task_id], *view.graph.setups[task.task_id]))
    pending = _pending(view, instance, awaited)
    rule = task.trigger_rule
    states = _some([f"{_name(other)}, which is {_is(other)}" for other in pending])
    words = f"waits for {states}; {rule} needs {in_words(rule)}"
    code = HoldCode.UPSTREAM
    if pending and not any(other.expanded for other in pending):
        code = HoldCode.UPSTREAM_NOT_EXPANDED
    return [Hold(code=code, words=words, links=_links(view, pending))]


def _expansion(view: RunView, instance: Instance, world: World) -> list[Hold]:
    del world
    level = view.graph.levels[instance.task_id][len(instance.path)]
    sources = dict.fromkeys(part.task_id for part in xcom_inputs(view.graph.expansion(level)))
    pending = _pending(view, instance, sources)
    states = _some([f"{_name(other)}, which is {_is(other)}" for other in pending])
    words = f"nobody knows yet how many instances {level} has: waits for {states}"
    return [Hold(code=HoldCode.EXPANSION, words=words, links=_links(view, pending))]


def _past(view: RunView, instance: Instance, world: World) -> list[Hold]:
    del world
    previous = view.past.previous
    name = previous.run_id if previous else "the run before"
    states = view.past.states_of(instance.task_id) - {TaskState.SUCCESS, TaskState.SKIPPED}
    shown = _some(sorted(state.value for state in states)) if states else "missing"
    words = f"depends on its past: in {name} it is {shown}, not success or skipped"
    return [Hold(code=HoldCode.DEPENDS_ON_PAST, words=words, links=_past_link(previous, instance))]


def _past_downstream(view: RunView, instance: Instance, world: World) -> list[Hold]:
    del world
    previous = view.past.previous
    name = previous.run_id if previous else "the run before"
    below = view.graph.downstream[instance.task_id]
    late = _some([task_id for task_id in below if not view.past.went_well(task_id)])
    words = f"waits for what was downstream of it in {name}: {late}"
    links = _past_link(previous, instance)
    return [Hold(code=HoldCode.WAIT_FOR_DOWNSTREAM, words=words, links=links)]


def _start_date(view: RunView, instance: Instance, world: World) -> list[Hold]:
    del world
    until = view.graph.tasks[instance.task_id].start_date
    words = f"its start date is {_moment(until, view.spec)}"
    return [Hold(code=HoldCode.START_DATE, words=words, until=until)]


def _timed(code: HoldCode, what: str) -> Callable[[RunView, Instance, World], list[Hold]]:
    def timed(view: RunView, instance: Instance, world: World) -> list[Hold]:
        until = instance.not_before
        found: list[Hold] = []
        if until is not None and until > world.now:
            words = what.format(moment=_moment(until, view.spec), tries=instance.try_number)
            found.append(Hold(code=code, words=words, until=until))
        if (
            instance.state is not TaskState.DEFERRED
            and upstream_verdict(view, instance) is Verdict.WAIT
        ):
            found += _upstream(view, instance, world)
        return found

    return timed


def _scheduled(view: RunView, instance: Instance, world: World) -> list[Hold]:
    wanted = candidate(view, instance)
    found = world.book.blocked_by(wanted)
    name = wanted.executor or world.default_executor
    facts = world.executors.get(name)
    if facts is None:
        known = _some(sorted(world.executors)) if world.executors else "none"
        words = f"there is no executor {name} here; known: {known}"
        return [*found, Hold(code=HoldCode.NO_WORKER, words=words)]
    if facts.slots <= 0:
        words = f"nobody is there to run it: {name} has no slots"
        return [*found, Hold(code=HoldCode.NO_WORKER, words=words)]
    if facts.queues is not None and wanted.queue not in facts.queues:
        served = _some(sorted(facts.queues)) if facts.queues else "none"
        words = f"no worker is alive for queue {wanted.queue}; served: {served}"
        return [*found, Hold(code=HoldCode.NO_WORKER, words=words)]
    if facts.free_for(wanted.queue) <= 0:
        of_queue = f" for queue {wanted.queue}" if facts.free > 0 else ""
        words = f"all {'' if of_queue else f'{facts.slots} '}slots of {name}{of_queue} are taken"
        found.append(Hold(code=HoldCode.NO_SLOT, words=words))
    return found


_Says = Callable[[RunView, Instance, World], list[Hold]]

_WAITS: Mapping[HoldCode, _Says] = MappingProxyType(
    {
        HoldCode.UPSTREAM: _upstream,
        HoldCode.EXPANSION: _expansion,
        HoldCode.DEPENDS_ON_PAST: _past,
        HoldCode.WAIT_FOR_DOWNSTREAM: _past_downstream,
        HoldCode.START_DATE: _start_date,
    }
)

_OF_STATE: Mapping[TaskState, _Says] = MappingProxyType(
    {
        TaskState.NONE: _none,
        TaskState.SCHEDULED: _scheduled,
        TaskState.UP_FOR_RETRY: _timed(
            HoldCode.RETRY_DELAY, "try {tries} failed, the next one is due at {moment}"
        ),
        TaskState.UP_FOR_RESCHEDULE: _timed(HoldCode.RESCHEDULED, "looks again at {moment}"),
        TaskState.DEFERRED: _timed(HoldCode.DEFERRED, "deferred until {moment}"),
    }
)


# -- words ----------------------------------------------------------------------------------


def _pending(view: RunView, instance: Instance, sources: Mapping[str, None]) -> list[Instance]:
    """Unfinished instances of these tasks at the indices that they share with ``instance``."""
    graph, path = view.graph, instance.path
    return [
        other
        for source in sources
        for other in near(view, source, path, graph.shared(source, instance.task_id))
        if other.state not in FINISHED
    ]


def _is(instance: Instance) -> str:
    if instance.state is TaskState.NONE:
        return "not started"
    return "running" if instance.state in HOLDS_SLOT - {TaskState.QUEUED} else instance.state.value


def _name(instance: Instance) -> str:
    index = f"[{instance.map_index}]" if instance.map_index >= 0 else ""
    return f"{instance.task_id}{index}"


def _some(names: list[str]) -> str:
    """The first few, and how many more there are."""
    if not names:
        return "nothing"
    rest = len(names) - _NAMED_MAX
    return ", ".join(names[:_NAMED_MAX]) + (f" and {rest} more" if rest > 0 else "")


def _links(view: RunView, instances: list[Instance]) -> tuple[Link, ...]:
    return tuple(
        Link(
            kind="task",
            dag_id=view.run.dag_id,
            run_id=view.run.run_id,
            task_id=instance.task_id,
            map_index=instance.map_index,
        )
        for instance in instances[:_NAMED_MAX]
    )


def _run_link(run: Run) -> Link:
    return Link(kind="run", dag_id=run.dag_id, run_id=run.run_id)


def _past_link(previous: Run | None, instance: Instance) -> tuple[Link, ...]:
    if previous is None:
        return ()
    return (
        Link(
            kind="task",
            dag_id=previous.dag_id,
            run_id=previous.run_id,
            task_id=instance.task_id,
            map_index=instance.map_index,
        ),
    )


def _moment(moment: datetime | None, spec: DagSpec) -> str:
    """A moment in the DAG's time zone."""
    if moment is None:
        return "an unknown time"
    local = moment.astimezone(ZoneInfo(spec.timezone))
    return f"{local:%Y-%m-%d %H:%M:%S} {spec.timezone}"
