"""Attempts without an engine: run one task of a DAG here, and see what it reported.

For tests of operators, Narae's own and yours::

    done = run_task(dag, "extract")
    assert done.succeeded and done.returned == 42
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from narae.authoring.dag import DAG
from narae.core.codec import pack, unpack
from narae.core.ids import AttemptId, Path, RunUid
from narae.core.reports import Ended, Failed, Skipped, Succeeded
from narae.core.requests import (
    ConnectionValue,
    CountInstances,
    DagFacts,
    DeleteVariable,
    GetConnection,
    GetDag,
    GetFirstStart,
    GetRuns,
    GetTaskStates,
    GetVariable,
    GetXCom,
    PushXCom,
    PutRendered,
    PutVariable,
    Refused,
    Request,
    RunRow,
    Triggered,
    TriggerRun,
    XComRow,
)
from narae.core.run import Resume
from narae.core.states import RunType
from narae.core.timetables.spec import DataInterval
from narae.core.wire import ChildEnded, FromChild
from narae.core.workload import CodeRef, RunFacts, Workload
from narae.runtime.attempt import run_attempt
from narae.runtime.client import ANSWERS, checked
from narae.runtime.xcom_codec import decode, encode

DATE = datetime(2024, 1, 15, tzinfo=UTC)
"""Logical date of the runs that nobody gave one."""

NOW = DATE + timedelta(days=1, minutes=1)
"""The time for attempts that nobody gave a clock: right after the run's interval."""


@dataclass(kw_only=True)
class MemoryClient:
    """Answers a task's requests from dicts. Everything that is asked stands in ``asked``.

    Answers go through msgpack as they would between processes.
    """

    variables: dict[str, str] = field(default_factory=dict)
    connections: dict[str, ConnectionValue] = field(default_factory=dict)
    xcoms: list[XComRow] = field(default_factory=list)
    runs: list[RunRow] = field(default_factory=list)
    states: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """dag_id -> run_id -> ``task_id`` or ``task_id[map_index]`` -> state."""
    dags: dict[str, DagFacts] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    triggered: Triggered = field(default_factory=lambda: Triggered(run_id="manual__1"))
    refused: Refused | None = None
    """What every request is answered with from now on."""
    asked: list[Request] = field(default_factory=list)
    pushed: dict[str, Any] = field(default_factory=dict)

    def ask(self, request: Request) -> Any:
        """See :class:`narae.runtime.client.Client`."""
        self.asked.append(request)
        checked(self.refused)
        sent = unpack(pack(request), Request)
        return unpack(pack(_ANSWERS[type(sent)](self, sent)), ANSWERS[type(sent)])

    def tell(self, request: Request) -> None:
        """See :class:`narae.runtime.client.Client`."""
        self.asked.append(unpack(pack(request), Request))

    def add_xcom(
        self, task_id: str, value: Any, *, key: str = "return_value", path: Path = ()
    ) -> None:
        """An XCom of a task of the same run."""
        row = XComRow(
            run_id="r1",
            task_id=task_id,
            map_index=path[-1] if path else -1,
            path=path,
            key=key,
            value=encode(value),
        )
        self.xcoms.append(row)

    @property
    def rendered(self) -> dict[str, Any]:
        """The rendered fields that the task told last."""
        told = [request for request in self.asked if isinstance(request, PutRendered)]
        return told[-1].fields if told else {}


def _xcoms(client: MemoryClient, query: GetXCom) -> list[XComRow]:
    prefix = query.path_prefix
    found = [
        row
        for row in client.xcoms
        if row.key == query.key
        and (query.task_ids is None or row.task_id in query.task_ids)
        and (query.map_indexes is None or row.map_index in query.map_indexes)
        and row.path[: len(prefix)] == prefix
    ]
    order = {task_id: place for place, task_id in enumerate(query.task_ids or ())}
    return sorted(found, key=lambda row: (order.get(row.task_id, 0), row.path))


def _runs(client: MemoryClient, query: GetRuns) -> list[RunRow]:
    found = [
        run
        for run in client.runs
        if run.dag_id == query.dag_id
        and (query.run_ids is None or run.run_id in query.run_ids)
        and (query.logical_dates is None or run.logical_date in query.logical_dates)
        and (query.states is None or run.state in query.states)
        and (query.before is None or (run.logical_date or DATE) < query.before)
    ]
    found.sort(key=lambda run: run.logical_date or DATE, reverse=query.latest_first)
    return found[: query.limit]


def _states(client: MemoryClient, query: GetTaskStates) -> dict[str, dict[str, str]]:
    wanted = query.run_ids
    if query.logical_dates is not None:
        dated = GetRuns(dag_id=query.dag_id, logical_dates=query.logical_dates)
        wanted = tuple(run.run_id for run in _runs(client, dated))
    return {
        run_id: {
            name: state
            for name, state in tasks.items()
            if (query.task_ids is None or name.partition("[")[0] in query.task_ids)
            and (query.group_id is None or name.startswith(f"{query.group_id}."))
        }
        for run_id, tasks in client.states.get(query.dag_id, {}).items()
        if wanted is None or run_id in wanted
    }


def _push(client: MemoryClient, request: PushXCom) -> None:
    client.pushed[request.xcom.key] = decode(request.xcom.value)


def _put(client: MemoryClient, request: PutVariable) -> None:
    client.variables[request.key] = request.value


_ANSWERS: dict[type, Callable[[MemoryClient, Any], Any]] = {
    GetVariable: lambda client, request: client.variables.get(request.key),
    PutVariable: _put,
    DeleteVariable: lambda client, request: client.variables.pop(request.key, None) is not None,
    GetConnection: lambda client, request: client.connections.get(request.conn_id),
    GetXCom: _xcoms,
    PushXCom: _push,
    GetTaskStates: _states,
    GetRuns: _runs,
    GetDag: lambda client, request: client.dags.get(request.dag_id),
    TriggerRun: lambda client, _request: client.triggered,
    CountInstances: lambda client, request: client.counts.get(request.task_id, 1),
    GetFirstStart: lambda _client, _request: None,
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """How an attempt went."""

    report: Ended
    sent: tuple[FromChild, ...]
    client: MemoryClient

    @property
    def succeeded(self) -> bool:
        """Whether it succeeded."""
        return isinstance(self.report, Succeeded)

    @property
    def skipped(self) -> bool:
        """Whether it asked to be skipped."""
        return isinstance(self.report, Skipped)

    @property
    def xcoms(self) -> dict[str, Any]:
        """What the task pushed, in the middle and at its end."""
        last = self.report.xcoms if isinstance(self.report, Succeeded) else ()
        return self.client.pushed | {xcom.key: decode(xcom.value) for xcom in last}

    @property
    def returned(self) -> Any:
        """The XCom ``return_value``; an error when the task did not succeed."""
        if not self.succeeded:
            raise AssertionError(f"the task did not succeed: {self.report}")
        return self.xcoms.get("return_value")

    @property
    def why(self) -> str:
        """Why it failed or was skipped, in words."""
        if isinstance(self.report, Failed | Skipped):
            return self.report.cause.words
        raise AssertionError(f"the task did not fail: {self.report}")


def workload_of(  # noqa: PLR0913 - the parts of a workload that tests choose
    dag: DAG,
    task_id: str,
    *,
    logical_date: datetime | None = DATE,
    run_type: RunType = RunType.SCHEDULED,
    conf: dict[str, Any] | None = None,
    path: Path = (),
    try_number: int = 1,
    max_tries: int = 0,
    mapped_over: tuple[str, ...] = (),
    execution_timeout: timedelta | None = None,
    first_started_at: datetime | None = None,
    resume: Resume | None = None,
) -> Workload:
    """A workload for one task of ``dag``; its interval is the day of its logical date."""
    interval = None
    if logical_date is not None:
        interval = DataInterval(start=logical_date, end=logical_date + timedelta(days=1))
    run = RunFacts(
        uid=RunUid("00000000-0000-7000-8000-000000000001"),
        dag_id=dag.dag_id,
        run_id="r1",
        run_type=run_type,
        logical_date=logical_date,
        interval=interval,
        run_after=interval.end if interval else DATE,
        queued_at=DATE,
        started_at=DATE,
        conf=conf or {},
    )
    return Workload(
        attempt=AttemptId("00000000-0000-7000-8000-000000000002"),
        fence=7,
        code=CodeRef(folder="/dags", version="", file="dag.py"),
        run=run,
        task_id=task_id,
        map_index=path[-1] if path else -1,
        path=path,
        try_number=try_number,
        max_tries=max_tries,
        mapped_over=mapped_over,
        execution_timeout=execution_timeout,
        first_started_at=first_started_at,
        resume=resume,
        queued_at=DATE,
    )


def run_task(
    dag: DAG,
    task_id: str,
    *,
    client: MemoryClient | None = None,
    clock: Callable[[], datetime] | None = None,
    **choices: Any,
) -> Done:
    """Runs one attempt in this process; ``choices`` are those of :func:`workload_of`."""
    chosen = client if client is not None else MemoryClient()
    sent: list[FromChild] = []
    run_attempt(
        workload_of(dag, task_id, **choices),
        dag,
        chosen,
        now=clock or (lambda: NOW),
        send=sent.append,
    )
    last = sent[-1]
    if not isinstance(last, ChildEnded) or not isinstance(last.report, Ended):
        raise AssertionError(f"the attempt sent {last} at its end")  # noqa: TRY004 - no caller's fault
    return Done(report=last.report, sent=tuple(sent), client=chosen)
