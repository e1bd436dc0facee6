"""How sensors wait, and when they give up."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.decorators import task
from narae.core.reports import Failed, Rescheduled
from narae.core.run import CauseKind
from narae.errors import AirflowException, AirflowFailException, AirflowSkipException
from narae.sensors.base import BaseSensorOperator, PokeReturnValue, poke_mode_only
from narae.sensors.python import PythonSensor
from narae.testing.attempts import DATE, NOW, Done, run_task


def clock_of(*seconds: float) -> Callable[[], datetime]:
    """A clock that says these times, one after the other, then the last one for ever."""
    ticks: Iterator[float] = iter(seconds)
    last = [0.0]

    def clock() -> datetime:
        last[0] = next(ticks, last[0])
        return NOW + timedelta(seconds=last[0])

    return clock


def sensing(poke: Callable[[], Any], choices: dict[str, Any] | None = None, **options: Any) -> Done:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonSensor(task_id="t", python_callable=poke, **options)
    return run_task(dag, "t", **(choices or {}))


def raises(error: Exception) -> Callable[[], None]:
    def poke() -> None:
        raise error

    return poke


def test_poking_goes_on_until_it_is_done() -> None:
    answers = iter([False, None, True])
    assert sensing(lambda: next(answers), poke_interval=0.001).succeeded
    assert list(answers) == []


def test_a_poke_return_value_becomes_the_xcom() -> None:
    assert sensing(lambda: PokeReturnValue(is_done=True, xcom_value=5)).returned == 5


def test_rescheduling_gives_the_slot_back_for_the_interval() -> None:
    report = sensing(lambda: False, mode="reschedule", poke_interval=30).report
    assert isinstance(report, Rescheduled)
    assert report.until == NOW + timedelta(seconds=30)


def test_the_time_out_of_a_rescheduling_sensor_counts_from_its_first_start() -> None:
    options = {"mode": "reschedule", "poke_interval": 30, "timeout": 100}
    earlier = {"first_started_at": NOW - timedelta(seconds=99)}
    assert isinstance(sensing(lambda: False, earlier, **options).report, Rescheduled)
    too_early = {"first_started_at": NOW - timedelta(seconds=101)}
    report = sensing(lambda: False, too_early, **options).report
    assert isinstance(report, Failed)
    assert (report.cause.kind, report.retryable) == (CauseKind.USER_FAIL, False)


def test_a_time_out_is_a_skip_when_it_may_fail_softly() -> None:
    choices = {"clock": clock_of(0, 0, 0, 50)}
    assert sensing(lambda: False, choices, timeout=10, soft_fail=True, poke_interval=0.001).skipped


def test_pauses_double_up_to_the_longest() -> None:
    options = {"mode": "reschedule", "exponential_backoff": True, "poke_interval": 10}
    pauses = []
    for waited in (0, 10, 30, 70):
        choices = {"first_started_at": NOW - timedelta(seconds=waited)}
        report = sensing(lambda: False, choices, max_wait=35, **options).report
        assert isinstance(report, Rescheduled)
        pauses.append((report.until - NOW).total_seconds())
    assert pauses == [10, 20, 35, 35]


@pytest.mark.parametrize(
    ("error", "option", "skipped"),
    [
        (ValueError("x"), {}, False),
        (ValueError("x"), {"soft_fail": True}, False),
        (AirflowException("x"), {"soft_fail": True}, True),
        (AirflowFailException("x"), {"soft_fail": True}, True),
        (AirflowFailException("x"), {}, False),
        (ValueError("x"), {"never_fail": True}, True),
        (AirflowSkipException("x"), {}, True),
    ],
)
def test_an_error_of_poke_fails_or_skips(
    error: Exception, option: dict[str, Any], skipped: bool
) -> None:
    assert sensing(raises(error), **option).skipped is skipped


def test_a_silent_sensor_goes_on_after_an_error() -> None:
    answers: Iterator[Any] = iter([ValueError("x"), True])

    def poke() -> Any:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert sensing(poke, silent_fail=True, poke_interval=0.001).succeeded


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"mode": "pok"}, "one of poke, reschedule"),
        ({"timeout": -1}, "not negative"),
        ({"poke_interval": "60"}, "poke_interval"),
        ({"soft_fail": True, "never_fail": True}, "exclude each other"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(option: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words), DAG("d", schedule=None):
        BaseSensorOperator(task_id="t", **option)


def test_a_sensor_that_remembers_cannot_be_rescheduled() -> None:
    @poke_mode_only
    class Remembers(BaseSensorOperator):
        pass

    with pytest.raises(AirflowException, match="one of poke"), DAG("d", schedule=None):
        Remembers(task_id="t", mode="reschedule")


def test_task_sensor_waits_for_its_function() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task.sensor(poke_interval=10, mode="reschedule")
        def there(word: str) -> PokeReturnValue:
            return PokeReturnValue(is_done=word == "yes", xcom_value=word)

        there("yes")
        there.override(task_id="not_there")("no")
    assert run_task(dag, "there").returned == "yes"
    assert isinstance(run_task(dag, "not_there").report, Rescheduled)
