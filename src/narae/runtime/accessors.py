"""What templates and tasks find under ``var``, ``conn``, ``inlet_events`` and ``outlet_events``."""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from narae.authoring.connection import Connection
from narae.authoring.variable import Variable
from narae.errors import AirflowNotFoundException

_UNSET: Any = object()


class VariableAccessor:
    """``var.value.KEY``, ``var.json.KEY``, and both with ``.get(key, default)``."""

    def __init__(self, *, deserialize_json: bool) -> None:
        self._json = deserialize_json

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return Variable.get(key, deserialize_json=self._json)

    def get(self, key: str, default_var: Any = _UNSET, default: Any = _UNSET) -> Any:
        """The variable, or the default when one is given."""
        fallback = default if default_var is _UNSET else default_var
        if fallback is _UNSET:
            return Variable.get(key, deserialize_json=self._json)
        return Variable.get(key, default_var=fallback, deserialize_json=self._json)


class Variables:
    """``var`` in a template."""

    def __init__(self) -> None:
        self.value = VariableAccessor(deserialize_json=False)
        self.json = VariableAccessor(deserialize_json=True)


class ConnectionAccessor:
    """``conn.ID``, and ``conn.get(id, default)``."""

    def __getattr__(self, conn_id: str) -> Any:
        if conn_id.startswith("__"):
            raise AttributeError(conn_id)
        return Connection.get_connection_from_secrets(conn_id)

    def get(self, conn_id: str, default: Any = None) -> Any:
        """The connection, or the default when there is none."""
        try:
            return Connection.get_connection_from_secrets(conn_id)
        except AirflowNotFoundException:
            return default


class OutletEvent:
    """What a task says of one outlet; kept in memory as long as nothing is scheduled by it."""

    def __init__(self, outlet: Any) -> None:
        self.outlet = outlet
        self.extra: dict[str, Any] = {}
        self.added: list[tuple[Any, dict[str, Any]]] = []
        """Of an alias: the assets that the task named, with their extra."""

    def add(self, asset: Any, extra: dict[str, Any] | None = None) -> None:
        """An alias stands for ``asset`` in this run."""
        self.added.append((asset, extra or {}))


class OutletEvents(Mapping[Any, OutletEvent]):
    """``outlet_events[outlet].extra = {...}``."""

    def __init__(self) -> None:
        self._events: dict[str, OutletEvent] = {}

    def __getitem__(self, outlet: Any) -> OutletEvent:
        return self._events.setdefault(name_of(outlet), OutletEvent(outlet))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)


class InletEvents(Mapping[Any, list[Any]]):
    """``inlet_events[inlet]``: no event is stored yet, so each is empty."""

    def __getitem__(self, inlet: Any) -> list[Any]:
        return []

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0


def name_of(outlet: Any) -> str:
    """What an asset, an alias or a plain URI is called."""
    return str(getattr(outlet, "uri", None) or getattr(outlet, "name", None) or outlet)


class Lazy:
    """A value that is asked for when somebody looks at it: the costly keys of a context."""

    def __init__(self, compute: Callable[[], Any]) -> None:
        object.__setattr__(self, "_compute", compute)

    def _value(self) -> Any:
        found = self.__dict__.get("_found", _UNSET)
        if found is _UNSET:
            found = self.__dict__["_found"] = self.__dict__["_compute"]()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._value(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._value(), name, value)


def _forwarded(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Lazy, *args: Any) -> Any:
        return function(self._value(), *args)

    return method


_BINARY = ("eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul", "getitem", "contains")
_FORWARDED: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in _BINARY},
    "str": str,
    "repr": repr,
    "bool": bool,
    "len": len,
    "iter": iter,
    "hash": hash,
    "int": int,
    "float": float,
    "format": format,
}
for _name, _function in _FORWARDED.items():
    setattr(Lazy, f"__{_name}__", _forwarded(_function))
