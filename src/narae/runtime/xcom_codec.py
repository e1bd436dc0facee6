"""XCom values as JSON text.

What JSON knows is written as it is. Everything else stands in a small envelope,
``{"__type__": "datetime", "value": "2024-03-02T00:00:00+00:00"}``, so that pages stay readable.
Dict keys become text, as they do in Airflow.
"""

import base64
import dataclasses
import fnmatch
import importlib
import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from narae.errors import AirflowException

TYPE = "__type__"
VALUE = "value"
DEPTH_MAX = 200
ALLOW_SETTING = "CORE__ALLOWED_DESERIALIZATION_CLASSES"

Plain = Any
"""What ``json.dumps`` takes as it is."""


class XComEncodeError(AirflowException, TypeError):
    """A value that can't be an XCom; the message says where in it the trouble is."""


class XComDecodeError(AirflowException, ValueError):
    """Stored text that this process can't or may not turn into a value."""


def encode(value: Any) -> bytes:
    """JSON text of ``value``.

    >>> encode({"rows": [1, 2], "at": date(2024, 3, 2)})
    b'{"rows": [1, 2], "at": {"__type__": "date", "value": "2024-03-02"}}'
    """
    plain = to_plain(value)
    try:
        return json.dumps(plain, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(plain, allow_nan=False).encode()


def decode(data: bytes | str) -> Any:
    """The value in ``data``."""
    return from_plain(json.loads(data))


def to_plain(value: Any, path: str = "value", depth: int = 0) -> Plain:
    """``value`` as JSON-able data; :class:`XComEncodeError` names the part that has none."""
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if depth > DEPTH_MAX:
        raise XComEncodeError(f"{path} is nested more than {DEPTH_MAX} deep, or holds itself")
    if kind is float:
        return value if math.isfinite(value) else _envelope("float", repr(value))
    if kind is list:
        return [to_plain(part, f"{path}[{n}]", depth + 1) for n, part in enumerate(value)]
    if isinstance(value, dict):
        return _dict_to_plain(value, path, depth)
    for known, write in _WRITERS:
        if isinstance(value, known):
            return write(value, path, depth)
    return _foreign_to_plain(value, path, depth)


def from_plain(plain: Plain) -> Any:
    """The inverse of :func:`to_plain`."""
    if isinstance(plain, list):
        return [from_plain(part) for part in plain]
    if not isinstance(plain, dict):
        return plain
    name = plain.get(TYPE)
    if not isinstance(name, str):
        return {key: from_plain(part) for key, part in plain.items()}
    read = _READERS.get(name)
    if read is None:
        raise XComDecodeError(f"an XCom holds a value of type {name!r}, which is not known here")
    return read(plain)


def length_of(value: Any) -> int | None:
    """How many elements ``value`` maps over; None when it can't be mapped over."""
    if isinstance(value, Sequence | Mapping) and not isinstance(value, str | bytes | bytearray):
        return len(value)
    return None


def _envelope(name: str, value: Plain, **more: Plain) -> Plain:
    return {TYPE: name, VALUE: value, **more}


def _dict_to_plain(value: dict[Any, Any], path: str, depth: int) -> Plain:
    plain = {
        key if type(key) is str else _key(key): to_plain(part, f"{path}[{key!r}]", depth + 1)
        for key, part in value.items()
    }
    return _envelope("dict", plain) if TYPE in plain else plain


def _key(key: Any) -> str:
    return str(key.value if isinstance(key, Enum) else key)


def _tuple_to_plain(value: tuple[Any, ...], path: str, depth: int) -> Plain:
    return _envelope("tuple", to_plain(list(value), path, depth))


def _set_to_plain(value: set[Any] | frozenset[Any], path: str, depth: int) -> Plain:
    name = "frozenset" if isinstance(value, frozenset) else "set"
    try:
        ordered = sorted(value)
    except TypeError:
        ordered = list(value)
    return _envelope(name, to_plain(ordered, path, depth))


def _datetime_to_plain(value: datetime, _path: str, _depth: int) -> Plain:
    """Keeps the zone's name where it has one, and that it was pendulum's."""
    more: dict[str, Plain] = {}
    zone = getattr(value.tzinfo, "key", None) or getattr(value.tzinfo, "name", None)
    if isinstance(zone, str) and zone != "UTC":
        more["zone"] = zone
    if type(value).__module__.startswith("pendulum"):
        more["of"] = "pendulum"
    return _envelope("datetime", value.isoformat(), **more)


def _datetime_from(plain: dict[str, Any]) -> datetime:
    value = datetime.fromisoformat(plain[VALUE])
    if "zone" in plain:
        value = value.astimezone(ZoneInfo(plain["zone"]))
    if plain.get("of") == "pendulum":
        pendulum = importlib.import_module("pendulum")
        return pendulum.instance(value)  # type: ignore[no-any-return]  # loaded by name
    return value


def _float_from(plain: dict[str, Any]) -> float:
    return float(plain[VALUE])


_WRITERS: tuple[tuple[Any, Callable[[Any, str, int], Plain]], ...] = (
    (Enum, lambda v, p, d: to_plain(v.value, p, d)),
    (bool, lambda v, _p, _d: bool(v)),
    (str, lambda v, _p, _d: str.__str__(v)),
    (tuple, _tuple_to_plain),
    (list, lambda v, p, d: to_plain(list(v), p, d)),
    (datetime, _datetime_to_plain),
    (date, lambda v, _p, _d: _envelope("date", v.isoformat())),
    (time, lambda v, _p, _d: _envelope("time", v.isoformat())),
    (timedelta, lambda v, _p, _d: _envelope("timedelta", v.total_seconds())),
    (Decimal, lambda v, _p, _d: _envelope("decimal", str(v))),
    (UUID, lambda v, _p, _d: _envelope("uuid", str(v))),
    (set, _set_to_plain),
    (frozenset, _set_to_plain),
    (bytes, lambda v, _p, _d: _envelope("bytes", base64.b64encode(v).decode())),
    (ZoneInfo, lambda v, _p, _d: _envelope("zone", v.key)),
)
"""Python type -> how it is written; the first that fits counts."""


def _foreign_to_plain(value: Any, path: str, depth: int) -> Plain:
    """Values of libraries that the process has loaded anyway, and plain data classes."""
    for module, class_name, write in _FOREIGN:
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(value, getattr(loaded, class_name)):
            return write(value, path, depth)
    if isinstance(value, Sequence):
        return [to_plain(part, f"{path}[{n}]", depth + 1) for n, part in enumerate(value)]
    if isinstance(value, Mapping):
        return _dict_to_plain(dict(value), path, depth)
    if _is_record(value):
        return _record_to_plain(value, path, depth)
    if isinstance(value, int | float):
        return to_plain(int(value) if isinstance(value, int) else float(value), path, depth)
    raise XComEncodeError(
        f"{path} is a {_class_path(type(value))}, which can't be an XCom; return JSON-like data, "
        "dates, numbers, or the path of a file that holds it"
    )


def _is_record(value: Any) -> bool:
    return not isinstance(value, type) and (
        dataclasses.is_dataclass(value)
        or hasattr(type(value), "model_dump")
        or hasattr(type(value), "__attrs_attrs__")
    )


def _record_to_plain(value: Any, path: str, depth: int) -> Plain:
    name = _class_path(type(value))
    _check_allowed(name, path, XComEncodeError)
    if hasattr(value, "model_dump"):
        fields = value.model_dump()
    elif dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
    else:
        fields = {a.name: getattr(value, a.name) for a in type(value).__attrs_attrs__ if a.init}
    return _envelope("object", _dict_to_plain(fields, path, depth), of=name)


def _record_from(plain: dict[str, Any]) -> Any:
    name = plain["of"]
    _check_allowed(name, "an XCom", XComDecodeError)
    module, _, qualname = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    fields = from_plain(plain[VALUE])
    return found(**fields)


def _class_path(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _check_allowed(name: str, path: str, error: type[Exception]) -> None:
    """Own classes are opt-in: what is stored must not choose which code runs."""
    patterns: list[str] = []
    for prefix in ("NARAE__", "AIRFLOW__"):
        patterns += os.environ.get(prefix + ALLOW_SETTING, "").replace(",", " ").split()
    dotted = name.replace(":", ".")
    if dotted.startswith("narae.") or any(fnmatch.fnmatchcase(dotted, p) for p in patterns):
        return
    raise error(
        f"{path} is a {dotted}; a class of your own is an XCom only when NARAE__{ALLOW_SETTING} "
        f"names it (patterns such as {dotted.rpartition('.')[0]}.* are fine); or return a dict"
    )


def _numpy_to_plain(value: Any, path: str, depth: int) -> Plain:
    return _envelope("numpy", to_plain(value.tolist(), path, depth), of=str(value.dtype))


def _numpy_from(plain: dict[str, Any]) -> Any:
    numpy = importlib.import_module("numpy")
    value = from_plain(plain[VALUE])
    if isinstance(value, list):
        return numpy.array(value, dtype=plain["of"])
    return numpy.dtype(plain["of"]).type(value)


def _frame_to_plain(value: Any, _path: str, _depth: int) -> Plain:
    text = value.to_json(orient="table", date_format="iso", double_precision=15)
    return _envelope("dataframe", json.loads(text))


def _frame_from(plain: dict[str, Any]) -> Any:
    pandas = importlib.import_module("pandas")
    io = importlib.import_module("io")
    return pandas.read_json(io.StringIO(json.dumps(plain[VALUE])), orient="table")


_FOREIGN: tuple[tuple[str, str, Callable[[Any, str, int], Plain]], ...] = (
    ("numpy", "ndarray", _numpy_to_plain),
    ("numpy", "generic", _numpy_to_plain),
    ("pandas", "DataFrame", _frame_to_plain),
    ("pendulum", "Timezone", lambda v, _p, _d: _envelope("zone", v.name, of="pendulum")),
)
"""Module and class of libraries that are asked only when user code has loaded them."""


def _zone_from(plain: dict[str, Any]) -> Any:
    if plain.get("of") == "pendulum":
        return importlib.import_module("pendulum").timezone(plain[VALUE])
    return ZoneInfo(plain[VALUE])


_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "float": _float_from,
    "dict": lambda p: {key: from_plain(part) for key, part in p[VALUE].items()},
    "tuple": lambda p: tuple(from_plain(p[VALUE])),
    "set": lambda p: set(from_plain(p[VALUE])),
    "frozenset": lambda p: frozenset(from_plain(p[VALUE])),
    "datetime": _datetime_from,
    "date": lambda p: date.fromisoformat(p[VALUE]),
    "time": lambda p: time.fromisoformat(p[VALUE]),
    "timedelta": lambda p: timedelta(seconds=p[VALUE]),
    "decimal": lambda p: Decimal(p[VALUE]),
    "uuid": lambda p: UUID(p[VALUE]),
    "bytes": lambda p: base64.b64decode(p[VALUE]),
    "zone": _zone_from,
    "object": _record_from,
    "numpy": _numpy_from,
    "dataframe": _frame_from,
}
"""Envelope name -> how it is read."""
