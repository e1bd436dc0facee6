import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from narae.core.requests import ConnectionValue
from narae.engine.ports import VariableRow
from narae.storage.open import open_store
from narae.storage.secrets import SecretError, Vault, key_of_home

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_no_secret_stands_in_the_database_in_clear(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url, fernet_keys=(NEW,))
    store.put_variable(VariableRow(key="k", value="open-sesame-1"))
    connection = ConnectionValue(conn_id="c", password="open-sesame-2", extra="open-sesame-3")
    store.put_connection(connection)
    files = list(tmp_path.glob("narae.db*"))
    assert len(files) == 3  # with the write-ahead log
    assert not any(b"open-sesame" in file.read_bytes() for file in files)
    store.close()
    assert b"open-sesame" not in (tmp_path / "narae.db").read_bytes()


def test_an_old_key_still_reads_and_a_new_one_writes(url: str) -> None:
    with_old = open_store(url, fernet_keys=(OLD,))
    with_old.put_variable(VariableRow(key="a", value="1"))
    with_both = open_store(url, fernet_keys=(NEW, OLD))
    assert with_both.variable("a") == "1"
    with_both.put_variable(VariableRow(key="b", value="2"))
    with pytest.raises(SecretError, match="variable 'b' was encrypted"):
        with_old.variable("b")
    with_old.close()
    with_both.close()


def test_without_a_key_nothing_is_stored_in_clear(url: str) -> None:
    store = open_store(url)
    with pytest.raises(SecretError, match="no Fernet key"):
        store.put_variable(VariableRow(key="a", value="1"))
    store.put_connection(ConnectionValue(conn_id="c", host="h"))
    assert store.connection("c") == ConnectionValue(conn_id="c", host="h")
    assert store.variables() == []
    store.close()


def test_a_bad_key_says_how_to_make_a_good_one() -> None:
    with pytest.raises(SecretError, match="generate_key"):
        Vault(["short"])


def test_a_home_has_one_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key_of_home(home), range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE((home / "fernet.key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["fernet.key"]
    Vault(list(keys)).seal("x")
