"""A whole deployment, started and driven as a user would."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError

import pytest
from tests.tokens import admin_token

Until = Callable[..., None]
DAGS = Path(__file__).parent / "dags"


class Deployment:
    """``narae standalone`` as a process tree of its own."""

    def __init__(self, home: Path, dags: Path = DAGS) -> None:
        self.home = home
        self.dags = dags
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("NARAE")} | {
            "NARAE_HOME": str(home),
            "NARAE__CORE__DAGS_FOLDER": str(dags),
            "NARAE__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "NARAE__CORE__LOAD_EXAMPLES": "False",
        }
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []
        self._token = ""

    @property
    def headers(self) -> dict[str, str]:
        """What a request of the first admin carries."""
        self._token = self._token or admin_token(self.environ)
        return {"Authorization": f"Bearer {self._token}"}

    def start(self) -> str:
        """Starts it and returns the line that says that it is ready; ``said`` has those before."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "narae", "standalone"),
                *("--home", str(self.home), "--dags", str(self.dags), "--port", str(self.port)),
                "--no-examples",
            ],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if "is ready" in line:
                return line
        raise AssertionError(f"standalone ended with {self.process.wait()}")

    def stop(self) -> int:
        """Ends it as Ctrl-C would; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def component_pid(self, name: str) -> int:
        """PID of one component."""
        facts = json.loads((self.home / "run" / "components.json").read_text())
        return int(facts["components"][name]["pid"])

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the HTTP API; the decoded answer."""
        message = request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=self.headers | {"Content-Type": "application/json"},
        )
        try:
            with request.urlopen(message, timeout=10) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            raise AssertionError(f"{error.code}: {error.read().decode()}") from error

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command."""
        return subprocess.run(
            [sys.executable, "-m", "narae", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def trigger(self, dag_id: str, conf: Any = None) -> str:
        """A new run by hand; its run id."""
        answer = self.api("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"conf": conf or {}})
        return str(answer["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """State of a run."""
        return str(self.api("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def finished(self, dag_id: str, run_id: str, seconds: float = 60) -> str:
        """Waits until the run has ended; its state."""
        until(lambda: self.run_state(dag_id, run_id) in {"success", "failed"}, seconds)
        return self.run_state(dag_id, run_id)

    def states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """``task_id`` or ``task_id[map_index]`` -> state."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000"
        return {
            t["task_id"] + (f"[{t['map_index']}]" if t["map_index"] >= 0 else ""): t["state"]
            for t in self.api("GET", path)["task_instances"]
        }


@pytest.fixture(name="until")
def until_fixture() -> Until:
    return until


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for something that only a page can tell; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "h")
    made.start()
    yield made
    assert made.stop() == 0


@pytest.fixture
def stopped_deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "h")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()
