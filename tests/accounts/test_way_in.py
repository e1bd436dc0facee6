"""What the API server checks and says about accounts as it starts."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from narae.accounts.logins import login
from narae.bootstrap.way_in import check_exposure, greet
from narae.config import Settings, load
from narae.errors import NaraeError

if TYPE_CHECKING:
    from tests.accounts.conftest import Scene


class Parent:
    """Whoever started the server."""

    def __init__(self, *, is_heard: bool = True) -> None:
        self.is_heard = is_heard
        self.said: list[str] = []

    def say(self, line: str) -> None:
        self.said.append(line)


def settings(home: Path, *, host: str = "127.0.0.1", mode: str = "accounts") -> Settings:
    return load({"NARAE__API__HOST": host, "NARAE__AUTH__MODE": mode}, home=home)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.7", "::", "narae.example"])
def test_everybody_may_come_in_from_this_machine_alone(host: str, tmp_path: Path) -> None:
    check_exposure(settings(tmp_path, host=host))
    with pytest.raises(NaraeError, match="loopback only"):
        check_exposure(settings(tmp_path, host=host, mode="none"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_on_loopback_accounts_may_be_off(host: str, tmp_path: Path) -> None:
    check_exposure(settings(tmp_path, host=host, mode="none"))


def test_the_first_password_is_told_once(scene: "Scene", tmp_path: Path) -> None:
    parent = Parent()
    for _ in range(2):
        greet(settings(tmp_path), scene.accounts, scene.act(), parent)
    (line,) = parent.said
    found = re.search(r"Log in as admin with the password (\w+) ", line)
    assert found
    assert login(scene.accounts, scene.act(), "admin", found[1])


def test_a_server_that_nobody_listens_to_makes_no_admin(scene: "Scene", tmp_path: Path) -> None:
    greet(settings(tmp_path), scene.accounts, scene.act(), Parent(is_heard=False))
    assert scene.store.users() == []


def test_without_accounts_that_is_what_is_said(scene: "Scene", tmp_path: Path) -> None:
    parent = Parent()
    greet(settings(tmp_path, mode="none"), scene.accounts, scene.act(), parent)
    (line,) = parent.said
    assert "nobody has to log in" in line
    assert scene.store.users() == []
