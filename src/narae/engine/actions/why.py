"""Why a task instance waits, from the store alone: the same answers in every process."""

from datetime import timedelta
from typing import Any

from narae.core.decide.admit import Book
from narae.core.holds import Hold
from narae.core.ids import UNMAPPED, RunUid, TaskRef
from narae.core.readiness import ExecutorFacts, World, holds
from narae.core.run import DagRow, Limits, Run
from narae.core.run_view import Past, RunView
from narae.core.states import HOLDS_SLOT, RunState, TaskState
from narae.engine.actions.act import Act, find_dag, find_run, refs_of
from narae.engine.ports import Heartbeat, RunQuery, Store
from narae.engine.run_lines import order_of

SCHEDULER_SILENT_MAX = timedelta(seconds=20)
"""A scheduler that has not given a sign of life for so long is taken for dead."""


def why(
    act: Act, dag_id: str, run_id: str, task_id: str, *, map_index: int = UNMAPPED
) -> list[Hold]:
    """Every hold of one task instance; [] when it neither waits nor could.

    Raises NotFound (DAG, run, task, instance).
    """
    dag = find_dag(act.store, dag_id)
    run = find_run(act.store, dag_id, run_id)
    view = _view(act.store, run)
    ref = refs_of(view, task_id, [map_index])[0]
    return holds(view, ref, world=world_of(act, dag, run))


def why_all(act: Act, dag_id: str, run_id: str) -> dict[TaskRef, list[Hold]]:
    """The holds of every instance of a run that has any."""
    dag = find_dag(act.store, dag_id)
    run = find_run(act.store, dag_id, run_id)
    view = _view(act.store, run)
    world = world_of(act, dag, run)
    found = {ref: holds(view, ref, world=world) for ref in view.instances}
    return {ref: some for ref, some in found.items() if some}


def world_of(act: Act, dag: DagRow, run: Run) -> World:
    """Everything outside of ``run`` that can hold its tasks back."""
    store = act.store
    beat = _latest_scheduler(store)
    detail: dict[str, Any] = beat.detail if beat is not None else {}
    limits = Limits(parallelism=detail.get("parallelism", Limits().parallelism))
    alive = beat is not None and act.now - beat.at <= SCHEDULER_SILENT_MAX
    return World(
        now=act.now,
        dag=dag,
        book=_book(store, limits),
        limits=limits,
        runs_before=tuple(_runs_before(store, run)),
        executors={
            name: ExecutorFacts(
                slots=facts["slots"],
                free=facts["free"],
                free_by_queue=facts.get("free_by_queue"),
                queues=None if facts["queues"] is None else frozenset(facts["queues"]),
            )
            for name, facts in detail.get("executors", {}).items()
        },
        default_executor=detail.get("default_executor", "LocalExecutor"),
        scheduler_alive=alive,
    )


def _latest_scheduler(store: Store) -> Heartbeat | None:
    beats = [beat for beat in store.heartbeats() if beat.component == "scheduler"]
    return max(beats, key=lambda beat: beat.at, default=None)


def _view(store: Store, run: Run) -> RunView:
    spec = store.spec(run.spec_id)
    view = RunView.build(run=run, spec=spec, instances=store.instances(run.uid))
    if any(task.depends_on_past or task.wait_for_downstream for task in spec.tasks):
        previous = store.previous_run(run, scheduled_only=spec.catchup)
        states = store.instance_states(previous.uid) if previous else {}
        view.renew_past(Past(previous=previous, states=states))
    return view


def _book(store: Store, limits: Limits) -> Book:
    """Who holds slots, as the open attempts say."""
    book = Book(pools=store.pools(), limits=limits)
    open_keys = {attempt.key for attempt in store.open_attempts()}
    uids: set[RunUid] = {key.run for key in open_keys}
    if any(pool.include_deferred for pool in store.pools()):
        uids.update(run.uid for run in store.runs(RunQuery(states=(RunState.RUNNING,))))
    for run in store.runs(RunQuery(uids=tuple(sorted(uids)))) if uids else ():
        view = RunView.build(
            run=run, spec=store.spec(run.spec_id), instances=store.instances(run.uid)
        )
        for instance in view.instances.values():
            if instance.state in HOLDS_SLOT or instance.state is TaskState.DEFERRED:
                book.follow(view, instance)
    return book


def _runs_before(store: Store, run: Run) -> list[Run]:
    """Runs of the same line that run, or are queued ahead of it."""
    states = (RunState.QUEUED, RunState.RUNNING)
    active = store.runs(RunQuery(dag_id=run.dag_id, states=states))
    return [
        other
        for other in active
        if other.uid != run.uid
        and other.backfill_id == run.backfill_id
        and (other.state is RunState.RUNNING or order_of(other) < order_of(run))
    ]
