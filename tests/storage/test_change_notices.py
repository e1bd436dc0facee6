"""Changes over a real PostgreSQL, and the figures that /metrics reads."""

from collections.abc import Iterator
from select import select

import psycopg
import pytest

from narae.core.changes import Change, Changed, ChangeKind
from narae.engine.ports import Store
from narae.storage.change_notices import PostgresChangeReceiver, PostgresChangeSender
from narae.storage.store import SqlStore
from narae.testing.samples import later, parsed, spec

TIMEOUT_SECONDS = 5.0


@pytest.fixture
def receiver(postgres_url: str) -> Iterator[PostgresChangeReceiver]:
    made = PostgresChangeReceiver(postgres_url)
    made.connect()
    yield made
    made.close()


@pytest.fixture
def sender(postgres_url: str) -> Iterator[PostgresChangeSender]:
    made = PostgresChangeSender(postgres_url)
    yield made
    made.close()


def heard(receiver: PostgresChangeReceiver, count: int) -> list[Change]:
    found: list[Change] = []
    while len(found) < count:
        ready, _, _ = select([receiver], [], [], TIMEOUT_SECONDS)
        assert ready, f"only {len(found)} changes came"
        for changed in receiver.receive() or []:
            assert not changed.everything
            found += changed.changes
    return found


def changes(count: int, *, letters: int = 1) -> tuple[Change, ...]:
    return tuple(
        Change(kind=ChangeKind.RUN, dag_id="가" * letters, run_id=f"r{n}", state="running")
        for n in range(count)
    )


def test_changes_arrive(sender: PostgresChangeSender, receiver: PostgresChangeReceiver) -> None:
    sender.tell(Changed(changes=changes(3)))
    assert heard(receiver, 3) == list(changes(3))


def test_many_and_long_ones_are_cut_into_notices(
    sender: PostgresChangeSender, receiver: PostgresChangeReceiver
) -> None:
    told = changes(100, letters=250)
    sender.tell(Changed(changes=told))
    assert heard(receiver, 100) == list(told)


def test_too_many_are_everything(
    sender: PostgresChangeSender, receiver: PostgresChangeReceiver
) -> None:
    sender.tell(Changed(changes=changes(5_000)))
    assert select([receiver], [], [], TIMEOUT_SECONDS)[0]
    assert receiver.receive() == [Changed(everything=True)]


def test_a_lost_connection_is_told_and_the_sender_finds_another(
    sender: PostgresChangeSender, receiver: PostgresChangeReceiver, postgres_url: str
) -> None:
    sender.tell(Changed(changes=changes(1)))
    heard(receiver, 1)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'narae changes'"
        )
    last: list[Changed] | None = []
    while last == []:
        assert select([receiver], [], [], TIMEOUT_SECONDS)[0]
        last = receiver.receive()
    assert last is None
    again = PostgresChangeReceiver(postgres_url)
    again.connect()
    sender.tell(Changed(changes=changes(2)))
    assert heard(again, 2) == list(changes(2))
    again.close()


def test_figures_of_the_whole_database(sql_store: SqlStore) -> None:
    store: Store = sql_store
    files = [parsed(spec("a"), file="a.py"), parsed(spec("b"), file="b.py")]
    store.record_parsed(files, folder="/dags", now=later(), paused=True)
    store.record_gone(["b.py"], folder="/dags", now=later())
    figures = sql_store.stored_figures()
    assert (figures.dags_active, figures.dags_paused, figures.dags_stale) == (0, 1, 1)
    assert figures.import_errors == 0
    assert figures.bytes > 100_000
