"""Deferred tasks, while there is no process for triggers."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.operator import BaseOperator
from narae.core.reports import Deferred
from narae.core.run import Resume
from narae.sensors.date_time import DateTimeSensorAsync
from narae.testing.attempts import DATE, NOW, run_task
from narae.triggers.base import BaseTrigger, TaskFailedEvent, TaskSuccessEvent, TriggerEvent
from narae.triggers.temporal import DateTimeTrigger
from narae.triggers.testing import FailureTrigger, SuccessTrigger


class Waits(BaseOperator):
    def __init__(self, *, trigger: Any, wait: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.trigger = trigger
        self.wait = wait

    def execute(self, context: Any) -> None:
        self.defer(trigger=self.trigger, method_name="go_on", kwargs={"n": 5}, timeout=self.wait)

    def go_on(self, context: Any, n: int, event: Any = None) -> dict[str, Any]:
        return {"n": n, "event": event, "ds": context["ds"]}


class Slow(BaseTrigger):
    cleaned = False

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "x", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        import asyncio

        await asyncio.sleep(30)
        yield TriggerEvent(1)

    async def cleanup(self) -> None:
        type(self).cleaned = True


class Ends(Slow):
    def __init__(self, event: TriggerEvent) -> None:
        super().__init__()
        self.event = event

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield self.event


def dag_of(trigger: Any, **options: Any) -> DAG:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        Waits(task_id="t", trigger=trigger, **options)
    return dag


def test_a_moment_gives_the_slot_back_and_the_task_goes_on_in_its_method() -> None:
    moment = NOW + timedelta(hours=1)
    dag = dag_of(DateTimeTrigger(moment))
    report = run_task(dag, "t").report
    assert isinstance(report, Deferred)
    assert report.until == moment
    assert report.resume.method == "go_on"
    done = run_task(dag, "t", resume=report.resume, clock=lambda: moment)
    assert done.returned == {"n": 5, "event": moment, "ds": "2024-01-15"}


def test_a_moment_of_the_past_is_no_wait_at_all() -> None:
    assert run_task(dag_of(DateTimeTrigger(NOW - timedelta(hours=1))), "t").returned["n"] == 5


def test_a_wait_beyond_its_timeout_fails_at_the_timeout() -> None:
    dag = dag_of(DateTimeTrigger(NOW + timedelta(hours=2)), wait=timedelta(hours=1))
    report = run_task(dag, "t").report
    assert isinstance(report, Deferred)
    assert report.until == NOW + timedelta(hours=1)
    assert "longer than" in run_task(dag, "t", resume=report.resume).why


def test_a_task_may_end_with_its_moment() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        DateTimeSensorAsync(
            task_id="t", target_time=NOW + timedelta(hours=1), end_from_trigger=True
        )
    report = run_task(dag, "t").report
    assert isinstance(report, Deferred)
    assert run_task(dag, "t", resume=report.resume).succeeded


def test_any_other_trigger_runs_to_its_first_event_within_the_attempt() -> None:
    assert run_task(dag_of(SuccessTrigger()), "t").returned["event"] is True


def test_a_failing_trigger_fails_the_task() -> None:
    done = run_task(dag_of(FailureTrigger()), "t")
    assert done.why == "TaskDeferralError: FailureTrigger failed: this trigger always fails"


def test_a_slow_trigger_is_cut_off_and_cleaned_up() -> None:
    done = run_task(dag_of(Slow(), wait=timedelta(seconds=0.05)), "t")
    assert "took longer" in done.why
    assert Slow.cleaned


@pytest.mark.parametrize(
    ("event", "succeeded"),
    [(TaskSuccessEvent(xcoms={"k": 1}), True), (TaskFailedEvent(), False)],
)
def test_a_trigger_may_end_the_task(event: TriggerEvent, succeeded: bool) -> None:
    done = run_task(dag_of(Ends(event)), "t")
    assert done.succeeded is succeeded
    assert done.client.pushed == ({"k": 1} if succeeded else {})


def test_a_method_that_is_not_there_is_named() -> None:
    done = run_task(dag_of(SuccessTrigger()), "t", resume=Resume(method="gone"))
    assert "no method 'gone'" in done.why
