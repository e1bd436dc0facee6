"""``Idempotency-Key``: the same request, sent again, is answered again and not done again."""

import re
from collections.abc import Callable

from starlette.responses import Response

from narae.api import problems
from narae.api.call import Call
from narae.api.problems import Problem, invalid
from narae.engine import idempotency
from narae.engine.idempotency import Differs, Fresh, Replay, Unfinished

_KEY = re.compile(r"[!-~]{1,200}")
_SERVER_ERROR = 500


def once(call: Call, key: str, data: bytes, do: Callable[[], Response]) -> Response:
    """Carries out a request unless one with this key has been; then gives its answer again.

    A request that was refused (4xx) changed nothing and may be sent again with the same key.
    """
    if not _KEY.fullmatch(key):
        words = "it has to be 1 to 200 printable ASCII characters without blanks"
        raise invalid(call.flavour, "Idempotency-Key", words)
    request, store, who = call.request, call.store, call.principal.username
    path = f"{request.url.path}?{request.url.query}"
    fingerprint = idempotency.fingerprint_of(request.method, path, data)
    match idempotency.begin(store, key=key, who=who, fingerprint=fingerprint, now=call.now):
        case Replay(status=status, body=body):
            return Response(body, status_code=status, media_type="application/json")
        case Differs():
            words = "this key came with another request before"
            raise invalid(call.flavour, "Idempotency-Key", words)
        case Unfinished(since=since):
            raise Problem(
                409,
                f"a request with this key began at {since.isoformat()} and has not ended: "
                "look at what it did before you send it again with a new key",
            )
        case Fresh():
            return _first(call, key, do)


def _first(call: Call, key: str, do: Callable[[], Response]) -> Response:
    store, who = call.store, call.principal.username
    try:
        response = do()
    except Exception as error:
        if problems.refused(error):
            idempotency.forget(store, key=key, who=who)
        raise
    idempotency.finish(
        store, key=key, who=who, status=response.status_code, body=bytes(response.body)
    )
    return response
