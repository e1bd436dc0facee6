"""What the UI's pages of one DAG, run and task instance read."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from tests.api.conftest import Api

from narae.core.reports import Failed
from narae.core.run import Cause, CauseKind
from narae.core.spec import DagSpec, Expansion, LiteralInput, ParamSpec, RetryPolicy, TaskSpec
from narae.core.timetables.spec import CronInterval, Never, TimetableSpec
from narae.testing import samples as s
from narae.testing.fake_executor import Play, hangs

UI = "/api/v2/ui"
NIGHTLY = CronInterval(expression="30 2 * * *", timezone="Europe/Berlin")


def play(api: Api, dag_id: str, run_id: str, **wish: Any) -> None:
    api.stage.trigger(dag_id, run_id=run_id, **wish)
    api.stage.play(timedelta(minutes=5))


def scheduled(api: Api, timetable: TimetableSpec = NIGHTLY, **more: Any) -> None:
    spec = s.spec("daily", timezone="Europe/Berlin", catchup=False, **more)
    start = datetime(2025, 12, 30, tzinfo=UTC)
    spec = msgspec.structs.replace(spec, timetable=timetable, start_date=start)
    api.stage.add_dag(spec, file="daily.py")
    api.stage.play()


# -- calendar -------------------------------------------------------------------------------


def test_a_calendar_has_what_was_and_what_will_be(api: Api) -> None:
    scheduled(api)
    play(api, "daily", "by_hand")
    found = api.good("GET", f"{UI}/calendar/daily")
    assert (found["timezone"], found["granularity"]) == ("Europe/Berlin", "day")
    assert (found["start"], found["end"]) == ("2025-12-30T23:00:00Z", "2026-12-31T23:00:00Z")
    days = {cell["date"]: (cell["counts"], cell["planned"]) for cell in found["cells"]}
    assert days["2025-12-31"] == ({"success": 1}, 0)
    assert days["2026-01-01"] == ({"success": 1}, 1)
    # 2026-03-29 has no half past two: the night of the 28th is covered until the next valid time
    assert all(days[f"2026-03-{day}"] == ({}, 1) for day in (27, 28, 29, 30))
    assert (len(days), found["planned_until"]) == (366, None)


def test_a_calendar_says_when_clocks_are_changed(api: Api) -> None:
    scheduled(api)
    spring, autumn = api.good("GET", f"{UI}/calendar/daily")["changes"]
    assert spring == {
        "at": "2026-03-29T01:00:00Z",
        "date": "2026-03-29",
        "before_minutes": 60,
        "after_minutes": 120,
        "minutes": 60,
    }
    assert (autumn["date"], autumn["minutes"]) == ("2026-10-25", -60)
    assert api.good("GET", f"{UI}/calendar/daily?timezone=Asia/Seoul")["changes"] == []


def test_an_hour_that_comes_twice_is_two_hours(api: Api) -> None:
    scheduled(api, CronInterval(expression="@hourly", timezone="UTC"))
    path = f"{UI}/calendar/daily?granularity=hour&start_date=2026-10-24T22:00:00Z"
    found = api.good("GET", f"{path}&end_date=2026-10-25T03:00:00Z&timezone=Europe/Berlin")
    assert [(cell["hour"], cell["planned"]) for cell in found["cells"]] == [
        (hour, 1) for hour in (0, 1, 2, 2, 3)
    ]
    assert found["cells"][2]["start"] != found["cells"][3]["start"]


def test_hours_are_those_of_zones_that_are_half_an_hour_off(api: Api) -> None:
    play(api, "sales", "mine")
    path = f"{UI}/calendar/sales?granularity=hour&timezone=Asia/Kathmandu"
    (cell,) = api.good("GET", path)["cells"]
    at = api.stage.runs("sales")[0].logical_date or api.stage.runs("sales")[0].run_after
    start = datetime.fromisoformat(cell["start"])
    assert start <= at < start + timedelta(hours=1)
    assert start.minute == 15
    assert (cell["hour"], cell["counts"]) == (
        (start + timedelta(hours=5, minutes=45)).hour,
        {"success": 1},
    )


def test_too_many_runs_to_come_are_planned_up_to_a_moment(api: Api) -> None:
    scheduled(api, CronInterval(expression="* * * * *", timezone="UTC"))
    found = api.good("GET", f"{UI}/calendar/daily")
    assert sum(cell["planned"] for cell in found["cells"]) == 2_000
    assert found["planned_until"].startswith("2026-01-0")


def test_a_dag_that_is_gone_has_no_runs_to_come(api: Api) -> None:
    scheduled(api)
    api.stage.add_dag(s.spec("another"), file="daily.py")
    found = api.good("GET", f"{UI}/calendar/daily")
    assert sum(cell["planned"] for cell in found["cells"]) == 0


@pytest.mark.parametrize(
    ("status", "query"),
    [
        (422, "timezone=Mars/Base"),
        (422, "granularity=week"),
        (422, "start_date=0001-01-01T00:00:00Z&end_date=0001-02-01T00:00:00Z"),
        (422, "end_date=9999-12-31T23:59:59Z"),
        (422, "start_date=2020-01-01T00:00:00Z"),
        (422, "granularity=hour&start_date=2025-01-01T00:00:00Z"),
        (200, "end_date=1900-01-01T00:00:00Z"),
        (200, "start_date=2027-01-01T00:00:00Z&end_date=2026-01-01T00:00:00Z"),
    ],
)
def test_a_calendar_has_its_bounds(api: Api, status: int, query: str) -> None:
    assert api("GET", f"{UI}/calendar/sales?{query}").status_code == status


# -- durations ------------------------------------------------------------------------------


def test_durations_are_told_by_run_and_task(api: Api) -> None:
    play(api, "sales", "first")
    play(api, "sales", "second")
    found = api.good("GET", f"{UI}/durations/sales?limit=1")
    (run,) = found["runs"]
    assert (run["dag_run_id"], run["state"]) == ("second", "success")
    assert (found["task_ids"], found["task_total"]) == (["extract", "load"], 2)
    took = {row[0]: row[6:] for row in run["tasks"]}
    assert took == {"extract": [30_000, 30_000, 0], "load": [30_000, 30_000, 0]}
    ended = datetime.fromisoformat(run["end_date"])
    assert max(row[5] for row in run["tasks"]) == ended.timestamp() * 1000


def test_durations_of_chosen_tasks(api: Api) -> None:
    play(api, "sales", "first")
    found = api.good("GET", f"{UI}/durations/sales?task_id=gone&task_id=load")
    assert found["task_ids"] == ["load", "gone"]
    assert [row[0] for row in found["runs"][0]["tasks"]] == ["load"]
    assert api.good("GET", f"{UI}/durations/sales?state=failed")["runs"] == []
    assert "'sales'" in api.bad(404, "GET", f"{UI}/durations/sale")
    api.bad(422, "GET", f"{UI}/durations/sales?limit=366")


# -- gantt ----------------------------------------------------------------------------------


def test_a_run_over_time_says_what_each_attempt_waited_for(api: Api) -> None:
    play(api, "sales", "mine")
    found = api.good("GET", f"{UI}/gantt/sales/mine")
    assert found["complete"]
    extract, load = found["attempts"]
    assert (extract[:3], extract[7]) == (["extract", -1, 1], "succeeded")
    assert load[6] - load[5] == 30_000
    reasons = {wait[0]: wait[2] - wait[1] for wait in load[8]}
    assert reasons["upstream"] >= 30_000
    assert sorted(bar[0] for bar in found["instances"]) == ["extract", "load"]
    assert found["held"] == []


def test_a_critical_path_is_without_gaps(api: Api) -> None:
    play(api, "sales", "mine")
    found = api.good("GET", f"{UI}/gantt/sales/mine")
    path = found["critical_path"]
    assert all(one[6] == next_[5] for one, next_ in pairwise(path))
    assert path[0][5] == datetime.fromisoformat(found["queued_at"]).timestamp() * 1000
    assert path[-1][6] == datetime.fromisoformat(found["end_date"]).timestamp() * 1000
    assert [each[0] for each in path if each[3] == "running"] == ["extract", "load"]


def test_a_run_that_goes_on_says_what_holds_its_tasks_back(api: Api) -> None:
    api.stage.trigger("sales", run_id="mine")
    api.stage.play(timedelta(seconds=10))
    found = api.good("GET", f"{UI}/gantt/sales/mine")
    assert found["held"] == [["load", -1, "upstream"]]
    assert found["end_date"] is None
    assert [each[7] for each in found["attempts"]] == [None]


def test_a_run_with_too_many_attempts_has_its_bars_alone(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(api, "sales", "mine")
    monkeypatch.setattr("narae.api.v2.ui.gantt.ATTEMPTS_MAX", 1)
    found = api.good("GET", f"{UI}/gantt/sales/mine")
    assert (found["complete"], found["attempts"], found["critical_path"]) == (False, [], [])
    assert len(found["instances"]) == 2
    assert "'mime'" in api.bad(404, "GET", f"{UI}/gantt/sales/mime")


# -- details --------------------------------------------------------------------------------


def test_a_dags_sheet_says_all_there_is_to_say(api: Api) -> None:
    spec = DagSpec(
        dag_id="rich",
        timetable=CronInterval(expression="@daily"),
        doc_md="# Rich",
        generation=3,
        callbacks=("failure",),
        params={"day": ParamSpec(default=1, schema={"type": "integer", "minimum": 1})},
        tasks=(
            TaskSpec(
                task_id="a", operator="BashOperator", pool="big", retry=RetryPolicy(retries=2)
            ),
            TaskSpec(task_id="b", operator="BashOperator"),
            TaskSpec(
                task_id="c",
                operator="PythonOperator",
                expansion=Expansion(inputs={"x": LiteralInput(length=3)}),
            ),
        ),
    )
    api.stage.add_dag(spec, file="rich.py")
    found = api.good("GET", f"{UI}/details/rich")
    assert (found["doc_md"], found["generation"], found["callbacks"]) == ("# Rich", 3, ["failure"])
    assert found["params"]["day"]["schema"] == {"type": "integer", "minimum": 1}
    assert found["timetable"] == {"type": "cron_interval", "expression": "@daily"}
    assert (found["execution"], found["execution_reason"]) == ("fork", "deployment")
    uses = [(each["operator"], each["tasks"], each["mapped"]) for each in found["operators"]]
    assert uses == [("BashOperator", 2, 0), ("PythonOperator", 1, 1)]
    settings = {each["name"]: each["values"] for each in found["task_settings"]}
    assert settings["pool"] == [
        {"value": "default_pool", "tasks": 2},
        {"value": "big", "tasks": 1},
    ]
    assert settings["retries"][1] == {"value": 2, "tasks": 1}
    assert settings["retry_delay"] == [{"value": 300.0, "tasks": 3}]
    assert (found["version_total"], found["is_paused"]) == (1, False)
    assert found["first_seen"] is not None


@pytest.mark.parametrize(("execution", "reason"), [("spawn", "dag"), (None, "deployment")])
def test_a_sheet_says_how_tasks_get_their_processes(
    api: Api, execution: str | None, reason: str
) -> None:
    api.stage.add_dag(DagSpec(dag_id="d", timetable=Never(), execution=execution), file="d.py")
    found = api.good("GET", f"{UI}/details/d")
    assert (found["execution"], found["execution_reason"]) == (execution or "fork", reason)


# -- confs ----------------------------------------------------------------------------------


def test_confs_of_late_are_told_once_each(api: Api) -> None:
    for number, conf in enumerate([{"a": 1}, {}, {"b": 2}, {"a": 1}]):
        play(api, "sales", f"r{number}", conf=conf)
    confs = api.good("GET", f"{UI}/recentConfs/sales")["confs"]
    assert [(each["dag_run_id"], each["conf"]) for each in confs] == [
        ("r3", {"a": 1}),
        ("r2", {"b": 2}),
    ]
    assert len(api.good("GET", f"{UI}/recentConfs/sales?limit=1")["confs"]) == 1
    assert api.good("GET", f"{UI}/recentConfs/other")["confs"] == []
    assert "'sales'" in api.bad(404, "GET", f"{UI}/recentConfs/sale")


def test_a_secret_in_a_conf_is_masked_and_said_to_be(api: Api) -> None:
    play(api, "sales", "r", conf={"password": "hunter2hunter2", "shop": "all"})
    (found,) = api.good("GET", f"{UI}/recentConfs/sales")["confs"]
    assert (found["conf"], found["is_masked"]) == ({"password": "***", "shop": "all"}, True)


# -- one task instance ----------------------------------------------------------------------


def test_an_instances_sheet_has_its_task(shop: Api) -> None:
    play(shop, "shop", "mine")
    found = shop.good("GET", f"{UI}/instance/shop/mine/sell?map_index=1")
    assert (found["instance"]["map_index"], found["instance"]["state"]) == (1, "success")
    assert (found["task"]["operator_name"], found["task"]["is_mapped"]) == ("PythonOperator", True)
    assert (found["upstream"], found["downstream"]) == (["buy"], ["tidy.sweep"])
    assert (found["mapped_total"], found["outcomes"], found["rendered"]) == (3, [], [])
    assert shop.good("GET", f"{UI}/instance/shop/mine/tidy.close")["group_id"] == "tidy"
    shop.bad(404, "GET", f"{UI}/instance/shop/mine/sell?map_index=9")


def test_rendered_fields_say_what_they_are_written_in(api: Api) -> None:
    task = TaskSpec(
        task_id="t",
        operator="X",
        template_fields=("sql", "env", "name"),
        template_fields_renderers={"sql": "sql"},
        doc="*why*",
        doc_format="md",
        email=("a@example.com",),
        email_on_retry=False,
        callbacks=("failure",),
    )
    api.stage.add_dag(DagSpec(dag_id="d", timetable=Never(), tasks=(task,)), file="d.py")

    api.stage.executor.script = lambda _workload: hangs()
    run = api.stage.trigger("d", run_id="mine")
    api.stage.play(timedelta(seconds=5))
    attempt = api.stage.instance(run, "t").attempt
    assert attempt is not None
    fields = {"name": "n", "env": {"password": "hunter2hunter2"}, "sql": "SELECT 1"}
    assert api.store.put_rendered(attempt, fields, None)
    found = api.good("GET", f"{UI}/instance/d/mine/t")
    assert [(each["name"], each["language"]) for each in found["rendered"]] == [
        ("sql", "sql"),
        ("env", "json"),
        ("name", "text"),
    ]
    assert found["rendered"][1]["value"] == {"password": "***"}
    assert (found["doc"], found["callbacks"]) == ("*why*", ["failure"])
    assert (found["email_on"], found["mapped_total"]) == (["failure"], None)


def test_a_callback_that_was_owed_says_how_it_went(api: Api) -> None:
    task = TaskSpec(task_id="t", operator="X", callbacks=("failure",))
    api.stage.add_dag(DagSpec(dag_id="d", timetable=Never(), tasks=(task,)), file="d.py")
    cause = Cause(kind=CauseKind.SIGNAL, signal=9, words="killed by SIGKILL")
    end = Play(end=lambda w, at: Failed(attempt=w.attempt, at=at, cause=cause))
    api.stage.executor.script = lambda _workload: end
    api.stage.trigger("d", run_id="mine")
    api.stage.play(timedelta(minutes=5))
    (found,) = api.good("GET", f"{UI}/instance/d/mine/t")["outcomes"]
    assert (found["try_number"], found["kind"], found["error"]) == (1, "failure", None)
    assert found["done_at"] is not None


# -- a mapped task --------------------------------------------------------------------------


def test_all_instances_of_a_mapped_task_come_in_rows(shop: Api) -> None:
    play(shop, "shop", "mine")
    found = shop.good("GET", f"{UI}/mapped/shop/mine/sell")
    assert [row[:3] for row in found["rows"]] == [[n, "success", 1] for n in range(3)]
    assert found["counts"] == {"success": 3}
    none = shop.good("GET", f"{UI}/mapped/shop/mine/sell?state=failed")
    assert (none["rows"], none["counts"]) == ([], {"success": 3})
    assert shop.good("GET", f"{UI}/mapped/shop/mine/buy") == {"rows": [], "counts": {}}
    assert "'sell'" in shop.bad(404, "GET", f"{UI}/mapped/shop/mine/sel")
