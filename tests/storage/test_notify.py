import select
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from narae.core.wire import Wake
from narae.storage.notify import (
    EVERYTHING,
    PostgresWakeReceiver,
    PostgresWakeSender,
    WakeReceiver,
    WakeSender,
    wake_receiver,
    wake_sender,
)

RUNS = Wake(runs=("a", "b"))


@pytest.fixture
def ends(url: str, tmp_path: Path) -> Iterator[tuple[WakeSender, WakeReceiver]]:
    home = tmp_path / ("long" * 40)  # longer than a socket's address may be
    receiver, sender = wake_receiver(url, home), wake_sender(url, home)
    yield sender, receiver
    sender.close()
    receiver.close()


def received(receiver: WakeReceiver) -> list[Wake]:
    assert select.select([receiver], [], [], 5)[0]
    return receiver.receive()


def test_what_is_sent_is_received(ends: tuple[WakeSender, WakeReceiver]) -> None:
    sender, receiver = ends
    assert receiver.receive() == []
    assert not select.select([receiver], [], [], 0)[0]
    messages = [RUNS, Wake(dags=("x",), backfills=(3,), pools=True)]
    got: list[Wake] = []
    for message in messages:
        sender.wake(message)
    while len(got) < 2:
        got += received(receiver)
    assert got == messages
    assert receiver.receive() == []


def test_a_message_too_long_to_send_says_that_everything_may_have_changed(
    ends: tuple[WakeSender, WakeReceiver],
) -> None:
    sender, receiver = ends
    sender.wake(Wake(runs=tuple("r" * 36 for _ in range(5_000))))
    assert received(receiver) == [EVERYTHING]


def test_nobody_listening_is_no_error(url: str, tmp_path: Path) -> None:
    sender = wake_sender(url, tmp_path)
    sender.wake(RUNS)
    sender.close()


def test_a_full_mailbox_is_no_error(sqlite_url: str, tmp_path: Path) -> None:
    receiver, sender = wake_receiver(sqlite_url, tmp_path), wake_sender(sqlite_url, tmp_path)
    for _ in range(2_000):
        sender.wake(RUNS)
    assert receiver.receive()[:2] == [RUNS, RUNS]
    sender.close()
    receiver.close()


def test_a_new_engine_takes_the_place_of_a_dead_one(sqlite_url: str, tmp_path: Path) -> None:
    dead = wake_receiver(sqlite_url, tmp_path)
    sender = wake_sender(sqlite_url, tmp_path)
    alive = wake_receiver(sqlite_url, tmp_path)
    sender.wake(RUNS)
    assert received(alive) == [RUNS]
    for end in (dead, sender, alive):
        end.close()


def _cut(url: str) -> None:
    """What a server's restart does to the wake connections."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE application_name = 'narae wake' AND datname = current_database()"
        )


def test_lost_connections_are_made_again(postgres_url: str) -> None:
    sender, receiver = PostgresWakeSender(postgres_url), PostgresWakeReceiver(postgres_url)
    descriptor = receiver.fileno()
    sender.wake(RUNS)
    assert received(receiver) == [RUNS]
    _cut(postgres_url)
    while not (got := received(receiver)):
        pass  # the server's parting words come first
    assert got == [EVERYTHING]  # anything may have been missed
    assert receiver.receive() == [EVERYTHING]  # and it is listening again
    sender.wake(RUNS)
    assert received(receiver) == [RUNS]
    assert receiver.fileno() == descriptor
    sender.close()
    receiver.close()


def test_a_server_that_is_gone_is_no_error() -> None:
    sender = PostgresWakeSender("postgresql://postgres@127.0.0.1:1/none")
    sender.wake(RUNS)
    sender.close()


def test_what_the_queue_has_no_room_for_is_made_up_by_a_look_at_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/narae.db"
    receiver, sender = wake_receiver(url, tmp_path), wake_sender(url, tmp_path)
    for number in range(1_000):
        sender.wake(Wake(runs=(str(number),)))
    got = received(receiver)
    assert len(got) < 1_000
    assert got[-1] == EVERYTHING
    sender.wake(RUNS)
    assert received(receiver) == [RUNS]
    sender.close()
    receiver.close()
