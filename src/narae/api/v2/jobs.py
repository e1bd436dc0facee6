"""``/api/v2/jobs``: Narae's processes, by their signs of life."""

import zlib
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, Moment, Offset
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.engine.ports import Heartbeat

routes = Routes(V2, tag="Jobs")

ALIVE = timedelta(seconds=30)
TYPES = MappingProxyType(
    {
        "scheduler": "SchedulerJob",
        "loader": "DagProcessorJob",
        "supervisor": "LocalTaskJob",
        "api": "ApiServer",
    }
)
"""Component -> what Airflow calls its like."""


class JobQuery(Query, frozen=True, kw_only=True):
    """Which processes. A process has no end that anybody would write down: those are none."""

    limit: Limit = 50
    offset: Offset = 0
    is_alive: bool | None = None
    job_state: str | None = None
    job_type: str | None = None
    hostname: str | None = None
    executor_class: str | None = None
    start_date_gte: Moment | None = None
    start_date_gt: Moment | None = None
    start_date_lte: Moment | None = None
    start_date_lt: Moment | None = None
    end_date_gte: Moment | None = None
    end_date_gt: Moment | None = None
    end_date_lte: Moment | None = None
    end_date_lt: Moment | None = None
    order_by: tuple[
        Literal["id", "-id", "latest_heartbeat", "-latest_heartbeat", "hostname", "-hostname"], ...
    ] = ("id",)


class JobResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One process."""

    id: int
    job_type: str
    state: str
    hostname: str
    latest_heartbeat: datetime
    dag_id: str | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    executor_class: str | None = None
    unixname: str | None = None
    dag_display_name: str | None = None


class JobCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Processes."""

    jobs: tuple[JobResponse, ...]
    total_entries: int


@routes.get("/jobs", needs=Needs(Resource.JOB, Action.READ))
def get_jobs(call: Call, query: JobQuery) -> JobCollection:
    """The processes that have given a sign of life."""
    found = [
        job
        for beat in call.store.heartbeats()
        if _wanted(query, job := _view(beat, call.now), alive=call.now - beat.at <= ALIVE)
    ]
    for name in reversed(query.order_by):
        bare = name.removeprefix("-")
        found.sort(key=lambda job: getattr(job, bare), reverse=bare != name)
    page = found[query.offset : query.offset + query.limit]
    return JobCollection(jobs=tuple(page), total_entries=len(found))


def _wanted(query: JobQuery, job: JobResponse, *, alive: bool) -> bool:
    dated = any(
        getattr(query, f"{name}_date_{end}") is not None
        for name in ("start", "end")
        for end in ("gte", "gt", "lte", "lt")
    )
    return (
        not dated
        and query.is_alive in {None, alive}
        and query.job_state in {None, job.state}
        and query.job_type in {None, job.job_type}
        and query.hostname in {None, job.hostname}
        and query.executor_class in {None, job.executor_class}
    )


def _view(beat: Heartbeat, now: datetime) -> JobResponse:
    return JobResponse(
        id=zlib.crc32(f"{beat.component} {beat.name}".encode()),
        job_type=TYPES.get(beat.component, beat.component),
        state="running" if now - beat.at <= ALIVE else "failed",
        hostname=beat.name.partition(":")[0],
        latest_heartbeat=beat.at,
    )
