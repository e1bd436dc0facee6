"""Whose turn it is: reads one by one, changes first, nobody for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from threading import Event

import pytest

from narae.api import lanes
from narae.api.catalogue import OPERATIONS
from narae.api.lanes import Lane, Lanes, lane_of

LONG = 60.0


class Scene:
    """Work that begins, says so, and goes on until it is let go."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.begun: list[str] = []
        self._ends: dict[str, Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._steps = asyncio.Event()

    async def ask(self, lane: Lane, name: str) -> None:
        end = self._ends[name] = Event()
        loop, steps = asyncio.get_running_loop(), self._steps

        def work() -> None:
            self.begun.append(name)
            loop.call_soon_threadsafe(steps.set)
            assert end.wait(LONG)

        self._tasks[name] = asyncio.create_task(self.lanes.run(lane, work))
        await asyncio.sleep(0)  # it stands in the queue

    async def begins(self, *names: str) -> None:
        """Waits until these have begun, in this order."""
        while len(self.begun) < len(names):
            await asyncio.wait_for(self._steps.wait(), LONG)
            self._steps.clear()
        assert self.begun == list(names)

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await asyncio.wait_for(self._tasks[name], LONG)

    async def give_up(self, name: str) -> None:
        self._tasks[name].cancel()
        self._ends[name].set()
        with pytest.raises(asyncio.CancelledError):
            await self._tasks[name]


def play(story: Callable[[Scene], Awaitable[None]]) -> None:
    async def played() -> None:
        await story(Scene())

    asyncio.run(played())


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """No read counts as long, and none runs out of patience."""
    monkeypatch.setattr(lanes, "LONG_SECONDS", LONG)
    monkeypatch.setattr(lanes, "PATIENCE_SECONDS", LONG)


@pytest.mark.usefixtures("strict")
def test_reads_take_turns_in_their_order() -> None:
    async def story(scene: Scene) -> None:
        for name in "abc":
            await scene.ask(Lane.READ, name)
        await scene.begins("a")
        await scene.end("a")
        await scene.begins("a", "b")
        await scene.end("b")
        await scene.begins("a", "b", "c")
        await scene.end("c")

    play(story)


@pytest.mark.usefixtures("strict")
def test_no_read_begins_while_a_change_is_under_way() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Lane.READ, "before")
        await scene.begins("before")
        await scene.ask(Lane.CHANGE, "change")
        await scene.begins("before", "change")  # it does not wait for the read
        await scene.ask(Lane.READ, "after")
        await scene.end("before")
        await scene.ask(Lane.PROBE, "probe")
        await scene.begins("before", "change", "probe")
        await scene.end("probe")
        await scene.end("change")
        await scene.begins("before", "change", "probe", "after")
        await scene.end("after")

    play(story)


def test_a_read_that_has_waited_for_long_begins_beside_a_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "PATIENCE_SECONDS", 0.05)

    async def story(scene: Scene) -> None:
        await scene.ask(Lane.CHANGE, "change")
        await scene.ask(Lane.READ, "read")
        await scene.begins("change", "read")
        await scene.end("read")
        await scene.end("change")

    play(story)


def test_a_long_read_lets_others_by_as_many_as_there_are_threads() -> None:
    async def story(scene: Scene) -> None:
        for name in "abcde":
            await scene.ask(Lane.READ, name)
        await scene.begins("a", "b", "c", "d")
        await asyncio.sleep(3 * lanes.LONG_SECONDS)
        assert scene.begun == ["a", "b", "c", "d"]
        await scene.end("c")
        await scene.begins("a", "b", "c", "d", "e")
        for name in "abde":
            await scene.end(name)

    play(story)


@pytest.mark.usefixtures("strict")
def test_who_gives_up_while_waiting_takes_no_turn() -> None:
    async def story(scene: Scene) -> None:
        for name in "abc":
            await scene.ask(Lane.READ, name)
        await scene.give_up("b")
        await scene.end("a")
        await scene.begins("a", "c")
        await scene.end("c")

    play(story)


@pytest.mark.parametrize(
    ("name", "lane"),
    [
        ("get_dags", Lane.READ),
        ("get_events", Lane.READ),
        ("trigger_dag_run", Lane.CHANGE),
        ("patch_dag", Lane.CHANGE),
        ("create_token", Lane.LOGIN),
        ("livez", Lane.PROBE),
        ("get_health", Lane.PROBE),
    ],
)
def test_the_lane_of_an_operation(name: str, lane: Lane) -> None:
    (found,) = {
        lane_of(each)
        for operations in OPERATIONS.values()
        for each in operations
        if each.id == name
    }
    assert found is lane


def test_lists_that_are_asked_for_by_post_are_read() -> None:
    lists = [each for each in OPERATIONS["v2"] if each.path.endswith("/list")]
    assert lists
    assert {lane_of(each) for each in lists} == {Lane.READ}
