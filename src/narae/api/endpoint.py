"""From a request to its answer: authenticate, authorise, read, do, encode.

All but receiving the body happens in a worker thread: the store is synchronous.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from narae.accounts.permissions import PUBLIC, nobody
from narae.api import problems
from narae.api.call import Call, check
from narae.api.compression import compressed
from narae.api.encoding import encoded
from narae.api.idempotency import once
from narae.api.lanes import lane_of
from narae.api.operation import Open, Operation
from narae.api.problems import Problem
from narae.api.reading import read_body, read_path, read_query, receive
from narae.api.surroundings import principal, surroundings
from narae.errors import NaraeError

NOBODY = nobody(PUBLIC, ())
"""Who asks for what is open to all: what they show is not even looked at."""

log = logging.getLogger(__name__)


class Endpoint:
    """Answers every method of one path. A class, so that Starlette takes it as an ASGI app."""

    def __init__(self, methods: Mapping[str, Operation]) -> None:
        self._methods = methods
        self._allowed = {*methods, "HEAD"} if "GET" in methods else {*methods}

    async def __call__(self, scope: Any, receive_: Any, send: Any) -> None:
        """ASGI."""
        request = Request(scope, receive_, send)
        method = "GET" if request.method == "HEAD" else request.method
        operation = self._methods.get(method)
        if operation is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(self._allowed))})
        around = surroundings(request)
        try:
            data = b""
            if operation.body is not None:
                data = await receive(request, size_max=around.settings.api.body_bytes_max)
            work = partial(_answer, operation, request, data)
            response = await around.lanes.run(lane_of(operation), work)
        except Problem as problem:
            response = problems.answer(problem, operation.flavour)
        await response(scope, receive_, send)


def _answer(operation: Operation, request: Request, data: bytes) -> Response:
    return guarded(operation, lambda: _respond(operation, request, data))


def guarded(operation: Operation, respond: Callable[[], Response]) -> Response:
    """The response, or the problem that came in its place."""
    try:
        return respond()
    except Problem as problem:
        return problems.answer(problem, operation.flavour)
    except NaraeError as error:
        refusal = problems.of_error(error, operation.flavour, names=operation.names)
        return problems.answer(refusal, operation.flavour)
    except Exception:
        number = secrets.token_hex(4)
        log.exception("%s %s failed (%s)", operation.method, operation.path, number)
        words = f"this is a fault of the server; its log says more under {number}"
        return problems.answer(Problem(500, words), operation.flavour)


def _respond(operation: Operation, request: Request, data: bytes) -> Response:
    around = surroundings(request)
    call = Call(
        around=around,
        request=request,
        principal=NOBODY if operation.needs is Open.ANYBODY else principal(request),
        flavour=operation.flavour,
        now=around.clock.now(),
    )
    check(call, operation.needs, request.path_params.get("dag_id"))
    given: dict[str, Any] = read_path(operation, request.path_params)
    query = read_query(operation.query, request.query_params, operation.flavour)
    if operation.takes_query:
        given["query"] = query
    if operation.body is not None:
        given["body"] = read_body(operation, data, request.headers.get("content-type", ""))
    key = request.headers.get("idempotency-key")
    if operation.idempotent_by_key and key is not None:
        return once(call, key, data, lambda: _do(operation, call, given))
    return _do(operation, call, given)


def _do(operation: Operation, call: Call, given: dict[str, Any]) -> Response:
    found = operation.handler(call, **given)
    if isinstance(found, Response):
        return found
    if operation.answer is None:
        return Response(status_code=operation.status)
    content = encoded(found, operation.flavour)
    headers: dict[str, str] = {}
    if operation.etag:
        tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        if tag in call.request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": tag})
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    content, encoding = compressed(content, call.request.headers.get("accept-encoding", ""))
    if "Content-Encoding" in encoding and operation.etag:
        headers["ETag"] = f"W/{headers['ETag']}"  # not the same bytes, but the same answer
    return Response(
        content,
        status_code=operation.status,
        media_type=operation.media[0],
        headers=headers | encoding,
    )
