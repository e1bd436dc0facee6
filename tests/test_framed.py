import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from narae.core.codec import FrameError, frame, pack, unpack
from narae.core.wire import Wake
from narae.framed import FramedConnection, listen, listen_for_datagrams, send_datagram

Pair = tuple[FramedConnection[str], FramedConnection[str]]


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = socket.socketpair()
    left, right = FramedConnection[str](here, str), FramedConnection[str](there, str)
    yield left, right
    left.close()
    right.close()


def test_messages_arrive_whole_and_in_order(pair: Pair) -> None:
    left, right = pair
    for number in range(100):
        left.send(f"message {number}")
    assert right.receive() == [f"message {number}" for number in range(100)]
    assert right.receive() == []


def test_what_does_not_fit_is_kept_until_there_is_room(pair: Pair) -> None:
    left, right = pair
    text = "x" * 3_000_000
    left.send(text)
    left.send("after")
    assert left.wants_write
    assert left.pending_bytes > 0
    received: list[str] = []
    while len(received) < 2:
        left.flush()
        received += right.receive() or []
    assert received == [text, "after"]
    assert not left.wants_write


def test_messages_of_a_peer_that_is_gone_are_still_received(pair: Pair) -> None:
    left, right = pair
    left.send("last words")
    left.close()
    assert right.receive() == ["last words"]
    assert right.receive() is None
    right.send("into the void")  # no error: receive says it
    assert right.receive() is None


def test_nonsense_is_an_error(pair: Pair) -> None:
    left, right = pair
    left.send(7)
    with pytest.raises(FrameError):
        right.receive()


def test_a_length_out_of_bounds_is_an_error() -> None:
    here, there = socket.socketpair()
    connection = FramedConnection[str](there, str)
    here.sendall(b"\xff\xff\xff\xff")
    with pytest.raises(FrameError, match="longer than"):
        connection.receive()
    here.close()
    connection.close()


def test_a_blocking_receive_leaves_the_next_message_for_the_selector(pair: Pair) -> None:
    left, right = pair
    left.send("hello")
    left.send("next")
    assert right.receive_blocking(idle_seconds=5) == "hello"
    assert right.receive() == ["next"]
    with pytest.raises(TimeoutError):
        right.receive_blocking(idle_seconds=0.01)
    left.close()
    assert right.receive_blocking(idle_seconds=5) is None
    with pytest.raises(ConnectionError):
        right.send_blocking("anybody there?")


def test_a_blocking_send_gives_up_on_a_peer_that_does_not_read(pair: Pair) -> None:
    left, _ = pair
    with pytest.raises(TimeoutError):
        left.send_blocking("x" * 3_000_000, idle_seconds=0.01)


def test_a_listener_may_have_a_path_of_any_length(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20) / ("longer" * 20)
    path = folder / "engine.sock"
    with listen(path) as first:
        first.close()
    with listen(path) as listener:  # what a dead process left is taken away
        assert path.stat().st_mode & 0o777 == 0o600
        client = FramedConnection[str].connect(path, str)
        sock, _ = listener.accept()
        server = FramedConnection[str](sock, str)
        client.send("here")
        assert server.receive() == ["here"]
        client.close()
        server.close()


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        FramedConnection[str].connect(tmp_path / "none.sock", str)
    assert not send_datagram(tmp_path / "none.sock", Wake())


def test_a_datagram_is_one_value(tmp_path: Path) -> None:
    wake = Wake(runs=("r",))
    with listen_for_datagrams(tmp_path / "wake.sock") as receiver:
        assert send_datagram(tmp_path / "wake.sock", wake)
        assert unpack(receiver.recv(65536), Wake) == wake
        sent = 0
        while send_datagram(tmp_path / "wake.sock", wake):
            sent += 1
            assert sent < 100_000  # a full queue is a lost wake-up, never a wait


def test_a_frame_may_come_in_single_bytes() -> None:
    here, there = socket.socketpair()
    connection = FramedConnection[str](there, str)
    received: list[str] = []
    for byte in frame("slow"):
        here.sendall(bytes([byte]))
        received += connection.receive() or []
    assert received == ["slow"]
    assert pack("slow") == frame("slow")[4:]
    here.close()
    connection.close()
