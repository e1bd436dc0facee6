"""The session's cookie."""

from starlette.requests import Request
from starlette.responses import Response

from narae.config import Settings

SESSION = "narae_session"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing, and so need no proof that a page of ours sent them."""


def is_secure(settings: Settings, request: Request | None = None) -> bool:
    """Whether the browser is to send cookies over HTTPS alone.

    ``auth.secure_cookies = "auto"`` goes by ``webserver.base_url``, and by the request.
    """
    match settings.auth.secure_cookies:
        case "on":
            return True
        case "off":
            return False
        case _:
            here = request is not None and request.url.scheme == "https"
            return here or settings.webserver.base_url.startswith("https://")


def put_session(response: Response, key: str, *, seconds: int, secure: bool) -> None:
    """Gives the browser its session: no script reads it, no foreign page sends it along."""
    response.set_cookie(
        SESSION, key, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax"
    )


def drop_session(response: Response, *, secure: bool) -> None:
    """Takes it away."""
    response.delete_cookie(SESSION, path="/", secure=secure, httponly=True, samesite="lax")
