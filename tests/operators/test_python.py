"""Operators that call functions, here and in other Pythons."""

import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.decorators import task
from narae.core.reports import Succeeded
from narae.operators.python import PythonOperator, ShortCircuitOperator
from narae.operators.python_elsewhere import ExternalPythonOperator, PythonVirtualenvOperator
from narae.testing.attempts import DATE, Done, run_task


def ran(function: Any, **options: Any) -> Done:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(task_id="t", python_callable=function, **options)
    return run_task(dag, "t")


def test_context_keys_go_to_the_parameters_of_their_names() -> None:
    def function(a: int, b: int, *, ds: str, ti: Any, c: int = 3, **rest: Any) -> list[Any]:
        return [a, b, c, ds, ti.task_id, "ds" in rest, "run_id" in rest]

    done = ran(function, op_args=[1], op_kwargs={"b": 2})
    assert done.returned == [1, 2, 3, "2024-01-15", "t", False, True]


def test_a_given_argument_comes_before_the_context() -> None:
    assert ran(lambda ds: ds, op_kwargs={"ds": "mine"}).returned == "mine"


def test_a_positional_argument_must_not_hide_a_context_key() -> None:
    assert "'ds'" in ran(lambda ds: ds, op_args=["mine"]).why


def test_templates_dict_is_rendered_and_given() -> None:
    done = ran(lambda templates_dict: templates_dict, templates_dict={"day": "{{ ds }}"})
    assert done.returned == {"day": "2024-01-15"}


def test_coroutines_and_generators_run_to_their_end() -> None:
    async def soon() -> int:
        return 5

    def steps() -> Generator[int, None, int]:
        yield 1
        return 6

    assert ran(soon).returned == 5
    assert ran(steps).returned == 6


def test_a_callable_that_is_none_is_refused_while_the_file_is_read() -> None:
    with pytest.raises(Exception, match="can't be called"), DAG("d", schedule=None):
        PythonOperator(task_id="t", python_callable="f")  # type: ignore[arg-type]  # the point


# -- branching --------------------------------------------------------------------------------


def branched(choice: Any) -> Done:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task.branch
        def choose() -> Any:
            return choice

        @task
        def step() -> None: ...

        from narae.authoring.group import TaskGroup

        start = choose()
        a, b, join = (step.override(task_id=name)() for name in ("a", "b", "join"))
        with TaskGroup("g") as group:
            step.override(task_id="one")() >> step.override(task_id="two")()
        start >> [a, b, join, group]
        a >> join
    return run_task(dag, "choose")


@pytest.mark.parametrize(
    ("choice", "followed"),
    [
        ("b", {"b"}),
        (["a"], {"a", "join"}),
        ("g", {"g.one"}),
        (None, set()),
        ([], set()),
        (["a", "b"], {"a", "b", "join"}),
    ],
)
def test_a_branch_follows_what_it_chose_and_what_that_leads_to(
    choice: Any, followed: set[str]
) -> None:
    report = branched(choice).report
    assert isinstance(report, Succeeded)
    assert report.followed is not None
    assert set(report.followed) == followed


@pytest.mark.parametrize(
    ("choice", "words"),
    [("aa", "did you mean 'a'"), (5, "int: 5"), ([True], "bool")],
)
def test_a_choice_that_makes_no_sense_is_refused(choice: Any, words: str) -> None:
    assert words in branched(choice).why


@pytest.mark.parametrize(("condition", "cut"), [(True, False), ("", True), (None, True)])
def test_a_short_circuit_cuts_when_its_condition_does_not_hold(condition: Any, cut: bool) -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        ShortCircuitOperator(task_id="t", python_callable=lambda: condition)
    report = run_task(dag, "t").report
    assert isinstance(report, Succeeded)
    assert report.short_circuit is cut


# -- other Pythons ----------------------------------------------------------------------------


def work(n: int, ds: str) -> dict[str, Any]:
    import sys

    return {"n": n, "ds": ds, "prefix": sys.prefix}


def skips() -> None:
    from airflow.exceptions import AirflowSkipException  # type: ignore[import-not-found]  # answered over there

    raise AirflowSkipException("not today")


def breaks() -> None:
    raise ValueError("no rows over there")


def elsewhere(function: Any, **options: Any) -> Done:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        ExternalPythonOperator(
            task_id="t", python=sys.executable, python_callable=function, **options
        )
    return run_task(dag, "t")


@pytest.mark.process
def test_a_function_runs_in_the_python_that_was_named() -> None:
    done = elsewhere(work, op_kwargs={"n": 3})
    assert done.returned == {"n": 3, "ds": "2024-01-15", "prefix": sys.prefix}


@pytest.mark.process
def test_what_the_other_python_raises_is_what_the_task_raises() -> None:
    assert "ValueError: no rows over there" in elsewhere(breaks, expect_airflow=False).why
    done = elsewhere(skips)
    assert (done.skipped, done.why) == (True, "not today")


@pytest.mark.process
def test_a_virtual_environment_is_made_and_kept_for_the_next_time(tmp_path: Path) -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonVirtualenvOperator(
            task_id="t",
            python_callable=work,
            op_kwargs={"n": 1},
            system_site_packages=False,
            expect_airflow=False,
            venv_cache_path=str(tmp_path),
        )
    first = run_task(dag, "t").returned
    assert first["prefix"].startswith(str(tmp_path))
    made = Path(first["prefix"], "made").stat().st_mtime_ns
    assert run_task(dag, "t").returned == first
    assert Path(first["prefix"], "made").stat().st_mtime_ns == made


def test_a_lambda_cannot_go_to_another_python() -> None:
    with pytest.raises(Exception, match="lambda"), DAG("d", schedule=None):
        ExternalPythonOperator(task_id="t", python="x", python_callable=lambda: 1)


def test_a_python_that_is_not_there_is_named() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        ExternalPythonOperator(task_id="t", python="/no/python", python_callable=breaks)
    assert "/no/python" in run_task(dag, "t").why
