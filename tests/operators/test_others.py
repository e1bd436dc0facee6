"""Operators that decide by time, start other DAGs, or send mail."""

from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any, cast

import pytest

from narae.authoring.dag import DAG
from narae.core.reports import Succeeded
from narae.core.requests import DagFacts, RunRow, Triggered, TriggerRun
from narae.core.states import RunType
from narae.operators.datetime import BranchDateTimeOperator
from narae.operators.email import EmailOperator
from narae.operators.empty import EmptyOperator
from narae.operators.latest_only import LatestOnlyOperator
from narae.operators.python import PythonOperator
from narae.operators.smooth import SmoothOperator
from narae.operators.trigger_dagrun import TriggerDagRunOperator
from narae.operators.weekday import BranchDayOfWeekOperator
from narae.testing.attempts import DATE, NOW, Done, MemoryClient, run_task


def followed(done: Done) -> set[str]:
    assert isinstance(done.report, Succeeded), done.report
    assert done.report.followed is not None
    return set(done.report.followed)


@pytest.mark.parametrize(
    ("now", "run_type", "expected"),
    [
        (NOW, RunType.SCHEDULED, {"a"}),
        (NOW + timedelta(days=2), RunType.SCHEDULED, set()),
        (NOW + timedelta(days=2), RunType.MANUAL, {"a"}),
    ],
)
def test_latest_only_goes_on_in_the_latest_run_only(
    now: datetime, run_type: RunType, expected: set[str]
) -> None:
    with DAG("d", schedule="@daily", start_date=DATE) as dag:
        LatestOnlyOperator(task_id="t") >> EmptyOperator(task_id="a")
    assert followed(run_task(dag, "t", clock=lambda: now, run_type=run_type)) == expected


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (DATE, None, "in"),
        (None, DATE, "out"),
        (time(0), time(0, 5), "in"),
        (time(9, 1), time(9, 2), "out"),
        (time(23), time(1), "out"),
    ],
)
def test_a_branch_by_time_compares_with_now(lower: Any, upper: Any, expected: str) -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        BranchDateTimeOperator(
            task_id="t",
            follow_task_ids_if_true="in",
            follow_task_ids_if_false=["out"],
            target_lower=lower,
            target_upper=upper,
        ) >> [EmptyOperator(task_id="in"), EmptyOperator(task_id="out")]
    assert followed(run_task(dag, "t")) == {expected}


@pytest.mark.parametrize(
    ("days", "logical", "expected"),
    [("Monday", True, "in"), ({"TUESDAY"}, True, "out"), ({"tuesday"}, False, "in")],
)
def test_a_branch_by_weekday(days: Any, logical: bool, expected: str) -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        BranchDayOfWeekOperator(
            task_id="t",
            follow_task_ids_if_true="in",
            follow_task_ids_if_false="out",
            week_day=days,
            use_task_logical_date=logical,
        ) >> [EmptyOperator(task_id="in"), EmptyOperator(task_id="out")]
    assert followed(run_task(dag, "t")) == {expected}


def test_smooth_goes_smoothly() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        SmoothOperator(task_id="t")
    assert run_task(dag, "t").succeeded


# -- runs of other DAGs -------------------------------------------------------------------------


def triggering(client: MemoryClient | None = None, **options: Any) -> Done:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        TriggerDagRunOperator(task_id="t", trigger_dag_id="other", **options)
    return run_task(dag, "t", client=client)


def test_a_run_is_triggered_with_rendered_conf() -> None:
    done = triggering(conf={"day": "{{ ds }}"}, logical_date="{{ logical_date }}", note="n")
    assert done.xcoms == {"trigger_run_id": "manual__1"}
    request = next(r for r in done.client.asked if isinstance(r, TriggerRun))
    assert request == TriggerRun(
        dag_id="other", conf={"day": "2024-01-15"}, logical_date=DATE, note="n"
    )


def test_a_run_that_exists_fails_skips_or_is_reset() -> None:
    client = MemoryClient(triggered=Triggered(run_id="r9", existed=True))
    assert "r9" in triggering(client).why
    assert triggering(client, skip_when_already_exists=True).skipped
    assert triggering(client, reset_dag_run=True).succeeded


def test_a_trigger_that_is_not_granted_says_why() -> None:
    client = MemoryClient(triggered=Triggered(run_id="", error="no DAG 'other'"))
    assert "no DAG 'other'" in triggering(client).why


def test_conf_has_to_be_json() -> None:
    assert "JSON" in triggering(conf={"x": object()}).why


def test_a_paused_dag_is_refused_where_the_author_asked_for_it() -> None:
    client = MemoryClient(dags={"other": DagFacts(dag_id="other", is_paused=True, task_ids=())})
    assert "paused" in triggering(client, fail_when_dag_is_paused=True).why


@pytest.mark.parametrize("deferrable", [False, True])
@pytest.mark.parametrize(("state", "succeeded"), [("success", True), ("failed", False)])
def test_the_runs_end_is_waited_for(state: str, succeeded: bool, deferrable: bool) -> None:
    row = RunRow(
        dag_id="other",
        run_id="manual__1",
        run_type="manual",
        state=state,
        logical_date=DATE,
        interval_start=None,
        interval_end=None,
        run_after=DATE,
    )
    client = MemoryClient(runs=[row])
    done = triggering(client, wait_for_completion=True, poke_interval=0.01, deferrable=deferrable)
    assert done.succeeded is succeeded


# -- mail -----------------------------------------------------------------------------------------


class Sink(StreamRequestHandler):
    """A mail server that keeps what it is sent."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self._take()
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        cast("Any", self.server).mails.append(message_from_bytes(b"".join(lines), policy=default))


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Any:
    with ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.daemon_threads = True
        cast("Any", server).mails = []
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("NARAE__SMTP__SMTP_PORT", str(server.server_address[1]))
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_STARTTLS", "False")
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_MAIL_FROM", "narae@example.org")
        yield cast("Any", server).mails
        server.shutdown()


def test_a_mail_arrives_with_its_attachment(mails: list[Any], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2")
    with DAG("d", schedule=None, start_date=DATE) as dag:
        EmailOperator(
            task_id="t",
            to=["a@example.org", "b@example.org"],
            subject="Rows of {{ ds }}",
            html_content="<b>안녕</b>",
            files=[str(tmp_path / "a.csv")],
        )
    assert run_task(dag, "t").succeeded
    assert mails[0]["Subject"] == "Rows of 2024-01-15"
    assert mails[0]["To"] == "a@example.org, b@example.org"
    assert "안녕" in mails[0].get_body().get_content()
    assert [part.get_filename() for part in mails[0].iter_attachments()] == ["a.csv"]


@pytest.mark.parametrize(
    ("max_tries", "on_retry", "subject"),
    [(0, True, "failed"), (1, True, "will be tried again"), (1, False, None)],
)
def test_a_failure_is_told_by_mail(
    mails: list[Any], max_tries: int, on_retry: bool, subject: str | None
) -> None:
    def fails() -> None:
        raise ValueError("no <rows>")

    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(
            task_id="t", python_callable=fails, email="a@example.org", email_on_retry=on_retry
        )
    run_task(dag, "t", max_tries=max_tries)
    subjects = [mail["Subject"] for mail in mails]
    assert subjects == ([] if subject is None else [f"Narae: d.t {subject} (r1)"])
    assert all("no &lt;rows&gt;" in mail.get_content() for mail in mails)


def test_the_day_of_the_bounds_is_the_local_one() -> None:
    from zoneinfo import ZoneInfo

    start = datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Seoul"))
    with DAG("d", schedule=None, start_date=start) as dag:
        BranchDateTimeOperator(
            task_id="t",
            follow_task_ids_if_true="in",
            follow_task_ids_if_false="out",
            target_lower=time(1),
            target_upper=time(3),
        ) >> [EmptyOperator(task_id="in"), EmptyOperator(task_id="out")]
    two_in_the_night_in_seoul = datetime(2024, 1, 15, 17, tzinfo=UTC)
    assert followed(run_task(dag, "t", clock=lambda: two_in_the_night_in_seoul)) == {"in"}
