"""Builds specs in a line or two, and plays whole runs in memory under a virtual clock."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from narae.core.commands import (
    AddInstances,
    ChangeRun,
    ChangeTask,
    Command,
    EndAttempt,
    Expand,
    KillAttempt,
    MarkStarted,
    StartAttempt,
)
from narae.core.decide.admit import Book, start_attempt
from narae.core.decide.advance import advance_run, next_timer
from narae.core.decide.new_run import new_run, start_run
from narae.core.decide.report import take_report
from narae.core.ids import AttemptId, CodeVersion, RunUid, TaskRef
from narae.core.reports import Ended, Failed, Started, Succeeded
from narae.core.run import Cause, CauseKind, Instance, Limits, Pool
from narae.core.run_view import Past, RunView
from narae.core.spec import (
    DagSpec,
    Expansion,
    GroupSpec,
    LiteralInput,
    MapInput,
    RetryPolicy,
    TaskSpec,
    XComInput,
)
from narae.core.states import FINISHED_RUN, HOLDS_SLOT, RunType, may_move, run_may_move
from narae.core.timetables.spec import Never

T0 = datetime(2026, 3, 2, tzinfo=UTC)
Outcome = Callable[["Play", Instance], Ended]


def _over(value: Any) -> MapInput:
    if isinstance(value, int):
        return LiteralInput(length=value)
    if isinstance(value, str):
        return XComInput(task_id=value)
    part: MapInput = value
    return part


def _expansion(over: Any) -> Expansion | None:
    if over is None:
        return None
    parts = over if isinstance(over, dict) else {"x": over}
    return Expansion(inputs={key: _over(part) for key, part in parts.items()})


class Kit:
    """Short names for making values."""

    t0 = T0

    @staticmethod
    def task(
        task_id: str, up: str = "", *, over: Any = None, retries: int = 0, **more: Any
    ) -> TaskSpec:
        """``up`` names the upstream tasks; ``over`` is a length, a task id or a MapInput."""
        retry = more.pop("retry", RetryPolicy(retries=retries))
        return TaskSpec(
            task_id=task_id,
            operator="PythonOperator",
            upstream=tuple(sorted(up.split())),
            retry=retry,
            expansion=_expansion(over),
            **more,
        )

    @staticmethod
    def group(group_id: str, *, over: Any = None, parent: str | None = None) -> GroupSpec:
        return GroupSpec(group_id=group_id, parent_id=parent, expansion=_expansion(over))

    @staticmethod
    def dag(*tasks: TaskSpec, groups: Iterable[GroupSpec] = (), **more: Any) -> DagSpec:
        return DagSpec(
            dag_id=more.pop("dag_id", "d"),
            timetable=Never(),
            tasks=tuple(tasks),
            groups=tuple(groups),
            **more,
        )

    # -- outcomes ---------------------------------------------------------------------------

    @staticmethod
    def succeed(**facts: Any) -> Outcome:
        def outcome(play: "Play", instance: Instance) -> Ended:
            return Succeeded(attempt=_attempt(instance), at=play.now, **facts)

        return outcome

    @staticmethod
    def fail(
        kind: CauseKind = CauseKind.USER_ERROR, *, times: int = 10**9, **facts: Any
    ) -> Outcome:
        """Fails ``times`` tries, then succeeds."""

        def outcome(play: "Play", instance: Instance) -> Ended:
            if instance.try_number > times:
                return Succeeded(attempt=_attempt(instance), at=play.now)
            cause = Cause(kind=kind, words="ValueError: no")
            return Failed(attempt=_attempt(instance), at=play.now, cause=cause, **facts)

        return outcome

    @staticmethod
    def returns(length: int, key: str = "return_value") -> Outcome:
        return Kit.succeed(lengths={key: length})

    @staticmethod
    def play(spec: DagSpec, **more: Any) -> "Play":
        return Play(spec, **more)


def _attempt(instance: Instance) -> AttemptId:
    assert instance.attempt is not None
    return instance.attempt


class Play:
    """One run, its book of slots and a clock. Checks every command that it carries out."""

    def __init__(
        self,
        spec: DagSpec,
        *,
        outcomes: Mapping[str, Outcome] | None = None,
        default: Outcome | None = None,
        pools: Iterable[Pool] = (Pool(name="default_pool", slots=10**6),),
        limits: Limits | None = None,
        past: Past | None = None,
        run_type: RunType = RunType.MANUAL,
        uid: str = "run-1",
        book: Book | None = None,
        logical_date: datetime | None = T0,
        takes: timedelta = timedelta(seconds=1),
    ) -> None:
        self.spec = spec
        self.now = T0
        self.takes = takes
        self.outcomes = dict(outcomes or {})
        self.default = default or Kit.succeed()
        self.limits = limits or Limits(parallelism=10**6, max_map_length=10**6)
        self.chance = Random(7)
        self.log: list[Command] = []
        self.order: list[TaskRef] = []
        """Instances in the order in which they were started."""
        self._attempts = 0
        self.book = book or Book(pools=pools, limits=self.limits)
        created = new_run(
            spec=spec,
            spec_id=1,
            code_version=CodeVersion("v"),
            uid=RunUid(uid),
            run_id=f"manual__{uid}",
            run_type=run_type,
            logical_date=logical_date,
            interval=None,
            run_after=T0,
            conf={},
            now=T0,
        )
        self.view = RunView.build(
            run=created.run, spec=spec, instances=created.instances, past=past
        )
        self.do(start_run(self.view, now=T0))

    # -- carrying out -----------------------------------------------------------------------

    def do(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self._check(command)
            self.log.append(command)
            self.view.absorb(command)
            if isinstance(command, ChangeTask | StartAttempt | MarkStarted | EndAttempt):
                self.book.follow(self.view, command.after)

    def _check(self, command: Command) -> None:
        if isinstance(command, ChangeTask | StartAttempt | MarkStarted | EndAttempt):
            before, after = command.before, command.after
            assert self.view.instances[before.ref] == before
            assert after.revision == before.revision + 1
            assert may_move(before.state, after.state), f"{before.state} -> {after.state}"
            assert (after.attempt is not None) == (after.state in HOLDS_SLOT)
        if isinstance(command, ChangeTask):
            assert command.before.attempt == command.after.attempt
        if isinstance(command, ChangeRun):
            assert command.before == self.view.run
            assert command.after.revision == command.before.revision + 1
            assert run_may_move(command.before.state, command.after.state)
        if isinstance(command, Expand):
            assert self.view.instances[command.before.ref] == command.before
            added = {i.ref for i in command.after} - {command.before.ref}
            assert not added & self.view.instances.keys()
            assert len({i.ref for i in command.after}) == len(command.after)
        if isinstance(command, AddInstances):
            assert not {i.ref for i in command.instances} & self.view.instances.keys()

    def settle(self) -> None:
        """Advances until there is nothing left to decide."""
        while commands := advance_run(self.view, now=self.now, limits=self.limits):
            self.do(commands)

    def start(self, free: int = 10**6) -> list[Instance]:
        """Admits and starts what may go out; gives the instances, running."""
        started = []
        for wanted in self.book.admit(now=self.now, free=free):
            self._attempts += 1
            attempt = AttemptId(f"attempt-{self.view.run.uid}-{self._attempts}")
            ref = wanted.key.ref
            self.do(
                [
                    start_attempt(
                        self.view,
                        ref,
                        attempt=attempt,
                        executor="LocalExecutor",
                        lease_until=self.now + timedelta(seconds=60),
                        now=self.now,
                    )
                ]
            )
            self.order.append(ref)
            self.report(Started(attempt=attempt, at=self.now, holder="h", host="x", pid=1))
            started.append(self.view.instances[ref])
        return started

    def report(self, report: Any) -> list[Command]:
        found = take_report(self.view, report, now=self.now, chance=self.chance, limits=self.limits)
        self.do(found)
        return found

    def running(self) -> list[Instance]:
        return [i for i in self.view.instances.values() if i.attempt is not None]

    def end(self, instance: Instance) -> None:
        """Ends a running instance as its outcome says, or as its killer does."""
        attempt = _attempt(instance)
        if attempt in self.view.killing:
            cause = Cause(kind=CauseKind.SIGNAL, words="killed by SIGTERM", signal=15)
            self.report(Failed(attempt=attempt, at=self.now, cause=cause))
            return
        name = f"{instance.task_id}[{','.join(map(str, instance.path))}]"
        outcome = self.outcomes.get(name) or self.outcomes.get(instance.task_id, self.default)
        self.report(outcome(self, instance))

    def step(self) -> bool:
        """Settles, starts, ends what runs; at a standstill, waits for the next timer."""
        self.settle()
        self.start()
        self.now += self.takes
        running = self.running()
        for instance in running:
            self.end(self.view.instances[instance.ref])
        self.settle()
        if running or self.view.run.state in FINISHED_RUN:
            return bool(running)
        timer = next_timer(self.view)
        if timer is None:
            return False
        assert timer > self.now - self.takes, "a timer that is due changes nothing"
        self.now = max(self.now, timer)
        return True

    def run(self, steps: int = 10_000) -> "Play":
        """Plays to the end of the run, or until nothing more happens."""
        for _ in range(steps):
            if not self.step() or self.view.run.state in FINISHED_RUN:
                break
        return self

    # -- looking ----------------------------------------------------------------------------

    @property
    def states(self) -> dict[str, str]:
        """``task`` or ``task[path]`` -> state; a stand-in is ``task*``."""
        found = {}
        for instance in self.view.instances.values():
            path = ",".join(map(str, instance.path))
            name = instance.task_id + (f"[{path}]" if path else "")
            found[name + ("" if instance.expanded else "*")] = instance.state.value
        return {self._tidy(name): state for name, state in found.items()}

    def _tidy(self, name: str) -> str:
        task_id = name.rstrip("*").split("[")[0]
        return name if self.view.graph.levels[task_id] else task_id

    @property
    def outcome(self) -> str:
        return self.view.run.state.value

    def instance(self, task_id: str, map_index: int = -1) -> Instance:
        return self.view.instances[TaskRef(task_id, map_index)]

    def killed(self) -> list[AttemptId]:
        return [c.attempt for c in self.log if isinstance(c, KillAttempt)]


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    return Kit
