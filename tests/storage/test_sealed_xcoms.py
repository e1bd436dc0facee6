"""An XCom that holds a secret stands masked in its row, and whole for other tasks."""

from datetime import timedelta

import sqlalchemy as sa
from tests.storage.conftest import KEY

from narae.core.reports import XComValue
from narae.core.requests import GetXCom
from narae.storage.sealed import opened, xcom_parts
from narae.storage.secrets import Vault
from narae.storage.store import SqlStore
from narae.storage.tables import xcom
from narae.testing.fake_executor import hangs
from narae.testing.samples import spec
from narae.testing.stage import Stage

SECRET = XComValue(key="k", value=b'"open-sesame"', shown=b'"***"')


def test_parts_go_in_and_come_out() -> None:
    vault = Vault([KEY])
    key, value, sealed, length = xcom_parts(SECRET, vault)
    assert (key, value, length) == ("k", b'"***"', None)
    assert sealed is not None
    assert opened(sealed, vault, name="x") == SECRET.value
    plain = XComValue(key="k", value=b"\xff1", length=2)
    assert xcom_parts(plain, vault) == ("k", b"\xff1", None, 2)


def test_a_pushed_secret_is_sealed_and_a_later_plain_value_replaces_it(sql_store: SqlStore) -> None:
    stage = Stage(store=sql_store, script=lambda _: hangs())
    stage.add_dag(spec("sales"))
    stage.trigger("sales", run_id="r1")
    stage.play(timedelta(seconds=1))
    (attempt,) = stage.executor.running
    query = GetXCom(dag_id="sales", run_id="r1", key="k")
    assert sql_store.put_xcom(attempt, SECRET, at=stage.clock.now())
    (row,) = sql_store.xcoms(query)
    assert (row.value, row.shown) == (SECRET.value, b'"***"')
    with sql_store._database.reading() as connection:
        stored = connection.execute(sa.select(xcom.c.value, xcom.c.sealed)).one()
    assert bytes(stored[0]) == b'"***"'
    assert "sesame" not in stored[1]
    assert sql_store.put_xcom(attempt, XComValue(key="k", value=b"1"), at=stage.clock.now())
    (row,) = sql_store.xcoms(query)
    assert (row.value, row.shown) == (b"1", None)
