"""Errors as RFC 9457 problem documents: ``application/problem+json``."""

from typing import Any

import msgspec
from starlette.responses import Response

from narae.accounts.errors import Forbidden, LoginRefused, Throttled
from narae.api.operation import Flavour
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotBuilt, NotFound
from narae.errors import NaraeError
from narae.storage.queries import QueryError

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Bad Request",
    401: "Unauthenticated",
    403: "Permission Denied",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}

KINDS = {409: "AlreadyExists", 500: "Unknown"}
"""Airflow 2's names of kinds of errors, where they are not the titles."""

_OTHER_NAMES: dict[str | None, tuple[str, ...]] = {
    "run_id": ("dag_run_id",),
    "name": ("pool_name", "role_name"),
    "state": ("new_state",),
    "start": ("from_date", "start_date"),
    "end": ("to_date", "end_date"),
    "backfill": ("dag_id",),
}
"""What requests call what actions call otherwise."""


class ProblemView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every error is answered with."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    """Which part of the request is wrong."""


class Problem(Exception):  # noqa: N818 - RFC 9457's own name
    """An answer that is an error: its status, and what is wrong in words."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = headers or {}


def invalid(flavour: Flavour, field: str, words: str) -> Problem:
    """The request can be read, but this part of it can't be accepted."""
    return Problem(flavour.invalid_status, f"{field}: {words}", field=field)


def of_error(
    error: NaraeError, flavour: Flavour, *, names: frozenset[str] = frozenset()
) -> Problem:
    """The problem that an action's error is; ``names`` are those of the request's parts."""
    statuses: dict[type[NaraeError], int] = {
        NotFound: 404,
        AlreadyExists: 409,
        Conflict: 409,
        NotBuilt: 501,
        LoginRefused: 401,
        Forbidden: 403,
        Throttled: 429,
        QueryError: flavour.invalid_status,
        Invalid: flavour.invalid_status,
    }
    status = next((s for kind, s in statuses.items() if isinstance(error, kind)), 400)
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, Throttled) else {}
    field, words = getattr(error, "field", None), str(error)
    theirs = next((name for name in _OTHER_NAMES.get(field, ()) if name in names), None)
    if field is not None and theirs is not None and field not in names:
        words = words.removeprefix(field) if words.startswith(f"{field}:") else f": {words}"
        field, words = theirs, f"{theirs}{words}"
    return Problem(status, words, field=field, headers=headers)


def refused(error: Exception) -> bool:
    """Whether it says that nothing was done."""
    return isinstance(error, Problem | NaraeError)


def answer(problem: Problem, flavour: Flavour) -> Response:
    """The response for a problem."""
    title = TITLES.get(problem.status, "Error")
    view: Any = ProblemView(
        type=flavour.error_type.format(KINDS.get(problem.status, title.replace(" ", ""))),
        title=title,
        status=problem.status,
        detail=problem.detail,
        field=problem.field,
    )
    return Response(
        msgspec.json.encode(view),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )
