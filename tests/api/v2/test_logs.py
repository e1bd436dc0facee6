"""Logs by ``/api/v2``: parts, texts, lines that are followed; nothing outside of the folder."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.api import log_pages
from narae.core.log_paths import log_path
from narae.logs.file_store import FileLogStore
from narae.logs.lines import encode_line
from narae.testing.fake_executor import hangs

Write = Callable[..., None]
RUN = "/api/v2/dags/shop/dagRuns/mine/taskInstances"
LOG = f"{RUN}/buy/logs/1"


@pytest.fixture
def write(shop: Api) -> Write:
    """Writes lines to the log of a try, as a supervisor does."""
    store = FileLogStore(shop.settings.logging.base_log_folder)

    def write_(*events: str, task_id: str = "buy", index: int = -1, number: int = 1) -> None:
        writer = store.writer(log_path("shop", "mine", task_id, index, number))
        for event in events:
            writer.write(encode_line(event, at=shop.stage.clock.now(), source="task"))
        writer.close()

    return write_


@pytest.fixture
def done(shop: Api) -> Api:
    """A run that is over."""
    shop.stage.trigger("shop", run_id="mine")
    shop.stage.play(timedelta(minutes=10))
    return shop


@pytest.fixture
def live(shop: Api) -> Api:
    """A run whose first task runs."""
    shop.stage.executor.script = lambda _workload: hangs()
    shop.stage.trigger("shop", run_id="mine")
    shop.stage.play(timedelta(seconds=5))
    return shop


def test_a_log_comes_as_structured_lines(done: Api, write: Write) -> None:
    write("one", "두 번째")
    found = done.good("GET", LOG)
    assert [line["event"] for line in found["content"]] == ["one", "두 번째"]
    assert {line["level"] for line in found["content"]} == {"info"}
    assert all(line["timestamp"] for line in found["content"])
    assert found["continuation_token"] is None


def test_a_long_log_goes_on_with_its_token(
    done: Api, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("narae.api.v2.logs.PAGE_LINES", 2)
    write(*"abcde")
    seen: list[str] = []
    token: Any = ""
    while token is not None:
        page = done.good("GET", LOG, params={"token": token})
        assert len(page["content"]) <= 2
        seen += [line["event"] for line in page["content"]]
        token = page["continuation_token"]
    assert seen == list("abcde")
    whole = done.good("GET", LOG, params={"full_content": True})
    assert (len(whole["content"]), whole["continuation_token"]) == (5, None)


def test_the_log_of_a_task_that_runs_grows(live: Api, write: Write) -> None:
    write("first")
    page = live.good("GET", LOG)
    assert [line["event"] for line in page["content"]] == ["first"]
    token = page["continuation_token"]
    empty = live.good("GET", LOG, params={"token": token})
    assert (empty["content"], empty["continuation_token"]) == ([], token)
    write("second")
    page = live.good("GET", LOG, params={"token": token})
    assert [line["event"] for line in page["content"]] == ["second"]


def test_a_log_that_is_not_there_yet_is_empty_and_may_come(shop: Api) -> None:
    shop.stage.trigger("shop", run_id="mine")
    page = shop.good("GET", LOG)
    assert page["content"] == []
    assert page["continuation_token"]


def test_a_mapped_task_has_a_log_for_each_index(done: Api, write: Write) -> None:
    write("mine", task_id="sell", index=2)
    path = f"{RUN}/sell/logs/1"
    assert done.good("GET", f"{path}?map_index=2")["content"][0]["event"] == "mine"
    assert done.good("GET", f"{path}?map_index=1")["content"] == []
    assert "mapped" in done.bad(404, "GET", path)


def test_text_and_lines_for_those_who_ask_for_them(done: Api, write: Write) -> None:
    write("one", "two")
    text = done("GET", LOG, headers={"accept": "text/plain"})
    assert text.headers["content-type"].startswith("text/plain")
    first, second = text.text.splitlines()
    assert first.endswith("] INFO - one")
    assert second.endswith("] INFO - two")
    lines = done("GET", LOG, headers={"accept": "application/x-ndjson"})
    assert [json.loads(line)["event"] for line in lines.text.splitlines()] == ["one", "two"]
    done.bad(406, "GET", LOG, headers={"accept": "image/png"})


def test_lines_are_followed_until_the_task_is_over(
    live: Api, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("narae.api.v2.logs.LOOK_SECONDS", 0.001)
    write("one")
    with ThreadPoolExecutor(1) as pool:
        headers = {"accept": "application/x-ndjson"}
        reading = pool.submit(live, "GET", LOG, headers=headers)
        write("two")
        live.good("PATCH", f"{RUN}/buy", {"new_state": "success"})
        lines = reading.result(30).text.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["one", "two"]


def test_a_token_is_good_for_its_own_log(done: Api, write: Write) -> None:
    write("one")
    other = log_pages.token(log_path("shop", "mine", "buy", -1, 2), 0)
    assert "another log" in done.bad(422, "GET", f"{LOG}?token={other}")
    assert "token" in done.bad(422, "GET", f"{LOG}?token=nonsense")
    assert "token" in done.bad(422, "GET", f"{LOG}?token=%FF%00")


def test_there_is_no_log_of_what_never_was(done: Api) -> None:
    assert "no try 2" in done.bad(404, "GET", f"{RUN}/buy/logs/2")
    done.bad(404, "GET", f"{RUN}/buy/logs/0")
    assert "try_number" in done.bad(404, "GET", f"{RUN}/buy/logs/x")
    assert "'buy'" in done.bad(404, "GET", f"{RUN}/bye/logs/1")


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..%2fetc", "%00", "a%2f..%2fb"])
def test_no_path_leads_out_of_the_folder(done: Api, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "task_id=x"
    outside.mkdir()
    (outside / "attempt=1.log").write_text('{"event": "outside"}\n')
    for path in (
        f"/api/v2/dags/{name}/dagRuns/mine/taskInstances/buy/logs/1",
        f"/api/v2/dags/shop/dagRuns/{name}/taskInstances/buy/logs/1",
        f"{RUN}/{name}/logs/1",
    ):
        answer = done("GET", path)
        assert answer.status_code == 404
        assert "outside" not in answer.text


def test_nowhere_else_shows_the_log(done: Api) -> None:
    assert "itself" in done.bad(400, "GET", f"{RUN}/buy/externalLogUrl/1")
    done.bad(404, "GET", f"{RUN}/buy/externalLogUrl/9")
