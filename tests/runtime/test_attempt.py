"""What an attempt reports of what user code did."""

import logging
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.core.codec import pack
from narae.core.reports import Failed, Rescheduled, Skipped, Succeeded
from narae.core.requests import PushXCom, Refused
from narae.core.run import CauseKind
from narae.core.wire import ChildStarted
from narae.errors import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTerminated,
    AirflowTaskTimeout,
)
from narae.operators.python import PythonOperator
from narae.runtime.timeout import time_limit
from narae.testing.attempts import DATE, MemoryClient, run_task


def dag_of(function: Callable[..., Any], **options: Any) -> DAG:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(task_id="t", python_callable=function, **options)
    return dag


def raises(error: BaseException) -> Callable[[], None]:
    def function() -> None:
        raise error

    return function


def test_a_returned_value_becomes_an_xcom_with_its_length() -> None:
    done = run_task(dag_of(lambda: [1, 2, 3]), "t")
    assert isinstance(done.report, Succeeded)
    assert done.returned == [1, 2, 3]
    assert done.report.xcoms[0].length == 3


def test_the_start_is_told_before_user_code_runs_and_the_end_last() -> None:
    done = run_task(dag_of(lambda: None), "t")
    assert isinstance(done.sent[0], ChildStarted)
    assert len(done.sent) == 2
    assert done.xcoms == {}


def test_nothing_is_pushed_when_the_task_asked_not_to() -> None:
    assert run_task(dag_of(lambda: 1, do_xcom_push=False), "t").xcoms == {}


def test_multiple_outputs_are_pushed_one_by_one_and_together() -> None:
    done = run_task(dag_of(lambda: {"a": 1, "b": 2}, multiple_outputs=True), "t")
    assert done.xcoms == {"a": 1, "b": 2, "return_value": {"a": 1, "b": 2}}


@pytest.mark.parametrize("value", [[1], {1: 2}])
def test_multiple_outputs_need_a_dict_with_text_keys(value: object) -> None:
    done = run_task(dag_of(lambda: value, multiple_outputs=True), "t")
    assert "multiple_outputs" in done.why


@pytest.mark.parametrize(
    ("error", "kind", "retryable"),
    [
        (ValueError("no rows"), CauseKind.USER_ERROR, True),
        (AirflowFailException("never again"), CauseKind.USER_FAIL, False),
        (AirflowSensorTimeout("too long"), CauseKind.USER_FAIL, False),
        (KeyboardInterrupt(), CauseKind.USER_ERROR, True),
        (SystemExit(3), CauseKind.USER_ERROR, True),
        (SystemExit("words"), CauseKind.USER_ERROR, True),
        (GeneratorExit(), CauseKind.USER_ERROR, True),
        (AirflowTaskTerminated("SIGTERM"), CauseKind.SIGNAL, True),
    ],
)
def test_every_way_out_is_a_failure_with_its_cause(
    error: BaseException, kind: CauseKind, retryable: bool
) -> None:
    report = run_task(dag_of(raises(error)), "t").report
    assert isinstance(report, Failed)
    assert (report.cause.kind, report.retryable) == (kind, retryable)
    assert "raise error" in report.cause.traceback


def test_a_failure_shows_the_users_own_frames_only() -> None:
    report = run_task(dag_of(raises(ValueError("no rows"))), "t").report
    assert isinstance(report, Failed)
    assert report.cause.words == "ValueError: no rows"
    assert "narae/runtime/" not in report.cause.traceback


@pytest.mark.parametrize("code", [0, None])
def test_leaving_with_exit_code_zero_is_a_success(code: int | None) -> None:
    assert run_task(dag_of(raises(SystemExit(code))), "t").succeeded


def test_a_skip_says_why() -> None:
    report = run_task(dag_of(raises(AirflowSkipException("nothing new"))), "t").report
    assert isinstance(report, Skipped)
    assert report.cause.words == "nothing new"


def test_a_reschedule_carries_its_moment() -> None:
    at = datetime(2024, 1, 16, 3, tzinfo=UTC)
    report = run_task(dag_of(raises(AirflowRescheduleException(at))), "t").report
    assert isinstance(report, Rescheduled)
    assert report.until == at


def test_a_task_that_takes_too_long_is_interrupted() -> None:
    def forever() -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001 - user code that swallows everything
                continue

    began, alarm = time.monotonic(), signal.getsignal(signal.SIGALRM)
    report = run_task(dag_of(forever, execution_timeout=timedelta(seconds=0.1)), "t").report
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.EXECUTION_TIMEOUT
    assert time.monotonic() - began < 5
    assert signal.getsignal(signal.SIGALRM) is alarm


def test_a_time_limit_goes_on_after_a_shorter_task_within_it() -> None:
    began = time.monotonic()
    with pytest.raises(AirflowTaskTimeout, match="outer"):  # noqa: PT012, SIM117 - their nesting is the point
        with time_limit(timedelta(seconds=0.1), "outer"):
            with time_limit(timedelta(seconds=30), "inner"):
                pass
            time.sleep(5)
    assert time.monotonic() - began < 4


def test_the_workloads_time_limit_comes_before_the_files() -> None:
    dag = dag_of(lambda: time.sleep(5), execution_timeout=timedelta(seconds=60))
    report = run_task(dag, "t", execution_timeout=timedelta(seconds=0.05)).report
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.EXECUTION_TIMEOUT


def test_an_unknown_task_names_the_nearest() -> None:
    done = run_task(dag_of(lambda: None), "tt")
    assert "did you mean 't'" in done.why


def test_a_value_that_cannot_be_stored_fails_the_task_and_says_where() -> None:
    done = run_task(dag_of(lambda: {"rows": [1, object()]}), "t")
    assert "value['rows'][1]" in done.why


def test_a_stale_attempt_stops_without_callbacks() -> None:
    called: list[str] = []

    def push(ti: Any) -> None:
        try:
            ti.xcom_push("a", 1)
        except Exception:  # noqa: BLE001 - user code that goes on after everything
            called.append("went on")

    client = MemoryClient(refused=Refused(words="there is a newer attempt", stop=True))
    dag = dag_of(push, on_failure_callback=lambda _context: called.append("failure"))
    report = run_task(dag, "t", client=client).report
    assert isinstance(report, Failed)
    assert report.cause.kind is CauseKind.LEASE_LOST
    assert called == []


def test_a_request_that_is_not_granted_is_an_error_in_the_task() -> None:
    client = MemoryClient(refused=Refused(words="too large"))
    done = run_task(dag_of(lambda ti: ti.xcom_push("a", 1)), "t", client=client)
    assert done.why == "RequestRefused: too large"


# -- callbacks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "max_tries", "expected"),
    [
        (None, 0, ["execute", "success"]),
        (ValueError(), 0, ["execute", "failure"]),
        (ValueError(), 1, ["execute", "retry"]),
        (AirflowFailException(), 1, ["execute", "failure"]),
        (AirflowSkipException(), 1, ["execute", "skipped"]),
    ],
)
def test_the_outcome_chooses_the_callback(
    outcome: Exception | None, max_tries: int, expected: list[str]
) -> None:
    called: list[str] = []

    def note(name: str) -> Callable[[Any], None]:
        return lambda _context: called.append(name)

    def function() -> None:
        if outcome is not None:
            raise outcome

    names = ("execute", "success", "failure", "retry", "skipped")
    callbacks = {f"on_{name}_callback": [note(name)] for name in names}
    run_task(dag_of(function, **callbacks), "t", max_tries=max_tries)
    assert called == expected


def test_a_failure_callback_sees_the_exception() -> None:
    seen: list[Any] = []
    error = ValueError("no rows")
    dag = dag_of(raises(error), on_failure_callback=lambda c: seen.append(c["exception"]))
    run_task(dag, "t")
    assert seen == [error]


def test_a_broken_callback_is_logged_and_changes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_context: Any) -> None:
        raise RuntimeError("callback broke")

    with caplog.at_level(logging.INFO):
        done = run_task(dag_of(lambda: 1, on_success_callback=broken), "t")
    assert done.returned == 1
    assert "callback broke" in caplog.text


def test_pre_and_post_execute_are_called_around_the_work() -> None:
    calls: list[Any] = []

    def work() -> int:
        calls.append("work")
        return 5

    dag = dag_of(
        work,
        pre_execute=lambda _context: calls.append("before"),
        post_execute=lambda _context, result: calls.append(("after", result)),
    )
    run_task(dag, "t")
    assert calls == ["before", "work", ("after", 5)]


# -- what others are mapped over ------------------------------------------------------------


def test_lengths_are_told_for_what_others_are_mapped_over() -> None:
    report = run_task(dag_of(lambda: {"a": 1, "b": 2}), "t", mapped_over=("return_value",)).report
    assert isinstance(report, Succeeded)
    assert report.lengths == {"return_value": 2}


def test_a_pushed_key_is_counted_too() -> None:
    dag = dag_of(lambda ti: ti.xcom_push("rows", [1, 2, 3]))
    done = run_task(dag, "t", mapped_over=("rows",))
    assert isinstance(done.report, Succeeded)
    assert done.report.lengths == {"rows": 3}
    assert any(isinstance(request, PushXCom) for request in done.client.asked)


@pytest.mark.parametrize("value", [5, "text", None])
def test_a_value_that_cannot_be_mapped_over_fails_its_task(value: object) -> None:
    done = run_task(dag_of(lambda: value), "t", mapped_over=("return_value",))
    assert "map" in done.why


def test_an_attempt_leaves_the_tasks_of_the_dag_as_they_were() -> None:
    dag = dag_of(lambda x: x, op_kwargs={"x": "{{ ds }}"})
    assert run_task(dag, "t").returned == "2024-01-15"
    assert dag.get_task("t").op_kwargs == {"x": "{{ ds }}"}


def test_text_that_utf_8_lacks_and_huge_numbers_harm_nothing() -> None:
    odd = "file \udcff"
    dag = dag_of(raises(ValueError(odd)), op_kwargs={}, templates_dict={"x": odd, "n": 2**70})
    done = run_task(dag, "t")
    assert done.why == "ValueError: file \\udcff"
    assert done.client.rendered["templates_dict"] == {"x": "file \\udcff", "n": str(2**70)}
    report = run_task(dag_of(raises(ValueError("x" * 100_000))), "t").report
    assert isinstance(report, Failed)
    assert len(report.cause.words) < 5_000
    pack(report)
