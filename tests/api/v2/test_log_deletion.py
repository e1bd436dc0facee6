"""What is deleted takes its logs along: nobody is shown the log of another run."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.api.conftest import Api
from tests.api.v2.conftest import SHOP

from narae.core.log_paths import callback_log_path, log_path, task_folder
from narae.logs.file_store import REMOVED, FileLogStore
from narae.logs.lines import encode_line

Write = Callable[..., None]
RUNS = "/api/v2/dags/shop/dagRuns"
V1_RUNS = "/api/v1/dags/shop/dagRuns"


@pytest.fixture
def store(shop: Api) -> FileLogStore:
    return FileLogStore(shop.settings.logging.base_log_folder)


@pytest.fixture
def write(shop: Api, store: FileLogStore) -> Write:
    """Writes a line to a log, as a supervisor does."""

    def write_(path: str, event: str = "old") -> None:
        writer = store.writer(path)
        writer.write(encode_line(event, at=shop.stage.clock.now(), source="task"))
        writer.close()

    return write_


@pytest.fixture
def done(shop: Api) -> Api:
    """Two runs that are over."""
    for run_id in ("mine", "mine2"):
        shop.stage.trigger("shop", run_id=run_id)
    shop.stage.play(timedelta(minutes=10))
    return shop


def path_of(run_id: str, task_id: str = "buy", index: int = -1, number: int = 1) -> str:
    return log_path("shop", run_id, task_id, index, number)


@pytest.mark.parametrize("runs", [RUNS, V1_RUNS])
def test_a_deleted_run_takes_its_logs_along(
    done: Api, store: FileLogStore, write: Write, runs: str
) -> None:
    mine = (path_of("mine"), path_of("mine", "sell", 2), callback_log_path("shop", "mine", "dag"))
    for path in (*mine, path_of("mine2")):
        write(path)
    assert done("DELETE", f"{runs}/mine").status_code == 204
    assert not any(store.exists(path) for path in mine)
    assert store.exists(path_of("mine2"))
    done.stage.trigger("shop", run_id="mine")
    log = f"{RUNS}/mine/taskInstances/buy/logs/1"
    assert done.good("GET", log)["content"] == []
    assert done.good("GET", f"{log}/window")["lines"] == []


def test_runs_that_are_deleted_in_bulk_take_their_logs_along(
    done: Api, store: FileLogStore, write: Write
) -> None:
    for run_id in ("mine", "mine2"):
        write(path_of(run_id))
    actions = [{"action": "delete", "entities": ["mine", "mine2"]}]
    done.good("PATCH", RUNS, {"actions": actions})
    assert not any(store.exists(path_of(run_id)) for run_id in ("mine", "mine2"))


def test_a_run_that_may_not_be_deleted_keeps_its_logs(
    shop: Api, store: FileLogStore, write: Write
) -> None:
    shop.stage.trigger("shop", run_id="mine")
    shop.stage.turn()
    write(path_of("mine"))
    shop.bad(409, "DELETE", f"{RUNS}/mine")
    assert store.exists(path_of("mine"))


def test_a_deleted_instance_takes_the_logs_of_its_tries_along(
    done: Api, store: FileLogStore, write: Write
) -> None:
    smaller = msgspec.structs.replace(SHOP, tasks=SHOP.tasks[:-1])
    done.stage.add_dag(smaller, file="shop.py", code_version="v2")
    body = {"dry_run": False, "only_failed": False, "run_on_latest_version": True}
    done.good("POST", f"{RUNS}/mine/clear", body)
    own, other = path_of("mine", "tidy.close"), path_of("mine", "tidy.close", 3)
    for path in (own, other):
        write(path)
    one = f"{RUNS}/mine/taskInstances/tidy.close"
    assert done.good("GET", one)["state"] == "removed"
    assert done("DELETE", one).status_code == 204
    assert (store.exists(own), store.exists(other)) == (False, True)


def test_a_deleted_dag_takes_the_logs_of_all_its_runs_along(
    done: Api, store: FileLogStore, write: Write
) -> None:
    other = log_path("shop2", "mine", "buy", -1, 1)
    for path in (path_of("mine"), path_of("mine2"), other):
        write(path)
    assert done("DELETE", "/api/v2/dags/shop").status_code in {200, 204}
    assert not store.exists(path_of("mine"))
    assert store.exists(other)


def test_a_log_that_can_not_be_removed_does_not_hold_up_the_deletion(
    done: Api, write: Write, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("the disk refuses")

    write(path_of("mine"))
    monkeypatch.setattr(Path, "rename", refuse)
    assert done("DELETE", f"{RUNS}/mine").status_code == 204
    done.bad(404, "GET", f"{RUNS}/mine")
    assert "its logs stay: the disk refuses" in caplog.text


def test_nothing_is_left_of_a_folder_that_is_removed(store: FileLogStore, write: Write) -> None:
    write(path_of("mine"))
    folder = store.file(task_folder("shop", "mine", "buy"))
    left = store.folder / REMOVED / "of a server that was killed meanwhile"
    left.mkdir(parents=True)
    assert store.remove(task_folder("shop", "mine", "buy"))
    assert not folder.exists()
    assert not (store.folder / REMOVED).exists()
    assert not store.remove(task_folder("shop", "mine", "buy"))
