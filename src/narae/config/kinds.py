"""Kinds of options: how the text of a value becomes a value."""

import re
import zoneinfo
from collections.abc import Callable
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NamedTuple

from narae.config.readings import basic_auth, flag, json_object

_UNITS = MappingProxyType(
    {"": 1, "B": 1}
    | {
        f"{unit}{tail}": 1024**power
        for power, unit in enumerate("KMGT", 1)
        for tail in ("IB", "I", "")
    }
    | {f"{unit}B": 1000**power for power, unit in enumerate("KMGT", 1)}
)
_BYTES = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_PORT_MAX = 65535
_LATER = frozenset({"CeleryExecutor", "KubernetesExecutor", "CeleryKubernetesExecutor"})
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Kind(NamedTuple):
    """How the text of a value is read. ``read`` raises ValueError, whose text is a hint."""

    expected: str
    read: Callable[[str], Any]


def _from(low: int, high: int | None = None) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if number < low or (high is not None and number > high):
            raise ValueError
        return number

    return read


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise ValueError
    return number


def _size(text: str) -> int:
    found = _BYTES.fullmatch(text.strip())
    if not found or found[2].upper() not in _UNITS:
        raise ValueError
    return int(float(found[1]) * _UNITS[found[2].upper()])


def _zone(text: str) -> str:
    if text.upper() == "UTC":
        return "UTC"
    try:
        return zoneinfo.ZoneInfo(text).key
    except (OSError, ValueError, KeyError):
        pass
    # Listing all zones is slow, so only to help.
    names = {name.lower(): name for name in zoneinfo.available_timezones()}
    near = get_close_matches(text.lower(), names, n=1)
    raise ValueError(f"did you mean {names[near[0]]!r}?" if near else "")


def _regexp(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(str(error)) from None
    return text


def _url(text: str) -> str:
    if "://" not in text:
        raise ValueError
    return text


def _one_of(*values: str) -> Kind:
    def read(text: str) -> str:
        named = {value.lower(): value for value in values}
        if text.strip().lower() in named:
            return named[text.strip().lower()]
        near = get_close_matches(text.strip().lower(), named, n=1)
        raise ValueError(f"did you mean {named[near[0]]!r}?" if near else "")

    return Kind(f"one of {', '.join(values)}", read)


def _executor(text: str) -> str:
    if text.rpartition(".")[2] in _LATER:
        raise ValueError("Narae does not have this one yet")
    return str(_one_of("LocalExecutor", "SequentialExecutor").read(text.rpartition(".")[2]))


def _or_none(kind: Kind) -> Kind:
    def read(text: str) -> Any:
        return None if text.strip().lower() in {"", "none"} else kind.read(text)

    return Kind(f"{kind.expected}, or empty", read)


_PLAIN = {
    "text": Kind("text", str),
    "path": Kind("a path", str),
    "list": Kind(
        "words, comma-separated", lambda t: tuple(w.strip() for w in t.split(",") if w.strip())
    ),
    "flag": Kind("true or false", flag),
    "natural": Kind("a whole number from 0", _from(0)),
    "count": Kind("a whole number from 1", _from(1)),
    "port": Kind(f"a port from 1 to {_PORT_MAX}", _from(1, _PORT_MAX)),
    "generation": Kind("2 or 3", _from(2, 3)),
    "seconds": Kind("a number of seconds", _seconds),
    "bytes": Kind("a size such as 512MiB or 1GiB", _size),
    "zone": Kind("a time zone such as Asia/Seoul", _zone),
    "regexp": Kind("a regular expression", _regexp),
    "json": Kind('a JSON object such as {"key": "value"}', lambda t: json_object(t or "{}")),
    "url": Kind("a URL such as scheme://host/name", _url),
    "executor": Kind("LocalExecutor or SequentialExecutor", _executor),
    "execution": _one_of("fork", "spawn"),
    "ignore_syntax": _one_of("glob", "regexp"),
    "weight_rule": _one_of("downstream", "upstream", "absolute"),
    "level": _one_of(*_LEVELS),
    "auth_mode": _one_of("accounts", "none"),
    "cookies": _one_of("auto", "on", "off"),
    "basic": Kind("true or false", basic_auth),
}

KINDS = MappingProxyType(_PLAIN | {f"{name}?": _or_none(kind) for name, kind in _PLAIN.items()})
"""Kind of option -> how its text is read; a ``?`` allows an empty one, which is None."""
