"""From a request to the values that an operation takes."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import pytest
from starlette.datastructures import QueryParams

from narae.api.call import Call
from narae.api.fields import Limit, Moment, Names
from narae.api.operation import V1, V2, Body, Open, Operation, Query, operation
from narae.api.problems import Problem
from narae.api.reading import chosen, read_body, read_path, read_query


class Filters(Query, frozen=True, kw_only=True):
    """Of the tests."""

    limit: Limit = 50
    state: tuple[str, ...] | None = None
    fields: Names = ()
    since: Moment | None = None
    paused: bool | None = None


class Wish(Body, frozen=True, kw_only=True):
    """Of the tests."""

    name: Annotated[str, msgspec.Meta(max_length=5)]
    note: str | msgspec.UnsetType | None = msgspec.UNSET


def handler(call: Call, dag_id: str, map_index: int, body: Wish) -> None:
    """Does nothing."""
    del call, dag_id, map_index, body


def an_operation() -> Operation:
    return operation(
        handler,
        method="POST",
        path="/dags/{dag_id}/{map_index}",
        flavour=V2,
        needs=Open.ANYBODY,
        status=None,
        media=("application/json",),
        errors=(),
        tag="x",
        etag=False,
    )


def query(text: str) -> Filters:
    found = read_query(Filters, QueryParams(text), V2)
    assert isinstance(found, Filters)
    return found


def test_a_query_is_read_by_its_types() -> None:
    text = (
        "limit=5&state=a&state=b&fields=x,y&fields=z&paused=true&since=2026-01-01T09:00:00%2B09:00"
    )
    assert query(text) == Filters(
        limit=5,
        state=("a", "b"),
        fields=("x", "y", "z"),
        paused=True,
        since=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert query("") == Filters()


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("limt=5", "limt", "there is no such parameter; did you mean 'limit'?"),
        ("limit=many", "limit", "Expected `int`, got `str`"),
        ("limit=-1", "limit", ">= 0"),
        ("limit=1001", "limit", "<= 1000"),
        ("limit=1&limit=2", "limit", "it is given 2 times"),
        ("paused=maybe", "paused", "Expected `bool | null`"),
        ("since=2026-01-01T00:00:00", "since", "timezone"),
        ("state=%00", "state", "a NUL character can't be stored"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(text: str, field: str, words: str) -> None:
    with pytest.raises(Problem) as caught:
        query(text)
    assert caught.value.status == 422
    assert caught.value.field == field
    assert words in caught.value.detail


def test_what_is_invalid_is_a_bad_request_in_the_first_api() -> None:
    with pytest.raises(Problem) as caught:
        read_query(Filters, QueryParams("limit=x"), V1)
    assert caught.value.status == 400


def test_a_path_that_names_nothing_is_not_found() -> None:
    assert read_path(an_operation(), {"dag_id": "a b", "map_index": "-1"}) == {
        "dag_id": "a b",
        "map_index": -1,
    }
    for bad in ({"dag_id": "a", "map_index": "x"}, {"dag_id": "a\x00", "map_index": "1"}):
        with pytest.raises(Problem) as caught:
            read_path(an_operation(), bad)
        assert caught.value.status == 404


@pytest.mark.parametrize(
    ("data", "media", "status", "words"),
    [
        (b"{", "application/json", 400, "the body is not JSON"),
        (b'{"name": "\xff"}', "application/json", 400, "the body is not JSON"),
        (b"{}", "text/plain", 415, "Content-Type: application/json"),
        (b"", "application/json", 400, "the body is not JSON"),
        (b"{}", "application/json", 422, "missing required field `name`"),
        (b'{"name": 5}', "application/json", 422, "name: Expected `str`, got `int`"),
        (b'{"name": "long name"}', "application/json", 422, "name: Expected `str` of length <= 5"),
        (b'{"name": "x", "nmae": 1}', "application/json", 422, "unknown field `nmae`"),
        (b'{"name": "\\u0000"}', "application/json", 422, "NUL"),
        (b"[]", "application/json", 422, "body: Expected `object`, got `array`"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_in_words(
    data: bytes, media: str, status: int, words: str
) -> None:
    with pytest.raises(Problem) as caught:
        read_body(an_operation(), data, media)
    assert caught.value.status == status
    assert words in caught.value.detail


def test_a_mask_chooses_among_what_was_sent() -> None:
    sent = read_body(an_operation(), b'{"name": "x", "note": null}', "application/json")
    assert chosen(sent, (), V1) == {"name": "x", "note": None}
    assert chosen(sent, ("note",), V1) == {"note": None}
    assert chosen(Wish(name="x"), (), V1) == {"name": "x"}
    for mask in (("nme",), ("note",)):
        with pytest.raises(Problem) as caught:
            chosen(Wish(name="x"), mask, V1)
        assert caught.value.field == "update_mask"


def test_a_function_that_does_not_fit_its_path_is_no_operation() -> None:
    def bad(call: Call, dag_id: str) -> None:
        del call, dag_id

    with pytest.raises(TypeError, match="does not fit GET /x"):
        operation(
            bad,
            method="GET",
            path="/x",
            flavour=V2,
            needs=Open.ANYBODY,
            status=None,
            media=(),
            errors=(),
            tag="",
            etag=False,
        )
