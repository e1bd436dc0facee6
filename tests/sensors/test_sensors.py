"""What each sensor waits for."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.core.reports import Deferred, Rescheduled
from narae.core.requests import ConnectionValue, DagFacts, RunRow
from narae.sensors.bash import BashSensor
from narae.sensors.date_time import DateTimeSensor
from narae.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from narae.sensors.filesystem import FileSensor
from narae.sensors.time import TimeSensor
from narae.sensors.time_delta import TimeDeltaSensor, TimeDeltaSensorAsync, WaitSensor
from narae.sensors.weekday import DayOfWeekSensor
from narae.testing.attempts import DATE, NOW, Done, MemoryClient, run_task


def sensing(kind: Any, client: MemoryClient | None = None, **options: Any) -> Done:
    choices = options.pop("choices", {})
    with DAG("d", schedule="@daily", start_date=DATE) as dag:
        kind(task_id="t", **({"mode": "reschedule"} | options))
    return run_task(dag, "t", client=client, **choices)


def test_a_file_is_found_by_path_glob_folder_and_connection(tmp_path: Path) -> None:
    wanted: list[dict[str, Any]] = [
        {"filepath": str(tmp_path / "a.csv")},
        {"filepath": str(tmp_path / "*.csv")},
        {"filepath": str(tmp_path)},
        {"filepath": str(tmp_path / "**" / "a.csv"), "recursive": True},
        {"filepath": "a.csv", "fs_conn_id": "here"},
    ]
    here = ConnectionValue(conn_id="here", conn_type="fs", extra=f'{{"path": "{tmp_path}"}}')
    client = MemoryClient(connections={"here": here})
    for options in wanted:
        assert isinstance(sensing(FileSensor, client, **options).report, Rescheduled), options
    (tmp_path / "a.csv").touch()
    for options in wanted:
        assert sensing(FileSensor, client, **options).succeeded, options


def test_a_deferrable_file_sensor_waits_in_its_trigger(tmp_path: Path) -> None:
    from threading import Timer

    Timer(0.05, (tmp_path / "late").touch).start()
    late = str(tmp_path / "late")
    assert sensing(FileSensor, filepath=late, deferrable=True, poke_interval=0.02).succeeded


def test_an_unknown_file_connection_is_named() -> None:
    assert "'nowhere'" in sensing(FileSensor, filepath="x", fs_conn_id="nowhere").why


@pytest.mark.process
@pytest.mark.parametrize(
    ("command", "option", "outcome"),
    [
        ("true", {}, "Succeeded"),
        ("exit 3", {}, "Rescheduled"),
        ("exit 3", {"retry_exit_code": 3}, "Rescheduled"),
        ("exit 4", {"retry_exit_code": 3}, "Failed"),
    ],
)
def test_a_bash_sensor_goes_by_the_exit_code(
    command: str, option: dict[str, Any], outcome: str
) -> None:
    done = sensing(BashSensor, bash_command=command, **option)
    assert type(done.report).__name__ == outcome


@pytest.mark.parametrize(
    ("kind", "options", "there"),
    [
        (DateTimeSensor, {"target_time": NOW - timedelta(minutes=1)}, True),
        (DateTimeSensor, {"target_time": "{{ data_interval_end.add(hours=1) }}"}, False),
        (TimeDeltaSensor, {"delta": timedelta(seconds=30)}, True),
        (TimeDeltaSensor, {"delta": timedelta(seconds=90)}, False),
        (TimeSensor, {"target_time": time(0, 0, 30)}, True),
        (TimeSensor, {"target_time": time(0, 2)}, False),
        (DayOfWeekSensor, {"week_day": "Tuesday"}, True),
        (DayOfWeekSensor, {"week_day": "Monday"}, False),
        (DayOfWeekSensor, {"week_day": "Monday", "use_task_logical_date": True}, True),
        (WaitSensor, {"time_to_wait": 5}, False),
        (WaitSensor, {"time_to_wait": timedelta(0)}, True),
    ],
)
def test_sensors_of_time_compare_with_now(kind: Any, options: dict[str, Any], there: bool) -> None:
    report = sensing(kind, **options).report
    assert type(report).__name__ == ("Succeeded" if there else "Rescheduled")


def test_an_async_sensor_of_time_gives_its_slot_back() -> None:
    report = sensing(TimeDeltaSensorAsync, delta=timedelta(hours=1)).report
    assert isinstance(report, Deferred)
    assert report.until == DATE + timedelta(days=1, hours=1)


def test_a_time_of_day_is_in_the_dags_zone() -> None:
    from zoneinfo import ZoneInfo

    start = datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Seoul"))
    with DAG("d", schedule=None, start_date=start) as dag:
        TimeSensor(task_id="t", target_time=time(9), mode="reschedule")
    before = datetime(2024, 1, 14, 23, 59, tzinfo=UTC)
    assert isinstance(run_task(dag, "t", clock=lambda: before).report, Rescheduled)
    after = before + timedelta(minutes=2)
    assert run_task(dag, "t", clock=lambda: after).succeeded


# -- other DAGs ---------------------------------------------------------------------------------


def other(state: str = "success", date: datetime = DATE, **tasks: str) -> MemoryClient:
    row = RunRow(
        dag_id="other",
        run_id="o1",
        run_type="scheduled",
        state=state,
        logical_date=date,
        interval_start=None,
        interval_end=None,
        run_after=date,
    )
    facts = DagFacts(dag_id="other", is_paused=False, task_ids=("a", "b"), group_ids=("g",))
    states = {"other": {"o1": {name.replace("__", "."): s for name, s in tasks.items()}}}
    return MemoryClient(runs=[row], states=states, dags={"other": facts})


@pytest.mark.parametrize(
    ("client", "options", "outcome"),
    [
        (other(), {}, "Succeeded"),
        (other("running"), {}, "Rescheduled"),
        (other("failed"), {"failed_states": ["failed"]}, "Failed"),
        (other("failed"), {"failed_states": ["failed"], "soft_fail": True}, "Skipped"),
        (other(a="success"), {"external_task_id": "a"}, "Succeeded"),
        (other(a="running"), {"external_task_id": "a"}, "Rescheduled"),
        (other(a="success"), {"external_task_ids": ["a", "b"]}, "Rescheduled"),
        (other(a="success", b="success"), {"external_task_ids": ["a", "b"]}, "Succeeded"),
        (other(a="skipped"), {"external_task_id": "a", "skipped_states": ["skipped"]}, "Skipped"),
        (other(g__x="success"), {"external_task_group_id": "g"}, "Succeeded"),
        (other(g__x="success", g__y="none"), {"external_task_group_id": "g"}, "Rescheduled"),
        (other(date=DATE - timedelta(hours=1)), {}, "Rescheduled"),
        (
            other(date=DATE - timedelta(hours=1)),
            {"execution_delta": timedelta(hours=1)},
            "Succeeded",
        ),
        (
            other(date=DATE - timedelta(hours=2)),
            {"execution_date_fn": lambda dt: [dt - timedelta(hours=2)]},
            "Succeeded",
        ),
        (
            other(),
            {"execution_date_fn": lambda dt, context: context["logical_date"]},
            "Succeeded",
        ),
        (other(), {"external_task_id": "c", "check_existence": True}, "Failed"),
        (MemoryClient(), {"check_existence": True}, "Failed"),
        (other(), {"deferrable": True}, "Succeeded"),
    ],
)
def test_another_dag_is_waited_for(
    client: MemoryClient, options: dict[str, Any], outcome: str
) -> None:
    done = sensing(ExternalTaskSensor, client, external_dag_id="other", **options)
    assert type(done.report).__name__ == outcome


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"external_task_id": "a", "external_task_ids": ["b"]}, "only one of"),
        ({"allowed_states": ["success"], "failed_states": ["success"]}, "more than one"),
        ({"failed_states": ["skipped"]}, "no state of a run"),
        ({"execution_delta": timedelta(1), "execution_date_fn": print}, "only one of"),
    ],
)
def test_what_contradicts_itself_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words), DAG("d", schedule=None):
        ExternalTaskSensor(task_id="t", external_dag_id="other", **options)


def test_a_marker_does_nothing() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        ExternalTaskMarker(task_id="t", external_dag_id="other", external_task_id="a")
    assert run_task(dag, "t").succeeded
