"""Counts what the scheduler commits. A witness; a few microseconds for each task."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from narae.core.commands import ChangeRun, EndAttempt, MarkStarted, StartAttempt
from narae.core.ids import RunUid
from narae.core.run import Run
from narae.core.states import FINISHED_RUN, RunState, RunType
from narae.engine.standing import standing
from narae.engine.state import State
from narae.engine.witness import Tick
from narae.telemetry.metrics import ENGINE
from narae.telemetry.registry import Registry, Snapshot, as_facts

METRICS = "metrics"
"""Key of the snapshot in a heartbeat's detail."""

_NOTHING: Callable[[], Snapshot] = dict


class Meter:
    """The engine's figures. ``own`` gives those of its process; ``per_dag`` tells DAGs apart."""

    def __init__(self, *, per_dag: bool = False, own: Callable[[], Snapshot] = _NOTHING) -> None:
        self.registry = Registry(ENGINE)
        self._per_dag = per_dag
        self._own = own
        self._unstarted: dict[RunUid, datetime] = {}
        """Runs of which no task has begun, and since when that is late."""
        counter, histogram = self.registry.counter, self.registry.histogram
        self._ticks = counter("narae_scheduler_ticks_total")
        self._tick_seconds = histogram("narae_scheduler_tick_seconds")
        self._commit_seconds = histogram("narae_scheduler_commit_seconds")
        self._commands = counter("narae_scheduler_commands_total")
        self._dispatched = counter("narae_task_attempts_dispatched_total")
        self._started = counter("narae_task_attempts_started_total")
        self._ended = counter("narae_task_attempts_ended_total")
        self._task_seconds = histogram("narae_task_seconds")
        self._startup = histogram("narae_task_startup_seconds")
        self._slot_wait = histogram("narae_task_slot_wait_seconds")
        self._cpu = counter("narae_task_cpu_seconds_total")
        self._memory = histogram("narae_task_memory_peak_bytes")
        self._runs_started = counter("narae_dag_runs_started_total")
        self._runs_ended = counter("narae_dag_runs_ended_total")
        self._run_seconds = histogram("narae_dag_run_seconds")
        self._schedule_delay = histogram("narae_schedule_delay_seconds")
        self._trigger_to_start = histogram("narae_trigger_to_start_seconds")
        self._count: Mapping[type, Callable[[Any, Tick], None]] = {
            StartAttempt: self._start,
            MarkStarted: self._mark_started,
            EndAttempt: self._end,
            ChangeRun: self._change_run,
        }

    def saw(self, tick: Tick) -> None:
        """Counts a turn."""
        self._ticks.add()
        self._tick_seconds.observe(tick.seconds)
        if tick.taken or tick.refused:
            self._commit_seconds.observe(tick.commit_seconds)
            self._commands.add(("taken",), len(tick.taken))
            if tick.refused:
                self._commands.add(("refused",), tick.refused)
        for _, command in tick.taken:
            count = self._count.get(type(command))
            if count is not None:
                count(command, tick)

    # -- commands ---------------------------------------------------------------------------

    def _dag(self, uid: RunUid, tick: Tick) -> tuple[str]:
        view = tick.view(uid) if self._per_dag else None
        return (view.run.dag_id if view is not None else "",)

    def _start(self, command: StartAttempt, tick: Tick) -> None:
        attempt = command.attempt
        self._dispatched.add(self._dag(command.before.run, tick))
        if attempt.scheduled_at is not None:
            self._slot_wait.observe(_seconds(attempt.scheduled_at, attempt.queued_at))

    def _mark_started(self, command: MarkStarted, tick: Tick) -> None:
        uid = command.before.run
        self._started.add(self._dag(uid, tick))
        if command.before.queued_at is not None:
            self._startup.observe(_seconds(command.before.queued_at, command.at))
        since = self._unstarted.pop(uid, None)
        if since is not None:
            view = tick.view(uid)
            kind = view.run.run_type if view is not None else RunType.MANUAL
            self._trigger_to_start.observe(_seconds(since, command.at), (kind.value,))

    def _end(self, command: EndAttempt, tick: Tick) -> None:
        dag = self._dag(command.before.run, tick)
        self._ended.add((command.cause.kind.value, command.after.state.value, *dag))
        figures = command.figures
        if figures is not None:
            self._cpu.add(dag, figures.cpu_seconds)
            self._memory.observe(figures.memory_peak_bytes)
        if command.before.started_at is not None:
            self._task_seconds.observe(_seconds(command.before.started_at, command.at), dag)

    def _change_run(self, command: ChangeRun, tick: Tick) -> None:
        del tick
        before, run = command.before, command.after
        if before.state is run.state:
            return
        if run.state is RunState.RUNNING:
            self._run_began(run)
        elif run.state in FINISHED_RUN:
            self._unstarted.pop(run.uid, None)
            dag_id = run.dag_id if self._per_dag else ""
            self._runs_ended.add((run.state.value, dag_id))
            if run.started_at is not None and run.ended_at is not None:
                seconds = _seconds(run.started_at, run.ended_at)
                self._run_seconds.observe(seconds, (run.state.value, dag_id))

    def _run_began(self, run: Run) -> None:
        self._runs_started.add((run.run_type.value,))
        if run.clear_number == 0:
            self._unstarted[run.uid] = max(run.queued_at, run.run_after)
        if run.run_type is RunType.SCHEDULED and run.started_at is not None:
            self._schedule_delay.observe(_seconds(run.run_after, run.started_at))

    # -- now and then -----------------------------------------------------------------------

    def facts(self, state: State, now: datetime) -> dict[str, Any]:
        """All figures, for the heartbeat."""
        self._read(state, now)
        return {METRICS: as_facts(self.registry.snapshot() | self._own())}

    def _read(self, state: State, now: datetime) -> None:
        gauge = self.registry.gauge
        found = standing(state, now)
        gauge("narae_dag_runs_active").set(found.runs)
        gauge("narae_attempts_open").set(found.attempts)
        gauge("narae_oldest_waiting_seconds").set(found.oldest_waiting_seconds)
        gauge("narae_task_instances").replace({(s.value,): n for s, n in found.states.items()})
        gauge("narae_holds").replace({(code.value,): n for code, n in found.holds.items()})
        pools, executors = found.pools.items(), found.executors.items()
        gauge("narae_pool_slots").replace({(name,): p.slots for name, p in pools})
        gauge("narae_pool_slots_used").replace({(name,): p.used for name, p in pools})
        gauge("narae_pool_waiting").replace({(name,): p.waiting for name, p in pools})
        gauge("narae_executor_slots").replace({(name,): n for name, (n, _) in executors})
        gauge("narae_executor_slots_free").replace({(name,): n for name, (_, n) in executors})


def _seconds(since: datetime, until: datetime) -> float:
    """Clocks of two machines may disagree: never less than nothing."""
    return max(0.0, (until - since).total_seconds())
