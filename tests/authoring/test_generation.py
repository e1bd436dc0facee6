from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from narae.authoring.compile import compile_dag
from narae.authoring.dag import DAG
from narae.authoring.operator import BaseOperator
from narae.authoring.parsing import FileSettings, begin_file, generation, prove_generation_3
from narae.core.spec import DagSpec
from narae.core.timetables.spec import (
    CronInterval,
    CronTrigger,
    DeltaInterval,
    DeltaTrigger,
    Never,
    Step,
)
from narae.errors import InvalidArgumentsError

START = datetime(2024, 1, 1, tzinfo=UTC)


def compiled(**options: Any) -> DagSpec:
    with DAG("d", start_date=START, **options) as dag:
        BaseOperator(task_id="t")
    return compile_dag(dag, file="d.py")


def test_a_file_is_of_generation_2_until_it_imports_a_name_that_only_3_has() -> None:
    assert generation() == 2
    prove_generation_3("airflow.sdk.DAG")
    assert generation() == 3
    begin_file()
    assert generation() == 2


def test_a_setting_decides_for_files_that_say_nothing() -> None:
    begin_file("", 3)
    assert compiled().generation == 3


@pytest.mark.parametrize(
    ("chosen", "catchup", "default", "cron", "delta", "first_past"),
    [
        (2, True, DeltaInterval(step=Step(seconds=86400)), CronInterval, DeltaInterval, True),
        (3, False, Never(), CronTrigger, DeltaTrigger, False),
    ],
)
def test_the_generations_differ_in_their_defaults(
    chosen: Any, catchup: bool, default: Any, cron: Any, delta: Any, first_past: bool
) -> None:
    begin_file("", chosen)
    assert compiled().catchup is catchup
    assert compiled().timetable == default
    assert isinstance(compiled(schedule="0 3 * * *").timetable, cron)
    assert isinstance(compiled(schedule=timedelta(hours=1)).timetable, delta)
    assert compiled().tasks[0].ignore_first_depends_on_past is first_past


def test_settings_overrule_the_generations_timetables_and_catchup() -> None:
    settings = FileSettings(
        create_cron_data_intervals=False,
        create_delta_data_intervals=False,
        catchup_by_default=False,
    )
    begin_file(settings=settings)
    assert isinstance(compiled(schedule="@daily").timetable, CronTrigger)
    assert isinstance(compiled().timetable, DeltaTrigger)
    assert compiled().catchup is False


@pytest.mark.parametrize(
    "argument", ["schedule_interval", "timetable", "concurrency", "default_view", "fail_stop"]
)
def test_an_argument_that_went_with_generation_3_is_refused_there_only(argument: str) -> None:
    assert compiled(**{argument: None}).generation == 2
    begin_file("", 3)
    with pytest.raises(InvalidArgumentsError, match=f"{argument!r} went with Airflow 3"):
        compiled(**{argument: None})


@pytest.mark.parametrize("argument", ["fail_fast", "deadline", "allowed_run_types"])
def test_arguments_of_generation_3_are_taken(argument: str) -> None:
    begin_file("", 3)
    assert compiled(**{argument: None}).generation == 3


def test_an_unknown_argument_of_a_dag_is_a_type_error_with_the_nearest() -> None:
    with pytest.raises(TypeError, match="'max_active_run'; did you mean 'max_active_runs'"):
        DAG("d", max_active_run=1)  # type: ignore[call-arg]  # what is refused
