"""What can't be accepted is refused in words that name the field, by every operation alike.

The tables are made from the operations, so that a new one is covered on the day it comes.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec
import pytest
from tests.api.fuzzing import Target
from tests.conftest import new_postgres

from narae.api.catalogue import OPERATIONS
from narae.api.operation import V1, Operation, is_optional, is_union

OPERATIONS_OF_BOTH = tuple(chain.from_iterable(OPERATIONS.values()))
WITH_BODY = tuple(each for each in OPERATIONS_OF_BOTH if each.body is not None)
BODY_BYTES_MAX = 300_000
PROBLEM = "application/problem+json"
ENDS_OF_TIME = (
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59",
    "9999-12-31T23:59:59.999999Z",
)


class Asked(NamedTuple):
    """A request that has to be refused, and how."""

    operation: Operation
    status: int
    field: str | None = None
    """That the problem names."""
    query: dict[str, str] = {}
    content: bytes | None = None
    media: str = "application/json"
    headers: dict[str, str] = {}
    path: dict[str, str] = {}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
)
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    home: Path = tmp_path_factory.mktemp("home")
    with ExitStack() as until_the_end:
        url = None
        if request.param == "postgresql":
            port = request.getfixturevalue("postgres_port")
            url = until_the_end.enter_context(new_postgres(port, "bad_input"))
        made = Target(home, url, NARAE__API__BODY_BYTES_MAX=str(BODY_BYTES_MAX))
        with made.api.client:
            yield made
        made.close()


def ask(target: Target, asked: Asked) -> Any:
    """The answer to a request; ids that it does not name are of things that there are."""
    words = {name: str(values[0]) for name, values in target.words().items()} | asked.path
    path = asked.operation.flavour.prefix + asked.operation.path.replace(":path}", "}")
    for name, kind in asked.operation.path_types.items():
        number = "1" if "int" in repr(kind) else "none"
        path = path.replace(f"{{{name}}}", words.get(name, number))
    headers = {"Authorization": f"Bearer {target.token}", **asked.headers}
    if asked.content is not None:
        headers.setdefault("Content-Type", asked.media)
    return target.api.client.request(
        asked.operation.method,
        path,
        params={**needed(asked.operation), **asked.query},
        content=asked.content,
        headers=headers,
        follow_redirects=False,
    )


def needed(operation: Operation) -> dict[str, str]:
    """Something for every parameter that may not be left out."""
    found = msgspec.structs.fields(operation.query)
    return {each.encode_name: "1" for each in found if each.required}


def wrong_of(target: Target, asked: Asked) -> str:
    """What is not as it should be in the answer; empty when it is refused as it has to be."""
    answer = ask(target, asked)
    label = f"{asked.operation.method} {asked.operation.path} {asked.query or asked.content!r}"
    label = f"{asked.operation.flavour.name} {label[:200]}: {answer.status_code}"
    if answer.status_code != asked.status:
        return f"{label} {answer.text[:200]}"
    problem = answer.json()
    if answer.headers["content-type"] != PROBLEM or problem["status"] != asked.status:
        return f"{label} is no problem: {answer.text[:200]}"
    if asked.field is not None and problem.get("field") != asked.field:
        return f"{label} names {problem.get('field')!r}, not {asked.field!r}"
    return ""


def refused(target: Target, *asked: Asked) -> None:
    """Each of them is refused as it says, and none of them left a trace."""
    assert asked
    before = target.fingerprint()
    wrong = [words for each in asked if (words := wrong_of(target, each))]
    assert not wrong, f"{len(wrong)} of {len(asked)}:\n" + "\n".join(wrong)
    assert target.fingerprint() == before


# -- the query ------------------------------------------------------------------------------


def plain(kind: Any) -> tuple[Any, ...]:
    """The kinds that a parameter may be, without None, bounds and repetition."""
    if get_origin(kind) is Annotated:
        return plain(get_args(kind)[0])
    if is_union(kind):
        return tuple(chain.from_iterable(plain(each) for each in get_args(kind)))
    if get_origin(kind) in {tuple, list, frozenset}:
        return plain(get_args(kind)[0])
    return () if kind is type(None) else (kind,)


def fields(of: type) -> Iterator[tuple[Operation, msgspec.structs.FieldInfo]]:
    """The parameters of one kind, of all operations."""
    for each in OPERATIONS_OF_BOTH:
        for field in msgspec.structs.fields(each.query):
            if plain(field.type) == (of,):
                yield each, field


def in_query(of: type, *texts: str) -> list[Asked]:
    """Every parameter of this kind with each of these texts."""
    return [
        Asked(each, each.flavour.invalid_status, field.encode_name, {field.encode_name: text})
        for each, field in fields(of)
        for text in texts
    ]


def test_a_parameter_that_there_is_not_is_named(target: Target) -> None:
    refused(
        target,
        *[
            Asked(each, each.flavour.invalid_status, "no_such", {"no_such": "1"})
            for each in OPERATIONS_OF_BOTH
        ],
    )


@pytest.mark.parametrize(
    ("of", "texts"),
    [
        (int, ("many", "1.5", "", "null", "9" * 30, "-9" + "9" * 30, "0x1", "1_0", "١")),
        (float, ("long", "", "null", "nan", "1e400", "-1")),
        (bool, ("maybe", "", "null", "2")),
        (datetime, ("2026-01-01T00:00:00", "2026-01-01", "yesterday", "1767225600", "null", "")),
        (datetime, ("2026-02-30T00:00:00Z", "2026-01-01T00:00:00+99:00", "12026-01-01T00:00:00Z")),
        (str, ("\0", "a\0b")),
    ],
)
def test_a_parameter_of_another_kind_is_named(
    target: Target, of: type, texts: tuple[str, ...]
) -> None:
    refused(target, *in_query(of, *texts))


def test_a_page_is_no_larger_than_a_page(target: Target) -> None:
    found = [
        Asked(each, each.flavour.invalid_status, "limit", {"limit": text})
        for each, field in fields(int)
        if field.encode_name == "limit"
        for text in ("1001", "2147483648", "-1")
        if each.flavour is not V1 or text != "1001"  # Airflow 2 cuts it down without a word
    ]
    refused(target, *found)


def test_the_ends_of_the_calendar_are_no_fault_of_the_server(target: Target) -> None:
    for each, field in fields(datetime):
        for text in ENDS_OF_TIME:
            answer = ask(target, Asked(each, 0, None, {field.encode_name: text}))
            assert answer.status_code < 500, (each.path, field.name, text, answer.text)


def cursors() -> list[str]:
    """Texts that look more and more like a cursor."""
    values: tuple[Any, ...] = ({}, [], ["next"], ["n", "x", 1], ["next", "", 2**70], [None, "\0"])
    texts = [json.dumps(value).encode() for value in values]
    encoded = [base64.urlsafe_b64encode(text).decode() for text in (*texts, b"[" * 1000)]
    return ["!", "AAAA", "x" * 3000, *encoded, *(text.rstrip("=") for text in encoded)]


def test_a_cursor_of_nobody_and_one_of_another_list_are_named(target: Target) -> None:
    """The lists of runs and of instances do not take one another's cursors either."""
    found = in_query(str, *cursors())
    runs, others = "get_dag_runs", ("get_event_logs", "get_task_instances", "get_xcom_entries")
    by_id = {each.operation.id: each.operation for each in found if each.field == "cursor"}
    foreign = ask(target, Asked(by_id[runs], 200, query={"limit": "1", "cursor": ""}))
    token = foreign.json()["next_cursor"]
    assert token
    wanted = [each for each in found if each.field == "cursor"]
    wanted += [
        Asked(by_id[other], 422, "cursor", {"limit": "1", "cursor": token}) for other in others
    ]
    wanted.append(Asked(by_id[runs], 422, "cursor", {"cursor": token, "state": "failed"}))
    refused(target, *wanted)


# -- the path -------------------------------------------------------------------------------


def test_a_path_that_can_be_no_name_is_not_found(target: Target) -> None:
    found = [
        Asked(each, 404, path={name: text})
        for each in OPERATIONS_OF_BOTH
        for name, kind in each.path_types.items()
        for text in (("x", "9" * 30) if "int" in repr(kind) else ("a%00b", "%FF"))
    ]
    refused(target, *found)


def test_a_name_of_nothing_is_no_fault_of_the_server(target: Target) -> None:
    for each in OPERATIONS_OF_BOTH:
        for name, kind in each.path_types.items():
            texts = ("2147483647",) if "int" in repr(kind) else ("none", "x" * 3000, "%F0%9F%90%9F")
            for text in texts:
                answer = ask(target, Asked(each, 0, path={name: text}))
                assert answer.status_code < 500 or answer.status_code in each.errors, (
                    each.path,
                    name,
                    answer.text,
                )


def test_a_dag_of_nobody_is_not_found(target: Target) -> None:
    """Lists of Airflow 2 are empty then."""
    of_dags = [each for each in OPERATIONS["v2"] if "dag_id" in each.path_types]
    found = [Asked(each, 404, path={"dag_id": "none"}) for each in of_dags if each.body is None]
    refused(target, *found)


# -- the body -------------------------------------------------------------------------------


def bodies(status: Callable[[Operation], int], field: str | None, content: bytes) -> list[Asked]:
    """The same bytes for every operation that takes some."""
    return [Asked(each, status(each), field, content=content) for each in WITH_BODY]


def struct_of(operation: Operation) -> Any:
    """The struct that the body is; None when it is something else."""
    kinds = plain(operation.body)
    is_struct = len(kinds) == 1 and isinstance(kinds[0], type)
    return kinds[0] if is_struct and issubclass(kinds[0], msgspec.Struct) else None


def fields_of_bodies() -> Iterator[tuple[Operation, msgspec.structs.FieldInfo]]:
    """Of all operations whose body is a struct."""
    for each in WITH_BODY:
        for field in msgspec.structs.fields(struct_of(each)) if struct_of(each) else ():
            yield each, field


def bad_request(operation: Operation) -> int:
    del operation
    return 400


@pytest.mark.parametrize(
    "content",
    [
        *(b"{", b'{"a": ', b"{} {}", b"{'a': 1}", b"NaN", b"\xef\xbb\xbf"),
        *(b"\xff", b'{"a": "\xff"}', b'{"a": "\\ud800"}'),
        *(b"[" * 100_000, b'{"a":' * 50_000, b"[" * 100_000 + b"]" * 100_000),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_json_is_a_bad_request(target: Target, content: bytes) -> None:
    refused(target, *bodies(bad_request, None, content))


def test_a_body_has_to_be_there(target: Target) -> None:
    refused(
        target, *[Asked(each, 400, content=b"") for each in WITH_BODY if not is_optional(each.body)]
    )


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_a_body_has_to_be_called_json(target: Target, media: str) -> None:
    refused(target, *[Asked(each, 415, content=b"{}", media=media) for each in WITH_BODY])


def test_a_body_may_not_be_longer_than_the_settings_say(target: Target) -> None:
    big = b'{"a": "' + b"x" * BODY_BYTES_MAX + b'"}'
    refused(target, *[Asked(each, 413, content=big) for each in WITH_BODY])


def test_a_body_of_another_kind_is_named(target: Target) -> None:
    def status(each: Operation) -> int:
        return each.flavour.invalid_status

    structs = [each for each in WITH_BODY if struct_of(each)]
    assert len(structs) > 40
    for content, field in (
        (b"[]", "body"),
        (b'"x"', "body"),
        (b"5", "body"),
        (b'{"no_such": 1}', "no_such"),
        (b'{"a\\u0000b": 1}', "body"),
        (b'{"no_such": ["\\u0000"]}', "no_such[0]"),
        (b'{"no_such": 1, "no_such": 2}', "no_such"),
    ):
        refused(target, *[Asked(each, status(each), field, content=content) for each in structs])


def test_a_field_of_another_kind_is_named(target: Target) -> None:
    """An object is none of what the fields of bodies are, but for those that take any."""
    simple = {int, float, str, bool, datetime, msgspec.UnsetType}
    found = [
        with_value(each, field, {"a": 1})
        for each, field in fields_of_bodies()
        if set(plain(field.type)) <= simple
    ]
    assert len(found) > 100
    refused(target, *found)


def with_value(
    each: Operation, field: msgspec.structs.FieldInfo, value: Any, *, times: int = 1
) -> Asked:
    """A body with this field alone, which has to be refused for it."""
    pair = f"{json.dumps(field.encode_name)}: {json.dumps(value)}"
    content = f"{{{', '.join([pair] * times)}}}".encode()
    return Asked(each, each.flavour.invalid_status, field.encode_name, content=content)


def test_a_naive_date_in_a_body_is_named(target: Target) -> None:
    found = [
        with_value(each, field, text)
        for each, field in fields_of_bodies()
        for text in ("2026-01-01T00:00:00", "tomorrow", 1767225600)
        if datetime in plain(field.type)
    ]
    assert len(found) > 20
    refused(target, *found)


def test_the_ends_of_the_calendar_in_a_body_are_no_fault_either(target: Target) -> None:
    """With the DAG that has a schedule: moments are looked up in it."""
    for each, field in fields_of_bodies():
        for text in ENDS_OF_TIME if datetime in plain(field.type) else ():
            needed = with_needed(each, field.encode_name, text)
            for dag_id in ("daily", "sales"):
                answer = ask(target, Asked(each, 0, content=needed, path={"dag_id": dag_id}))
                assert answer.status_code < 500 or answer.status_code in each.errors, (
                    each.path,
                    needed,
                    answer.text,
                )


def with_needed(each: Operation, name: str, value: Any) -> bytes:
    """A body with this field, and something for those that have to be there."""
    body: dict[str, Any] = {"dag_id": "daily", "from_date": "2026-01-01T00:00:00Z"}
    body |= {"to_date": "2026-01-02T00:00:00Z", "task_id": "buy", "new_state": "success"}
    known = {field.encode_name for field in msgspec.structs.fields(struct_of(each))}
    return json.dumps({key: body[key] for key in body.keys() & known} | {name: value}).encode()


def test_a_field_that_is_there_twice_is_named(target: Target) -> None:
    """Of those that may be null, for every operation without another field that has to be."""
    found = [
        with_value(each, field, None, times=2)
        for each, field in fields_of_bodies()
        if is_optional(field.type)
        and not any(other.required for other in msgspec.structs.fields(struct_of(each)))
    ]
    assert len(found) > 20
    refused(target, *found)


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "\x7f"])
def test_a_key_for_doing_it_once_has_to_be_one(target: Target, key: str) -> None:
    (favour,) = (each for each in OPERATIONS_OF_BOTH if each.id == "favorite_dag")
    refused(target, Asked(favour, 422, "Idempotency-Key", headers={"Idempotency-Key": key}))
