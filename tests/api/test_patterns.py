"""Patterns, tokens of files and media types: small things that many lists use."""

import time

import pytest

from narae.api.accept import preferred
from narae.api.file_tokens import FilePlace, read_token, signing_key, token_of
from narae.api.patterns import begins_with, is_like
from narae.api.problems import Problem

JSON, TEXT = "application/json", "text/plain"
KEY = signing_key("secret")


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("sales", "", True),
        ("sales", "ALE", True),
        ("sales", "s%l%s", True),
        ("sales", "s_les", True),
        ("sales", "s_s", False),
        ("sales", "x| ale ", True),
        ("sales", "x|", False),
        ("sales", "l%a", False),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
        ("two\nlines", "two%lines", True),
    ],
)
def test_a_pattern_matches_anywhere(text: str, pattern: str, *, expected: bool) -> None:
    assert is_like(text, pattern) is expected


def test_a_pattern_can_not_keep_the_server_busy() -> None:
    began = time.perf_counter()
    assert not is_like("a" * 250, "%a" * 400 + "b")
    assert time.perf_counter() - began < 2


def test_a_prefix_is_taken_by_the_letter() -> None:
    assert begins_with("sales", "x|sa")
    assert not begins_with("sales", "Sa")
    assert not begins_with("sales", "s%")


def test_a_token_names_one_file_of_one_deployment() -> None:
    place = FilePlace("/dags", "a b/ü.py")
    token = token_of(place, KEY)
    assert read_token(token, KEY) == place
    assert read_token(token, signing_key("other")) is None
    assert token.isascii()
    assert "/" not in token


@pytest.mark.parametrize("token", ["", ".", "x", "é.é", "a.b.c", "AAAA.AAAA", "=.=", "../../x"])
def test_what_nobody_signed_is_no_token(token: str) -> None:
    assert read_token(token, KEY) is None


def test_a_signature_is_good_for_its_file_alone() -> None:
    one, other = (token_of(FilePlace("/dags", name), KEY) for name in ("a.py", "b.py"))
    forged = f"{one.partition('.')[0]}.{other.partition('.')[2]}"
    assert read_token(forged, KEY) is None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/plain", TEXT),
        ("TEXT/PLAIN; charset=utf-8", TEXT),
        ("text/*, application/json;q=0.5", TEXT),
        ("text/plain;q=0.5, application/*", JSON),
        ("text/plain;q=0, */*", JSON),
        ("application/json;q=0, */*", TEXT),
        ("image/png, text/plain;q=x", TEXT),
    ],
)
def test_a_client_gets_what_it_likes_best(accept: str, expected: str) -> None:
    assert preferred(accept, (JSON, TEXT)) == expected


@pytest.mark.parametrize("accept", ["image/png", "text/plain;q=0", "application/jsonp"])
def test_a_client_that_likes_nothing_of_it_is_told(accept: str) -> None:
    with pytest.raises(Problem) as caught:
        preferred(accept, (JSON, TEXT))
    assert caught.value.status == 406
