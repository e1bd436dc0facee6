"""Plays one scene: a run of one DAG on a virtual deployment, from its beginning to its end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from narae.authoring.dag import DAG
from narae.core.codec import pack, unpack
from narae.core.commands import ChangeTask, Command, Expand
from narae.core.ids import AttemptId, TaskKey
from narae.core.reports import Ended
from narae.core.requests import Refused, Request
from narae.core.run import Attempt, Instance, Limits, Pool, Run
from narae.core.spec import DagSpec
from narae.core.states import FINISHED_RUN, RunState, TaskState
from narae.core.timetables.spec import DataInterval
from narae.core.wire import ChildEnded, FromChild, Wake
from narae.core.workload import Workload
from narae.engine.desk import Desk
from narae.engine.events import Woken
from narae.runtime.attempt import run_attempt
from narae.runtime.client import ANSWERS, checked
from narae.testing.behaviour import Behaviour, BehaviourScript, Place
from narae.testing.fake_executor import Play
from narae.testing.simulated import SimulatedAttempt, SimulatedTask, Spell
from narae.testing.virtual_deployment import VirtualDeployment

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that a run depends on."""

    spec: DagSpec
    """Without a schedule: just the one run takes place."""
    dag: DAG | None
    moment: datetime
    interval: DataInterval
    conf: dict[str, Any]
    behaviours: Mapping[Place, Behaviour]
    pools: tuple[Pool, ...]
    limits: Limits
    before: Mapping[str, TaskState] | None
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of it."""

    run: Run
    tasks: tuple[SimulatedTask, ...]
    callbacks: tuple[str, ...]
    spells: Mapping[tuple[str, int], tuple[Spell, ...]] = field(default_factory=dict)
    """By (task id, map index); empty unless watched."""


def play(scene: Scene, *, watch: bool = False) -> Played:
    """Runs it to its end, or to ``scene.until``. ``watch`` keeps who waited for what."""
    return _Stage(scene).play(watch=watch)


class _Stage:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._script = BehaviourScript(scene.spec, scene.behaviours, execute=self._execute)
        self._there = VirtualDeployment(
            now=scene.moment,
            script=self._played,
            limits=scene.limits,
            pools=scene.pools,
        )
        self._ready: dict[TaskKey, datetime] = {}
        self._there.store.observer = self._note_ready
        self._watch = _Watch()

    def _played(self, workload: Workload) -> Play:
        return self._script(workload)

    def play(self, *, watch: bool) -> Played:
        scene, there = self._scene, self._there
        (row,) = there.add(scene.spec)
        if scene.before is not None:
            self._add_past(scene.before)
        run = there.run(
            row,
            logical_date=scene.moment,
            interval=scene.interval,
            run_after=scene.moment,
            conf=scene.conf,
        )
        there.play(
            until=scene.until,
            over=lambda: there.run_of(run.uid).state in FINISHED_RUN,
            waits=(lambda then: self._watch.see(there, run, then)) if watch else None,
        )
        return Played(
            run=there.run_of(run.uid),
            tasks=tuple(self._tasks(run)),
            callbacks=tuple(each.kind for each in there.executor.callbacks),
            spells=self._watch.spells(),
        )

    def _add_past(self, states: Mapping[str, TaskState]) -> None:
        scene = self._scene
        date = scene.moment - _DAY
        bad = {TaskState.FAILED, TaskState.UPSTREAM_FAILED} & set(states.values())

        def ended(run: Run, instances: tuple[Instance, ...]) -> tuple[Run, tuple[Instance, ...]]:
            over = msgspec.structs.replace(
                run, state=RunState.FAILED if bad else RunState.SUCCESS, ended_at=date
            )
            done = [
                msgspec.structs.replace(instance, state=states[instance.task_id])
                for instance in instances
            ]
            return over, tuple(done)

        row = self._there.store.dags([scene.spec.dag_id])[0]
        interval = DataInterval(start=date, end=date)
        self._there.run(row, logical_date=date, interval=interval, run_after=date, ended=ended)

    def _note_ready(self, commands: Iterable[Command], now: datetime) -> None:
        for command in commands:
            if isinstance(command, ChangeTask):
                if command.after.state is TaskState.SCHEDULED:
                    self._ready.setdefault(command.after.key, now)
            elif isinstance(command, Expand):
                for instance in command.after:
                    if instance.state is TaskState.SCHEDULED:
                        self._ready.setdefault(instance.key, now)

    # -- tasks that execute -----------------------------------------------------------------

    def _execute(self, workload: Workload) -> Ended:
        assert self._scene.dag is not None  # noqa: S101 - only a DAG's tasks can be told to execute
        sent: list[FromChild] = []
        client = _DeskClient(self._there, workload.attempt)
        run_attempt(workload, self._scene.dag, client, now=self._there.clock.now, send=sent.append)
        last = sent[-1]
        assert isinstance(last, ChildEnded)  # noqa: S101 - run_attempt promises it
        assert isinstance(last.report, Ended)  # noqa: S101 - and callbacks are not run so
        return last.report

    # -- the end ----------------------------------------------------------------------------

    def _tasks(self, run: Run) -> Iterable[SimulatedTask]:
        store = self._there.store
        places = {task.task_id: n for n, task in enumerate(self._scene.spec.tasks)}
        rows = sorted(
            store.instances(run.uid), key=lambda row: (places[row.task_id], row.map_index)
        )
        for row in rows:
            attempts = store.attempts(run.uid, row.ref)
            yield SimulatedTask(
                task_id=row.task_id,
                map_index=row.map_index,
                state=row.state,
                tries=row.try_number,
                ready_at=self._ready.get(row.key),
                attempts=tuple(_attempt(each) for each in attempts),
            )


def _attempt(row: Attempt) -> SimulatedAttempt:
    return SimulatedAttempt(
        number=row.try_number, started_at=row.started_at, ended_at=row.ended_at, cause=row.cause
    )


class _DeskClient:
    """A task's client whose desk is right here; answers go through msgpack all the same."""

    def __init__(self, there: VirtualDeployment, attempt: AttemptId) -> None:
        self._there = there
        self._attempt = attempt
        self._desk = Desk(
            store=there.store,
            notifier=self,
            clock=there.clock,
            chance=there.chance,
            current=there.scheduler.current,
        )

    def wake(self, message: Wake) -> None:
        """Something was committed."""
        self._there.scheduler.handle(Woken(wake=message))

    def ask(self, request: Request) -> Any:
        """See :class:`narae.runtime.client.Client`."""
        answer = self._desk.answer(self._attempt, unpack(pack(request), Request))
        checked(answer if isinstance(answer, Refused) else None)
        return unpack(pack(answer), ANSWERS[type(request)])

    def tell(self, request: Request) -> None:
        """See :class:`narae.runtime.client.Client`."""
        self._desk.answer(self._attempt, request)


class _Watch:
    """Keeps what each instance waits for, whenever time goes on."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], list[Spell]] = {}

    def see(self, there: VirtualDeployment, run: Run, then: datetime) -> None:
        now = there.clock.now()
        for place, holds in there.holds_of(run.uid).items():
            spells = self._open.setdefault(place, [])
            hold = holds[0]
            last = spells[-1] if spells else None
            if last is not None and last.ended == now and last.code == hold.code.value:
                spells[-1] = Spell(code=last.code, words=last.words, begun=last.begun, ended=then)
            else:
                spells.append(Spell(code=hold.code.value, words=hold.words, begun=now, ended=then))

    def spells(self) -> dict[tuple[str, int], tuple[Spell, ...]]:
        return {place: tuple(spells) for place, spells in self._open.items()}
