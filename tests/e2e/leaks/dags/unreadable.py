"""Fails while it is imported, with a secret in its words and in its output."""

import subprocess

from airflow.models import Variable

value = Variable.get("leaky_token", default_var="")
print("importing with", value)
subprocess.run(["/bin/echo", "straight", value], check=True)
raise RuntimeError(f"no DAG with {value}")
