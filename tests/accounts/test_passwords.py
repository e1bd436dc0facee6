"""Passwords and tokens."""

import time
from random import Random

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from narae.accounts.passwords import (
    check_password,
    hash_password,
    is_outdated,
    is_password,
    random_password,
)
from narae.accounts.permissions import Action
from narae.accounts.tokens import hash_key, new_token, parse_scope, plain_scope, token_id
from narae.engine.errors import Invalid


def test_a_password_is_argon2id_with_a_salt() -> None:
    one, two = hash_password("correct horse"), hash_password("correct horse")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != two
    assert is_password("correct horse", one)
    assert not is_password("correct horsf", one)


def test_nobodys_password_takes_as_long_and_is_never_right() -> None:
    hashed = hash_password("right")

    def seconds(known: str | None) -> float:
        best = 9.0
        for _ in range(3):
            begun = time.perf_counter()
            assert not is_password("wrong", known)
            best = min(best, time.perf_counter() - begun)
        return best

    assert seconds(None) > seconds(hashed) / 3
    assert not is_password("", None)


def test_who_is_not_there_has_no_password_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("narae.accounts.passwords._NOBODYS", hash_password("known"))
    assert not is_password("known", None)


def test_a_hash_of_other_costs_is_outdated() -> None:
    assert not is_outdated(hash_password("x"))
    cheap = Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x")
    assert is_outdated(cheap)
    assert is_password("x", cheap)


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", "8 are needed"), ("x" * 257, "more than 256"), ("Longname", "user's name")],
)
def test_a_poor_password_is_refused(password: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        check_password(password, length_min=8, username="longname")
    assert caught.value.field == "password"


def test_a_random_password_can_be_told_and_guessed_by_nobody() -> None:
    found = {random_password(Random(seed)) for seed in range(100)}
    assert len(found) == 100
    assert all(len(each) == 16 and not set(each) & set("0O1lI") for each in found)


def test_a_token_is_random_and_its_id_is_no_secret() -> None:
    chance = Random(1)
    one, two = new_token(chance), new_token(chance)
    assert one != two
    assert one.startswith("narae_")
    assert len(one) == len("narae_") + 43
    assert hash_key(one) != hash_key(two)
    assert hash_key(one).startswith(token_id(hash_key(one)))
    assert token_id(hash_key(one)) not in one


@pytest.mark.parametrize(
    ("scope", "plain"),
    [
        (" all ", "all"),
        ("read", "read"),
        (
            "can_read:DAGs, can_create:DAG Run:sales,can_read:DAGs",
            "can_create:DAG Run:sales,can_read:DAGs",
        ),
        ("can_read:Assets", "can_read:Datasets"),
    ],
)
def test_a_scope_is_written_in_one_way(scope: str, plain: str) -> None:
    assert plain_scope(scope) == plain
    assert parse_scope(plain) == parse_scope(scope)


def test_a_scope_to_read_changes_nothing() -> None:
    scope = parse_scope("read")
    assert scope is not None
    assert {each.action for each in scope} == {Action.READ, Action.MENU}


@pytest.mark.parametrize("scope", ["", ",", "write", "can_read", "can_read:Nothing"])
def test_no_scope_is_refused(scope: str) -> None:
    with pytest.raises(Invalid, match="`all`, `read`, or permissions"):
        plain_scope(scope)
