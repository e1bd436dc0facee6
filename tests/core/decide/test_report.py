from datetime import timedelta
from typing import Any

import pytest

from narae.core.commands import EndAttempt, KillAttempt
from narae.core.decide.report import kill
from narae.core.ids import AttemptId, TaskRef
from narae.core.reports import Failed, Rescheduled, Skipped, Started, Succeeded, XComValue
from narae.core.run import LOST, Cause, CauseKind, Figures, Instance, Limits
from narae.core.states import TaskState


def _started(kit: Any, **task: Any) -> tuple[Any, Any]:
    play = kit.play(kit.dag(kit.task("a", **task)))
    play.settle()
    (instance,) = play.start()
    return play, instance


def test_a_stale_report_changes_nothing(kit: Any) -> None:
    play, instance = _started(kit)
    assert play.report(Succeeded(attempt=AttemptId("another"), at=play.now)) == []
    done = Succeeded(attempt=instance.attempt, at=play.now)
    assert len(play.report(done)) == 1
    assert play.report(done) == []


def test_a_start_reported_twice_counts_once(kit: Any) -> None:
    play, instance = _started(kit)
    again = Started(attempt=instance.attempt, at=play.now, holder="h", host="x", pid=1)
    assert play.report(again) == []


def test_an_end_may_come_before_the_start(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a")))
    play.settle()
    report, play.report = play.report, lambda report: []
    (queued,) = play.start()
    play.report = report
    assert queued.state is TaskState.QUEUED
    (end,) = play.report(Succeeded(attempt=queued.attempt, at=play.now))
    assert (end.after.state, end.after.started_at) == (TaskState.SUCCESS, play.now)


def test_a_success_brings_its_facts_along(kit: Any) -> None:
    play, instance = _started(kit)
    xcom = XComValue(key="return_value", value=b"[1]", length=1)
    figures = Figures(wall_seconds=2.0)
    report = Succeeded(
        attempt=instance.attempt,
        at=play.now,
        xcoms=(xcom,),
        lengths={"return_value": 1},
        label="Seoul",
        figures=figures,
    )
    (end,) = play.report(report)
    assert isinstance(end, EndAttempt)
    assert (end.xcoms, end.figures, end.cause.kind) == ((xcom,), figures, CauseKind.SUCCEEDED)
    assert (end.after.lengths, end.after.label) == ({"return_value": 1}, "Seoul")


# Cause of a failure -> what becomes of an instance with a retry left.
FATES = {
    CauseKind.USER_ERROR: "up_for_retry",
    CauseKind.EXECUTION_TIMEOUT: "up_for_retry",
    CauseKind.EXIT_CODE: "up_for_retry",
    CauseKind.SIGNAL: "up_for_retry",
    CauseKind.OUT_OF_MEMORY: "up_for_retry",
    CauseKind.IMPORT_ERROR: "up_for_retry",
    CauseKind.CODE_MISSING: "up_for_retry",
    CauseKind.USER_FAIL: "failed",
    CauseKind.KILLED_BY_USER: "failed",
    CauseKind.FAIL_FAST: "failed",
    CauseKind.RUN_TIMEOUT: "skipped",
    CauseKind.REMOVED: "removed",
    **dict.fromkeys(LOST, "scheduled"),
}


@pytest.mark.parametrize("kind", sorted(FATES))
def test_the_cause_decides_what_becomes_of_a_failure(kit: Any, kind: CauseKind) -> None:
    play, instance = _started(kit, retries=1)
    play.report(Failed(attempt=instance.attempt, at=play.now, cause=Cause(kind=kind)))
    assert play.states == {"a": FATES[kind]}


def test_what_is_not_retryable_fails_at_once(kit: Any) -> None:
    play, instance = _started(kit, retries=5)
    cause = Cause(kind=CauseKind.USER_ERROR)
    play.report(Failed(attempt=instance.attempt, at=play.now, cause=cause, retryable=False))
    assert play.states == {"a": "failed"}


def test_a_lost_attempt_spends_no_retry_until_it_was_lost_too_often(kit: Any) -> None:
    spec = kit.dag(kit.task("a", retries=1))
    lost = kit.fail(CauseKind.SUPERVISOR_LOST)
    play = kit.play(spec, outcomes={"a": lost}, limits=Limits(lost_attempts_max=3)).run()
    instance = play.instance("a")
    assert play.states == {"a": "failed"}
    assert (instance.try_number, instance.max_tries, instance.fence) == (4, 4, 4)


def test_after_an_attempt_that_was_lost_the_retries_are_still_there(kit: Any) -> None:
    spec = kit.dag(kit.task("a", retries=1))
    kinds = [CauseKind.LEASE_LOST, CauseKind.USER_ERROR]

    def outcome(play: Any, instance: Instance) -> Any:
        kind = kinds[instance.try_number - 1 :]
        return (kit.fail(kind[0]) if kind else kit.succeed())(play, instance)

    play = kit.play(spec, outcomes={"a": outcome}).run()
    assert play.states == {"a": "success"}
    assert play.instance("a").try_number == 3


def test_a_skip_skips(kit: Any) -> None:
    play, instance = _started(kit, retries=1)
    cause = Cause(kind=CauseKind.SKIPPED, words="AirflowSkipException: no data")
    (end,) = play.report(Skipped(attempt=instance.attempt, at=play.now, cause=cause))
    assert (end.after.state, end.cause) == (TaskState.SKIPPED, cause)


def test_a_kill_is_asked_for_once_and_its_reason_outlives_the_signal(kit: Any) -> None:
    play, instance = _started(kit, retries=5)
    why = Cause(kind=CauseKind.KILLED_BY_USER, by="minsu")
    commands = kill(play.view, TaskRef("a"), why, now=play.now)
    assert commands == [KillAttempt(attempt=instance.attempt, cause=why)]
    play.do(commands)
    assert kill(play.view, TaskRef("a"), why, now=play.now) == []
    play.end(instance)
    assert play.states == {"a": "failed"}
    (end,) = [c for c in play.log if isinstance(c, EndAttempt)]
    assert end.cause == why


def test_what_is_not_running_cannot_be_killed(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a")))
    why = Cause(kind=CauseKind.KILLED_BY_USER)
    assert kill(play.view, TaskRef("a"), why, now=play.now) == []


# Cause, retries, callbacks and mail addresses of the task -> kind of callback that is owed.
OWED = [
    (CauseKind.OUT_OF_MEMORY, 0, ("failure",), (), "task_failure"),
    (CauseKind.OUT_OF_MEMORY, 1, ("failure", "retry"), (), "task_retry"),
    (CauseKind.OUT_OF_MEMORY, 1, ("failure",), (), None),
    (CauseKind.SIGNAL, 0, (), ("a@example.org",), "task_failure"),
    (CauseKind.SIGNAL, 0, (), (), None),
    (CauseKind.USER_ERROR, 0, ("failure",), ("a@example.org",), None),
]


@pytest.mark.parametrize(("kind", "retries", "callbacks", "email", "owed"), OWED)
def test_a_process_that_could_not_say_goodbye_leaves_its_callback(
    kit: Any,
    kind: CauseKind,
    retries: int,
    callbacks: tuple[str, ...],
    email: tuple[str, ...],
    owed: str | None,
) -> None:
    play, instance = _started(kit, retries=retries, callbacks=callbacks, email=email)
    cause = Cause(kind=kind, words="it died")
    (end,) = play.report(Failed(attempt=instance.attempt, at=play.now, cause=cause))
    assert (end.callback.kind if end.callback else None) == owed
    if end.callback:
        assert (end.callback.task_id, end.callback.try_number) == ("a", 1)


def test_a_reschedule_that_was_never_seen_to_start_still_belongs_to_its_try(kit: Any) -> None:
    play = kit.play(kit.dag(kit.task("a")))
    play.settle()
    report, play.report = play.report, lambda report: []
    (queued,) = play.start()
    play.report = report
    until = play.now + timedelta(minutes=1)
    play.report(Rescheduled(attempt=queued.attempt, at=play.now, until=until))
    play.now = until
    play.settle()
    play.start()
    assert play.instance("a").try_number == 1


def test_what_was_killed_does_not_come_back_as_a_reschedule(kit: Any) -> None:
    play, instance = _started(kit, retries=5)
    why = Cause(kind=CauseKind.KILLED_BY_USER)
    play.do(kill(play.view, TaskRef("a"), why, now=play.now))
    until = play.now + timedelta(minutes=1)
    (end,) = play.report(Rescheduled(attempt=instance.attempt, at=play.now, until=until))
    assert (end.after.state, end.cause) == (TaskState.FAILED, why)
