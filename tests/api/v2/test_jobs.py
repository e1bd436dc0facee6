"""Narae's processes by ``/api/v2/jobs``."""

from datetime import timedelta

import pytest
from tests.api.conftest import Api

from narae.engine.ports import Heartbeat

JOBS = "/api/v2/jobs"
STAGE = {"scheduler SchedulerJob", "fake-1 LocalTaskJob"}


@pytest.fixture
def beating(api: Api) -> Api:
    """A loader beside the stage's own scheduler and supervisor; one not heard for a minute."""
    now = api.stage.clock.now()
    api.store.beat(
        [
            Heartbeat(component="loader", name="ant:2", at=now - timedelta(seconds=20)),
            Heartbeat(component="loader", name="bee:3", at=now - timedelta(minutes=1)),
        ]
    )
    return api


def test_a_process_is_told_by_its_latest_sign_of_life(beating: Api) -> None:
    (job,) = beating.good("GET", f"{JOBS}?hostname=ant")["jobs"]
    assert (job["job_type"], job["state"]) == ("DagProcessorJob", "running")
    assert job["latest_heartbeat"].startswith("2026-01-01T12:")
    beating.stage.clock.advance_to(beating.stage.clock.now() + timedelta(seconds=11))
    (later,) = beating.good("GET", f"{JOBS}?hostname=ant")["jobs"]
    assert (later["id"], later["state"]) == (job["id"], "failed")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {*STAGE, "ant DagProcessorJob", "bee DagProcessorJob"}),
        ("is_alive=true", {*STAGE, "ant DagProcessorJob"}),
        ("job_type=SchedulerJob", {"scheduler SchedulerJob"}),
        ("is_alive=false", {"bee DagProcessorJob"}),
        ("job_state=failed", {"bee DagProcessorJob"}),
        ("hostname=ant&job_type=DagProcessorJob", {"ant DagProcessorJob"}),
        ("executor_class=LocalExecutor", set()),
        ("end_date_gte=2020-01-01T00:00:00Z", set()),
    ],
)
def test_processes_are_filtered(beating: Api, query: str, wanted: set[str]) -> None:
    found = beating.good("GET", f"{JOBS}?{query}")
    assert {f"{job['hostname']} {job['job_type']}" for job in found["jobs"]} == wanted
    assert found["total_entries"] == len(wanted)


def test_processes_are_ordered_and_cut(beating: Api) -> None:
    def hosts(query: str) -> list[str]:
        return [job["hostname"] for job in beating.good("GET", f"{JOBS}?{query}")["jobs"]]

    assert hosts("order_by=-hostname") == ["scheduler", "fake-1", "bee", "ant"]
    assert hosts("order_by=latest_heartbeat&limit=1") == ["bee"]
    assert hosts("order_by=-latest_heartbeat&offset=3") == ["bee"]
    assert beating.good("GET", f"{JOBS}?limit=1")["total_entries"] == 4


@pytest.mark.parametrize(
    "query", ["is_alive=maybe", "order_by=colour", "start_date_gte=2020-01-01", "limit=-1", "x=1"]
)
def test_a_wrong_question_is_refused(beating: Api, query: str) -> None:
    assert query.partition("=")[0] in beating.bad(422, "GET", f"{JOBS}?{query}")
