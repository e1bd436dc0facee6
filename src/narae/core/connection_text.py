"""A connection as text: a URI, or a JSON object with its fields. Pure."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from narae.core.requests import ConnectionValue

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
NESTED_EXTRA = "__extra__"
_TYPES = MappingProxyType({"postgresql": "postgres"})


def connection_of_text(conn_id: str, text: str) -> ConnectionValue:
    """Of either. ValueError says what is wrong with it, never what stands in it."""
    if not text.lstrip().startswith("{"):
        return ConnectionValue(conn_id=conn_id, **fields_of_uri(text))
    try:
        fields = json.loads(text)
    except ValueError:
        raise ValueError("it is neither a URI nor JSON") from None
    return connection_of_fields(conn_id, fields)


def connection_of_fields(conn_id: str, fields: Mapping[str, Any]) -> ConnectionValue:
    """Of a mapping of the fields by name, or with a ``uri``."""
    given = {name: value for name, value in fields.items() if name not in {"conn_id", "id"}}
    unknown = sorted(set(given) - {*FIELDS, "uri"})
    if unknown:
        raise ValueError(f"there is no field {unknown[0]!r}; fields are {', '.join(FIELDS)}")
    uri = given.pop("uri", None)
    if uri is not None:
        if any(value is not None for value in given.values()):
            raise ValueError("a URI or fields, not both")
        return ConnectionValue(conn_id=conn_id, **fields_of_uri(str(uri)))
    extra = given.get("extra")
    if extra is not None and not isinstance(extra, str):
        given["extra"] = json.dumps(extra)
    if given.get("port") is not None:
        try:
            given["port"] = int(given["port"])
        except (TypeError, ValueError):
            raise ValueError("its port is no number") from None
    texts: dict[str, Any] = {name: _text(value) for name, value in given.items() if name != "port"}
    texts["conn_type"] = type_of(texts.get("conn_type") or "")
    return ConnectionValue(conn_id=conn_id, port=given.get("port"), **texts)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def type_of(scheme: str) -> str:
    """The connection type that a scheme, or somebody's spelling of a type, stands for.

    >>> type_of("postgresql"), type_of("google-cloud-platform")
    ('postgres', 'google_cloud_platform')
    """
    kind = scheme.replace("-", "_").lower()
    return _TYPES.get(kind, kind)


def fields_of_uri(uri: str) -> dict[str, Any]:
    """Fields of ``type://login:password@host:port/schema?extra=...``.

    >>> fields_of_uri("http://https://example.org")["host"]
    'https://example.org'
    """
    scheme, _, rest = uri.partition("://")
    inner, separator, tail = rest.partition("://")
    protocol = f"{inner}://" if separator and "?" not in inner and "@" not in inner else ""
    try:
        parts = urlsplit("//" + (tail if protocol else rest))
        port = parts.port
    except ValueError:
        raise ValueError("its URI has no port") from None
    host = unquote(_host_of(parts.netloc))
    pairs = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = pairs.get(NESTED_EXTRA, json.dumps(pairs)) if pairs else None
    return {
        "conn_type": type_of(scheme),
        "login": unquote(parts.username) if parts.username else parts.username,
        "password": unquote(parts.password) if parts.password else parts.password,
        "host": (protocol + host) if host or protocol else None,
        "schema": unquote(parts.path[1:]) if parts.path else "",
        "port": port,
        "extra": extra,
    }


def _host_of(netloc: str) -> str:
    """The host with its letters' case, without user and port."""
    host = netloc.rpartition("@")[2]
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdigit() or not port) else host
