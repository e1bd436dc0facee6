"""A request's path, query and body as the values that an operation takes. Pure but for the body.

Whatever does not fit is a :class:`Problem` that names the field.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from narae.api.operation import Body, Flavour, Operation, Query, is_optional, is_union
from narae.api.problems import Problem, invalid

_NUL = "a NUL character can't be stored"
_NAMED = re.compile(r"(?:unknown|required) field `(.+)`$", re.DOTALL)
_DATE = re.compile(r"[0-9]{4}-")


class _Field(NamedTuple):
    name: str
    repeats: bool
    csv: bool
    words: bool
    """Any text will do, also the word null."""
    moment: bool


@cache
def _fields(kind: type[Query]) -> Mapping[str, _Field]:
    return {field.encode_name: _field(field) for field in msgspec.structs.fields(kind)}


def _field(field: msgspec.structs.FieldInfo) -> _Field:
    csv = repeats = words = moment = False
    kinds: list[Any] = [field.type]
    while kinds:
        kind = kinds.pop()
        if get_origin(kind) is Annotated:
            metas = [m for m in get_args(kind)[1:] if isinstance(m, msgspec.Meta)]
            csv = csv or any((meta.extra or {}).get("csv") for meta in metas)
            kinds.append(get_args(kind)[0])
        elif get_origin(kind) in {tuple, list, frozenset}:
            repeats = True
            kinds.append(get_args(kind)[0])
        elif is_union(kind):
            kinds += get_args(kind)
        words = words or kind is str
        moment = moment or kind is datetime
    return _Field(field.encode_name, repeats, csv, words, moment)


def read_query(kind: type[Query], given: QueryParams, flavour: Flavour) -> Query:
    """The query string as ``kind``."""
    fields = _fields(kind)
    values: dict[str, Any] = {}
    for name in given:
        field = fields.get(name)
        if field is None:
            near = get_close_matches(name, fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise invalid(flavour, name, f"there is no such parameter{hint}")
        texts = given.getlist(name)
        _check_texts(field, texts, flavour)
        if field.csv:
            texts = [part for text in texts for part in text.split(",") if part]
        if not field.repeats and len(texts) > 1:
            raise invalid(flavour, name, f"it is given {len(texts)} times")
        values[name] = texts if field.repeats else texts[0]
    try:
        found = msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        place, words = _said(error)
        raise invalid(flavour, place.partition("[")[0], words) from None
    _check_moments(found, flavour)
    return found


def _check_texts(field: _Field, texts: Sequence[str], flavour: Flavour) -> None:
    """What msgspec lets pass: null where a value is wanted, a number of seconds for a moment."""
    for text in texts:
        if "\x00" in text:
            raise invalid(flavour, field.name, _NUL)
        if field.words:
            continue
        if text.lower() == "null":
            raise invalid(flavour, field.name, "null is no value of a parameter: leave it out")
        if field.moment and not _DATE.match(text):
            raise invalid(flavour, field.name, "a moment looks like 2026-01-02T03:04:05Z")


@cache
def _names(kind: type[msgspec.Struct]) -> tuple[tuple[str, str], ...]:
    """Each field as the struct calls it and as the request does."""
    return tuple((field.name, field.encode_name) for field in msgspec.structs.fields(kind))


def _check_moments(value: Any, flavour: Flavour, place: str = "") -> None:
    """Those whose offset puts them before the first year or after the last are none in UTC."""
    if isinstance(value, datetime):
        try:
            value.astimezone(UTC)
        except OverflowError:
            words = f"{value.isoformat()} is outside of the calendar"
            raise invalid(flavour, place, words) from None
    elif isinstance(value, msgspec.Struct):
        for name, written in _names(type(value)):
            inner = f"{place}.{written}".removeprefix(".")
            _check_moments(getattr(value, name), flavour, inner)
    elif isinstance(value, tuple | list):
        for number, each in enumerate(value):
            _check_moments(each, flavour, f"{place}[{number}]")


def read_path(operation: Operation, given: Mapping[str, str]) -> dict[str, Any]:
    """The path's parameters. What can't be one names nothing that there is: 404."""
    values: dict[str, Any] = {}
    for name, kind in operation.path_types.items():
        text = given[name]
        if "\x00" in text or "\ufffd" in text:
            raise Problem(404, f"{name}: {text!r} is no name of anything")
        try:
            values[name] = msgspec.convert(text, kind, strict=False)
        except msgspec.ValidationError as error:
            raise Problem(404, f"{name}: {error}") from None
    return values


async def receive(request: Request, *, size_max: int) -> bytes:
    """The body's bytes; Problem when there are too many."""
    declared = request.headers.get("content-length", "")
    data = bytearray()
    if not declared.isdigit() or int(declared) <= size_max:
        async for chunk in request.stream():
            data += chunk
            if len(data) > size_max:
                break
        else:
            return bytes(data)
    raise Problem(413, f"the body is over {size_max} bytes")


def read_body(operation: Operation, data: bytes, media: str) -> Any:
    """The JSON body as the operation's type."""
    kind, flavour = operation.body, operation.flavour
    if not data and is_optional(kind):
        return None
    if media.partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "the body has to be JSON: send Content-Type: application/json")
    try:
        found = _decoded(data, kind, flavour)
        json.loads(data, object_pairs_hook=_once_each)
        _check_moments(found, flavour)
    except _Twice as twice:
        raise invalid(flavour, str(twice), "it is there twice") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    return found


def _decoded(data: bytes, kind: Any, flavour: Flavour) -> Any:
    try:
        if b"\\u0000" in data and (place := _nul_place(msgspec.json.decode(data))) is not None:
            raise invalid(flavour, place.removeprefix(".") or "body", _NUL)
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        msgspec.json.decode(data)  # what is no JSON further on is called so
        raise invalid(flavour, *_said(error)) from None


class _Twice(Exception):  # noqa: N818 - names the field
    """A name comes twice in one object: whoever reads it may take either value."""


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    if len(names := {name for name, _ in pairs}) < len(pairs):
        counted = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if counted.count(name) > 1))


def _nul_place(value: Any) -> str | None:
    """Where in JSON a NUL is: ``""`` for all of it, None for nowhere."""
    if isinstance(value, str):
        return "" if "\x00" in value else None
    if isinstance(value, dict):
        inner = [(f".{key}", each) for key, each in value.items()]
        if any("\x00" in key for key in value):
            return ""
    elif isinstance(value, list):
        inner = [(f"[{number}]", each) for number, each in enumerate(value)]
    else:
        return None
    for name, each in inner:
        if (place := _nul_place(each)) is not None:
            return f"{name}{place}"
    return None


def _said(error: msgspec.ValidationError) -> tuple[str, str]:
    """The field and what is wrong with it."""
    words, _, place = str(error).partition(" - at `")
    field = place.removesuffix("`").removeprefix("$")
    if named := _NAMED.search(words):
        field = f"{field}.{named[1]}"
    return field.removeprefix(".") or "body", words


def chosen(body: Body, mask: Sequence[str], flavour: Flavour) -> dict[str, Any]:
    """The fields of a PATCH body that were sent and that ``update_mask`` names (all if empty).

    Fields that may be left out have the default ``msgspec.UNSET``.
    """
    sent = {
        name: value
        for name in body.__struct_fields__
        if (value := getattr(body, name)) is not msgspec.UNSET
    }
    unknown = [name for name in mask if name not in body.__struct_fields__]
    if unknown:
        raise invalid(flavour, "update_mask", f"{unknown[0]!r} is no field that can be changed")
    missing = [name for name in mask if name not in sent]
    if missing:
        raise invalid(flavour, "update_mask", f"{missing[0]!r} is not in the body")
    return {name: value for name, value in sent.items() if not mask or name in mask}
