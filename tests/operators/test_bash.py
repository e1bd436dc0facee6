"""BashOperator and @task.bash against a real Bash."""

import logging
import os
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from narae.authoring.dag import DAG
from narae.authoring.decorators import task
from narae.core.reports import Failed
from narae.core.run import CauseKind
from narae.operators.bash import BashOperator
from narae.testing.attempts import DATE, Done, run_task

pytestmark = pytest.mark.process


def ran(command: str, **options: Any) -> Done:
    with DAG("d", schedule=None, start_date=DATE) as dag:
        BashOperator(task_id="t", bash_command=command, **options)
    return run_task(dag, "t")


def test_the_last_line_is_the_result_and_every_line_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        done = ran("echo one; echo two >&2; echo three")
    assert done.returned == "three"
    lines = [record.getMessage() for record in caplog.records]
    assert lines.index("one") < lines.index("two") < lines.index("three")
    assert "Command exited with return code 0" in lines


def test_the_result_goes_through_the_output_processor() -> None:
    assert ran("echo '{\"a\": 1}'", output_processor=lambda text: text.upper()).returned == (
        '{"A": 1}'
    )


@pytest.mark.parametrize(
    ("code", "options", "skipped"),
    [
        (99, {}, True),
        (99, {"skip_on_exit_code": None}, False),
        (7, {"skip_on_exit_code": [5, 7]}, True),
        (7, {"skip_exit_code": 7}, True),
        (1, {}, False),
    ],
)
def test_an_exit_code_skips_or_fails(code: int, options: dict[str, Any], skipped: bool) -> None:
    done = ran(f"exit {code}", **options)
    assert done.skipped is skipped
    assert str(code) in done.why


def test_env_replaces_the_environment_or_is_added_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSIDE", "out")
    command = 'echo "$OUTSIDE|$INSIDE|$AIRFLOW_CTX_DAG_ID"'
    assert ran(command).returned == "out||d"
    assert ran(command, env={"INSIDE": "{{ ds }}"}).returned == "|2024-01-15|d"
    assert ran(command, env={"INSIDE": "in"}, append_env=True).returned == "out|in|d"


def test_the_command_runs_in_its_folder_or_in_a_temporary_one(tmp_path: Path) -> None:
    assert ran("pwd", cwd=str(tmp_path)).returned == str(tmp_path)
    folder = ran("pwd").returned
    assert not Path(folder).exists()
    assert "Can not find the cwd" in ran("pwd", cwd=str(tmp_path / "no")).why
    (tmp_path / "file").touch()
    assert "must be a directory" in ran("pwd", cwd=str(tmp_path / "file")).why


def test_a_missing_script_file_is_named() -> None:
    assert "run.sh" in ran("run.sh").why
    assert "127" in ran("./run.sh ").why


def test_bytes_that_are_no_text_do_not_fail_the_task() -> None:
    assert ran("printf 'a\\xffb'").returned == "a\\xffb"


def test_a_time_out_ends_the_command_and_what_it_started(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    began = time.monotonic()
    done = ran(f"sleep 60 & echo $! > {pid_file}; wait", execution_timeout=timedelta(seconds=0.3))
    assert isinstance(done.report, Failed)
    assert done.report.cause.kind is CauseKind.EXECUTION_TIMEOUT
    assert time.monotonic() - began < 10
    assert _is_gone(int(pid_file.read_text()))


def test_on_kill_ends_the_command() -> None:
    with DAG("d", schedule=None, start_date=DATE):
        operator = BashOperator(task_id="t", bash_command="x")
    from narae.hooks.subprocess import SubprocessHook

    operator.hook = SubprocessHook()
    process = subprocess.Popen(["sleep", "60"], process_group=0)
    operator.hook.sub_process = process
    operator.on_kill()
    assert process.wait(5) == -signal.SIGTERM


def test_task_bash_runs_what_its_function_returns() -> None:
    with DAG("d", schedule=None, start_date=DATE) as dag:

        @task.bash(env={"WHO": "you"})
        def greet(word: str) -> str:
            return f"echo {word} $WHO {{{{ ds }}}}"

        greet("hello")

        @task.bash
        def nothing() -> str:
            return " "

        nothing()
    assert run_task(dag, "greet").returned == "hello you 2024-01-15"
    assert "has to return a command" in run_task(dag, "nothing").why


def _is_gone(pid: int) -> bool:
    """Ended, or a zombie that nobody has waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()
