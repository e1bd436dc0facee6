import os
from datetime import datetime

from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2024, 1, 1))
def traced():
    @task
    def tell():
        print("traceparent:", os.environ.get("TRACEPARENT"))
        print("headers:", [v for k, v in os.environ.items() if "OTEL_HEADERS" in k])

    tell()


traced()
