"""A DAG by hand that fails, and one with params."""

from airflow.models.dag import DAG
from airflow.models.param import Param
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator


def fail(params):
    raise ValueError(f"no {params['what']}")


with DAG("flaky", schedule=None, params={"what": Param("rows", type="string")}) as dag:
    BashOperator(task_id="first", bash_command="echo {{ params.what }} $EXTRA") >> PythonOperator(
        task_id="second", python_callable=fail
    )
