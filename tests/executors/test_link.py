import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from narae.core.ids import AttemptId
from narae.core.requests import GetVariable, Refused
from narae.core.run import Cause, CauseKind
from narae.core.wire import (
    Acknowledge,
    Answer,
    Ask,
    Beat,
    FromSupervisor,
    Kill,
    SupervisorHello,
    ToSupervisor,
)
from narae.engine.ports import Executor
from narae.executors.local.link import LOCAL_EXECUTOR, SupervisorLink
from narae.framed import FramedConnection

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HELLO = SupervisorHello(holder="h", host="here", pid=1, slots=4, queues=("default", "big"))
Pair = tuple[SupervisorLink, FramedConnection[ToSupervisor]]


@pytest.fixture
def pair() -> Iterator[Pair]:
    engine, supervisor = socket.socketpair()
    link = SupervisorLink(engine, hello=HELLO)
    peer = FramedConnection[ToSupervisor](supervisor, ToSupervisor)
    yield link, peer
    link.close()
    peer.close()


def test_a_link_is_an_executor(pair: Pair) -> None:
    executor: Executor = pair[0]
    assert executor.name == LOCAL_EXECUTOR
    assert executor.slots == 4
    assert executor.queues == frozenset({"default", "big"})


def test_what_the_engine_says_arrives(pair: Pair) -> None:
    link, peer = pair
    cause = Cause(kind=CauseKind.CLEARED)
    ask = Ask(id=3, attempt=AttemptId("a"), request=GetVariable(key="k"))
    link.submit([])  # nothing to say
    link.kill(AttemptId("a"), cause)
    link.acknowledge(9)
    link.answer(ask, "v")
    link.answer(ask, refused=Refused(words="stale", stop=True))
    assert peer.receive() == [
        Kill(attempt=AttemptId("a"), cause=cause),
        Acknowledge(seq=9),
        Answer(id=3, value=b"\xa1v"),
        Answer(id=3, refused=Refused(words="stale", stop=True)),
    ]


def test_a_supervisor_that_is_gone_has_no_slots(pair: Pair) -> None:
    link, peer = pair
    beat = Beat(at=NOW)
    peer.send(beat)
    peer.close()
    assert link.receive() == [beat]
    assert link.slots == 4
    assert link.receive() is None
    assert link.slots == 0
    assert link.queues == frozenset()


def test_nothing_blocks_when_a_supervisor_does_not_read(pair: Pair) -> None:
    link, peer = pair
    ask = Ask(id=3, attempt=AttemptId("a"), request=GetVariable(key="k"))
    link.answer(ask, "x" * 2_000_000)
    assert link.wants_write
    received: list[ToSupervisor] = []
    while not received:
        link.flush()
        received += peer.receive() or []
    assert not link.wants_write


def test_a_link_takes_over_a_connection_with_what_it_has_read() -> None:
    engine, supervisor = socket.socketpair()
    connection = FramedConnection[FromSupervisor](engine, FromSupervisor)
    peer = FramedConnection[ToSupervisor](supervisor, ToSupervisor)
    peer.send(HELLO)
    peer.send(Beat(at=NOW))
    assert connection.receive_blocking(idle_seconds=5) == HELLO
    link = SupervisorLink(connection, hello=HELLO)
    assert link.receive() == [Beat(at=NOW)]
    link.close()
    peer.close()
