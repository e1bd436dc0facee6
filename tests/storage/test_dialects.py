import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from narae.storage.database import Database
from narae.storage.dialects import DatabaseUrlError, DriverMissingError, make_engine, parse_url


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:////a/b.db", "sqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg2://u:p@h/d", "postgresql+psycopg"),
    ],
)
def test_every_spelling_leads_to_our_driver(url: str, driver: str) -> None:
    assert parse_url(url).drivername == driver


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@h/d", "only sqlite and postgresql"),
        ("postgresq://u:secret@h/d", "did you mean 'postgresql'"),
        ("no url: secret", "looks like sqlite:////"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
    ],
)
def test_a_bad_url_says_what_is_wrong_and_no_password(url: str, words: str) -> None:
    with pytest.raises(DatabaseUrlError, match=words) as caught:
        parse_url(url)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DriverMissingError, match=r"pip install 'narae\[postgres\]'"):
        make_engine(parse_url("postgresql://u@h/d"))


def test_sqlite_is_durable_and_keeps_its_promises(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    with database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.close()


def test_a_failed_block_leaves_nothing(url: str) -> None:
    database = Database(url)

    def fail(connection: sa.Connection) -> None:
        connection.execute(sa.text("DELETE FROM pool"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.retried(fail)
    with database.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM pool")).scalar_one() == 1
    database.close()


def test_transactions_that_lock_each_other_out_are_tried_again(postgres_url: str) -> None:
    database = Database(postgres_url)
    touch = sa.text("UPDATE pool SET slots = slots + 1 WHERE name = :name")
    with database.writing() as connection:
        connection.execute(
            sa.text("INSERT INTO pool VALUES ('a', 0, '', false), ('b', 0, '', false)")
        )
    both_have_one = threading.Barrier(2)
    tries: list[str] = []

    def work(connection: sa.Connection, order: str) -> None:
        tries.append(order)
        connection.execute(touch, {"name": order[0]})
        if len(tries) <= 2:
            both_have_one.wait()
        connection.execute(touch, {"name": order[1]})

    def run(order: str) -> None:
        database.retried(lambda connection: work(connection, order))

    threads = [threading.Thread(target=run, args=(order,)) for order in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tries) > 2
    with database.reading() as connection:
        found = connection.execute(sa.text("SELECT slots FROM pool WHERE name IN ('a', 'b')"))
        assert found.scalars().all() == [2, 2]
    database.close()
