"""Environment variables of the server: ``NARAE_VAR_X``, ``AIRFLOW_CONN_Y`` and the like."""

from collections.abc import Mapping

from narae.core.connection_text import connection_of_text
from narae.core.requests import ConnectionValue
from narae.errors import SecretsBackendError

PREFIXES = ("NARAE", "AIRFLOW")


class EnvironmentBackend:
    """Reads ``environ`` as it is at each look."""

    name = "the environment"

    def __init__(self, *, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def variable(self, key: str) -> str | None:
        """``NARAE_VAR_<KEY>``, else ``AIRFLOW_VAR_<KEY>``."""
        return self._first(f"_VAR_{key.upper()}")

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """``NARAE_CONN_<ID>``, else ``AIRFLOW_CONN_<ID>``: a URI or JSON."""
        text = self._first(f"_CONN_{conn_id.upper()}")
        if not text:
            return None
        try:
            return connection_of_text(conn_id, text)
        except ValueError as error:
            raise SecretsBackendError(str(error)) from None

    def config(self, key: str) -> str | None:
        """Nothing: options have their own names in the environment."""
        del key
        return None

    def _first(self, tail: str) -> str | None:
        found = (self._environ.get(prefix + tail) for prefix in PREFIXES)
        return next((text for text in found if text is not None), None)
