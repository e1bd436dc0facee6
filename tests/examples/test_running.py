"""Each example, run by hand with its defaults: the real scheduler, a process for each task."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from narae.bootstrap.local_run import LocalRun, run_locally
from narae.config import load

pytestmark = pytest.mark.e2e

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(file.name for file in EXAMPLES.glob("*.py"))
SECONDS_MAX = 20
TUESDAY = datetime.fromisoformat("2026-03-03T09:00:00+09:00")

SKIPPED = {
    "example_branching.py": {"weekend", "working_day.in_bulk"},
    "example_bash_templates.py": {"nothing_to_do"},
    # A test run is not one that was asked for, and this one is not of the latest hour.
    "example_short_circuit.py": {"read_mail", "publish"},
}
TRIES = {"example_retries.py": {"flaky": 3, "steady": 1}}
WORDS = {
    "example_korean.py": "2026년 3월 3일",
    "example_params.py": "Hi, world!",
    "example_sales_etl.py": "3 checks hold",
    "example_train_model.py": "is off by",
}


@pytest.mark.parametrize("file", FILES)
def test_an_example_does_by_hand_what_it_says(file: str, tmp_path: Path) -> None:
    lines: list[bytes] = []
    wanted = LocalRun(folder=EXAMPLES, file=file, log=lines.append, conf={}, logical_date=TUESDAY)
    outcome = run_locally(load({}, home=tmp_path), wanted)
    log = "\n".join(json.loads(line)["event"] for line in lines)
    assert str(outcome.run.state) == "success", log
    states = {i.task_id: str(i.state) for i in outcome.instances}
    skipped = {task for task, state in states.items() if state == "skipped"}
    assert skipped == SKIPPED.get(file, set())
    assert set(states.values()) <= {"success", "skipped"}
    tries = {i.task_id: i.try_number for i in outcome.instances}
    assert TRIES.get(file, tries) == tries
    assert WORDS.get(file, "") in log
    ended = max(i.ended_at for i in outcome.instances if i.ended_at)
    assert (ended - outcome.run.queued_at).total_seconds() < SECONDS_MAX
