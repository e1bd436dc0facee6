"""Windows, searches and figures of logs by ``/api/v2``."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from tests.api.conftest import Api

from narae.core.log_paths import log_path
from narae.logs.file_store import FileLogStore
from narae.logs.lines import decode_line, encode_line
from narae.testing.fake_executor import hangs

Write = Callable[..., None]
RUN = "/api/v2/dags/shop/dagRuns/mine/taskInstances"
LOG = f"{RUN}/buy/logs/1"


@pytest.fixture
def done(shop: Api) -> Api:
    """A run that is over."""
    shop.stage.trigger("shop", run_id="mine")
    shop.stage.play(timedelta(minutes=10))
    return shop


@pytest.fixture
def write(shop: Api) -> Write:
    """Writes a line to the log of a try, as a supervisor does."""
    store = FileLogStore(shop.settings.logging.base_log_folder)

    def write_(
        event: str, level: str = "info", source: str = "task", *, index: int = -1, **more: object
    ) -> None:
        task_id = "buy" if index < 0 else "sell"
        writer = store.writer(log_path("shop", "mine", task_id, index, 1))
        line = encode_line(event, at=shop.stage.clock.now(), source=source, level=level)
        writer.write(msgspec.json.encode({**decode_line(line), **more}) + b"\n")
        writer.close()

    return write_


def test_a_window_shows_each_line_with_all_that_it_brings(done: Api, write: Write) -> None:
    write("one")
    write("두 번째", "error", "stderr", at="etl.py:7", traceback="Traceback: x", rows=3)
    found = done.good("GET", f"{LOG}/window")
    assert [line["number"] for line in found["lines"]] == [1, 2]
    second = found["lines"][1]
    assert second.pop("timestamp") == found["last_at"]
    assert second == {
        "number": 2,
        "level": "error",
        "source": "stderr",
        "logger": "stderr",
        "event": "두 번째",
        "traceback": "Traceback: x",
        "place": "etl.py:7",
        "detail": {"rows": 3},
        "is_cut": False,
    }
    assert (found["position"], found["total"], found["lines_total"]) == (0, 2, 2)
    assert (found["is_exact"], found["has_ended"]) == (True, True)
    assert found["size_bytes"] > 100
    assert found["first_at"] <= found["last_at"]


def test_a_window_is_at_a_position_a_line_or_the_end(done: Api, write: Write) -> None:
    for number in range(1, 21):
        write(f"line {number}", "error" if number % 5 == 0 else "info")

    def numbers(query: str) -> list[int]:
        found = done.good("GET", f"{LOG}/window?{query}")
        return [line["number"] for line in found["lines"]]

    assert numbers("limit=3") == [1, 2, 3]
    assert numbers("limit=3&position=10") == [11, 12, 13]
    assert numbers("limit=3&line=7") == [7, 8, 9]
    assert numbers("limit=3&from_end=true") == [18, 19, 20]
    assert numbers("level=error,critical") == [5, 10, 15, 20]
    assert numbers("level=error&level=critical&line=6&limit=2") == [10, 15]
    assert numbers("level=error&position=1&limit=2") == [10, 15]
    assert numbers("level=ERROR&from_end=true&limit=1") == [20]
    assert numbers("level=error&source=stdout") == []


def test_a_long_text_is_cut_and_the_download_has_all_of_it(done: Api, write: Write) -> None:
    write("x" * 40_000)
    write("y" * 100_000, big="z" * 100_000)
    first, second = done.good("GET", f"{LOG}/window")["lines"]
    assert (len(first["event"]), first["is_cut"]) == (32_000, True)
    assert (second["detail"], second["is_cut"]) == ({}, True)
    text = done("GET", f"{LOG}/download").text
    assert "x" * 40_000 in text
    assert "y" * 100_000 in text


def test_a_log_before_its_first_line_is_empty_and_goes_on(shop: Api) -> None:
    shop.stage.executor.script = lambda _workload: hangs()
    shop.stage.trigger("shop", run_id="mine")
    shop.stage.play(timedelta(seconds=5))
    window = shop.good("GET", f"{LOG}/window?from_end=true")
    assert (window["lines"], window["total"], window["has_ended"]) == ([], 0, False)
    assert (window["first_at"], window["is_exact"]) == (None, True)
    found = shop.good("GET", f"{LOG}/find?q=x")
    assert (found["matches"], found["next_line"], found["has_ended"]) == ([], None, False)
    summary = shop.good("GET", f"{LOG}/summary")
    assert (summary["lines"], summary["levels"], summary["is_complete"]) == (0, {}, True)


def test_a_search_goes_on_where_its_step_ended(done: Api, write: Write) -> None:
    for number in range(1, 8):
        write(f"A fish, number {number}" if number % 2 else "bread")
    found = done.good("GET", f"{LOG}/find?q=FISH&limit=3")
    assert [match["number"] for match in found["matches"]] == [1, 3, 5]
    first = found["matches"][0]
    assert (first["before"], first["match"], first["after"]) == ("A ", "fish", ", number 1")
    assert found["next_line"] == 7
    rest = done.good("GET", f"{LOG}/find?q=FISH&limit=3&from_line=7")
    assert [match["number"] for match in rest["matches"]] == [7]
    assert rest["next_line"] is None
    assert rest["searched_bytes"] == rest["size_bytes"]


def test_the_first_error_is_found(done: Api, write: Write) -> None:
    for level in ("info", "warning", "critical", "error"):
        write(f"some {level}", level)
    found = done.good("GET", f"{LOG}/find?level=error,critical&limit=1")
    assert [match["number"] for match in found["matches"]] == [3]
    summary = done.good("GET", f"{LOG}/summary")
    assert (summary["first_error_line"], summary["last_error_line"]) == (3, 4)


def test_a_summary_counts_lines_and_names_groups(done: Api, write: Write) -> None:
    write("::group::Set up")
    write("a", "warning", "stdout")
    write("::endgroup::")
    write("::group::Work")
    found = done.good("GET", f"{LOG}/summary")
    assert found["levels"] == {"info": 3, "warning": 1}
    assert found["sources"] == {"stdout": 1, "task": 3}
    assert found["groups"] == [
        {"name": "Set up", "first_line": 1, "last_line": 3},
        {"name": "Work", "first_line": 4, "last_line": None},
    ]
    assert (found["groups_are_all"], found["is_complete"], found["lines"]) == (True, True, 4)
    assert found["counted_bytes"] == found["size_bytes"]


@pytest.mark.parametrize("what", ["window", "find", "summary", "stream", "download"])
def test_a_try_that_never_was_has_no_log(done: Api, what: str) -> None:
    assert "no try 2" in done.bad(404, "GET", f"{RUN}/buy/logs/2/{what}")
    assert "'buy'" in done.bad(404, "GET", f"{RUN}/bye/logs/1/{what}")
    assert "mapped" in done.bad(404, "GET", f"{RUN}/sell/logs/1/{what}")
    done.bad(404, "GET", f"/api/v2/dags/shop/dagRuns/nothing/taskInstances/buy/logs/1/{what}")


def test_a_mapped_instance_has_a_log_of_its_own(done: Api, write: Write) -> None:
    write("second", index=1)
    window = done.good("GET", f"{RUN}/sell/logs/1/window?map_index=1")
    assert [line["event"] for line in window["lines"]] == ["second"]
    assert done.good("GET", f"{RUN}/sell/logs/1/window?map_index=0")["lines"] == []


@pytest.mark.parametrize(
    "query",
    [
        "window?limit=2001",
        "window?limit=0",
        "window?line=0",
        "window?position=-1",
        "window?nonsense=1",
        "find?from_line=0",
        "find?limit=1001",
        "find?q=" + "x" * 1001,
        "summary?map_index=-2",
    ],
)
def test_what_makes_no_sense_is_refused(done: Api, query: str) -> None:
    done.bad(422, "GET", f"{LOG}/{query}")


def test_html_and_nonsense_in_a_log_are_texts(done: Api, write: Write) -> None:
    write("<script>alert(1)</script> \x00 \u202e", more={"<b>": ["<i>"]})
    (line,) = done.good("GET", f"{LOG}/window")["lines"]
    assert line["event"].startswith("<script>alert(1)</script>")
    assert line["detail"] == {"more": {"<b>": ["<i>"]}}
    assert done.good("GET", f"{LOG}/find?q=<SCRIPT>")["matches"][0]["match"] == "<script>"
