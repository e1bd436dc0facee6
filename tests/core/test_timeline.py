"""Where a run's time went: real rows first, then anything at all."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from narae.core.holds import HoldCode
from narae.core.ids import AttemptId, CodeVersion, RunUid, TaskRef
from narae.core.run import Attempt, Cause, CauseKind, Instance, Run, Wait
from narae.core.run_view import RunView
from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import RunState, RunType, TaskState
from narae.core.timeline import Phase, Span, Timeline, timeline, waits_of
from narae.core.timetables.spec import Never

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
UID = RunUid("run-1")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def spec(**upstream: tuple[str, ...]) -> DagSpec:
    tasks = tuple(TaskSpec(task_id=t, operator="Empty", upstream=u) for t, u in upstream.items())
    return DagSpec(dag_id="sales", file="sales.py", timetable=Never(), tasks=tasks)


def run(queued: float, started: float | None, ended: float | None) -> Run:
    return Run(
        uid=UID,
        dag_id="sales",
        run_id="r1",
        run_type=RunType.MANUAL,
        state=RunState.RUNNING if ended is None else RunState.SUCCESS,
        run_after=at(queued),
        spec_id=1,
        code_version=CodeVersion(""),
        queued_at=at(queued),
        started_at=None if started is None else at(started),
        ended_at=None if ended is None else at(ended),
    )


def done(task_id: str, ended: float) -> Instance:
    return Instance(run=UID, task_id=task_id, state=TaskState.SUCCESS, ended_at=at(ended))


def attempt(
    task_id: str,
    times: tuple[float, float, float, float],
    *,
    fence: int = 1,
    kind: CauseKind = CauseKind.SUCCEEDED,
    waits: tuple[Wait, ...] = (),
) -> Attempt:
    """``times``: scheduled, queued, started, ended."""
    scheduled, queued, started, ended = times
    return Attempt(
        id=AttemptId(f"{task_id}-{fence}"),
        key=Instance(run=UID, task_id=task_id).key,
        try_number=fence,
        fence=fence,
        executor="LocalExecutor",
        scheduled_at=at(scheduled),
        queued_at=at(queued),
        started_at=at(started),
        ended_at=at(ended),
        cause=Cause(kind=kind),
        waits=waits,
    )


def wait(code: HoldCode, since: float, until: float) -> Wait:
    return Wait(code=code, since=at(since), until=at(until))


def told(found: Timeline) -> list[tuple[str, str | None, str | None, float]]:
    """Phase, reason, task, seconds."""
    return [
        (each.phase.value, each.code, each.task_id, each.lasted.total_seconds())
        for each in found.stretches
    ]


def test_every_second_of_a_late_run_has_its_reason() -> None:
    view = RunView.build(
        run=run(0, 10, 100),
        spec=spec(quick=(), slow=(), join=("quick", "slow")),
        instances=[done("quick", 15), done("slow", 60), done("join", 99)],
    )
    attempts = [
        attempt("quick", (10, 10, 11, 15)),
        attempt("slow", (10, 10, 12, 20), kind=CauseKind.USER_ERROR),
        attempt("slow", (30, 30, 31, 60), fence=2),
        attempt("join", (61, 90, 91, 99), waits=(wait(HoldCode.POOL_FULL, 61, 85),)),
    ]
    found = timeline(view, attempts, paused=[(at(86), at(88))], now=at(500))
    assert told(found) == [
        ("waiting", "run_queued", None, 10),
        ("startup", None, "slow", 2),
        ("running", None, "slow", 8),
        ("retry_delay", "retry_delay", "slow", 10),
        ("startup", None, "slow", 1),
        ("running", None, "slow", 29),
        ("waiting", "next_tick", "join", 1),
        ("waiting", "pool_full", "join", 24),
        ("waiting", "next_tick", "join", 1),
        ("waiting", "dag_paused", "join", 2),
        ("waiting", "next_tick", "join", 2),
        ("startup", None, "join", 1),
        ("running", None, "join", 8),
        ("waiting", "next_tick", None, 1),
    ]
    assert found.totals()[Phase.RUNNING, None] == timedelta(seconds=45)


def test_a_run_that_goes_on_ends_with_what_it_waits_for_now() -> None:
    waiting = Instance(run=UID, task_id="load", state=TaskState.SCHEDULED, scheduled_at=at(21))
    view = RunView.build(
        run=run(0, 0, None),
        spec=spec(extract=(), load=("extract",)),
        instances=[done("extract", 20), waiting],
    )
    found = timeline(
        view,
        [attempt("extract", (0, 0, 1, 20))],
        holding={TaskRef("load"): HoldCode.POOL_MISSING},
        now=at(50),
    )
    assert not found.ended
    assert told(found)[-2:] == [
        ("waiting", "next_tick", "load", 1),
        ("waiting", "pool_missing", "load", 29),
    ]


def test_a_sensor_that_looked_again_and_again_waited_for_what_it_senses() -> None:
    view = RunView.build(run=run(0, 0, 31), spec=spec(wait=()), instances=[done("wait", 31)])
    attempts = [
        attempt("wait", (0, 0, 0, 1), kind=CauseKind.RESCHEDULED),
        attempt("wait", (30, 30, 30, 31), fence=2),
    ]
    assert told(timeline(view, attempts, now=at(99))) == [
        ("running", None, "wait", 1),
        ("waiting", "rescheduled", "wait", 29),
        ("running", None, "wait", 1),
    ]


def test_each_attempt_tells_what_it_waited_for() -> None:
    first = attempt(
        "load",
        (30, 40, 41, 42),
        kind=CauseKind.USER_ERROR,
        waits=(
            wait(HoldCode.DEPENDS_ON_PAST, 20, 30),
            wait(HoldCode.PARALLELISM, 30, 40),
        ),
    )
    second = attempt("load", (52, 52, 53, 60), fence=2)
    found = waits_of(run(0, 5, 61), [first, second], has_upstream=True)
    assert found == [
        (
            wait(HoldCode.RUN_QUEUED, 0, 5),
            wait(HoldCode.UPSTREAM, 5, 20),
            wait(HoldCode.DEPENDS_ON_PAST, 20, 30),
            wait(HoldCode.PARALLELISM, 30, 40),
        ),
        (wait(HoldCode.RETRY_DELAY, 42, 52),),
    ]


# -- anything at all ------------------------------------------------------------------------

_SECONDS = st.integers(-50_000_000, 300_000_000).map(lambda n: n / 1_000_000)
_MAYBE = st.none() | _SECONDS
_TASKS = ("a", "b", "c", "d")
_UPSTREAM = {"a": (), "b": ("a",), "c": ("a", "b"), "d": ("b", "c")}


@st.composite
def _attempts(draw: st.DrawFn) -> list[Attempt]:
    found = []
    for fence, task_id in enumerate(draw(st.lists(st.sampled_from(_TASKS), max_size=8))):
        given_times = draw(st.tuples(_MAYBE, _SECONDS, _MAYBE, _MAYBE))
        spells = draw(st.lists(st.tuples(st.sampled_from(HoldCode), _SECONDS, _SECONDS)))
        some = attempt(
            task_id,
            (0, 0, 0, 0),
            fence=fence + 1,
            kind=draw(st.sampled_from(CauseKind)),
            waits=tuple(wait(code, a, b) for code, a, b in spells),
        )
        scheduled, queued, started, ended = given_times
        found.append(
            msgspec.structs.replace(
                some,
                scheduled_at=None if scheduled is None else at(scheduled),
                queued_at=at(queued),
                started_at=None if started is None else at(started),
                ended_at=None if ended is None else at(ended),
            )
        )
    return found


@st.composite
def _instances(draw: st.DrawFn) -> list[Instance]:
    return [
        Instance(
            run=UID,
            task_id=task_id,
            state=draw(st.sampled_from(TaskState)),
            ended_at=None if (end := draw(_MAYBE)) is None else at(end),
            scheduled_at=None if (ready := draw(_MAYBE)) is None else at(ready),
        )
        for task_id in _TASKS
    ]


@settings(max_examples=300, deadline=None)
@given(
    times=st.tuples(_SECONDS, _MAYBE, _MAYBE),
    instances=_instances(),
    attempts=_attempts(),
    pauses=st.lists(st.tuples(_SECONDS, _SECONDS), max_size=3),
)
def test_the_parts_always_add_up_to_the_whole(
    times: tuple[float, float | None, float | None],
    instances: list[Instance],
    attempts: list[Attempt],
    pauses: list[tuple[float, float]],
) -> None:
    view = RunView.build(run=run(*times), spec=spec(**_UPSTREAM), instances=instances)
    paused: list[Span] = [(at(a), at(b)) for a, b in pauses]
    found = timeline(view, attempts, paused=paused, now=at(400))
    whole = max(found.until - view.run.queued_at, timedelta())
    assert sum((each.lasted for each in found.stretches), timedelta()) == whole
    assert sum(found.totals().values(), timedelta()) == whole
    ends = [each.until for each in found.stretches]
    assert [each.since for each in found.stretches] == [found.since, *ends][: len(ends)]
    assert all(each.lasted > timedelta() for each in found.stretches)
