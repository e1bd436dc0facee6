"""``.../wait``: a run's state, line by line, until it has ended."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from anyio.to_thread import run_sync
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Name
from narae.api.operation import V2, Needs, Query
from narae.api.pauses import pause
from narae.api.routes import Routes
from narae.api.v2.shown import shown
from narae.api.view import View
from narae.core.requests import GetXCom
from narae.core.run import Run
from narae.core.states import FINISHED_RUN
from narae.engine.actions import find_run
from narae.engine.errors import NotFound

routes = Routes(V2, tag="DagRun")

LINES = "application/x-ndjson"


class WaitQuery(Query, frozen=True, kw_only=True):
    """How often, and whose results are wanted at the end."""

    interval: Annotated[
        float, Meta(gt=0, le=3600, description="Seconds between two looks at the run.")
    ]
    result: Annotated[tuple[Name, ...], Meta(description="Task ids.")] = ()


class WaitLine(View, frozen=True, kw_only=True, omit_defaults=True):
    """One line: the state, and in the last one the results that were asked for."""

    state: str
    results: dict[str, Any] = {}
    """By task id, what it returned: a list for a mapped task, null where nothing is."""


@routes.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/wait",
    needs=Needs(Resource.DAG_RUN, Action.READ),
    media=(LINES,),
)
def wait_dag_run_until_finished(
    call: Call, dag_id: str, dag_run_id: str, query: WaitQuery
) -> WaitLine | Response:
    """A line with the run's state at each interval, the last once it has ended."""
    run = find_run(call.store, dag_id, dag_run_id)
    if query.result:
        call.must(Action.READ, Resource.XCOM, dag_id)
    return StreamingResponse(_lines(call, run, query), media_type=LINES)


async def _lines(call: Call, run: Run, query: WaitQuery) -> AsyncIterator[bytes]:
    """Until the run has ended or is gone, or whoever waits goes away."""
    while run.state not in FINISHED_RUN:
        yield msgspec.json.encode(WaitLine(state=run.state.value)) + b"\n"
        if not await pause(call, query.interval):
            return
        try:
            run = await run_sync(find_run, call.store, run.dag_id, run.run_id)
        except NotFound:
            return
    results = await run_sync(_results, call, run, query.result)
    yield msgspec.json.encode(WaitLine(state=run.state.value, results=results)) + b"\n"


def _results(call: Call, run: Run, task_ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(task_ids)
    if not task_ids:
        return found
    wanted = GetXCom(dag_id=run.dag_id, run_id=run.run_id, task_ids=task_ids)
    for row in call.store.xcoms(wanted):
        value = shown(call, msgspec.json.decode(row.value if row.shown is None else row.shown))
        if row.map_index < 0:
            found[row.task_id] = value
        else:
            found[row.task_id] = [*(found[row.task_id] or ()), value]
    return found
