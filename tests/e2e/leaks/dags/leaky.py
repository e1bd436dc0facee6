"""Does with secrets what careless people do. No secret stands in here."""

import base64
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pendulum
from airflow.configuration import conf
from airflow.decorators import dag, task
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.operators.bash import BashOperator

log = logging.getLogger("leaky")
print("at import", Variable.get("leaky_token"), file=sys.stderr)
log.warning("at import %s", Variable.get("leaky_token"))


def secrets():
    connection = BaseHook.get_connection("leaky_db")
    return {
        "a": connection.password,
        "b": Variable.get("leaky_token"),
        "c": connection.extra_dejson["api_key"],
        "d": Variable.get("leaky_private_key"),
        "e": conf.get("smtp", "smtp_password"),
    }


def tells(context):
    print("called back with", secrets(), context["exception"])


@task
def prints():
    for value in secrets().values():
        print("plain", value)
        print(json.dumps({"it": value}), repr(value), quote(value))
        print(value.encode().hex(), value.encode().hex().upper())
        print(base64.b64encode(value.encode()).decode())
        print(base64.b64encode(f"user:{value}".encode()).decode(), file=sys.stderr)
        log.info("logged %s", value)
        log.warning("in JSON %s", json.dumps([value]))


@task
def settings():
    print("environment", dict(os.environ))
    print("environment", json.dumps(dict(os.environ)))
    subprocess.run(["/usr/bin/env"], check=True)
    print(Path("/proc/self/environ").read_text().split("\0"))
    print(Path("/proc/self/cmdline").read_text().split("\0"))


@task
def mapped(number):
    print("instance", number, secrets())
    return secrets()["b"]


@task
def writes():
    Variable.set("leaky_made_password", "made-" + secrets()["b"][::-1])
    print("made", "made-" + secrets()["b"][::-1])


@task
def in_pieces():
    for value in secrets().values():
        half = len(value) // 2
        print(value[:half], end="", flush=True)
        print(value[half:], flush=True)
        print("over lines: " + value[:half])
        print(value[half:])
        sys.stdout.flush()
        os.write(1, value[:half].encode())
        os.write(1, value[half:].encode() + b"\n")


@task
def through_a_child():
    for value in secrets().values():
        for command in ('echo "$IT"', 'printf "%s" "$IT" >&2; echo >&2', 'echo "$IT" | base64'):
            subprocess.run(["/bin/sh", "-c", command], env={"IT": value}, check=True)


@task(on_failure_callback=tells)
def raises():
    found = secrets()
    raise ValueError(f"can't log in with {found['a']} {json.dumps(found)}")


@task
def returns():
    found = secrets()
    return {"list": list(found.values()), "text": f"key={found['a']};"}


@task(trigger_rule="all_done")
def pulls(found):
    print("pulled", found["text"], found["list"])
    assert found["text"].startswith("key=")
    assert "***" not in found["text"]
    print(found["text"][4:-1])


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,
    default_args={"retries": 0},
)
def leaky():
    pulls(returns())
    prints()
    in_pieces()
    through_a_child()
    settings()
    mapped.expand(number=[1, 2])
    writes()
    raises()
    BashOperator(
        task_id="bash",
        bash_command='echo {{ var.value.leaky_token }}; echo $IT; echo "$PW" | base64',
        env={
            "IT": "{{ conn.leaky_db.extra_dejson.api_key }}",
            "PW": "{{ conn.leaky_db.password }}",
        },
    )


leaky()
