"""Values that XComs keep."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import pendulum
import pytest

from narae.runtime.xcom_codec import (
    XComDecodeError,
    XComEncodeError,
    decode,
    encode,
    length_of,
)


class Colour(Enum):
    RED = "red"


class Word(StrEnum):
    A = "a"


@dataclasses.dataclass
class Point:
    x: int
    when: date


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        5,
        2**80,
        1.5,
        "text é 한국어 \ud800",
        [1, [2, None]],
        {"a": {"b": [1]}},
        (1, "a", (2,)),
        {1, 2},
        frozenset({"a"}),
        b"\x00\xff",
        Decimal("1.10"),
        UUID(int=5),
        date(2024, 2, 29),
        time(12, 30),
        timedelta(days=1, microseconds=5),
        datetime(2024, 3, 2, 1, 2, 3, 4, tzinfo=UTC),
        datetime(2024, 3, 2, tzinfo=ZoneInfo("Asia/Seoul")),
        datetime(2024, 3, 2),  # noqa: DTZ001 - a naive one stays naive
        ZoneInfo("Asia/Seoul"),
        {"__type__": "mine", "value": 3},
        {"rows": [(datetime(2024, 1, 1, tzinfo=UTC), Decimal(3))]},
    ],
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("text", ["inf", "-inf", "nan"])
def test_floats_that_json_lacks_come_back(text: str) -> None:
    assert repr(decode(encode(float(text)))) == text


def test_pendulum_comes_back_as_pendulum_in_its_zone() -> None:
    value = pendulum.datetime(2024, 3, 2, tz="Asia/Seoul")
    back = decode(encode(value))
    assert isinstance(back, pendulum.DateTime)
    assert back == value
    assert back.timezone_name == "Asia/Seoul"


def test_plain_values_are_plain_json() -> None:
    value = {"a": [1, "x", None, {"b": 1.5}]}
    assert json.loads(encode(value)) == value


@pytest.mark.parametrize(("value", "expected"), [(Colour.RED, "red"), (Word.A, "a")])
def test_enums_are_stored_by_value(value: object, expected: object) -> None:
    assert decode(encode(value)) == expected


def test_keys_become_text_as_in_airflow() -> None:
    assert decode(encode({1: "a", None: 2})) == {"1": "a", "None": 2}


def test_an_error_says_where_in_the_value_it_is() -> None:
    with pytest.raises(XComEncodeError, match=r"value\['rows'\]\[1\] is a builtins:object"):
        encode({"rows": [1, object()]})


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(XComEncodeError, match="holds itself"):
        encode(value)


def test_a_class_of_the_users_own_is_opt_in(monkeypatch: pytest.MonkeyPatch) -> None:
    point = Point(1, date(2024, 1, 1))
    with pytest.raises(XComEncodeError, match="ALLOWED_DESERIALIZATION_CLASSES"):
        encode(point)
    monkeypatch.setenv("AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES", f"{Point.__module__}.*")
    data = encode(point)
    monkeypatch.delenv("AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES")
    with pytest.raises(XComDecodeError):
        decode(data)


def test_an_unknown_envelope_is_refused() -> None:
    with pytest.raises(XComDecodeError, match="'alien'"):
        decode(b'{"__type__": "alien"}')


def test_only_lists_and_dicts_have_a_length() -> None:
    def items() -> Iterator[int]:
        yield 1

    assert [length_of(v) for v in ([1, 2], {"a": 1}, "ab", b"ab", 5, None, items())] == [
        2,
        1,
        None,
        None,
        None,
        None,
        None,
    ]
