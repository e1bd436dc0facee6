"""What is wrong with a deployment is said at its start, in one line, naming what to change."""

import socket
from pathlib import Path

import pytest
from tests.e2e.conftest import Deployment, Until

pytestmark = [pytest.mark.e2e, pytest.mark.process]


def _refused(deployment: Deployment, *options: str) -> str:
    done = deployment.cli("standalone", "--port", str(deployment.port), *options)
    assert done.returncode == 1, done.stdout + done.stderr
    words = done.stdout + done.stderr
    assert "Traceback" not in words
    return words


def test_a_home_that_can_not_be_written_is_named(stopped_deployment: Deployment) -> None:
    words = _refused(stopped_deployment, "--home", "/proc/narae")
    assert "/proc/narae can't be written" in words
    assert "--home" in words


def test_a_port_that_is_taken_is_named(stopped_deployment: Deployment) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", stopped_deployment.port))
        other.listen()
        words = _refused(stopped_deployment)
    assert f"can't listen at 127.0.0.1:{stopped_deployment.port}" in words
    assert "--port" in words


def test_an_address_for_everybody_is_refused_without_accounts(
    stopped_deployment: Deployment,
) -> None:
    stopped_deployment.environ["NARAE__AUTH__MODE"] = "none"
    words = _refused(stopped_deployment, "--host", "0.0.0.0")
    assert "loopback only" in words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[core]\nparalelism = 4\n", "did you mean core.parallelism"),
        ('[core]\ndefault_timezone = "Asia/Soul"\n', "Asia/Seoul"),
        ('[core]\nparallelism = "many"\n', "parallelism"),
        ("[core\n", "narae.toml"),
    ],
)
def test_a_wrong_setting_is_named_with_the_nearest(
    stopped_deployment: Deployment, text: str, expected: str
) -> None:
    stopped_deployment.home.mkdir()
    (stopped_deployment.home / "narae.toml").write_text(text)
    assert expected in _refused(stopped_deployment)


def test_broken_files_harm_no_other_and_are_listed(
    stopped_deployment: Deployment, until: Until, tmp_path: Path
) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    good = "from airflow import DAG\nfrom airflow.operators.empty import EmptyOperator\n"
    (dags / "good.py").write_text(
        good + "with DAG('good', schedule=None):\n    EmptyOperator(task_id='a')\n"
    )
    (dags / "exits.py").write_text("import sys, airflow  # dag\nsys.exit(3)\n")
    (dags / "syntax.py").write_text("from airflow import DAG\nwith DAG('x'\n")
    (dags / "option.py").write_text(
        good + "with DAG('y', schedule=None):\n    EmptyOperator(task_id='a', retrys=1)\n"
    )
    stopped_deployment.dags = dags
    stopped_deployment.start()
    until(lambda: "good" in stopped_deployment.cli("dags", "list", "-o", "plain").stdout)
    until(lambda: len(_import_errors(stopped_deployment)) == 3)
    errors = "\n".join(_import_errors(stopped_deployment))
    assert "exits.py" in errors
    assert "syntax.py" in errors
    assert "retries" in errors
    run_id = stopped_deployment.trigger("good")
    assert stopped_deployment.finished("good", run_id) == "success"
    assert stopped_deployment.stop() == 0


def _import_errors(deployment: Deployment) -> list[str]:
    listed = deployment.cli("dags", "list-import-errors", "-o", "plain").stdout
    return [line for line in listed.splitlines() if ".py" in line]
