"""Airflow's StatsD names, from what the scheduler commits. A witness."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from narae.core.commands import ChangeRun, EndAttempt, MarkStarted, StartAttempt
from narae.core.run import LOST, Instance
from narae.core.run_view import RunView
from narae.core.states import FINISHED_RUN, RunState, RunType, TaskState
from narae.engine.standing import standing
from narae.engine.state import State
from narae.engine.witness import Tick
from narae.telemetry.statsd import StatsdLines

NAMES = (
    "scheduler_heartbeat",
    "scheduler.scheduler_loop_duration",
    "scheduler.critical_section_duration",
    "scheduler.tasks.starving",
    "executor.open_slots",
    "executor.running_tasks",
    "executor.queued_tasks",
    "pool.open_slots.<pool>",
    "pool.queued_slots.<pool>",
    "pool.running_slots.<pool>",
    "ti.start.<dag_id>.<task_id>",
    "ti.finish.<dag_id>.<task_id>.<state>",
    "ti_successes",
    "ti_failures",
    "operator_successes_<operator>",
    "operator_failures_<operator>",
    "zombies_killed",
    "dag.<dag_id>.<task_id>.duration",
    "dag.<dag_id>.<task_id>.queued_duration",
    "dag.<dag_id>.<task_id>.scheduled_duration",
    "dagrun.<dag_id>.first_task_scheduling_delay",
    "dagrun.schedule_delay.<dag_id>",
    "dagrun.duration.success.<dag_id>",
    "dagrun.duration.failed.<dag_id>",
)
"""What is sent. ``pool.queued_slots`` counts those that wait for a slot."""

_RESULTS = {TaskState.SUCCESS: "successes", TaskState.FAILED: "failures"}


class StatsdWitness:
    """Sends one batch of datagrams for each turn in which anything happened."""

    def __init__(self, lines: StatsdLines) -> None:
        self._lines = lines
        self._begun: set[str] = set()
        """Runs that began, and of which no task has been sent out."""
        self._tell: Mapping[type, Callable[[Any, Tick], None]] = {
            StartAttempt: self._start,
            MarkStarted: self._mark_started,
            EndAttempt: self._end,
            ChangeRun: self._change_run,
        }

    def saw(self, tick: Tick) -> None:
        """Sends what a turn has done."""
        self._lines.timing("scheduler.scheduler_loop_duration", tick.seconds)
        if tick.taken:
            self._lines.timing("scheduler.critical_section_duration", tick.commit_seconds)
        for _, command in tick.taken:
            tell = self._tell.get(type(command))
            if tell is not None:
                tell(command, tick)
        self._lines.flush()

    def facts(self, state: State, now: datetime) -> dict[str, Any]:
        """Sends how things stand; the heartbeat needs nothing of it."""
        found, lines = standing(state, now), self._lines
        lines.count("scheduler_heartbeat")
        lines.gauge("scheduler.tasks.starving", sum(p.waiting for p in found.pools.values()))
        lines.gauge("executor.open_slots", sum(free for _, free in found.executors.values()))
        lines.gauge("executor.running_tasks", found.states.get(TaskState.RUNNING, 0))
        lines.gauge("executor.queued_tasks", found.states.get(TaskState.QUEUED, 0))
        for name, pool in found.pools.items():
            lines.gauge(f"pool.open_slots.{name}", max(-1, pool.slots - pool.used))
            lines.gauge(f"pool.running_slots.{name}", pool.used)
            lines.gauge(f"pool.queued_slots.{name}", pool.waiting)
        lines.flush()
        return {}

    def _start(self, command: StartAttempt, tick: Tick) -> None:
        view, attempt = tick.view(command.before.run), command.attempt
        if view is None:
            return
        if attempt.scheduled_at is not None:
            waited = (attempt.queued_at - attempt.scheduled_at).total_seconds()
            self._lines.timing(f"{_task(view, command.before)}.scheduled_duration", waited)
        if view.run.uid in self._begun:
            self._begun.discard(view.run.uid)
            late = (attempt.queued_at - view.run.run_after).total_seconds()
            self._lines.timing(f"dagrun.{view.run.dag_id}.first_task_scheduling_delay", late)

    def _mark_started(self, command: MarkStarted, tick: Tick) -> None:
        view, before = tick.view(command.before.run), command.before
        if view is not None:
            self._lines.count(f"ti.start.{view.run.dag_id}.{before.task_id}")
            if before.queued_at is not None:
                queued = (command.at - before.queued_at).total_seconds()
                self._lines.timing(f"{_task(view, before)}.queued_duration", queued)

    def _end(self, command: EndAttempt, tick: Tick) -> None:
        view, before, state = tick.view(command.before.run), command.before, command.after.state
        if command.cause.kind in LOST:
            self._lines.count("zombies_killed")
        if view is None:
            return
        self._lines.count(f"ti.finish.{view.run.dag_id}.{before.task_id}.{state}")
        if before.started_at is not None:
            seconds = (command.at - before.started_at).total_seconds()
            self._lines.timing(f"{_task(view, before)}.duration", seconds)
        result = _RESULTS.get(state)
        if result is not None:
            self._lines.count(f"ti_{result}")
            operator = view.graph.tasks[before.task_id].operator
            self._lines.count(f"operator_{result}_{operator}")

    def _change_run(self, command: ChangeRun, tick: Tick) -> None:
        del tick
        before, run = command.before, command.after
        if before.state is run.state or run.started_at is None:
            return
        if run.state is RunState.RUNNING:
            self._begun.add(run.uid)
            if run.run_type is RunType.SCHEDULED:
                late = (run.started_at - run.run_after).total_seconds()
                self._lines.timing(f"dagrun.schedule_delay.{run.dag_id}", late)
        elif run.state in FINISHED_RUN and run.ended_at is not None:
            self._begun.discard(run.uid)
            seconds = (run.ended_at - run.started_at).total_seconds()
            self._lines.timing(f"dagrun.duration.{run.state}.{run.dag_id}", seconds)


def _task(view: RunView, instance: Instance) -> str:
    return f"dag.{view.run.dag_id}.{instance.task_id}"
