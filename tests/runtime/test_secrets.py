"""Secrets never appear in words."""

import io
import json
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.notifiers.base import BaseNotifier
from narae.operators.bash import BashOperator
from narae.operators.python import PythonOperator
from narae.runtime.ambient import remember_environment
from narae.runtime.log_lines import LineHandler
from narae.runtime.rendered import FIELD_MAX
from narae.runtime.secrets import MASKER, MaskedText, Masker, mask_secret, redact
from narae.testing.attempts import DATE, MemoryClient, run_task


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    MASKER.forget()


def test_longer_secrets_are_masked_before_the_shorter_ones_in_them() -> None:
    masker = Masker()
    masker.add("pass")
    masker.add("password1")
    assert masker.mask("password1 and pass") == "*** and ***"


def test_values_are_masked_by_their_keys_too() -> None:
    assert redact({"db": {"password": "x", "host": "h"}, "list": ["a"]}) == {
        "db": {"password": "***", "host": "h"},
        "list": ["a"],
    }


def test_only_the_secret_parts_of_a_named_dict_are_remembered() -> None:
    mask_secret({"region": "seoul", "aws_secret": "abcdef", "more": {"token": "ghijkl"}}, "extra")
    assert MASKER.mask("seoul abcdef ghijkl") == "seoul *** ***"


def test_very_short_secrets_do_not_blot_everything_out() -> None:
    mask_secret("a")
    assert MASKER.mask("banana") == "banana"


def test_secrets_of_the_environment_are_known_from_the_start() -> None:
    remember_environment(
        {
            "AIRFLOW_CONN_DB": "postgres://me:p%40ss-word@host/db",
            "NARAE_CONN_API": '{"conn_type": "http", "extra": {"api_key": "key-1234"}}',
            "AIRFLOW_CONN_BROKEN": "{",
            "AIRFLOW_VAR_MY_TOKEN": "tok-1234",
            "AIRFLOW_VAR_CITY": "Seoul",
        }
    )
    assert MASKER.mask("p@ss-word p%40ss-word key-1234 tok-1234 Seoul host") == (
        "*** *** *** *** Seoul host"
    )


def test_log_lines_and_output_are_masked() -> None:
    mask_secret("hush-hush")
    reading, writing = os.pipe()
    logger = logging.getLogger("h4.secrets")
    handler = LineHandler(writing)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        logger.error("said %s", "hush-hush", exc_info=ValueError("with hush-hush"))
        logger.warning("broken %d", "text")
    finally:
        logger.removeHandler(handler)
        os.close(writing)
    with os.fdopen(reading) as stream:
        said, broken = map(json.loads, stream)
    assert said["event"] == "said ***"
    assert "ValueError: with ***" in said["traceback"]
    assert "can't be formatted" in broken["event"]
    out = io.StringIO()
    print("my hush-hush", file=MaskedText(out, MASKER))
    assert out.getvalue() == "my ***\n"


def test_what_a_failed_task_says_is_masked() -> None:
    def fails() -> None:
        mask_secret("hush-hush")
        raise ValueError("with hush-hush")

    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(task_id="t", python_callable=fails)
    report: Any = run_task(dag, "t").report
    assert report.cause.words == "ValueError: with ***"
    assert "ValueError: with hush-hush" not in report.cause.traceback


def test_rendered_fields_are_masked_and_cut() -> None:
    client = MemoryClient(variables={"db_password": "hush-hush"})
    with DAG("d", schedule=None, start_date=DATE) as dag:
        BashOperator(
            task_id="t",
            bash_command="echo {{ 'x' * 9000 }} > /dev/null",
            env={"SECRET_KEY": "abc", "A": "{{ var.value.db_password }}"},
        )
    run_task(dag, "t", client=client)
    assert client.rendered["env"] == {"SECRET_KEY": "***", "A": "***"}
    assert len(client.rendered["bash_command"]) < FIELD_MAX + 50
    assert client.rendered["bash_command"].endswith("characters in all)")


def test_a_notifier_is_a_callback_with_templates() -> None:
    told: list[str] = []

    class Tells(BaseNotifier):
        template_fields = ("text",)

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def notify(self, context: Any) -> None:
            told.append(f"{self.text}: {context['ti'].state}")

    with DAG("d", schedule=None, start_date=DATE) as dag:
        PythonOperator(
            task_id="t",
            python_callable=lambda: None,
            on_success_callback=Tells("{{ ti.task_id }} of {{ ds }}"),
        )
    run_task(dag, "t")
    assert told == ["t of 2024-01-15: success"]
