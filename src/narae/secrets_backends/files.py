"""Files on the server: JSON, YAML or ``KEY=VALUE`` lines, by their ending."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from narae.core.connection_text import connection_of_fields, connection_of_text
from narae.core.requests import ConnectionValue
from narae.errors import SecretsBackendError


class FilesBackend:
    """One file of variables, one of connections. A file that changes is read again."""

    def __init__(
        self,
        *,
        variables_file_path: str | None = None,
        connections_file_path: str | None = None,
    ) -> None:
        self._variables = _File(variables_file_path)
        self._connections = _File(connections_file_path)
        paths = [path for path in (variables_file_path, connections_file_path) if path]
        self.name = f"the files {' and '.join(paths)}" if paths else "no file at all"

    def variable(self, key: str) -> str | None:
        """A text as it stands; anything else as JSON."""
        value = self._variables.entries().get(key)
        return value if value is None or isinstance(value, str) else json.dumps(value)

    def connection(self, conn_id: str) -> ConnectionValue | None:
        """A URI, a JSON text, an object of fields, or a list with one of these."""
        value = self._connections.entries().get(conn_id)
        if isinstance(value, list):
            if len(value) != 1:
                raise SecretsBackendError(f"there are {len(value)} of that id")
            value = value[0]
        if value is None:
            return None
        try:
            if isinstance(value, Mapping):
                return connection_of_fields(conn_id, value)
            return connection_of_text(conn_id, str(value))
        except ValueError as error:
            raise SecretsBackendError(str(error)) from None

    def config(self, key: str) -> str | None:
        """Nothing: there is no file for it."""
        del key
        return None


class _File:
    def __init__(self, path: str | None) -> None:
        self._path = None if path is None else Path(path)
        self._stamp: tuple[int, int] | None = None
        self._entries: dict[str, Any] = {}

    def entries(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                self._entries, self._stamp = _read(self._path), stamp
        except OSError as error:
            words = error.strerror or type(error).__name__
            raise SecretsBackendError(f"{self._path} can't be read: {words}") from None
        return self._entries


def _read(path: Path) -> dict[str, Any]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SecretsBackendError(f"{path}: the ending has to be one of {', '.join(READERS)}")
    try:
        found = reader(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f" (line {error.problem_mark.line + 1})"
        raise SecretsBackendError(f"{path} is not valid{line}") from None
    except json.JSONDecodeError as error:
        raise SecretsBackendError(f"{path} is not valid (line {error.lineno})") from None
    except ValueError as error:
        raise SecretsBackendError(f"{path}: {error}") from None
    if not isinstance(found, dict):
        raise SecretsBackendError(f"{path} holds no object of names and values")
    return {str(key): value for key, value in found.items()}


def _lines(text: str) -> dict[str, str]:
    """``KEY=VALUE`` lines; an error names the line's number alone."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"line {number} is no KEY=VALUE")
        if key.strip() in found:
            raise ValueError(f"line {number}: there are two of {key.strip()!r}")
        found[key.strip()] = value.strip()
    return found


READERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".yaml": yaml.safe_load,
    ".yml": yaml.safe_load,
    ".env": _lines,
}
