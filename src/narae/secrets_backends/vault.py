"""HashiCorp Vault: a key/value engine of version 1 or 2, over its HTTP API."""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from narae.core.connection_text import connection_of_fields, connection_of_text
from narae.core.requests import ConnectionValue
from narae.core.spec import Value
from narae.errors import SecretsBackendError

ANSWER_BYTES_MAX = 4 * 1024 * 1024
TOKEN_SPARE_SECONDS = 30.0
"""A token that lasts no longer than this is renewed before it is used."""
KV_VERSIONS = (1, 2)
_NOT_FOUND = 404
_FORBIDDEN = 403


class Login(Value, frozen=True, kw_only=True):
    """How to get in. ``auth_type`` is token, approle or kubernetes."""

    auth_type: str = "token"
    auth_mount_point: str | None = None
    token: str | None = None
    token_path: str | None = None
    role_id: str | None = None
    secret_id: str | None = None
    kubernetes_role: str | None = None
    kubernetes_jwt_path: str = "/var/run/secrets/kubernetes.io/serviceaccount/token"

    def __repr__(self) -> str:
        return f"Login({self.auth_type!r}, ...)"


class VaultBackend:
    """Paths are ``connections_path/ID``, ``variables_path/KEY`` and ``config_path/KEY``.

    A variable's secret has the key ``value``; a connection's has ``conn_uri``, or the fields by
    name. None for a path: nothing of that kind is looked for.
    """

    def __init__(  # noqa: PLR0913 - Airflow's names of what is configured
        self,
        *,
        url: str,
        connections_path: str | None = "connections",
        variables_path: str | None = "variables",
        config_path: str | None = "config",
        mount_point: str | None = "secret",
        kv_engine_version: int = 2,
        namespace: str | None = None,
        verify: bool | str = True,
        timeout: float = 10.0,
        monotonic: Callable[[], float] = time.monotonic,
        **login: Any,
    ) -> None:
        if kv_engine_version not in KV_VERSIONS:
            raise SecretsBackendError(f"kv_engine_version is 1 or 2, not {kv_engine_version!r}")
        self._url = url.rstrip("/")
        self.name = f"Vault at {self._url}"
        self._paths = {
            "connection": connections_path,
            "variable": variables_path,
            "config": config_path,
        }
        self._mount = mount_point
        self._version = kv_engine_version
        self._headers = {"X-Vault-Request": "true"}
        if namespace:
            self._headers["X-Vault-Namespace"] = namespace
        tls = _tls(verify) if self._url.startswith("https:") else None
        self._open = build_opener(HTTPSHandler(context=tls), _NoRedirects).open
        self._timeout = timeout
        self._monotonic = monotonic
        try:
            self._login = Login(**login)
        except TypeError as error:
            raise SecretsBackendError(
                f"it is configured with what it does not know: {error}"
            ) from None
        self._token: tuple[str, float] | None = None
        """With the moment, on the monotonic clock, until which it is good."""

    def variable(self, key: str) -> str | None:
        """The secret's ``value``."""
        return self._value("variable", key)

    def config(self, key: str) -> str | None:
        """The secret's ``value``."""
        return self._value("config", key)

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """Of the secret's ``conn_uri``, or of its fields."""
        secret = self._secret("connection", conn_id)
        if secret is None:
            return None
        try:
            if "conn_uri" in secret:
                return connection_of_text(conn_id, str(secret["conn_uri"]))
            return connection_of_fields(conn_id, secret)
        except ValueError as error:
            raise SecretsBackendError(str(error)) from None

    def _value(self, kind: str, key: str) -> str | None:
        secret = self._secret(kind, key)
        if secret is None:
            return None
        if "value" not in secret:
            raise SecretsBackendError("the secret has no key 'value'")
        value = secret["value"]
        return value if isinstance(value, str) else json.dumps(value)

    def _secret(self, kind: str, name: str) -> Mapping[str, Any] | None:
        folder = self._paths[kind]
        if folder is None:
            return None
        path = "/".join(part.strip("/") for part in (folder, name) if part)
        mount, path = (self._mount, path) if self._mount else path.split("/", 1)
        middle = "data/" if self._version == 2 else ""  # noqa: PLR2004 - the version's own number
        body = self._read(f"/v1/{quote(f'{mount}/{middle}{path}')}")
        data = None if body is None else body.get("data")
        if self._version == 2 and isinstance(data, dict):  # noqa: PLR2004 - the same
            data = data.get("data")  # None of a deleted version
        if data is not None and not isinstance(data, dict):
            raise SecretsBackendError("it answered with something that is no secret")
        return data

    def _read(self, path: str) -> dict[str, Any] | None:
        try:
            return self._call(path, token=self._good_token())
        except _StatusError as error:
            if error.status == _NOT_FOUND:
                return None
            if error.status == _FORBIDDEN and self._login.auth_type != "token":
                self._token = None  # revoked, perhaps: the next look logs in anew
            raise SecretsBackendError(error.words) from None

    # -- getting in -------------------------------------------------------------------------

    def _good_token(self) -> str:
        if self._token is not None and self._monotonic() < self._token[1]:
            return self._token[0]
        token, seconds = LOGINS.get(self._login.auth_type, _unknown_login)(self)
        self._token = (token, self._monotonic() + seconds)
        return token

    def _own_token(self) -> tuple[str, float]:
        login = self._login
        if login.token:
            return login.token, float("inf")
        if login.token_path:
            return _file(login.token_path), 60.0
        raise SecretsBackendError("auth_type token needs token or token_path")

    def _approle(self) -> tuple[str, float]:
        login = self._login
        if not login.role_id:
            raise SecretsBackendError("auth_type approle needs role_id")
        body = {"role_id": login.role_id, "secret_id": login.secret_id or ""}
        return self._logged_in(login.auth_mount_point or "approle", body)

    def _kubernetes(self) -> tuple[str, float]:
        login = self._login
        if not login.kubernetes_role:
            raise SecretsBackendError("auth_type kubernetes needs kubernetes_role")
        body = {"role": login.kubernetes_role, "jwt": _file(login.kubernetes_jwt_path)}
        return self._logged_in(login.auth_mount_point or "kubernetes", body)

    def _logged_in(self, mount: str, body: dict[str, str]) -> tuple[str, float]:
        try:
            answer = self._call(f"/v1/auth/{quote(mount)}/login", body=body)
        except _StatusError as error:
            raise SecretsBackendError(f"it does not let us in: {error.words}") from None
        auth = answer.get("auth")
        if not isinstance(auth, dict) or not isinstance(auth.get("client_token"), str):
            raise SecretsBackendError("it answered our login without a token")
        lasts = float(auth.get("lease_duration") or 3600)
        return auth["client_token"], max(0.0, lasts - TOKEN_SPARE_SECONDS)

    # -- HTTP -------------------------------------------------------------------------------

    def _call(
        self, path: str, *, token: str | None = None, body: dict[str, str] | None = None
    ) -> dict[str, Any]:
        headers = self._headers | ({"X-Vault-Token": token} if token else {})
        data = None if body is None else json.dumps(body).encode()
        asked = Request(self._url + path, data=data, headers=headers)  # noqa: S310 - the operator's own URL
        try:
            with self._open(asked, timeout=self._timeout) as answer:
                text = answer.read(ANSWER_BYTES_MAX)
        except HTTPError as error:
            with error:
                raise _StatusError(error.code) from None
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            words = getattr(reason, "strerror", None) or type(reason).__name__
            raise SecretsBackendError(f"it can't be reached: {words}") from None
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SecretsBackendError("its answer is no JSON object: is the URL Vault's?")
        return found


class _NoRedirects(HTTPRedirectHandler):
    """Follows none: the token would go along to wherever it leads."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nowhere; the answer's status is an error then."""


class _StatusError(Exception):
    """It answered with another status than 200."""

    WORDS = {
        400: "it does not understand the request",
        301: "it sends us elsewhere: give the url of its active node",
        302: "it sends us elsewhere: give the url of its active node",
        307: "it sends us elsewhere: give the url of its active node",
        308: "it sends us elsewhere: give the url of its active node",
        403: "it forbids it: the token is wrong, or its policy does not cover this path",
        404: "there is nothing at this path",
        429: "it is asked too often",
        503: "it is sealed or in maintenance",
    }

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    @property
    def words(self) -> str:
        return f"{self.WORDS.get(self.status, 'it failed')} (HTTP {self.status})"


def _tls(verify: bool | str) -> ssl.SSLContext:  # noqa: FBT001 - Airflow's argument
    if verify is False:
        return ssl._create_unverified_context()  # noqa: S323, SLF001 - the operator says so
    return ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)


def _file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretsBackendError(f"{path} can't be read: {error.strerror}") from None


def _unknown_login(backend: VaultBackend) -> tuple[str, float]:
    kind = backend._login.auth_type  # noqa: SLF001 - of this module
    raise SecretsBackendError(f"auth_type {kind!r} is none of {', '.join(LOGINS)}")


LOGINS: dict[str, Callable[[VaultBackend], tuple[str, float]]] = {
    "token": VaultBackend._own_token,  # noqa: SLF001 - of this module
    "approle": VaultBackend._approle,  # noqa: SLF001 - the same
    "kubernetes": VaultBackend._kubernetes,  # noqa: SLF001 - the same
}
