import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from tests.cli.conftest import Narae

from narae.bootstrap.deployment import open_deployment
from narae.core.requests import ConnectionValue
from narae.engine.ports import VariableRow
from narae.storage import rotation
from narae.storage.secrets import KEY_FILE, HomeKeys, Vault, key_of_home
from narae.storage.secrets import write_keys as really_write

VARIABLES = {f"key_{n:03}": f"value {n}" for n in range(450)}


@pytest.fixture(params=["sqlite", "postgres"])
def there(
    bare: Narae,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Narae:
    """A home with secrets."""
    monkeypatch.setattr("narae.cli.rotate_fernet_key.SETTLE_SECONDS", 0)
    if request.param == "postgres":
        url = request.getfixturevalue("empty_postgres")
        monkeypatch.setenv("NARAE__DATABASE__URL", url)
    _fill()
    return bare


def _fill() -> None:
    with open_deployment() as deployment:
        for key, value in VARIABLES.items():
            deployment.store.put_variable(VariableRow(key=key, value=value))
        made = ConnectionValue(conn_id="db", host="h", password="p", extra='{"a": 1}')
        deployment.store.put_connection(made)
        deployment.store.put_connection(ConnectionValue(conn_id="bare"))


def _check() -> None:
    with open_deployment() as deployment:
        assert {row.key: row.value for row in deployment.store.variables()} == VARIABLES
        found = deployment.store.connection("db")
        assert found is not None
        assert (found.password, found.extra) == ("p", '{"a": 1}')


def test_a_home_gets_a_new_key_and_forgets_the_old_one(there: Narae) -> None:
    old = key_of_home(there.home)
    running = Vault(HomeKeys(there.home))
    token = running.seal("written before")
    out = there.good("rotate-fernet-key")
    assert "452 secrets were encrypted with a new key" in out
    (new,) = (there.home / KEY_FILE).read_text().split()
    assert new != old
    assert (there.home / KEY_FILE).stat().st_mode & 0o777 == 0o600
    _check()
    assert Vault([new]).unseal(running.seal("after"), name="x") == "after"
    with pytest.raises(InvalidToken):
        Fernet(new).decrypt(str(token))
    assert there.good("variables", "get", "key_001") == "value 1\n"
    out = there.good("variables", "export", "-")
    assert '"key_449": "value 449"' in out


def test_an_interrupted_rotation_goes_on_and_loses_nothing(
    there: Narae, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, left = rotation._write, [1]

    def write_once(*arguments: object) -> int:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return int(really(*arguments))  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "_write", write_once)
    assert there("rotate-fernet-key").code == 1
    keys = (there.home / KEY_FILE).read_text().split()
    assert len(keys) == 2
    _check()  # with both keys everything is read
    monkeypatch.setattr(rotation, "_write", really)
    out = there.good("rotate-fernet-key")
    assert "interrupted" in out
    assert f"{452 - rotation.CHUNK_ROWS} secrets" in out
    assert (there.home / KEY_FILE).read_text().split() == keys[:1]
    _check()


def test_what_is_written_meanwhile_stays(there: Narae, monkeypatch: pytest.MonkeyPatch) -> None:
    really = rotation._write
    wrote: list[int] = []

    def write(*arguments: object) -> int:
        if not wrote:
            wrote.append(1)
            with open_deployment() as deployment:
                deployment.store.put_variable(VariableRow(key="key_000", value="newer"))
        return int(really(*arguments))  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "_write", write)
    there.good("rotate-fernet-key")
    assert there.good("variables", "get", "key_000") == "newer\n"


def test_given_keys_are_rotated_by_the_user(there: Narae, monkeypatch: pytest.MonkeyPatch) -> None:
    old = key_of_home(there.home)
    new = Fernet.generate_key().decode()
    monkeypatch.setenv("NARAE__CORE__FERNET_KEY", f"{new}, {old}")
    assert "452 secrets were encrypted anew" in there.good("rotate-fernet-key")
    assert "0 secrets were encrypted anew" in there.good("rotate-fernet-key")
    monkeypatch.setenv("NARAE__CORE__FERNET_KEY", new)
    _check()
    assert "put a new one in front" in there.good("rotate-fernet-key")


def test_a_secret_of_an_unknown_key_is_named_and_the_old_key_stays(there: Narae) -> None:
    keep = (there.home / KEY_FILE).read_text().split()
    with open_deployment({**os.environ, "NARAE__CORE__FERNET_KEY": _other()}) as deployment:
        deployment.store.put_variable(VariableRow(key="key_100", value="lost"))
    said = there.bad("rotate-fernet-key")
    assert "variable.value of key_100 was encrypted with a Fernet key that is not" in said
    assert set(keep) < set((there.home / KEY_FILE).read_text().split())


def _other() -> str:
    return Fernet.generate_key().decode()


def test_a_key_file_is_replaced_at_once(tmp_path: Path) -> None:
    key_of_home(tmp_path)
    keys = HomeKeys(tmp_path)
    first = keys()
    really_write(tmp_path, ["new", *first])
    assert keys() == ("new", *first)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
