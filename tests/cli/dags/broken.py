from airflow.operators.bash import BashOperatr

dag = BashOperatr
