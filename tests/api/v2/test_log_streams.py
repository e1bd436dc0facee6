"""Logs that are followed, and logs as files, by ``/api/v2``."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import anyio
import pytest
from anyio.abc import ObjectReceiveStream
from tests.api.conftest import Api

from narae.core.log_paths import log_path
from narae.logs.file_store import FileLogStore
from narae.logs.lines import encode_line
from narae.testing.fake_executor import hangs

RUN = "/api/v2/dags/shop/dagRuns/mine/taskInstances"
LOG = f"{RUN}/buy/logs/1"
SOON = 10


class Event(NamedTuple):
    """One event of a stream."""

    kind: str
    id: str
    data: Any

    @property
    def texts(self) -> list[str]:
        """Of its lines."""
        return [line["event"] for line in self.data]


Write = Callable[..., None]


@pytest.fixture
def write(shop: Api) -> Write:
    """Writes lines to the log of a try, as a supervisor does."""
    store = FileLogStore(shop.settings.logging.base_log_folder)

    def write_(*events: str) -> None:
        writer = store.writer(log_path("shop", "mine", "buy", -1, 1))
        for event in events:
            writer.write(encode_line(event, at=shop.stage.clock.now(), source="task"))
        writer.close()

    return write_


@pytest.fixture
def live(shop: Api) -> Api:
    """A run whose first task runs."""
    shop.stage.executor.script = lambda _workload: hangs()
    shop.stage.trigger("shop", run_id="mine")
    shop.stage.play(timedelta(seconds=5))
    return shop


@pytest.fixture
def done(shop: Api) -> Api:
    """A run that is over."""
    shop.stage.trigger("shop", run_id="mine")
    shop.stage.play(timedelta(minutes=10))
    return shop


def events_of(text: str) -> list[Event]:
    """The events of a whole stream."""
    found = []
    for part in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in part.splitlines() if ": " in line)
        if "data" in fields:
            kind = fields.get("event", "message")
            found.append(Event(kind, fields.get("id", ""), json.loads(fields["data"])))
    return found


@asynccontextmanager
async def listening(api: Api, query: str = "") -> AsyncIterator[ObjectReceiveStream[Event]]:
    """Events as they come; at the end the listener goes away, or the stream has ended."""
    send_events, events = anyio.create_memory_object_stream[Event](100)
    gone = anyio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        for event in events_of(message.get("body", b"").decode()):
            await send_events.send(event)

    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": f"{LOG}/stream",
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost")],
        "app": api.client.app,
        "client": None,
    }

    async def serve() -> None:
        async with send_events:
            await api.client.app(scope, receive, send)

    with anyio.fail_after(SOON):
        async with events, anyio.create_task_group() as tasks:
            tasks.start_soon(serve)
            yield events
            gone.set()


def test_lines_are_pushed_as_they_are_written(live: Api, write: Write) -> None:
    async def listen() -> None:
        write("one", "two")
        async with listening(live) as events:
            first = await events.receive()
            assert (first.texts, first.id) == (["one", "two"], "2")
            begun = anyio.current_time()
            write("three")
            assert (await events.receive()).texts == ["three"]
            assert anyio.current_time() - begun < 1.0
            live.good("PATCH", f"{RUN}/buy", {"new_state": "success"})
            assert await events.receive() == Event("end", "3", {})
            with pytest.raises(anyio.EndOfStream):
                await events.receive()

    anyio.run(listen)


def test_a_log_that_is_not_there_yet_is_waited_for(live: Api, write: Write) -> None:
    async def listen() -> None:
        async with listening(live) as events:
            await anyio.sleep(0.3)
            write("first")
            assert (await events.receive()).texts == ["first"]

    anyio.run(listen)


def test_a_line_is_pushed_once_it_is_whole(live: Api, write: Write) -> None:
    path = FileLogStore(live.settings.logging.base_log_folder).file(
        log_path("shop", "mine", "buy", -1, 1)
    )

    async def listen() -> None:
        write("one")
        line = encode_line("halves", at=live.stage.clock.now(), source="task")
        async with listening(live) as events:
            await events.receive()
            for half in (line[:20], line[20:]):
                with path.open("ab") as file:
                    file.write(half)
                await anyio.sleep(0.25)
            assert (await events.receive()).texts == ["halves"]

    anyio.run(listen)


def test_another_log_in_its_place_ends_the_stream(live: Api, write: Write) -> None:
    store = FileLogStore(live.settings.logging.base_log_folder)

    async def listen() -> None:
        write("old")
        async with listening(live) as events:
            await events.receive()
            store.remove(log_path("shop", "mine", "buy", -1, 1))
            assert (await events.receive()).kind == "reset"

    anyio.run(listen)


def test_a_run_that_is_deleted_ends_the_stream(live: Api, write: Write) -> None:
    async def listen() -> None:
        write("old")
        async with listening(live) as events:
            await events.receive()
            live.good("PATCH", "/api/v2/dags/shop/dagRuns/mine", {"state": "failed"})
            live.good("DELETE", "/api/v2/dags/shop/dagRuns/mine")
            kinds = [event.kind async for event in events]
            assert kinds[-1] in {"end", "reset"}

    anyio.run(listen)


def test_whoever_comes_back_goes_on_after_the_last_line(done: Api, write: Write) -> None:
    write(*(f"line {number}" for number in range(1, 6)))

    def heard(query: str = "", **headers: str) -> list[Event]:
        answer = done("GET", f"{LOG}/stream{query}", headers=headers)
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        return events_of(answer.text)

    lines, end = heard("?from_line=3", **{"last-event-id": "4"})
    assert (lines.texts, end) == (["line 5"], Event("end", "5", {}))
    assert heard("?from_line=3")[0].texts == ["line 3", "line 4", "line 5"]
    assert heard("?from_line=3")[0].data[0]["number"] == 3
    assert heard("", **{"last-event-id": "5"}) == [Event("end", "5", {})]
    assert heard("", **{"last-event-id": "99"}) == [Event("end", "5", {})]
    for nonsense in ("x", "-1", "9" * 99, "٣"):
        assert heard("?from_line=5", **{"last-event-id": nonsense.encode()})[0].texts == ["line 5"]  # type: ignore[arg-type]  # bytes are headers, too


def test_a_long_log_comes_in_pieces(done: Api, write: Write) -> None:
    write(*("x" * 1_000 + str(number) for number in range(2_000)))
    *pieces, end = events_of(done("GET", f"{LOG}/stream").text)
    assert len(pieces) > 3
    assert [line["number"] for piece in pieces for line in piece.data] == list(range(1, 2_001))
    assert [piece.id for piece in pieces] == [str(p.data[-1]["number"]) for p in pieces]
    assert end.kind == "end"


def test_a_server_that_stops_waits_for_no_listener(live: Api, write: Write) -> None:
    write("one")
    app: Any = live.client.app
    app.state.surroundings.feed.end()
    assert all(event.kind == "message" for event in events_of(live("GET", f"{LOG}/stream").text))


def test_a_listener_has_to_come_back_after_a_while(
    live: Api, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("narae.api.v2.log_streams.STREAM_SECONDS_MAX", 0.3)
    write("one")
    assert [event.kind for event in events_of(live("GET", f"{LOG}/stream").text)] == ["message"]


# -- files ----------------------------------------------------------------------------------


def test_a_log_is_downloaded_as_text_or_as_it_is_kept(done: Api, write: Write) -> None:
    write("one", "두 번째")
    text = done("GET", f"{LOG}/download")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.headers["content-disposition"] == (
        "attachment; filename=\"shop.mine.buy.1.log\"; filename*=UTF-8''shop.mine.buy.1.log"
    )
    assert [line.split(" - ")[1] for line in text.text.splitlines()] == ["one", "두 번째"]
    lines = done("GET", f"{LOG}/download?format=lines")
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    assert "buy.1.jsonl" in lines.headers["content-disposition"]
    assert [json.loads(line)["event"] for line in lines.text.splitlines()] == ["one", "두 번째"]
    done.bad(422, "GET", f"{LOG}/download?format=pdf")


def test_a_large_log_is_downloaded_to_the_byte(done: Api, write: Write) -> None:
    write(*("y" * 3_000 + str(number) for number in range(1_000)))
    path = FileLogStore(done.settings.logging.base_log_folder).file(
        log_path("shop", "mine", "buy", -1, 1)
    )
    with path.open("ab") as file:
        file.write(b'{"event": "not whole')
    whole = path.read_bytes()
    content = done("GET", f"{LOG}/download?format=lines").content
    assert content == whole[: whole.rindex(b"\n") + 1]
    assert done("GET", f"{LOG}/download").text.count("\n") == 1_000


def test_the_file_of_a_log_that_is_not_there_is_empty(done: Api) -> None:
    for form in ("text", "lines"):
        answer = done("GET", f"{LOG}/download?format={form}")
        assert (answer.status_code, answer.content) == (200, b"")
