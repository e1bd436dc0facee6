"""Takes one way on working days and another at the weekend, then by how much there is to do."""

from datetime import datetime

from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator


def weekday_or_weekend(data_interval_end, **_):
    local = data_interval_end.in_timezone("Asia/Seoul")
    return "weekend" if local.isoweekday() > 5 else "working_day.count_orders"


def small_or_large(ti, **_):
    orders = ti.xcom_pull(task_ids="working_day.count_orders")
    return "working_day.one_by_one" if orders < 100 else "working_day.in_bulk"


def count_orders():
    return 42


with DAG(
    dag_id="example_branching",
    description="Two branches, the second by size",
    doc_md=__doc__,
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "examples"},
    tags=["example", "branch"],
) as dag:
    from airflow.utils.edgemodifier import Label
    from airflow.utils.task_group import TaskGroup

    which_day = BranchPythonOperator(task_id="which_day", python_callable=weekday_or_weekend)
    weekend = EmptyOperator(task_id="weekend")

    with TaskGroup("working_day") as working_day:
        orders = PythonOperator(task_id="count_orders", python_callable=count_orders)
        how_many = BranchPythonOperator(task_id="how_many", python_callable=small_or_large)
        one_by_one = EmptyOperator(task_id="one_by_one")
        in_bulk = EmptyOperator(task_id="in_bulk")
        orders >> how_many
        how_many >> Label("fewer than 100") >> one_by_one
        how_many >> Label("100 or more") >> in_bulk

    done = EmptyOperator(task_id="done", trigger_rule="none_failed_min_one_success")

    which_day >> Label("Saturday, Sunday") >> weekend >> done
    which_day >> Label("Monday to Friday") >> orders
    [one_by_one, in_bulk] >> done
