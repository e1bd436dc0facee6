"""XComs that hold a secret: hidden from people, whole for the tasks that pull them."""

import json

import pytest

from narae.core.masking import MASK, Masker
from narae.core.requests import XComRow
from narae.runtime.xcom_codec import encode
from narae.runtime.xcoms import learned, shown_of


def shown(value: object, masker: Masker) -> object:
    found = shown_of(encode(value), masker)
    return None if found is None else json.loads(found)


@pytest.fixture
def masker() -> Masker:
    made = Masker()
    made.add("open-sesame")
    made.add("12345678")
    return made


def test_an_xcom_without_a_secret_is_as_it_is(masker: Masker) -> None:
    assert shown({"a": [1, "city"]}, masker) is None
    assert shown("open", Masker()) is None


def test_secrets_are_hidden_by_value_and_by_name(masker: Masker) -> None:
    assert shown({"a": ["say open-sesame now"]}, masker) == {"a": [f"say {MASK} now"]}
    assert shown({"password": "x", "b": 1}, Masker()) == {"password": MASK, "b": 1}


def test_a_number_that_is_a_secret_is_hidden_too(masker: Masker) -> None:
    assert shown({"pin": 12345678}, masker) == MASK


def test_who_pulls_one_masks_what_was_hidden_in_it(masker: Masker) -> None:
    value = {"text": "key=open-sesame;", "list": ["open-sesame"], "city": "Seoul"}
    text = encode(value)
    row = XComRow(
        run_id="r", task_id="t", map_index=-1, key="k", value=text, shown=shown_of(text, masker)
    )
    other = Masker()
    assert learned([row], other) == [row]
    assert other.mask("open-sesame in Seoul") == f"{MASK} in Seoul"
    assert other.values == ("open-sesame",)
