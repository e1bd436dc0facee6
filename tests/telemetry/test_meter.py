import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from narae.core.commands import ChangeRun
from narae.core.holds import HoldCode
from narae.core.run import Limits, Pool
from narae.core.spec import DagSpec, RetryPolicy, TaskSpec
from narae.core.states import RunState
from narae.core.timetables.spec import Never
from narae.core.wire import Wake
from narae.core.workload import Workload
from narae.engine.meter import METRICS, Meter
from narae.engine.standing import standing
from narae.engine.statsd import NAMES, StatsdWitness
from narae.engine.witness import Tick, Witnesses
from narae.telemetry.registry import Registry, from_facts
from narae.telemetry.statsd import DATAGRAM_BYTES_MAX, StatsdLines
from narae.testing.fake_executor import Play, fails, succeeds
from narae.testing.memory_store import MemoryStore
from narae.testing.samples import Samples
from narae.testing.stage import Stage


def sales(**more: Any) -> DagSpec:
    first = TaskSpec(task_id="extract", operator="BashOperator", **more)
    second = TaskSpec(task_id="load", operator="PythonOperator", upstream=("extract",))
    return DagSpec(dag_id="sales", timetable=Never(), tasks=(first, second))


def values(registry: Registry, name: str) -> dict[tuple[str, ...], float]:
    return registry.counter(name).values


def staged(
    meter: Any, script: Callable[[Workload], Play] = lambda _: succeeds(), **more: Any
) -> Stage:
    return Stage(store=MemoryStore(), witness=Witnesses(meter), script=script, **more)


def test_a_run_is_counted_from_its_trigger_to_its_end() -> None:
    meter = Meter(per_dag=True)
    stage = staged(meter, lambda _: succeeds(lasts=timedelta(seconds=30)))
    stage.add_dag(sales())
    stage.trigger("sales")
    stage.play(timedelta(minutes=5))
    registry = meter.registry
    assert values(registry, "narae_task_attempts_dispatched_total") == {("sales",): 2}
    assert values(registry, "narae_task_attempts_started_total") == {("sales",): 2}
    assert values(registry, "narae_task_attempts_ended_total") == {
        ("succeeded", "success", "sales"): 2
    }
    assert values(registry, "narae_dag_runs_started_total") == {("manual",): 1}
    assert values(registry, "narae_dag_runs_ended_total") == {("success", "sales"): 1}
    assert registry.histogram("narae_task_seconds").sums == {("sales",): pytest.approx(60, abs=1)}
    assert sum(registry.histogram("narae_trigger_to_start_seconds").counts["manual",]) == 1


def test_a_note_on_a_run_is_no_start_and_no_end() -> None:
    meter, run = Meter(), Samples().run(state=RunState.RUNNING)
    noted = msgspec.structs.replace(run, revision=run.revision + 1, note="late")
    entry = (run.uid, ChangeRun(before=run, after=noted))
    meter.saw(
        Tick(
            at=run.queued_at,
            taken=[entry],
            refused=2,
            view=lambda _: None,
            seconds=0.002,
            commit_seconds=0.001,
        )
    )
    assert values(meter.registry, "narae_dag_runs_started_total") == {}
    assert values(meter.registry, "narae_scheduler_commands_total") == {
        ("taken",): 1,
        ("refused",): 2,
    }
    assert meter.registry.histogram("narae_scheduler_commit_seconds").sums == {(): 0.001}


def test_a_failure_a_retry_and_their_causes() -> None:
    meter = Meter()
    retry = RetryPolicy(retries=1, delay=timedelta(seconds=10))
    stage = staged(meter, lambda _: fails("ValueError: no"))
    stage.add_dag(sales(retry=retry))
    stage.trigger("sales")
    stage.play(timedelta(minutes=5))
    assert values(meter.registry, "narae_task_attempts_ended_total") == {
        ("user_error", "up_for_retry", ""): 1,
        ("user_error", "failed", ""): 1,
    }
    assert values(meter.registry, "narae_dag_runs_ended_total") == {("failed", ""): 1}


def test_who_waits_and_what_for() -> None:
    stage = staged(
        Meter(), lambda _: succeeds(lasts=timedelta(hours=1)), limits=Limits(parallelism=2)
    )
    stage.store.put_pool(Pool(name="small", slots=1))
    tasks = tuple(TaskSpec(task_id=f"t{n}", operator="X", pool="small") for n in range(3))
    free = tuple(TaskSpec(task_id=f"f{n}", operator="X") for n in range(4))
    after = TaskSpec(task_id="after", operator="X", upstream=("t0",))
    stage.add_dag(DagSpec(dag_id="wide", timetable=Never(), tasks=(*tasks, *free, after)))
    stage.wake(Wake(pools=True))
    stage.trigger("wide")
    stage.play(timedelta(minutes=2))
    found = standing(stage.scheduler.state, stage.clock.now())
    assert found.runs == 1
    assert found.attempts == 2
    assert sum(found.holds.values()) == 6
    assert found.holds[HoldCode.UPSTREAM] == 1
    assert found.pools["small"].slots == 1
    assert found.pools["small"].waiting + found.pools["small"].used == 3
    assert found.oldest_waiting_seconds == pytest.approx(120, abs=1)
    assert found.executors["LocalExecutor"] == (32, 30)


def test_the_heartbeat_brings_the_figures() -> None:
    stage = staged(Meter())
    stage.add_dag(sales())
    stage.trigger("sales")
    stage.play(timedelta(minutes=1))
    (beat,) = (b for b in stage.store.heartbeats() if b.component == "scheduler")
    told = from_facts(beat.detail[METRICS])
    (ended,) = told["narae_task_attempts_ended_total"]
    assert ended.value == 2
    assert told["narae_pool_slots"]
    assert "executors" in beat.detail


def test_a_witness_that_fails_stops_nobody() -> None:
    class Broken:
        def saw(self, tick: Tick) -> None:
            raise RuntimeError("no")

        def facts(self, state: Any, now: Any) -> dict[str, Any]:
            raise RuntimeError("no")

    meter = Meter()
    stage = Stage(store=MemoryStore(), witness=Witnesses(Broken(), meter))
    stage.add_dag(sales())
    run = stage.trigger("sales")
    stage.play()
    assert stage.states(run)["run"] == "success"
    assert values(meter.registry, "narae_dag_runs_ended_total") == {("success", ""): 1}


# -- StatsD ---------------------------------------------------------------------------------


@pytest.fixture
def collector() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(2)
        yield sock


def received(collector: socket.socket) -> list[str]:
    lines: list[str] = []
    collector.setblocking(False)
    while True:
        try:
            data = collector.recv(65536)
        except BlockingIOError:
            return lines
        assert len(data) <= DATAGRAM_BYTES_MAX
        lines += data.decode().split("\n")


def test_statsd_hears_what_airflow_would_send(collector: socket.socket) -> None:
    lines = StatsdLines(*collector.getsockname()[:2])
    stage = staged(StatsdWitness(lines))
    stage.add_dag(sales())
    stage.trigger("sales")
    stage.play(timedelta(seconds=20))
    lines.close()
    heard = received(collector)
    for line in (
        "airflow.ti.start.sales.extract:1|c",
        "airflow.ti.finish.sales.load.success:1|c",
        "airflow.ti_successes:1|c",
        "airflow.operator_successes_BashOperator:1|c",
        "airflow.scheduler_heartbeat:1|c",
        "airflow.pool.open_slots.default_pool:128|g",
    ):
        assert line in heard
    names = {line.partition(":")[0].removeprefix("airflow.") for line in heard}
    assert {"dagrun.duration.success.sales", "dag.sales.load.duration"} <= names
    assert all(any(_fits(name, known) for known in NAMES) for name in names), names


def _fits(name: str, known: str) -> bool:
    return name.startswith(known.partition("<")[0])


def test_many_lines_are_several_packets(collector: socket.socket) -> None:
    lines = StatsdLines(*collector.getsockname()[:2], prefix="")
    for number in range(200):
        lines.count(f"odd name:{number}|c", 2)
    lines.flush()
    lines.close()
    assert received(collector) == [f"odd_name_{number}_c:2|c" for number in range(200)]
