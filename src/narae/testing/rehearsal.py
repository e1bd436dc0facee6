"""Runs under the real scheduler on virtual time, watched: for forecasts."""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

import msgspec

from narae.core.commands import (
    ChangeRun,
    ChangeTask,
    Command,
    EndAttempt,
    Expand,
    StartAttempt,
)
from narae.core.decide.admit import candidate
from narae.core.holds import HoldCode
from narae.core.ids import RunUid, TaskKey
from narae.core.reports import Failed, Succeeded
from narae.core.run import Cause, CauseKind, DagRow, Instance, Run
from narae.core.spec import DagSpec
from narae.core.states import FINISHED_RUN, RunState, TaskState
from narae.core.timetables.spec import DataInterval, Never
from narae.core.workload import Workload
from narae.testing.fake_executor import Play
from narae.testing.forecast_stretch import (
    Alone,
    Start,
    Stretch,
    Taken,
    Wait,
    World,
    in_all,
    longest,
)
from narae.testing.virtual_deployment import VirtualDeployment

_NEXT_TICK = (HoldCode.NEXT_TICK.value, "")
_LONG = timedelta(days=3650)


class Rehearsal:
    """Runs of a :class:`World` under the real scheduler, from one beginning."""

    def __init__(self, world: World, *, begin: datetime) -> None:
        self._world = world
        self._begin = begin
        self.taken: dict[RunUid, list[Taken]] = {}
        self.waits: list[Wait] = []
        self.timed_out: Counter[int] = Counter()
        self.ended = 0
        self.last_end = begin
        self.peak, self.peak_at = 0, 0.0
        self.pool_peaks: Counter[str] = Counter()
        self._pools_now: Counter[str] = Counter()
        self._ready: dict[TaskKey, datetime] = {}
        self._why: dict[TaskKey, tuple[str, str]] = {}
        self._begun: dict[TaskKey, datetime] = {}
        self._which: dict[RunUid, Start] = {}
        self._rows: dict[int, DagRow] = {}
        self._there = VirtualDeployment(
            now=begin, script=self._play, limits=world.limits, pools=world.pools.values()
        )
        self._there.store.observer = self._observe

    def play(self, starts: Sequence[Start], *, until: float | None = None) -> None:
        """Starts these runs, in order, and goes on ``until`` so many seconds; None: to the end."""
        self._add_dags({start.dag for start in starts} - self._rows.keys())
        for offset, some in groupby(starts, key=lambda start: start.offset):
            self._play_until(self._begin + timedelta(seconds=offset))
            for start in some:
                self._start(start)
        end = _LONG if until is None else timedelta(seconds=until)
        self._play_until(self._begin + end)

    def _add_dags(self, numbers: Collection[int]) -> None:
        dags = sorted(numbers)
        rows = self._there.add(*(_bare(self._world.specs[dag]) for dag in dags))
        self._rows |= dict(zip(dags, rows, strict=True))

    def _offset(self, moment: datetime) -> float:
        return (moment - self._begin).total_seconds()

    def stuck(self) -> str:
        """What holds the first run that has not ended; "" when all have."""
        for uid in self._which:
            if self._there.run_of(uid).state not in FINISHED_RUN:
                found = [hold for some in self._there.holds_of(uid).values() for hold in some]
                return found[0].words if found else "nobody knows why"
        return ""

    def _play_until(self, moment: datetime) -> None:
        if moment > self._there.clock.now():
            self._there.play(
                until=moment, over=lambda: self.ended == len(self._which), waits=self._look
            )

    def _start(self, start: Start) -> None:
        moment = self._begin + timedelta(seconds=start.offset)
        self._there.clock.advance_to(moment)
        run = self._there.run(
            self._rows[start.dag],
            logical_date=moment,
            interval=DataInterval(start=moment, end=moment),
            run_after=moment,
            ended=partial(_with_shape, self._world.specs[start.dag], start.shape),
        )
        self._which[run.uid] = start

    def _play(self, workload: Workload) -> Play:
        lasts = self._world.durations(workload.run.dag_id, workload.task_id)
        limit = workload.execution_timeout
        if limit is not None and lasts > limit:
            cause = Cause(kind=CauseKind.EXECUTION_TIMEOUT, words=f"longer than {limit}")
            return Play(
                lasts=limit, end=lambda w, at: Failed(attempt=w.attempt, at=at, cause=cause)
            )
        length = self._world.mapped(workload.run.dag_id, workload.task_id)
        lengths = dict.fromkeys(workload.mapped_over, length)
        return Play(
            lasts=lasts, end=lambda w, at: Succeeded(attempt=w.attempt, at=at, lengths=lengths)
        )

    # -- watching ---------------------------------------------------------------------------

    def _observe(self, commands: Sequence[Command], now: datetime) -> None:
        for command in commands:
            match command:
                case StartAttempt():
                    self._begins(command, now)
                case EndAttempt():
                    self._ends(command, now)
                case ChangeTask() if command.after.state is TaskState.SCHEDULED:
                    self._ready.setdefault(command.after.key, now)
                case Expand():
                    for each in command.after:
                        if each.state is TaskState.SCHEDULED:
                            self._ready.setdefault(each.key, now)
                case ChangeRun():
                    self._run_changes(command.before, command.after, now)
                case _:
                    pass

    def _begins(self, command: StartAttempt, now: datetime) -> None:
        key = command.after.key
        self._begun[key] = now
        self._pools_now[command.after.pool] += command.after.pool_slots
        pool = command.after.pool
        self.pool_peaks[pool] = max(self.pool_peaks[pool], self._pools_now[pool])
        if len(self._begun) > self.peak:
            self.peak = len(self._begun)
            self.peak_at = self._offset(now)
        ready = self._ready.pop(key, now)
        if ready < now:
            self._waited(key, ready, now, self._why.pop(key, _NEXT_TICK))

    def _ends(self, command: EndAttempt, now: datetime) -> None:
        row = command.before
        begun = self._begun.pop(row.key, None)
        if begun is None:
            return
        self._pools_now[row.pool] -= row.pool_slots
        start = self._begin + timedelta(seconds=self._which[row.run].offset)
        self.taken.setdefault(row.run, []).append(
            Taken(
                task_id=row.task_id,
                begun=(begun - start).total_seconds(),
                ended=(now - start).total_seconds(),
                pool=row.pool,
                slots=row.pool_slots,
            )
        )

    def _run_changes(self, before: Run, after: Run, now: datetime) -> None:
        if before.state is RunState.QUEUED and after.state is RunState.RUNNING:
            if now > before.run_after:
                limit = self._world.specs[self._which[after.uid].dag].max_active_runs
                words = f"its run waits for others: max_active_runs is {limit}"
                why = (HoldCode.RUN_QUEUED.value, words)
                self._waited(TaskKey(after.uid, ""), before.run_after, now, why)
        elif after.state in FINISHED_RUN and before.state not in FINISHED_RUN:
            self.ended += 1
            self.last_end = now
            if after.reason == "timed_out":
                self.timed_out[self._which[after.uid].dag] += 1

    def _waited(self, key: TaskKey, since: datetime, now: datetime, why: tuple[str, str]) -> None:
        start = self._which[key.run]
        seconds = (now - since).total_seconds()
        self.waits.append(Wait(seconds, start.dag, start.offset, *key[1:], *why))

    def _look(self, _then: datetime) -> None:
        """Whoever is ready and does not run now has to wait: for what, when it begins to."""
        state = self._there.scheduler.state
        for key in self._ready.keys() - self._why.keys():
            view = state.active.get(key.run)
            instance = view.instances.get(key.ref) if view is not None else None
            if view is None or instance is None or instance.state is not TaskState.SCHEDULED:
                continue
            found = state.book.blocked_by(candidate(view, instance))
            if found:
                self._why[key] = (found[0].code.value, found[0].words)

    # -- days -------------------------------------------------------------------------------

    def take(self, *, since: float = 0.0) -> Stretch:
        """What has happened since this was last asked; offsets count from ``since``."""
        waits = [wait._replace(offset=wait.offset - round(since)) for wait in self.waits]
        found = Stretch(
            seconds=max(0.0, self._offset(self.last_end) - since),
            peak=self.peak,
            peak_at=max(0.0, self.peak_at - since),
            pool_peaks=dict(self.pool_peaks),
            waits=longest(waits),
            waited=in_all(waits),
            timed_out=dict(self.timed_out),
        )
        self.waits, self.timed_out = [], Counter()
        self.peak, self.peak_at = len(self._begun), self._offset(self._there.clock.now())
        self.pool_peaks = Counter(self._pools_now)
        return found

    def state(self) -> Hashable:
        """All that what comes next depends on, in ages: equal states go on alike."""
        now = self._there.clock.now()
        return tuple(
            (start.dag, start.shape, self._offset(now) - start.offset, *self._facts(uid, now))
            for uid, start in self._which.items()
            if self._there.run_of(uid).state not in FINISHED_RUN
        )

    def _facts(self, uid: RunUid, now: datetime) -> tuple[Hashable, ...]:
        def age(moment: datetime | None) -> float | None:
            return None if moment is None else (now - moment).total_seconds()

        run = self._there.run_of(uid)
        tasks = tuple(
            (*row.ref, row.state, age(self._begun.get(row.key)), age(self._ready.get(row.key)))
            for row in self._there.store.instances(uid)
        )
        return (run.state, age(run.started_at), tasks)


def alone(world: World, start: Start, *, begin: datetime) -> Alone:
    """One run with nothing beside it."""
    played = Rehearsal(world, begin=begin)
    played.play([start._replace(offset=0)])
    return Alone(
        taken=tuple(each for some in played.taken.values() for each in some),
        seconds=(played.last_end - begin).total_seconds(),
        timed_out=bool(played.timed_out),
        stuck=played.stuck(),
        waits=tuple(played.waits),
    )


def rehearse(world: World, starts: Sequence[Start], *, begin: datetime) -> Stretch:
    """The stretch under the real scheduler."""
    played = Rehearsal(world, begin=begin)
    played.play(starts)
    return played.take()


def _bare(spec: DagSpec) -> DagSpec:
    """Without a schedule and dates of its tasks: who takes part is known already."""
    return msgspec.structs.replace(
        spec,
        timetable=Never(),
        is_paused_upon_creation=None,
        tasks=tuple(
            msgspec.structs.replace(task, start_date=None, end_date=None) for task in spec.tasks
        ),
    )


def _with_shape(
    spec: DagSpec, shape: tuple[bool, ...], run: Run, instances: tuple[Instance, ...]
) -> tuple[Run, tuple[Instance, ...]]:
    absent = {task.task_id for task, there in zip(spec.tasks, shape, strict=False) if not there}
    return run, tuple(each for each in instances if each.task_id not in absent)
