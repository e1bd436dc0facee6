"""Runs a DAG under the real scheduler: no database, no file, no process, no sleep.

>>> from narae.testing.samples import spec
>>> run = simulate(spec("sales", tasks=("extract", "load"))).fail("load").run()
>>> run.state, run["extract"].state, run["load"].tries
(<RunState.FAILED: 'failed'>, <TaskState.SUCCESS: 'success'>, 1)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from narae.authoring.compile import compile_dag
from narae.authoring.dag import DAG
from narae.core.run import Limits, Pool
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import TaskState
from narae.core.timetables.schedule import manual_interval
from narae.core.timetables.spec import Never
from narae.engine.errors import NotFound
from narae.errors import NaraeError
from narae.testing.behaviour import ALWAYS, RETURN_KEY, Behaviour, Place, behaviour_of
from narae.testing.play import Played, Scene, play
from narae.testing.simulated import SimulatedRun

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
"""When runs take place that nobody gave a moment."""


def simulate(dag: DAG | DagSpec, *, execute: bool = False) -> "Simulation":
    """A simulation of one run of ``dag``; :meth:`Simulation.run` runs it.

    Every task succeeds at once unless told otherwise, and no user code runs. With ``execute``
    (or :meth:`Simulation.executes`) the tasks' own code runs, in this process.
    """
    spec = dag if isinstance(dag, DagSpec) else compile_dag(dag, file=f"{dag.dag_id}.py")
    if execute and isinstance(dag, DagSpec):
        raise NaraeError("a DagSpec has no code to execute: give simulate() the DAG itself")
    starts = [spec.start_date, *(task.start_date for task in spec.tasks)]
    moment = max([MOMENT, *(each for each in starts if each is not None)])
    made = Simulation(spec=spec, dag=None if isinstance(dag, DagSpec) else dag, moment=moment)
    return made.executes() if execute else made


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Each method gives another simulation. No ``task_ids``: every task that runs anything."""

    spec: DagSpec
    dag: DAG | None = None
    moment: datetime
    conf_given: Mapping[str, Any] = field(default_factory=dict)
    behaviours: Mapping[Place, Behaviour] = field(default_factory=dict)
    pools: tuple[Pool, ...] = ()
    limits: Limits = field(default_factory=Limits)
    before: Mapping[str, TaskState] | None = None
    """States of the tasks of the run before; None: there is none."""
    lasts_max: timedelta = timedelta(days=400)
    """A run that is not over by then stays as it is."""

    # -- how tasks behave -------------------------------------------------------------------

    def fail(
        self,
        *task_ids: str,
        times: int | None = None,
        error: str = Behaviour.error,
        retryable: bool = True,
        map_index: int | None = None,
    ) -> "Simulation":
        """The first ``times`` tries fail; all of them when nothing is said."""
        failures = ALWAYS if times is None else times
        return self._behave(
            task_ids, map_index, failures=failures, error=error, retryable=retryable
        )

    def skip(self, *task_ids: str, map_index: int | None = None) -> "Simulation":
        """They ask to be skipped."""
        return self._behave(task_ids, map_index, skips=True)

    def lasts(
        self,
        *task_ids: str,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        map_index: int | None = None,
    ) -> "Simulation":
        """Each of their attempts takes so long."""
        lasts = timedelta(seconds=seconds, minutes=minutes, hours=hours)
        return self._behave(task_ids, map_index, lasts=lasts)

    def returns(
        self, task_id: str, value: Any, *, key: str = RETURN_KEY, map_index: int | None = None
    ) -> "Simulation":
        """What it pushes. A list or dict says how many instances there are of what maps it."""
        known = behaviour_of(self.behaviours, task_id, map_index).values or {}
        return self._behave((task_id,), map_index, values={**known, key: value})

    def chooses(self, task_id: str, *followed: str) -> "Simulation":
        """A branch: which of the tasks or groups right after it run. None skips them all."""
        known = {task.task_id for task in self.spec.tasks}
        for each in followed:
            if each not in known | {group.group_id for group in self.spec.groups}:
                raise NotFound(f"task or group of {self.spec.dag_id}", each, among=known)
        return self._behave((task_id,), None, followed=followed)

    def short_circuits(self, *task_ids: str) -> "Simulation":
        """Their condition does not hold, so what is downstream is skipped."""
        return self._behave(task_ids, None, short_circuits=True)

    def reschedules(
        self,
        *task_ids: str,
        times: int = 1,
        every: timedelta = Behaviour.interval,
        map_index: int | None = None,
    ) -> "Simulation":
        """Sensors: each try gives its slot back ``times`` times before it goes on."""
        return self._behave(task_ids, map_index, reschedules=times, interval=every)

    def executes(self, *task_ids: str) -> "Simulation":
        """Their own code runs, in this process, with XComs, templates and context."""
        if self.dag is None:
            raise NaraeError("a DagSpec has no code to execute: give simulate() the DAG itself")
        return self._behave(task_ids, None, executes=True)

    def _behave(
        self, task_ids: tuple[str, ...], map_index: int | None, **changes: Any
    ) -> "Simulation":
        known = [task.task_id for task in self.spec.tasks]
        behaviours = dict(self.behaviours)
        for task_id in task_ids or [task.task_id for task in self.spec.tasks if not task.inert]:
            if task_id not in known:
                raise NotFound(f"task of {self.spec.dag_id}", task_id, among=known)
            before = behaviour_of(self.behaviours, task_id, map_index)
            behaviours[task_id, map_index] = replace(before, **changes)
        return replace(self, behaviours=behaviours)

    # -- the world around -------------------------------------------------------------------

    def at(self, moment: datetime) -> "Simulation":
        """When the run takes place: its logical date. Naive moments are in the DAG's zone."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.spec.timezone))
        return replace(self, moment=moment.astimezone(UTC))

    def conf(self, conf: Mapping[str, Any]) -> "Simulation":
        """The run's conf."""
        return replace(self, conf_given=conf)

    def pool(self, name: str, *, slots: int, include_deferred: bool = False) -> "Simulation":
        """There is such a pool. Without this, there are those that tasks name, without limit."""
        made = Pool(name=name, slots=slots, include_deferred=include_deferred)
        return replace(self, pools=(*(p for p in self.pools if p.name != name), made))

    def parallelism(self, slots: int) -> "Simulation":
        """How many tasks the deployment runs at once (32)."""
        return replace(self, limits=msgspec.structs.replace(self.limits, parallelism=slots))

    def previous(self, **states: str) -> "Simulation":
        """There was a run a day before, whose tasks ended so; those not named succeeded.

        Names with dots or dashes go as ``previous(**{"group.task": "failed"})``.
        """
        known = [task.task_id for task in self.spec.tasks]
        for task_id, state in states.items():
            if task_id not in known:
                raise NotFound(f"task of {self.spec.dag_id}", task_id, among=known)
            if state not in set(TaskState):
                raise NotFound("task state", state, among=[each.value for each in TaskState])
        return replace(
            self, before={name: TaskState(states.get(name, TaskState.SUCCESS)) for name in known}
        )

    # -- running ----------------------------------------------------------------------------

    def run(self) -> SimulatedRun:
        """Runs it to its end, or until nothing can happen any more."""
        scene = self._scene()
        watch = any(behaviour.executes for behaviour in self.behaviours.values())
        played = play(scene, watch=watch)
        return _result(played, again=lambda: (played if watch else play(scene, watch=True)).spells)

    def _scene(self) -> Scene:
        spec = self.spec
        named = {pool.name for pool in self.pools} | {"default_pool"}
        free = {task.pool for task in spec.tasks} - named
        return Scene(
            spec=msgspec.structs.replace(
                spec,
                timetable=Never(),
                end_date=None,
                is_paused_upon_creation=None,
                tasks=tuple(self._played(task) for task in spec.tasks),
            ),
            dag=self.dag,
            moment=self.moment,
            interval=manual_interval(spec.timetable, self.moment),
            conf=dict(self.conf_given),
            behaviours=self.behaviours,
            pools=(*self.pools, *(Pool(name=name, slots=-1) for name in sorted(free))),
            limits=self.limits,
            before=self.before,
            until=self.moment + self.lasts_max,
        )

    def _played(self, task: TaskSpec) -> TaskSpec:
        """A task that does nothing gets an attempt all the same when it is said how that goes."""
        told = any(task_id == task.task_id for task_id, _ in self.behaviours)
        return msgspec.structs.replace(task, inert=False) if task.inert and told else task


def _result(played: Played, *, again: Callable[[], Any]) -> SimulatedRun:
    run = played.run
    return SimulatedRun(
        dag_id=run.dag_id,
        state=run.state,
        reason=run.reason,
        started_at=run.started_at,
        ended_at=run.ended_at,
        tasks=played.tasks,
        callbacks=played.callbacks,
        again=again,
    )
