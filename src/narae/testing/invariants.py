"""What must hold whatever happens, as pure functions over rows. Each yields what is wrong.

They share no code with what they check: trigger rules, limits and slots are worked out anew
from the rows, the slow and simple way. The simulator asks them after every commit and every
step; any test may.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from narae.core.commands import EndAttempt
from narae.core.graph import Graph
from narae.core.ids import AttemptId, RunUid, TaskKey, TaskRef
from narae.core.run import LOST, Attempt, CauseKind, Instance, Run
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import (
    FINISHED,
    HOLDS_SLOT,
    LEGAL_RUN_MOVES,
    LEGAL_TASK_MOVES,
    RunState,
    TaskState,
)

_GENERATION_3 = 3
_BAD = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED})


@dataclass(frozen=True, kw_only=True)
class PoolBound:
    """The most that a pool allowed of late: whoever decides may not know yet that it shrank."""

    slots: int
    """-1: without limit."""
    include_deferred: bool = False


@dataclass(kw_only=True)
class Rows:
    """What is stored, as far as invariants look at it."""

    runs: dict[RunUid, Run] = field(default_factory=dict)
    instances: dict[RunUid, dict[TaskRef, Instance]] = field(default_factory=dict)
    specs: dict[int, DagSpec] = field(default_factory=dict)
    """By spec id."""
    graphs: dict[int, Graph] = field(default_factory=dict)

    def graph(self, run: Run) -> Graph:
        """The shape of the DAG that a run follows."""
        if run.spec_id not in self.graphs:
            self.graphs[run.spec_id] = Graph(self.specs[run.spec_id])
        return self.graphs[run.spec_id]

    def all(self) -> Iterator[Instance]:
        """Every instance of every run."""
        for found in self.instances.values():
            yield from found.values()


# -- moves ----------------------------------------------------------------------------------


def legal_task_move(before: Instance, after: Instance) -> Iterator[str]:
    """Only along the table of legal moves, one revision at a time, the fence never back."""
    if before.state != after.state and after.state not in LEGAL_TASK_MOVES[before.state]:
        yield f"{name(after.key)} went from {before.state} to {after.state}"
    if after.revision != before.revision + 1:
        yield f"{name(after.key)} went from revision {before.revision} to {after.revision}"
    if after.fence < before.fence:
        yield f"the fence of {name(after.key)} went back from {before.fence} to {after.fence}"


def legal_run_move(before: Run, after: Run) -> Iterator[str]:
    """The same for runs."""
    if before.state != after.state and after.state not in LEGAL_RUN_MOVES[before.state]:
        yield f"run {after.run_id} went from {before.state} to {after.state}"
    if after.revision != before.revision + 1:
        yield f"run {after.run_id} went from revision {before.revision} to {after.revision}"


# -- slots ----------------------------------------------------------------------------------


def slots_match(rows: Rows, open_attempts: Iterable[Attempt]) -> Iterator[str]:
    """Open attempts and the instances that point at them are the same, one to one."""
    pointed: dict[AttemptId, TaskKey] = {}
    for instance in rows.all():
        holds = instance.state in HOLDS_SLOT
        if holds != (instance.attempt is not None):
            yield f"{name(instance.key)} is {instance.state} with attempt {instance.attempt}"
        if instance.attempt is not None:
            if instance.attempt in pointed:
                yield f"two instances point at attempt {instance.attempt}"
            pointed[instance.attempt] = instance.key
    stored = {attempt.id: attempt for attempt in open_attempts}
    for attempt in pointed.keys() - stored.keys():
        yield f"{name(pointed[attempt])} points at {attempt}, which is not open"
    for attempt in stored.keys() - pointed.keys():
        yield f"{attempt} of {name(stored[attempt].key)} is open, and nothing points at it"
    for key, count in Counter(attempt.key for attempt in stored.values()).items():
        if count > 1:
            yield f"{name(key)} has {count} attempts that are current"


def limits_kept(
    rows: Rows,
    started: Sequence[TaskKey],
    *,
    pools: Mapping[str, PoolBound],
    parallelism: int,
) -> Iterator[str]:
    """What has just been started fits: parallelism, pools and every limit, counted anew."""
    everything = [i for i in rows.all() if i.state in HOLDS_SLOT]
    if started and len(everything) > parallelism:
        yield f"{len(everything)} attempts are open, and parallelism is {parallelism}"
    for place, key in enumerate(started):
        later = set(started[place + 1 :])  # these may have wider limits of another version
        holding = [i for i in everything if i.key not in later]
        instance = rows.instances[key.run][key.ref]
        if instance.state in HOLDS_SLOT:
            yield from _limits_of(rows, instance, holding)
            yield from _pool_kept(rows, instance, holding, pools.get(instance.pool))


def _pool_kept(
    rows: Rows, instance: Instance, holding: Iterable[Instance], pool: PoolBound | None
) -> Iterator[str]:
    if pool is None:
        yield f"{name(instance.key)} was started, and its pool {instance.pool} does not exist"
        return
    inside = [i for i in holding if i.pool == instance.pool]
    if pool.include_deferred:
        deferred = (i for i in rows.all() if i.state is TaskState.DEFERRED)
        inside += [i for i in deferred if i.pool == instance.pool]
    used = sum(i.pool_slots for i in inside)
    if 0 <= pool.slots < used:
        yield f"{used} slots of pool {instance.pool} are taken, and it has {pool.slots}"


def _limits_of(rows: Rows, instance: Instance, holding: Iterable[Instance]) -> Iterator[str]:
    run = rows.runs[instance.run]
    spec = rows.specs[run.spec_id]
    task = next(task for task in spec.tasks if task.task_id == instance.task_id)
    in_dag = [i for i in holding if rows.runs[i.run].dag_id == run.dag_id]
    in_run = [i for i in in_dag if i.run == run.uid]
    same_in_dag = [i for i in in_dag if i.task_id == task.task_id]
    same_in_run = [i for i in in_run if i.task_id == task.task_id]
    active = in_run if spec.generation >= _GENERATION_3 else in_dag
    counted = (
        ("max_active_tasks", active, spec.max_active_tasks),
        ("max_active_tis_per_dag", same_in_dag, task.max_active_tis_per_dag),
        ("max_active_tis_per_dagrun", same_in_run, task.max_active_tis_per_dagrun),
    )
    for limit, found, bound in counted:
        if bound is not None and len(found) > bound:
            yield f"{len(found)} count for {limit} of {name(instance.key)}, which is {bound}"


def runs_kept(rows: Rows, run: Run, *, bound: int) -> Iterator[str]:
    """A run that has just been started fits under max_active_runs of its line."""
    line = (run.dag_id, run.backfill_id)
    running = [
        each
        for each in rows.runs.values()
        if each.state is RunState.RUNNING and (each.dag_id, each.backfill_id) == line
    ]
    if len(running) > bound:
        yield f"{len(running)} runs of {run.dag_id} are running, and max_active_runs is {bound}"


# -- order ----------------------------------------------------------------------------------


def order_respected(rows: Rows, before: Instance, after: Instance) -> Iterator[str]:
    """A move that the scheduler made fits what the trigger rule says of the stored states.

    Told apart are only instances that are fully expanded: others wait for a count, not a rule.
    """
    run = rows.runs[after.run]
    graph = rows.graph(run)
    task = graph.tasks[after.task_id]
    if not after.expanded:
        return
    said = reference_verdict(rows, task, after)
    wanted = {TaskState.SCHEDULED: "run", TaskState.UPSTREAM_FAILED: "fail"}.get(after.state)
    from_none = before.state is TaskState.NONE
    if after.state is TaskState.SCHEDULED and not from_none and before.state not in HOLDS_SLOT:
        if said == "wait" and before.state is not TaskState.DEFERRED:
            yield f"{name(after.key)} goes on though {task.trigger_rule} says wait"
    elif from_none and wanted is not None and wanted not in {said, _early(rows, task, after)}:
        above = ", ".join(f"{name(i.key)} {i.state}" for i in _upstream(rows, task, after))
        yield f"{name(after.key)} became {after.state}; {task.trigger_rule} says {said}: {above}"


def _early(rows: Rows, task: TaskSpec, instance: Instance) -> str:
    """What the rule alone says: who fails early does not wait for setups that are skipped."""
    said = _rule_verdict(
        task.trigger_rule, _counted(i.state for i in _upstream(rows, task, instance))
    )
    return said if said == "fail" else ""


def reference_verdict(rows: Rows, task: TaskSpec, instance: Instance) -> str:
    """``run``, ``wait``, ``skip`` or ``fail``, from the states upstream, the slow way."""
    graph = rows.graph(rows.runs[instance.run])
    if _is_forced(rows, graph, instance):
        return "skip"
    if not graph.upstream[task.task_id] or task.trigger_rule in {"always", "dummy"}:
        return "run"
    found = [i.state for i in _upstream(rows, task, instance)]
    setups = [i.state for s in graph.setups[task.task_id] for i in _near(rows, s, instance)]
    kept = _counted(found)
    kept_setups = _counted(setups)
    if task.trigger_rule == "all_done_setup_success":
        return _teardown_verdict(kept, kept_setups)
    return _with_setups(_rule_verdict(task.trigger_rule, kept), kept_setups)


def _with_setups(said: str, kept_setups: Counter[TaskState]) -> str:
    if any(kept_setups[state] for state in _BAD):
        return "fail"
    if kept_setups[TaskState.SKIPPED]:
        return "skip"
    return "wait" if said == "run" and not _all_over(kept_setups) else said


def _counted(states: Iterable[TaskState]) -> Counter[TaskState]:
    """Removed instances are never counted."""
    return Counter[TaskState](state for state in states if state != TaskState.REMOVED)


def _teardown_verdict(kept: Counter[TaskState], setups: Counter[TaskState]) -> str:
    if not _all_over(kept) or not _all_over(setups):
        return "wait"
    if setups[TaskState.SUCCESS] or not setups:
        return "run"
    return "fail" if any(setups[state] for state in _BAD) else "skip"


def _all_over(kept: Counter[TaskState]) -> bool:
    return all(state in FINISHED for state in kept)


def _rule_verdict(rule: str, kept: Counter[TaskState]) -> str:  # noqa: C901, PLR0911 - written as the documentation puts it, rule by rule
    success, skipped = kept[TaskState.SUCCESS], kept[TaskState.SKIPPED]
    bad, failed = sum(kept[state] for state in _BAD), kept[TaskState.FAILED]
    done = _all_over(kept)
    if rule in {"all_success", "none_failed", "none_failed_min_one_success"} | _OLD and bad:
        return "fail"
    if rule in {"all_success", "none_skipped", "all_done_min_one_success"} and skipped:
        return "skip"
    if rule == "all_failed" and (success or skipped):
        return "skip"
    if rule == "all_skipped" and (success or bad):
        return "skip"
    if rule == "one_success" and success:
        return "run"
    if rule == "one_failed" and bad:
        return "run"
    if rule == "one_done" and (success or failed):
        return "run"
    if not done:
        return "wait"
    only_skipped = bool(skipped) and not success and not bad
    if rule == "one_success":
        return "skip" if only_skipped else "fail"
    if rule in {"one_failed", "one_done"}:
        return "skip"
    if rule in {"none_failed_min_one_success"} | _OLD and only_skipped:
        return "skip"
    return "fail" if rule == "all_done_min_one_success" and not success else "run"


_OLD = {"none_failed_or_skipped"}


def _upstream(rows: Rows, task: TaskSpec, instance: Instance) -> Iterator[Instance]:
    known = rows.graph(rows.runs[instance.run]).tasks
    for above in task.upstream:
        if above in known:
            yield from _near(rows, above, instance)


def _near(rows: Rows, task_id: str, instance: Instance) -> Iterator[Instance]:
    """The instances of another task at the mapping indices that both share."""
    graph = rows.graph(rows.runs[instance.run])
    around = zip(graph.group_levels[task_id], graph.group_levels[instance.task_id], strict=False)
    shared = 0
    for one, other in around:
        if one != other:
            break
        shared += 1
    for each in rows.instances[instance.run].values():
        if each.task_id == task_id:
            levels = min(shared, len(each.path), len(instance.path))
            if each.path[:levels] == instance.path[:levels]:
                yield each


def _is_forced(rows: Rows, graph: Graph, instance: Instance) -> bool:
    for each in rows.instances[instance.run].values():
        branch = each.branch
        if branch is None or each.state is not TaskState.SUCCESS:
            continue
        left_out = branch.followed is not None and (
            instance.task_id in graph.downstream[each.task_id]
            and instance.task_id not in branch.followed
            and not graph.tasks[instance.task_id].is_teardown
        )
        if (left_out or instance.task_id in branch.skipped) and each in _near(
            rows, each.task_id, instance
        ):
            return True
    return False


# -- tries ----------------------------------------------------------------------------------


def retries_kept(command: EndAttempt, task: TaskSpec) -> Iterator[str]:
    """A failed try is repeated while retries are left, and no longer."""
    before, after, cause = command.before, command.after, command.cause
    if after.try_number > after.max_tries + 1:
        yield f"{name(after.key)} is at try {after.try_number} of {after.max_tries + 1}"
    left = before.try_number <= before.max_tries
    if after.state is TaskState.UP_FOR_RETRY:
        if not left:
            yield f"{name(after.key)} is retried after try {before.try_number}, its last"
        elif after.not_before is None or after.not_before < command.at + _delay(task):
            yield f"{name(after.key)} is retried at {after.not_before}, before its delay is over"
    own = cause.kind in {CauseKind.USER_ERROR, CauseKind.EXIT_CODE, CauseKind.EXECUTION_TIMEOUT}
    if own and left and after.state is TaskState.FAILED:
        yield f"{name(after.key)} failed for good in try {before.try_number}, with retries left"
    if cause.kind in LOST and after.state is TaskState.SCHEDULED:
        spent = before.max_tries - before.try_number
        if after.max_tries - after.try_number != spent + 1:
            yield f"a lost attempt of {name(after.key)} has spent a retry"


def _delay(task: TaskSpec) -> timedelta:
    return task.retry.delay


def tries_within_limit(instance: Instance) -> Iterator[str]:
    """A try has a number that its retries allow."""
    if instance.try_number > instance.max_tries + 1:
        yield f"{name(instance.key)} is at try {instance.try_number} of {instance.max_tries + 1}"


# -- ends -----------------------------------------------------------------------------------


def run_ended_right(rows: Rows, run: Run) -> Iterator[str]:
    """A run that the scheduler has ended: nothing is left of it, and its state fits."""
    graph = rows.graph(run)
    found = rows.instances[run.uid].values()
    open_ones = [i for i in found if i.state not in FINISHED]
    if open_ones and run.reason != "all_tasks_deadlocked":
        yield f"run {run.run_id} is {run.state}, and {name(open_ones[0].key)} is not finished"
    bad = [i for i in found if i.state in _BAD and i.task_id in graph.deciding]
    if run.state is RunState.SUCCESS and bad:
        yield f"run {run.run_id} is a success, and {name(bad[0].key)} is {bad[0].state}"
    if run.state is RunState.FAILED and run.reason == "task_failure" and not bad:
        yield f"run {run.run_id} failed, and nothing of it has"


def name(key: TaskKey) -> str:
    """Short enough for one line: the run's last characters, the task, its index."""
    index = f"[{key.map_index}]" if key.map_index >= 0 else ""
    return f"{key.run[-6:]}:{key.task_id}{index}"
