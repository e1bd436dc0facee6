"""What user code finds in its context and its templates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.params import Param
from narae.authoring.parsing import begin_file, prove_generation_3
from narae.core.requests import ConnectionValue, GetRuns, RunRow
from narae.core.states import RunType
from narae.operators.bash import BashOperator
from narae.operators.python import PythonOperator
from narae.runtime.context import get_current_context
from narae.runtime.secrets import MASKER
from narae.testing.attempts import DATE, Done, MemoryClient, run_task


@pytest.fixture(autouse=True)
def _no_secrets_and_no_file() -> Any:
    begin_file()
    yield
    MASKER.forget()
    begin_file()


def rendered(template: Any, *, client: MemoryClient | None = None, **choices: Any) -> Any:
    """What a template in op_kwargs becomes."""
    options = choices.pop("dag", {"schedule": "0 0 * * *"})
    with DAG("d", start_date=DATE, **options) as dag:
        PythonOperator(task_id="t", python_callable=lambda x: x, op_kwargs={"x": template})
    return run_task(dag, "t", client=client, **choices).returned


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ ds }}", "2024-01-15"),
        ("{{ ds_nodash }}", "20240115"),
        ("{{ ts }}", "2024-01-15T00:00:00+00:00"),
        ("{{ ts_nodash }}", "20240115T000000"),
        ("{{ ts_nodash_with_tz }}", "20240115T000000+0000"),
        ("{{ logical_date | ds }}", "2024-01-15"),
        ("{{ execution_date.year }}", "2024"),
        ("{{ next_ds }} {{ prev_ds }}", "2024-01-16 2024-01-14"),
        ("{{ tomorrow_ds_nodash }} {{ yesterday_ds }}", "20240116 2024-01-14"),
        (
            "{{ data_interval_end.in_timezone('Asia/Seoul').to_iso8601_string() }}",
            "2024-01-16T09:00:00+09:00",
        ),
        ("{{ (logical_date + macros.timedelta(days=2)) | ds_nodash }}", "20240117"),
        (
            "{{ (logical_date - macros.dateutil.relativedelta.relativedelta(months=1)) | ds }}",
            "2023-12-15",
        ),
        (
            "{{ macros.ds_add(ds, 5) }} {{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.') }}",
            "2024-01-20 15.01.",
        ),
        ("{{ run_id }} {{ dag.dag_id }} {{ task.task_id }} {{ ti.try_number }}", "r1 d t 1"),
        ("{{ dag_run.conf.get('n', 3) }} {{ dag_run.run_type }}", "3 scheduled"),
        ("{{ task_instance_key_str }} {{ fence }}", "d__t__20240115 7"),
        ("{{ test_mode }} {{ expanded_ti_count }}", "False None"),
        ("no template\n", "no template"),
        ({"a": ["{{ ds }}", ("{{ ds_nodash }}",)]}, {"a": ["2024-01-15", ("20240115",)]}),
    ],
)
def test_templates_see_what_airflow_gives_them(template: Any, expected: Any) -> None:
    assert rendered(template) == expected


def test_a_name_that_is_not_there_fails_and_says_where() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        BashOperator(task_id="t", bash_command="echo {{ dss }}")
    report = run_task(dag, "t").report
    words = report.cause.words + report.cause.traceback  # type: ignore[union-attr]  # a failure
    assert "'dss' is undefined" in words
    assert "bash_command of 't'" in words


def test_dunders_are_out_of_reach_of_templates() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        BashOperator(task_id="t", bash_command="{{ ti.__class__.__mro__ }}")
    assert not run_task(dag, "t").succeeded


def test_native_rendering_gives_values() -> None:
    dag = {"schedule": None, "render_template_as_native_obj": True, "params": {"n": 5}}
    assert rendered("{{ params.n }}", dag=dag) == 5
    assert rendered("[1, 2]", dag=dag) == [1, 2]


def test_user_macros_and_filters_are_known() -> None:
    dag = {
        "schedule": None,
        "user_defined_macros": {"twice": lambda n: n * 2},
        "user_defined_filters": {"loud": str.upper},
    }
    assert rendered("{{ twice(4) }} {{ 'a' | loud }}", dag=dag) == "8 A"


def test_template_files_are_found_beside_the_dag_and_in_the_search_path(tmp_path: Path) -> None:
    (tmp_path / "q.sh").write_text("echo {{ ds }}\n")
    with DAG("d", schedule=None, start_date=DATE, template_searchpath=str(tmp_path)) as dag:
        BashOperator(task_id="t", bash_command="q.sh")
    assert run_task(dag, "t").returned == "2024-01-15"


def test_generation_3_has_its_own_keys_and_not_the_old_ones() -> None:
    begin_file()
    prove_generation_3("airflow.sdk")
    seen: list[Any] = []

    def look(**context: Any) -> None:
        seen.append(context)

    with DAG("d", schedule=None) as dag:
        PythonOperator(task_id="t", python_callable=look)
    run_task(dag, "t", logical_date=None, run_type=RunType.MANUAL)
    assert not {"execution_date", "next_ds", "logical_date", "ds"} & seen[0].keys()
    assert seen[0]["run_after"] == DATE
    run_task(dag, "t")
    assert seen[1]["ds"] == "2024-01-15"


def test_a_function_with_kwargs_gets_everything_without_asking_for_anything() -> None:
    def look(**context: Any) -> list[str]:
        return sorted(context)

    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(task_id="t", python_callable=look)
    done = run_task(dag, "t")
    assert {"ti", "dag_run", "prev_execution_date_success", "conf", "params"} <= {*done.returned}
    assert done.client.asked == []


def test_the_latest_successful_run_is_asked_for_when_it_is_looked_at() -> None:
    day = timedelta(days=1)
    row = RunRow(
        dag_id="d",
        run_id="r0",
        run_type="scheduled",
        state="success",
        logical_date=DATE - 3 * day,
        interval_start=DATE - 3 * day,
        interval_end=DATE - 2 * day,
        run_after=DATE - 2 * day,
    )
    client = MemoryClient(runs=[row])
    template = "{{ prev_data_interval_start_success | ds }} {{ prev_data_interval_end_success }}"
    assert rendered(template, client=client) == "2024-01-12 2024-01-13 00:00:00+00:00"
    assert any(isinstance(request, GetRuns) for request in client.asked)


def test_variables_and_connections_are_reached_and_their_secrets_masked() -> None:
    client = MemoryClient(
        variables={"city": "Seoul", "api_key": "hush-hush", "limits": '{"max": 5}'},
        connections={"db": ConnectionValue(conn_id="db", host="h", password="pass-word")},
    )
    template = (
        "{{ var.value.city }} {{ var.json.limits.max }} {{ var.value.get('no', 'x') }} "
        "{{ conn.db.host }} {{ var.value.api_key }} {{ conn.db.password }}"
    )
    assert rendered(template, client=client) == "Seoul 5 x h hush-hush pass-word"
    assert client.rendered == {"op_kwargs": {"x": "Seoul 5 x h *** ***"}}


def test_conf_overrides_params_and_is_validated() -> None:
    dag: dict[str, Any] = {"schedule": None, "params": {"n": Param(1, type="integer", maximum=9)}}
    assert rendered("{{ params.n }}", dag=dag) == "1"
    assert rendered("{{ params.n }}", dag=dag, conf={"n": 4}) == "4"
    with pytest.raises(AssertionError, match="99 is greater than the maximum of 9"):
        rendered("{{ params.n }}", dag=dag, conf={"n": 99})


def test_conf_does_not_override_params_where_the_deployment_forbids_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__DAG_RUN_CONF_OVERRIDES_PARAMS", "False")
    dag = {"schedule": None, "params": {"n": 1}}
    assert rendered("{{ params.n }}", dag=dag, conf={"n": 4}) == "1"


def test_the_current_context_is_that_of_the_running_task() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(task_id="t", python_callable=lambda: get_current_context()["ti"].task_id)
    assert run_task(dag, "t").returned == "t"
    with pytest.raises(Exception, match="none runs here"):
        get_current_context()


def test_processes_find_the_run_in_their_environment() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        BashOperator(task_id="t", bash_command="env | grep AIRFLOW_CTX | sort | xargs")
    assert run_task(dag, "t").returned == (
        "AIRFLOW_CTX_DAG_ID=d AIRFLOW_CTX_DAG_OWNER=airflow AIRFLOW_CTX_DAG_RUN_ID=r1 "
        "AIRFLOW_CTX_EXECUTION_DATE=2024-01-15T00:00:00+00:00 "
        "AIRFLOW_CTX_LOGICAL_DATE=2024-01-15T00:00:00+00:00 "
        "AIRFLOW_CTX_TASK_ID=t AIRFLOW_CTX_TRY_NUMBER=1"
    )


def test_a_context_key_that_is_not_there_suggests_the_nearest() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(task_id="t", python_callable=lambda **c: c["ti"].context["logical_dat"])
    done: Done = run_task(dag, "t")
    assert "did you mean 'logical_date'" in done.why


def test_a_manual_run_has_its_own_date_for_its_neighbours() -> None:
    assert rendered("{{ next_ds }} {{ prev_ds }}", run_type=RunType.MANUAL) == (
        "2024-01-15 2024-01-15"
    )


def test_moments_are_pendulums() -> None:
    def look(logical_date: Any, data_interval_end: Any) -> str:
        return f"{type(logical_date).__module__} {data_interval_end.diff(logical_date).in_hours()}"

    with DAG("d", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        PythonOperator(task_id="t", python_callable=look)
    assert run_task(dag, "t").returned == "pendulum.datetime 24"
