"""What a DAG's pages draw: grid, Gantt chart, calendar."""

from datetime import timedelta

import pytest
from tests.api.conftest import Api

from narae.core.spec import DagSpec, Expansion, LiteralInput, TaskSpec
from narae.core.timetables.spec import Never

GRID = "/api/v2/grid/sales"


def test_a_grid_shows_every_task_of_the_latest_runs(api: Api) -> None:
    for number in range(3):
        api.failing = {"load"} if number == 1 else set()
        api.stage.trigger("sales", run_id=f"r{number}")
        api.stage.play(timedelta(minutes=5))
    runs = api.good("GET", f"{GRID}?limit=2")["runs"]
    assert [(run["dag_run_id"], run["state"]) for run in runs] == [
        ("r2", "success"),
        ("r1", "failed"),
    ]
    states = {cell[0]: cell[1:3] for cell in runs[1]["cells"]}
    assert states == {"extract": ["success", 1], "load": ["failed", 1]}
    assert (runs[0]["version_number"], runs[0]["mapped"]) == (1, [])
    assert len(api.good("GET", f"{GRID}?state=failed")["runs"]) == 1
    assert api.good("GET", f"{GRID}?run_type=scheduled")["runs"] == []
    assert api.good("GET", f"{GRID}?run_after_lte=2020-01-01T00:00:00Z")["runs"] == []


def test_mapped_tasks_are_counted_by_state(api: Api) -> None:
    mapped = Expansion(inputs={"x": LiteralInput(length=3)})
    task = TaskSpec(task_id="many", operator="X", expansion=mapped)
    dag = DagSpec(dag_id="wide", timetable=Never(), tasks=(task,))
    api.stage.add_dag(dag, file="wide.py")
    api.stage.trigger("wide", run_id="mine")
    api.stage.play(timedelta(minutes=5))
    (run,) = api.good("GET", "/api/v2/grid/wide")["runs"]
    ((name, state, count, tries, *_),) = run["mapped"]
    assert (name, state, count, tries) == ("many", "success", 3, 1)
    chart = api.good("GET", "/api/v2/gantt/wide/mine")
    assert sorted(bar[1] for bar in chart["instances"]) == [0, 1, 2]
    assert len(chart["attempts"]) == 3


def test_a_gantt_chart_says_when_tasks_ran(api: Api) -> None:
    api.stage.trigger("sales", run_id="mine")
    api.stage.play(timedelta(minutes=5))
    chart = api.good("GET", "/api/v2/gantt/sales/mine")
    lasted = {bar[0]: bar[5] - bar[4] for bar in chart["instances"]}
    assert lasted == {"extract": 30_000, "load": 30_000}
    assert "'mime'" in api.bad(404, "GET", "/api/v2/gantt/sales/mime")


def test_a_calendar_counts_runs_by_day(api: Api) -> None:
    api.stage.trigger("sales")
    api.stage.play()
    api.stage.clock.advance_to(api.stage.clock.now() + timedelta(hours=24))
    for _ in range(2):
        api.stage.trigger("sales")
    found = api.good("GET", "/api/v2/calendar/sales")
    assert found["days"] == [
        {"date": "2026-01-01", "counts": {"success": 1}},
        {"date": "2026-01-02", "counts": {"queued": 2}},
    ]
    there = "/api/v2/calendar/sales?timezone=Pacific/Kiritimati"
    assert api.good("GET", there)["days"][0]["date"] == "2026-01-02"
    later = "/api/v2/calendar/sales?start_date=2026-01-02T00:00:00Z&end_date=2026-02-01T00:00:00Z"
    assert [day["date"] for day in api.good("GET", later)["days"]] == ["2026-01-02"]


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (404, "/api/v2/grid/sale"),
        (404, "/api/v2/calendar/sale"),
        (422, f"{GRID}?limit=0"),
        (422, f"{GRID}?limit=1001"),
        (422, f"{GRID}?state=none"),
        (422, f"{GRID}?run_after_lte=2026-01-01"),
        (422, "/api/v2/calendar/sales?timezone=Mars/Base"),
        (422, "/api/v2/calendar/sales?timezone=../../etc/passwd"),
        (422, "/api/v2/calendar/sales?start_date=0001-01-01T00:00:00Z"),
    ],
)
def test_what_can_not_be_drawn_is_refused(api: Api, status: int, path: str) -> None:
    api.bad(status, "GET", path)


def test_a_calendar_begins_with_the_first_year(api: Api) -> None:
    path = "/api/v2/calendar/sales?end_date=0001-01-01T00:00:00Z"
    assert api.good("GET", path)["days"] == []
