"""The feed of changes, on a real event loop; where it comes from is another file's matter."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from narae.api.events import BEHIND_MAX, HEARTBEAT, HELLO, Feed, Wanted, stream
from narae.core.changes import Change, Changed, ChangeKind
from narae.telemetry.metrics import API
from narae.telemetry.registry import Registry

ANY = Wanted(may_see=lambda _: True)


class Hand:
    """A source that a test holds in its hand."""

    def __init__(self) -> None:
        self.publish: Callable[[Changed], None] | None = None
        self.opened = 0
        self.closed = asyncio.Event()

    def open(self, publish: Callable[[Changed], None]) -> None:
        self.opened += 1
        self.publish = publish

    def close(self) -> None:
        self.publish = None
        self.closed.set()


def run_changed(run_id: str, *, dag_id: str = "sales", state: str = "running") -> Change:
    return Change(kind=ChangeKind.RUN, dag_id=dag_id, run_id=run_id, state=state)


class Listening:
    """One listener, and what it has read."""

    def __init__(self, feed: Feed, wanted: Wanted = ANY, last: str | None = None) -> None:
        self.body = stream(feed, wanted, last)

    async def begin(self) -> "Listening":
        assert await self.next() == HELLO
        return self

    async def next(self) -> bytes:
        return await asyncio.wait_for(anext(self.body), 5)

    async def events(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(id, event name, data) of what comes next."""
        found = []
        for block in (await self.next()).decode().strip().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            name = fields.get("event", "message")
            found.append((fields["id"], name, json.loads(fields["data"])))
        return found

    async def close(self) -> None:
        await self.body.aclose()


@pytest.fixture
def hand() -> Hand:
    return Hand()


def made(hand: Hand, **more: Any) -> Feed:
    return Feed(hand, epoch="e", window_seconds=0.01, **more)


def played(play: Callable[[], Any]) -> None:
    asyncio.run(play())


def test_changes_of_one_run_are_one_event(hand: Hand) -> None:
    async def play() -> None:
        feed = made(hand)
        listening = await Listening(feed).begin()
        for state in ("queued", "running", "success"):
            feed.publish(Changed(changes=(run_changed("r1", state=state),)))
        feed.publish(Changed(changes=(Change(kind=ChangeKind.POOLS),)))
        assert await listening.events() == [
            (
                "e-1",
                "message",
                {"kind": "run", "dag_id": "sales", "run_id": "r1", "state": "success"},
            ),
            ("e-2", "message", {"kind": "pools"}),
        ]

    played(play)


def test_a_listener_hears_what_it_wants_and_may_see(hand: Hand) -> None:
    async def play() -> None:
        feed = made(hand)
        allowed = {"sales"}
        wanted = Wanted(
            may_see=lambda change: change.dag_id in allowed, kinds=frozenset({"run", "dag"})
        )
        one_run = Wanted(may_see=lambda _: True, run_ids=frozenset({"r2"}))
        listening = await Listening(feed, wanted).begin()
        of_run = await Listening(feed, one_run).begin()
        changes = (
            run_changed("r1"),
            run_changed("r2", dag_id="secret"),
            Change(kind=ChangeKind.TASK_INSTANCES, dag_id="sales", run_id="r1"),
            Change(kind=ChangeKind.DAG, dag_id="sales"),
        )
        feed.publish(Changed(changes=changes))
        assert [data.get("run_id") for _, _, data in await listening.events()] == ["r1", None]
        heard = await of_run.events()
        assert [data.get("run_id") for _, _, data in heard] == ["r2", None]
        allowed.clear()  # rights count when the event goes out
        feed.publish(Changed(changes=changes))
        await of_run.events()
        allowed.add("sales")
        feed.publish(Changed(changes=(run_changed("r9"),)))
        assert [data["run_id"] for _, _, data in await listening.events()] == ["r9"]

    played(play)


def test_who_comes_back_hears_what_it_missed(hand: Hand) -> None:
    async def play() -> None:
        feed = made(hand)
        first = await Listening(feed).begin()
        for number in range(3):
            feed.publish(Changed(changes=(run_changed(f"r{number}"),)))
        ids = [event_id for event_id, _, _ in await first.events()]
        await first.close()
        again = await Listening(feed, last=ids[0]).begin()
        assert [data["run_id"] for _, _, data in await again.events()] == ["r1", "r2"]
        up_to_date = await Listening(feed, last=ids[-1]).begin()
        feed.publish(Changed(changes=(run_changed("new"),)))
        assert [data["run_id"] for _, _, data in await up_to_date.events()] == ["new"]

    played(play)


@pytest.mark.parametrize("last", ["other-1", "e-99", "nonsense", "e-", "e--1"])
def test_an_id_that_leads_nowhere_is_a_reset(hand: Hand, last: str) -> None:
    async def play() -> None:
        feed = made(hand)
        listening = await Listening(feed, last=last).begin()
        ((event_id, name, data),) = await listening.events()
        assert (event_id, name, data) == ("e-0", "reset", {})

    played(play)


def test_a_gap_in_the_source_is_a_reset_for_all_and_for_who_comes_back(hand: Hand) -> None:
    async def play() -> None:
        feed = made(hand)
        listening = await Listening(feed).begin()
        feed.publish(Changed(changes=(run_changed("r1"),)))
        ((before, _, _),) = await listening.events()
        feed.publish(Changed(everything=True))
        ((after, name, _),) = await listening.events()
        assert name == "reset"
        late = await Listening(feed, last=before).begin()
        assert (await late.events())[0][1] == "reset"
        current = await Listening(feed, last=after).begin()
        feed.publish(Changed(changes=(run_changed("r2"),)))
        assert [data["run_id"] for _, _, data in await current.events()] == ["r2"]

    played(play)


def test_a_slow_listener_is_dropped_with_a_reset(hand: Hand) -> None:
    async def play() -> None:
        registry = Registry(API)
        feed = made(hand, registry=registry)
        slow, quick = await Listening(feed).begin(), await Listening(feed).begin()
        heard = 0
        for number in range(BEHIND_MAX + 1):
            feed.publish(Changed(changes=(run_changed(f"r{number}"),)))
            if number % 500 == 0:
                heard += len(await quick.events())
        while heard <= BEHIND_MAX:
            heard += len(await quick.events())
        ((_, name, _),) = await slow.events()
        assert name == "reset"
        with pytest.raises(StopAsyncIteration):
            await slow.next()
        assert feed.listeners == 1
        assert registry.counter("narae_event_listeners_dropped_total").values == {(): 1}
        assert registry.counter("narae_events_total").values == {(): BEHIND_MAX + 1}
        assert registry.gauge("narae_event_listeners").values == {(): 1}

    played(play)


def test_a_server_that_stops_ends_its_streams(hand: Hand) -> None:
    async def play() -> None:
        feed = made(hand)
        listening = await Listening(feed).begin()
        feed.end()
        with pytest.raises(StopAsyncIteration):
            await listening.next()
        assert feed.listeners == 0
        feed.close()

    played(play)


def test_silence_is_kept_alive(hand: Hand) -> None:
    async def play() -> None:
        body = stream(made(hand), ANY, heartbeat_seconds=0.01)
        async with aclosing(body):
            assert [await anext(body) for _ in range(3)] == [HELLO, HEARTBEAT, HEARTBEAT]

    played(play)


def test_the_source_is_open_only_while_somebody_listens(hand: Hand) -> None:
    async def play() -> None:
        feed = made(hand, linger_seconds=0.01)
        assert hand.opened == 0
        listening = await Listening(feed).begin()
        assert hand.opened == 1
        feed.publish(Changed(changes=(run_changed("r1"),)))
        ((last, _, _),) = await listening.events()
        await listening.close()
        second = await Listening(feed, last=last).begin()  # back before it was closed
        assert hand.opened == 1
        await second.close()
        await asyncio.wait_for(hand.closed.wait(), 5)
        third = await Listening(feed, last=last).begin()
        assert hand.opened == 2
        assert (await third.events())[0][1] == "reset"  # nobody listened meanwhile
        feed.close()

    played(play)
