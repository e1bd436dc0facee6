"""From the parameters of a list to the filters, orders and ranges of the read models."""

from collections.abc import Iterable, Mapping
from typing import Any

from narae.storage.queries import Range

_ENDS = ("gte", "gt", "lte", "lt")


def given(**filters: Any) -> dict[str, Any]:
    """Those that are not None.

    >>> given(dag_id="sales%", run_id=None)
    {'dag_id': 'sales%'}
    """
    return {name: value for name, value in filters.items() if value is not None}


def ordered(names: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """The names of a list's ``order_by`` as the read model calls them, each once.

    >>> ordered(["-state", "id"], {"id": "uid", "state": "last_run_state"})
    ('-last_run_state', 'uid')
    """
    found: dict[str, str] = {}
    for name in names:
        column = known[name.removeprefix("-")]
        found.setdefault(column, f"-{column}" if name.startswith("-") else column)
    return tuple(found.values())


def span(query: object, name: str) -> Range | None:
    """What ``<name>_gte``, ``_gt``, ``_lte`` and ``_lt`` of a query say; None for nothing."""
    ends = {end: getattr(query, f"{name}_{end}", None) for end in _ENDS}
    return Range(**ends) if any(value is not None for value in ends.values()) else None
