"""An operation of the API as a value: what it is called with, what it answers, who may.

Made from a plain function: its parameters say what is read from the request, its return
annotation what is answered, its docstring what the document says.
"""

import inspect
import re
import types
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from starlette.responses import Response

from narae.accounts.permissions import Action, Resource

_PARAMETER = re.compile(r"\{(\w+)(?::path)?\}")


class Needs(NamedTuple):
    """The permission that an operation needs, on the DAG of its path if that names one."""

    resource: Resource
    action: Action


class Open(Enum):
    """Operations that need no permission."""

    ANYBODY = auto()
    LOGGED_IN = auto()


Needed = Needs | Open


class Flavour(NamedTuple):
    """What differs between the two APIs beside their shapes."""

    name: str
    prefix: str
    invalid_status: int
    """Of what can be read but not accepted: 400 in Airflow 2, 422 in Airflow 3."""
    error_type: str
    """A format for the type of a problem, by its title without spaces."""


V1 = Flavour(
    name="v1",
    prefix="/api/v1",
    invalid_status=400,
    error_type="https://airflow.apache.org/docs/apache-airflow/2.10.5/"
    "stable-rest-api-ref.html#section/Errors/{}",
)
ROOT = Flavour(name="root", prefix="", invalid_status=422, error_type="about:blank")
V2 = Flavour(name="v2", prefix="/api/v2", invalid_status=422, error_type="about:blank")


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of query strings. Tuples take repeated parameters; see also :class:`Csv`."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of bodies."""


class NoQuery(Query, frozen=True, kw_only=True):
    """No parameters at all."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    flavour: Flavour
    needs: Needed
    handler: Callable[..., Any]
    path_types: dict[str, Any]
    query: type[Query]
    body: Any = None
    """The type of the body; None when there is none."""
    answer: Any = None
    status: int = 200
    media: tuple[str, ...] = ("application/json",)
    errors: tuple[int, ...] = ()
    tag: str = ""
    etag: bool = False
    takes_query: bool = False
    idempotent_by_key: bool = False
    body_media: str = "application/json"

    @property
    def id(self) -> str:
        """Its name in the document."""
        return self.handler.__name__

    @property
    def names(self) -> frozenset[str]:
        """Of its parameters, and of its body's fields."""
        kinds = [self.query, *(get_args(self.body) or [self.body])]
        structs = [each for each in kinds if isinstance(each, type(msgspec.Struct))]
        found = {field.encode_name for each in structs for field in msgspec.structs.fields(each)}
        return frozenset(found | self.path_types.keys())

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(self.handler) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status of an error that it may answer with."""
        found = set(self.errors) | {self.flavour.invalid_status, 400}
        if self.needs is not Open.ANYBODY:
            found |= {401, 403}
        if self.path_types:
            found.add(404)
        if self.body is not None:
            found |= {413, 415}
        if self.idempotent_by_key:
            found |= {409}
        return tuple(sorted(found))


def operation(  # noqa: PLR0913 - what the decorator passes on
    handler: Callable[..., Any],
    *,
    method: str,
    path: str,
    flavour: Flavour,
    needs: Needed,
    status: int | None,
    media: tuple[str, ...],
    errors: tuple[int, ...],
    tag: str,
    etag: bool,
) -> Operation:
    """Reads a function's signature. TypeError when it does not fit the path."""
    hints = get_type_hints(handler, include_extras=True)
    answer = _without_response(hints.pop("return", None))
    names = _PARAMETER.findall(path)
    given = list(inspect.signature(handler).parameters)
    known = {"call", "query", "body", *names}
    if given[:1] != ["call"] or set(given) - known or set(names) - set(given):
        raise TypeError(f"{handler.__qualname__}({', '.join(given)}) does not fit {method} {path}")
    nothing = answer in {None, type(None)}
    return Operation(
        method=method,
        path=path,
        flavour=flavour,
        needs=needs,
        handler=handler,
        path_types={name: hints[name] for name in names},
        query=hints.get("query", NoQuery),
        takes_query="query" in hints,
        body=hints.get("body"),
        answer=None if nothing else answer,
        status=status or (204 if nothing else 200),
        media=media,
        errors=errors,
        tag=tag,
        etag=etag,
        idempotent_by_key=method == "POST" and needs is not Open.ANYBODY,
    )


def _without_response(kind: Any) -> Any:
    """``X`` of ``X | Response``: such a function may also answer with bytes of its own."""
    kinds = [each for each in get_args(kind) if not _is_response(each)]
    if get_origin(kind) not in {Union, types.UnionType} or len(kinds) == len(get_args(kind)):
        return kind
    return Union[tuple(kinds)]  # noqa: UP007 - the kinds are known at run time only


def _is_response(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Response)


def is_union(kind: Any) -> bool:
    """Whether it is one of several kinds."""
    return get_origin(kind) in {Union, types.UnionType}


def is_optional(kind: Any) -> bool:
    """Whether None is among the kinds."""
    return is_union(kind) and type(None) in get_args(kind)


def specificity(path: str) -> tuple[tuple[int, str], ...]:
    """Sorts literal segments before parameters, and those before the rest of a path.

    >>> sorted(["/a/{x:path}", "/a/{x}", "/a/list"], key=specificity)
    ['/a/list', '/a/{x}', '/a/{x:path}']
    """
    return tuple(
        (2 if ":path}" in part else 1 if part.startswith("{") else 0, part)
        for part in path.split("/")
    )
