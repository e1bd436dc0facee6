"""AWS Secrets Manager. Needs boto3: ``pip install 'narae[aws]'``."""

import importlib
import json
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from narae.core.connection_text import FIELDS, connection_of_fields, connection_of_text
from narae.core.requests import ConnectionValue
from narae.errors import SecretsBackendError

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "user": "login",
        "username": "login",
        "pass": "password",
        "hostname": "host",
        "engine": "conn_type",
        "dbname": "schema",
        "database": "schema",
        "uri": "uri",
        "conn_uri": "uri",
    }
)
"""How secrets that AWS makes for its databases call a connection's fields."""
_ERRORS: Mapping[str, str] = MappingProxyType(
    {
        "AccessDeniedException": "it forbids it: the role lacks secretsmanager:GetSecretValue",
        "UnrecognizedClientException": "it does not know these credentials",
        "InvalidSignatureException": "it does not accept these credentials",
        "ExpiredTokenException": "these credentials have expired",
        "DecryptionFailure": "it can't decrypt it with its KMS key",
        "ThrottlingException": "it is asked too often",
    }
)
MISSING = frozenset({"ResourceNotFoundException"})


class SecretsManagerBackend:
    """Names are ``prefix`` + ``sep`` + key. None for a prefix: nothing of that kind is looked for.

    Credentials are found as boto3 finds them.
    """

    def __init__(  # noqa: PLR0913 - Airflow's names of what is configured
        self,
        *,
        connections_prefix: str | None = "airflow/connections",
        variables_prefix: str | None = "airflow/variables",
        config_prefix: str | None = "airflow/config",
        sep: str = "/",
        profile_name: str | None = None,
        region_name: str | None = None,
        endpoint_url: str | None = None,
        timeout: float = 10.0,
        **client: Any,
    ) -> None:
        self.name = "AWS Secrets Manager" + (f" at {endpoint_url}" if endpoint_url else "")
        self._prefixes = {
            "connection": connections_prefix,
            "variable": variables_prefix,
            "config": config_prefix,
        }
        self._separator = sep
        self._session = {"profile_name": profile_name, "region_name": region_name}
        self._options = {"endpoint_url": endpoint_url, **client}
        self._timeout = timeout
        self._made: Any = None
        self._lock = threading.Lock()

    def variable(self, key: str) -> str | None:
        """The secret's text."""
        return self._text("variable", key)

    def config(self, key: str) -> str | None:
        """The secret's text."""
        return self._text("config", key)

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """Of a URI, or of JSON with the fields by any of their usual names."""
        text = self._text("connection", conn_id)
        if text is None:
            return None
        try:
            if text.lstrip().startswith("{"):
                return connection_of_fields(conn_id, _fields(text))
            return connection_of_text(conn_id, text)
        except ValueError as error:
            raise SecretsBackendError(str(error)) from None

    def _text(self, kind: str, key: str) -> str | None:
        prefix = self._prefixes[kind]
        if prefix is None:
            return None
        name = f"{prefix}{self._separator}{key}" if prefix else key
        try:
            answer = self._client().get_secret_value(SecretId=name)
        except SecretsBackendError:
            raise
        except Exception as error:  # noqa: BLE001 - botocore has no base of its errors
            code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
            if code in MISSING:
                return None
            raise SecretsBackendError(_words(error, code)) from None
        text = answer.get("SecretString")
        if text is None:
            raise SecretsBackendError("the secret is binary, not text")
        return str(text)

    def _client(self) -> Any:
        with self._lock:  # making one is not safe in several threads
            if self._made is None:
                boto3, config = _library("boto3"), _library("botocore.config")
                session = boto3.session.Session(
                    **{name: value for name, value in self._session.items() if value}
                )
                limits = config.Config(
                    connect_timeout=self._timeout,
                    read_timeout=self._timeout,
                    retries={"max_attempts": 2, "mode": "standard"},
                )
                options = {name: value for name, value in self._options.items() if value}
                self._made = session.client("secretsmanager", config=limits, **options)
            return self._made


def _words(error: Exception, code: str) -> str:
    """What botocore says, by its kind alone: its text may hold what was sent."""
    if code:
        return f"{_ERRORS.get(code, 'it failed')} ({code})"
    kind = type(error).__name__
    if "Connect" in kind or "Timeout" in kind or "Endpoint" in kind:
        return f"it can't be reached ({kind})"
    return f"it could not be asked ({kind})"


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise SecretsBackendError("boto3 is not installed: pip install 'narae[aws]'") from None


def _fields(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - the caller's words for any nonsense
    fields: dict[str, Any] = {}
    for name, value in found.items():
        field = SPELLINGS.get(name.lower(), name.lower())
        if field in FIELDS or field == "uri":
            fields[field] = value
    return fields
