"""``from narae.testing import simulate``: a user's DAG under the real scheduler."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.decorators import task
from narae.authoring.group_decorator import task_group
from narae.core.spec import DagSpec, TaskSpec
from narae.core.timetables.spec import Never
from narae.errors import NaraeError
from narae.operators.empty import EmptyOperator
from narae.operators.python import BranchPythonOperator, PythonOperator
from narae.sensors.python import PythonSensor
from narae.testing import simulate

MINUTE = timedelta(minutes=1)


def work(task_id: str, **options: Any) -> PythonOperator:
    return PythonOperator(task_id=task_id, python_callable=print, **options)


def etl(**options: Any) -> DAG:
    with DAG("etl", schedule=None, **options) as dag:
        extract = work(task_id="extract")
        load = work(task_id="load", retries=2, retry_delay=timedelta(minutes=10))
        extract >> load >> work(task_id="report", trigger_rule="all_done")
    return dag


def test_every_task_succeeds_at_once_unless_told_otherwise() -> None:
    run = simulate(etl()).run()
    assert run.state == "success"
    assert run.states == {"extract": "success", "load": "success", "report": "success"}
    assert run.order == ["extract", "load", "report"]
    assert run.duration == timedelta()
    assert [each.label for each in run] == ["extract", "load", "report"]


def test_a_task_fails_as_often_as_told_and_is_tried_again() -> None:
    run = simulate(etl()).fail("load", times=2, error="no rows").run()
    load = run["load"]
    assert (load.state, load.tries, load.error) == ("success", 3, None)
    assert [each.cause.words for each in load.attempts if each.cause][:2] == ["no rows", "no rows"]
    assert run.duration == timedelta(minutes=20)


def test_a_task_that_always_fails_spends_its_retries() -> None:
    run = simulate(etl()).fail("load", error="no rows").run()
    assert (run["load"].state, run["load"].tries, run["load"].error) == ("failed", 3, "no rows")
    assert run["report"].state == "success"
    assert run.state == "success"  # its leaf succeeded


def test_a_failure_that_may_not_be_retried_is_not() -> None:
    assert simulate(etl()).fail("load", retryable=False).run()["load"].tries == 1


def test_a_simulation_is_a_value() -> None:
    base = simulate(etl())
    failing = base.fail("extract")
    assert base.run()["extract"].state == "success"
    assert failing.run()["load"].state == "upstream_failed"
    assert failing.run().states == failing.run().states


def test_a_task_that_does_nothing_needs_no_attempt_unless_told_how_it_goes() -> None:
    with DAG("empty", schedule=None) as dag:
        EmptyOperator(task_id="only")
    assert simulate(dag).lasts(minutes=1).run()["only"].tries == 0
    assert simulate(dag).fail("only").run()["only"].tries == 1


def test_a_skipped_task_skips_what_is_below() -> None:
    run = simulate(etl()).skip("extract").run()
    assert (run["extract"].state, run["load"].state) == ("skipped", "skipped")


def test_durations_add_up() -> None:
    run = simulate(etl()).lasts(minutes=1).lasts("load", hours=1).run()
    assert run.duration == timedelta(hours=1, minutes=2)
    started = run["load"].started_at
    assert started is not None
    assert run["load"].ended_at == started + timedelta(hours=1)


def test_an_attempt_that_takes_too_long_times_out() -> None:
    with DAG("slow", schedule=None) as dag:
        work(task_id="only", execution_timeout=timedelta(minutes=5))
    run = simulate(dag).lasts("only", hours=1).run()
    assert run["only"].state == "failed"
    assert run.duration == timedelta(minutes=5)
    cause = run["only"].attempts[0].cause
    assert cause is not None
    assert cause.kind == "execution_timeout"


def test_a_run_that_takes_too_long_times_out() -> None:
    run = simulate(etl(dagrun_timeout=timedelta(minutes=30))).lasts("load", hours=1).run()
    assert (run.state, run.reason) == ("failed", "timed_out")
    assert run.duration == timedelta(minutes=30)


def mapped() -> DAG:
    with DAG("mapped", schedule=None) as dag:

        @task
        def extract() -> list[int]:
            return [5, 6]

        @task_group
        def each(number: object) -> None:
            @task
            def double(number: int) -> int:
                return 2 * number

            double(number)

        @task
        def total(numbers: list[int]) -> int:
            return sum(numbers)

        @task
        def twice(number: int) -> int:
            return 2 * number

        numbers = extract()
        each.expand(number=numbers)
        total(twice.expand(number=numbers))
    return dag


def test_what_a_task_returns_says_how_many_instances_there_are() -> None:
    run = simulate(mapped()).returns("extract", [1, 2, 3]).run()
    assert run.state == "success"
    assert len(run.instances("each.double")) == 3
    assert run["each.double", 2].label == "each.double[2]"
    assert run["total"].state == "success"


def test_one_instance_may_go_its_own_way() -> None:
    run = simulate(mapped()).returns("extract", [1, 2]).fail("each.double", map_index=1).run()
    assert (run["each.double", 0].state, run["each.double", 1].state) == ("success", "failed")


def test_nothing_to_map_over_skips() -> None:
    assert simulate(mapped()).returns("extract", []).run()["twice"].state == "skipped"


def test_what_is_mapped_over_has_to_be_known() -> None:
    with pytest.raises(NaraeError, match=r"say what it returns, such as \.returns\('extract'"):
        simulate(mapped()).run()
    with pytest.raises(NaraeError, match="a list or a dict, not 5"):
        simulate(mapped()).returns("extract", 5).run()


def test_an_instance_has_to_be_named() -> None:
    run = simulate(mapped()).returns("extract", [1, 2]).run()
    with pytest.raises(NaraeError, match=r"run\['twice', 0\], run\['twice', 1\]"):
        run["twice"]
    with pytest.raises(NaraeError, match="'total' is not mapped"):
        run["total", 1]
    with pytest.raises(NaraeError, match="did you mean 'total'"):
        run["totl"]


def branching() -> DAG:
    with DAG("branching", schedule=None) as dag:
        branch = BranchPythonOperator(task_id="branch", python_callable=lambda: "right")
        join = work(task_id="join", trigger_rule="none_failed_min_one_success")
        for side in ("left", "right"):
            branch >> work(task_id=side) >> join
    return dag


def test_a_branch_chooses() -> None:
    run = simulate(branching()).chooses("branch", "left").run()
    assert (run["left"].state, run["right"].state, run["join"].state) == (
        "success",
        "skipped",
        "success",
    )
    run = simulate(branching()).chooses("branch").run()
    assert (run["left"].state, run["join"].state) == ("skipped", "skipped")


def test_a_short_circuit_skips_everything_below() -> None:
    run = simulate(etl()).short_circuits("extract").run()
    assert run["load"].state == "skipped"


def test_a_sensor_gives_its_slot_back() -> None:
    with DAG("sensing", schedule=None) as dag:
        PythonSensor(task_id="sensor", python_callable=bool, mode="reschedule")
    run = simulate(dag).reschedules("sensor", times=3, every=10 * MINUTE).run()
    assert (run["sensor"].state, run["sensor"].tries) == ("success", 1)
    assert len(run["sensor"].attempts) == 4
    assert run.duration == timedelta(minutes=30)
    (spell,) = run.why_waited("sensor")
    assert (spell.code, spell.lasted) == ("rescheduled", timedelta(minutes=30))


@pytest.mark.parametrize(
    "told",
    [
        lambda s: s.fail("laod"),
        lambda s: s.lasts("laod", minutes=1),
        lambda s: s.returns("laod", 1),
        lambda s: s.chooses("extract", "laod"),
        lambda s: s.previous(laod="failed"),
        lambda s: s.run().why_waited("laod"),
    ],
)
def test_an_unknown_task_gets_the_nearest(told: object) -> None:
    assert callable(told)
    with pytest.raises(NaraeError, match="did you mean 'load'"):
        told(simulate(etl()))


def test_the_moment_is_the_run_s_logical_date() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert simulate(etl()).at(at).run().started_at == at


def test_a_run_is_not_before_the_start_date() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    assert simulate(etl(start_date=start)).run().started_at == start


def test_a_scheduled_dag_runs_just_once() -> None:
    with DAG("hourly", schedule="@hourly", start_date=datetime(2025, 1, 1, tzinfo=UTC)) as dag:
        work(task_id="only")
    run = simulate(dag).lasts("only", hours=5).run()
    assert run.duration == timedelta(hours=5)


def wide(tasks: int, **options: Any) -> DAG:
    with DAG("wide", schedule=None) as dag:
        for number in range(tasks):
            work(task_id=f"t{number}", **options)
    return dag


def test_a_full_pool_makes_wait_and_says_so() -> None:
    run = simulate(wide(3, pool="db")).pool("db", slots=1).lasts(minutes=5).run()
    assert run.duration == timedelta(minutes=15)
    assert [run[name].waited for name in run.order] == [0 * MINUTE, 5 * MINUTE, 10 * MINUTE]
    (spell,) = run.why_waited(run.order[2])
    assert (spell.code, spell.lasted) == ("pool_full", 10 * MINUTE)
    assert "db" in spell.words


def test_a_pool_that_nobody_describes_has_no_limit() -> None:
    assert simulate(wide(3, pool="db")).lasts(minutes=5).run().duration == 5 * MINUTE


def test_parallelism_is_a_limit() -> None:
    assert simulate(wide(4)).parallelism(2).lasts(minutes=5).run().duration == 10 * MINUTE


def test_why_waited_names_upstreams_and_retries() -> None:
    run = simulate(etl()).lasts("extract", minutes=3).fail("load", times=1).run()
    spells = [(spell.code, spell.lasted) for spell in run.why_waited("load")]
    assert spells == [("upstream", 3 * MINUTE), ("retry_delay", 10 * MINUTE)]


def past(**options: Any) -> DAG:
    with DAG("past", schedule=None) as dag:
        work(task_id="only", depends_on_past=True, **options)
        work(task_id="group-task")
    return dag


def test_the_run_before_counts_for_depends_on_past() -> None:
    assert simulate(past()).run().state == "success"
    assert simulate(past()).previous().run().state == "success"
    run = simulate(past()).previous(only="failed").run()
    assert run["only"].state == "none"
    assert run.state == "running"
    assert run.why_waited("only")[0].code == "depends_on_past"
    run = simulate(past()).previous(**{"group-task": "failed"}).run()
    assert run.state == "success"


def test_a_state_of_the_past_has_to_be_one() -> None:
    with pytest.raises(NaraeError, match="did you mean 'failed'"):
        simulate(past()).previous(only="faild")


def test_callbacks_are_owed_where_the_task_s_own_process_can_t_run_them() -> None:
    run = simulate(etl(on_success_callback=print)).run()
    assert run.callbacks == ("dag_success",)


def test_tasks_may_run_their_own_code() -> None:
    run = simulate(mapped(), execute=True).run()
    assert run.state == "success"
    assert len(run.instances("twice")) == 2


def test_some_tasks_may_run_their_own_code_on_what_others_are_said_to_return() -> None:
    seen: list[int] = []
    with DAG("some", schedule=None) as dag:

        @task
        def extract() -> int:
            raise AssertionError

        @task
        def load(number: int, params: object = None) -> None:
            seen.append(number)

        load(extract())
    assert simulate(dag).returns("extract", 42).executes("load").run().state == "success"
    assert seen == [42]


def test_code_that_raises_fails_its_task_with_its_words() -> None:
    with DAG("raises", schedule=None) as dag:

        @task(retries=1)
        def only() -> None:
            raise ValueError("no rows")

        only()
    run = simulate(dag, execute=True).run()
    assert (run["only"].tries, run["only"].error) == (2, "ValueError: no rows")


def test_a_spec_has_no_code() -> None:
    spec = DagSpec(
        dag_id="d", timetable=Never(), tasks=(TaskSpec(task_id="t", operator="EmptyOperator"),)
    )
    assert simulate(spec).run().state == "success"
    with pytest.raises(NaraeError, match="has no code to execute"):
        simulate(spec, execute=True)


def test_a_branch_that_executes_chooses_for_itself() -> None:
    run = simulate(branching()).executes("branch").run()
    assert (run["left"].state, run["right"].state) == ("skipped", "success")


def test_two_hundred_runs_of_five_tasks_take_no_time() -> None:
    """Measured: several hundred a second on one core; the bound leaves room for a busy machine."""
    with DAG("five", schedule=None) as dag:
        for number in range(5):
            work(task_id=f"t{number}")
    begun = time.process_time()
    for _ in range(50):
        assert simulate(dag).fail("t3", times=1).run().state == "failed"
    assert time.process_time() - begun < 1.0
