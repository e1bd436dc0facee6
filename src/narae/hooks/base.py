"""The base of all hooks."""

import logging
from typing import Any, ClassVar

from narae.authoring.connection import Connection


class BaseHook:
    """Reaches another system through a connection."""

    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str] = ""
    conn_type: ClassVar[str] = ""
    hook_name: ClassVar[str] = ""

    def __init__(self, logger_name: str | None = None, **_options: Any) -> None:
        kind = type(self)
        self._logger_name = logger_name or f"{kind.__module__}.{kind.__qualname__}"

    @property
    def log(self) -> logging.Logger:
        """The hook's logger."""
        name = getattr(self, "_logger_name", type(self).__name__)
        return logging.getLogger(f"airflow.task.hooks.{name}")

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection; AirflowNotFoundException when there is none."""
        return Connection.get(conn_id)

    @classmethod
    def get_connections(cls, conn_id: str) -> list[Connection]:
        """The connection in a list, as older code asks for it."""
        return [cls.get_connection(conn_id)]

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook for a connection's type."""
        return cls.get_connection(conn_id).get_hook(hook_params=hook_params)

    def get_conn(self) -> Any:
        """What the hook talks through."""
        raise NotImplementedError(f"{type(self).__name__} has no get_conn()")

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Form fields for connections of this type, beyond the usual."""
        return {}

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """How the usual form fields are shown for this type."""
        return {}
