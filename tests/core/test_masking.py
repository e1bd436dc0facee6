import base64
import json
import random
from urllib.parse import quote, quote_plus

import pytest

from narae.core.masking import (
    HELD_LINES_MAX,
    LENGTH_MIN,
    MASK,
    LineMasker,
    Masker,
    forms_of,
    looks_secret,
)

SECRET = 'p@ss "w\\ord"/ñ&7'
LINES = ["-----BEGIN KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQE", "FAASCBKcwggSjAgEA", "--END KEY--"]
PEM = "\n".join(LINES)


def of(*values: object) -> Masker:
    masker = Masker()
    for value in values:
        masker.add(value)
    return masker


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
        repr(SECRET)[1:-1],
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
    ],
)
def test_every_form_of_a_secret_is_masked(shown: str) -> None:
    assert of(SECRET).mask(f"<{shown}>") == f"<{MASK}>"


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", ["", "!", "!!", "!!!"])
def test_base64_of_something_around_a_secret_does_not_give_it_away(before: int, after: str) -> None:
    whole = base64.b64encode(("x" * before + "open-sesame-now" + after).encode()).decode()
    shown = of("open-sesame-now").mask(f"Basic {whole}")
    assert MASK in shown
    left = shown.removeprefix("Basic ").split(MASK)
    assert all(len(part) <= 8 for part in left), shown


def test_base64_that_a_program_wraps_is_masked_line_by_line() -> None:
    secret = "".join(random.Random(7).choices("abcdefghijklmnop0123456789", k=200))
    wrapped = base64.encodebytes(secret.encode()).decode().splitlines()
    masker = of(secret)
    assert [masker.mask(line) for line in wrapped] == [MASK] * len(wrapped)


def test_a_secret_of_several_lines_is_masked_whole_and_by_line() -> None:
    masker = of(PEM)
    assert masker.mask(f"key: {PEM}!") == f"key: {MASK}!"
    assert masker.mask(f"key: {PEM.replace(chr(10), chr(10) + '  ')}").count(MASK) == 4
    assert masker.mask("line MIIEvQIBADANBgkqhkiG9w0BAQE") == f"line {MASK}"
    assert masker.mask(json.dumps({"key": PEM})) == f'{{"key": "{MASK}"}}'


def test_a_secret_over_lines_of_one_text_is_masked() -> None:
    assert of("open-sesame").mask("a open-\nsesame b") == f"a {MASK}\n{MASK} b"


def test_longer_secrets_go_before_shorter_ones_in_them() -> None:
    assert of("pass", "password1").mask("password1 and pass") == f"{MASK} and {MASK}"
    assert of("password1", "pass").mask("password1 and pass") == f"{MASK} and {MASK}"


def test_secrets_side_by_side_are_masked_each() -> None:
    assert of("abcdef", "defghi").mask("abcdefdefghi abcdefghi") == f"{MASK}{MASK} {MASK}ghi"


def test_a_very_short_value_is_left_alone() -> None:
    assert of("a" * (LENGTH_MIN - 1)).mask("banaaana") == "banaaana"
    assert of("a" * LENGTH_MIN).mask("banaaaana") == f"ban{MASK}na"


def test_a_long_secret_that_is_cut_is_masked_as_far_as_it_goes() -> None:
    secret = "0123456789" * 12
    assert of(secret).mask(f"x {secret[:70]} y") == f"x {MASK} y"


def test_what_a_secret_of_json_holds_is_secret_too() -> None:
    masker = of(json.dumps({"user": "bob", "password": "xyz1", "key": "long-enough-value"}))
    assert masker.mask("bob xyz1 long-enough-value") == f"bob {MASK} {MASK}"


def test_only_what_names_give_away_is_remembered_of_a_named_dict() -> None:
    masker = Masker()
    masker.add({"region": "seoul", "more": [{"token": "abcdef"}], "list": ["plain"]}, name="extra")
    assert masker.mask("seoul abcdef plain") == f"seoul {MASK} plain"


def test_values_under_sensitive_names_are_masked_whatever_they_are() -> None:
    masker = Masker(words=("flavour",))
    assert masker.mask_value(
        {"API-Key": "x", "n": {"flavour_of": 3, "password": "", "port": 1}, "l": [("a",)]}
    ) == {"API-Key": MASK, "n": {"flavour_of": MASK, "password": "", "port": 1}, "l": [["a"]]}
    assert not looks_secret("flavour")


def test_an_extra_is_shown_without_its_secrets() -> None:
    masker = Masker.of_names()
    assert masker.mask_json('{"region": "x", "aws_secret_access_key": "k"}') == (
        '{"region": "x", "aws_secret_access_key": "***"}'
    )
    assert (masker.mask_json("no json"), masker.mask_json(""), masker.mask_json(None)) == (
        MASK,
        "",
        None,
    )


def test_a_token_is_masked_as_it_stands_and_told_to_nobody() -> None:
    masker = Masker()
    told: list[tuple[str, ...]] = []
    masker.told = told.append
    masker.add_token("f" * 64)
    assert masker.mask("token " + "f" * 64) == f"token {MASK}"
    assert LineMasker(masker).feed(["f" * 64]) == [MASK]
    masker.add("open-sesame")
    masker.add("open-sesame")
    assert (told, masker.values) == ([("open-sesame",)], ("open-sesame",))
    masker.forget()
    assert masker.mask("open-sesame" + "f" * 64) == "open-sesame" + "f" * 64


def test_a_line_that_may_end_within_a_secret_waits_for_the_next() -> None:
    lines = LineMasker(of("open-sesame"))
    assert lines.feed(["one", "two open-"]) == ["one"]
    assert lines.feed(["source"]) == ["two open-", "source"]
    assert lines.feed(["say open-s", "esa"]) == []
    assert lines.feed(["me!"]) == [f"say {MASK}", MASK, f"{MASK}!"]
    assert (lines.feed(["ope"]), lines.rest(), lines.rest()) == ([], ["ope"], [])


def test_a_letter_or_two_of_a_secret_hold_nothing_up() -> None:
    lines = LineMasker(of("open-sesame"))
    assert lines.feed(["go"]) == ["go"]
    assert lines.feed(["pen-sesame on"]) == [f"{MASK} on"]


def test_lines_are_not_held_without_end() -> None:
    lines = LineMasker(of("open-sesame"))
    assert lines.feed(["open-"]) == []
    shown = [line for _ in range(HELD_LINES_MAX) for line in lines.feed([""])]
    assert shown[0] == "open-"
    assert lines.feed(["sesame"]) == [MASK]


@pytest.mark.parametrize("seed", range(60))
def test_however_a_text_is_cut_no_secret_is_left_whole(seed: int) -> None:
    chance = random.Random(seed)
    secrets = ["".join(chance.choices("ab-1é\n", k=chance.randint(5, 30))) for _ in range(3)]
    masker = of(*secrets)
    words = ["ab", "x", "1-1", "a-b1", " "]
    text = "".join(
        chance.choice([*words, *(form for s in secrets for form in sorted(forms_of(s)))])
        for _ in range(40)
    )
    pieces, at = [], 0
    while at < len(text):
        length = chance.randint(1, 12)
        pieces.append(text[at : at + length].replace("\n", ""))
        at += length
    lines, shown = LineMasker(masker), []
    while pieces:
        count = chance.randint(1, 4)
        shown += lines.feed(pieces[:count])
        del pieces[:count]
    joined = "".join([*shown, *lines.rest()])
    for secret in secrets:
        flat = secret.replace("\n", "")
        assert len(flat) < LENGTH_MIN or flat not in joined
