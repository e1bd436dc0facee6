"""Connections: where outside systems are and how to get in."""

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from narae.authoring.backend import Ambient, has_backend
from narae.core.connection_text import FIELDS, NESTED_EXTRA, fields_of_uri, type_of
from narae.errors import AirflowException, AirflowNotFoundException

if TYPE_CHECKING:
    from narae.core.requests import ConnectionValue

ENVIRONMENT = ("NARAE_CONN_", "AIRFLOW_CONN_")


class Connection:
    """One connection, of fields or of a URI (authoring facts, B8)."""

    def __init__(  # noqa: PLR0917 - Airflow's signature
        self,
        conn_id: str | None = None,
        conn_type: str | None = None,
        description: str | None = None,
        host: str | None = None,
        login: str | None = None,
        password: str | None = None,
        schema: str | None = None,
        port: int | None = None,
        extra: Any = None,
        uri: str | None = None,
    ) -> None:
        self.conn_id = conn_id
        self.description = description
        if uri and any((conn_type, host, login, password, schema, port, extra)):
            raise AirflowException(f"connection {conn_id!r}: a URI or fields, not both")
        self.conn_type = conn_type
        self.host, self.login, self.password = host, login, password
        self.schema, self.port = schema, port
        self.extra: str | None = json.dumps(extra) if isinstance(extra, dict) else extra
        if uri:
            self._read_uri(uri)
        if self.password and Ambient.remember_secret is not None:
            Ambient.remember_secret(self.password)

    def _read_uri(self, uri: str) -> None:
        try:
            fields = fields_of_uri(uri)
        except ValueError as error:
            raise AirflowException(f"connection {self.conn_id!r}: {error}") from None
        for name, value in fields.items():
            if name != "extra" or value is not None:
                setattr(self, name, value)

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """``extra`` as a dict, empty when there is none."""
        return self.get_extra_dejson()

    def get_extra_dejson(self, nested: bool = False) -> dict[str, Any]:
        """``extra`` as a dict; ``nested`` reads values that are JSON texts too."""
        if not self.extra:
            return {}
        try:
            found = json.loads(self.extra)
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        return {key: _read(value) for key, value in found.items()} if nested else found

    def get_password(self) -> str | None:
        """The password."""
        return self.password

    def get_extra(self) -> str | None:
        """The extra's text."""
        return self.extra

    def get_uri(self) -> str:
        """The connection as a URI that means the same."""
        kind = (self.conn_type or "").lower().replace("_", "-")
        protocol, host = "", self.host or ""
        if "://" in host:
            protocol, _, host = host.partition("://")
            protocol += "://"
        uri = f"{kind}://{protocol}"
        if self.login or self.password:
            secret = f":{quote(self.password, safe='')}" if self.password else ""
            uri += f"{quote(self.login or '', safe='')}{secret}@"
        uri += quote(host, safe="")
        uri += f":{self.port}" if self.port else ""
        uri += f"/{quote(self.schema, safe='')}" if self.schema else ""
        if self.extra:
            uri += ("" if self.schema else "/") + "?" + self._query()
        return uri

    def _query(self) -> str:
        flat = self.extra_dejson
        if flat and all(isinstance(value, str) for value in flat.values()):
            return urlencode(flat)
        return urlencode({NESTED_EXTRA: self.extra or ""})

    def to_dict(self) -> dict[str, Any]:
        """The fields, extra as a dict."""
        fields = {name: getattr(self, name) for name in FIELDS}
        return {"conn_id": self.conn_id, **fields, "extra": self.extra_dejson or None}

    def as_json(self) -> str:
        """The fields but the id, as JSON."""
        fields = {name: value for name, value in self.to_dict().items() if value is not None}
        fields.pop("conn_id", None)
        return json.dumps(fields)

    @classmethod
    def from_json(cls, value: str, conn_id: str | None = None) -> "Connection":
        """Of a JSON object with the fields."""
        fields = json.loads(value)
        if not isinstance(fields, dict):
            raise AirflowException(f"connection {conn_id!r}: a JSON object is needed")
        unknown = sorted(set(fields) - {*FIELDS, "uri", "conn_id"})
        if unknown:
            raise AirflowException(
                f"connection {conn_id!r} has no field {unknown[0]!r}; fields are"
                f" {', '.join(FIELDS)}"
            )
        fields.pop("conn_id", None)
        if fields.get("port") is not None:
            try:
                fields["port"] = int(fields["port"])
            except (TypeError, ValueError):  # not their words: what stands there may be a secret
                raise AirflowException(f"connection {conn_id!r}: its port is no number") from None
        if fields.get("conn_type"):
            fields["conn_type"] = type_of(str(fields["conn_type"]))
        return cls(conn_id=conn_id, **fields)

    @classmethod
    def from_uri(cls, uri: str, conn_id: str | None = None) -> "Connection":
        """Of a URI."""
        return cls(conn_id=conn_id, uri=uri)

    @classmethod
    def from_text(cls, text: str, conn_id: str) -> "Connection":
        """Of JSON or of a URI, as the environment holds either."""
        return (
            cls.from_json(text, conn_id)
            if text.lstrip().startswith("{")
            else cls(conn_id, uri=text)
        )

    @classmethod
    def from_value(cls, value: "ConnectionValue") -> "Connection":
        """Of the core's value."""
        fields = {name: getattr(value, name) for name in FIELDS}
        return cls(conn_id=value.conn_id, **fields)

    @classmethod
    def get(cls, conn_id: str) -> "Connection":
        """From the environment, else from the deployment; AirflowNotFoundException."""
        first = has_backend(os.environ)
        value = Ambient.client.get_connection(conn_id) if first and Ambient.client else None
        for prefix in ENVIRONMENT if value is None else ():
            text = os.environ.get(prefix + conn_id.upper())
            if text:
                return cls.from_text(text, conn_id)
        if not first and Ambient.client is not None:
            value = Ambient.client.get_connection(conn_id)
        if value is None:
            raise AirflowNotFoundException(
                f"connection {conn_id!r} is not defined: set {ENVIRONMENT[1]}{conn_id.upper()} or"
                f" `narae connections add {conn_id}`"
            )
        return cls.from_value(value)

    get_connection_from_secrets = get

    def get_hook(self, *, hook_params: dict[str, Any] | None = None) -> Any:
        """Hooks come with providers, which Narae does not have yet."""
        raise AirflowException(
            f"no hook is known for connections of type {self.conn_type!r} ({hook_params or ''})"
        )

    def __repr__(self) -> str:
        return f"Connection({self.conn_id!r}, {self.conn_type!r})"


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
