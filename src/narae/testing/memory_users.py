"""The part of the memory store that belongs to single users."""

import threading
from datetime import datetime, timedelta
from typing import Any

import msgspec

from narae.engine.ports import KeptAnswer
from narae.testing.memory_apply import Tables


class Users:
    """Favourite DAGs, and answers kept for requests that are sent again."""

    tables: Tables
    _lock: threading.Lock

    def public_variable(self, key: str) -> dict[str, Any] | None:
        """None when there is no such variable."""
        row = self.tables.variables.get(key)
        return None if row is None else {"key": key, "description": row.description}

    def variable_keys(self) -> list[str]:
        """Sorted."""
        return sorted(self.tables.variables)

    def connection_ids(self) -> list[str]:
        """Sorted."""
        return sorted(self.tables.connections)

    def public_connection(self, conn_id: str) -> dict[str, Any] | None:
        """None when there is no such connection."""
        value = self.tables.connections.get(conn_id)
        if value is None:
            return None
        fields = msgspec.structs.asdict(value)
        return {name: fields[name] for name in fields if name not in {"password", "extra"}}

    def favorites(self, user: str) -> frozenset[str]:
        """The ids of the DAGs that a user likes."""
        return frozenset(dag_id for who, dag_id in self.tables.favorites if who == user)

    def claim_key(
        self, key: str, *, who: str, fingerprint: str, now: datetime, lasts: timedelta
    ) -> KeptAnswer | None:
        """None when the key was free."""
        with self._lock:
            kept = self.tables.answers.get((who, key))
            if kept is not None and kept.since > now - lasts:
                return kept
            self.tables.answers[who, key] = KeptAnswer(fingerprint=fingerprint, since=now)
            return None

    def keep_answer(self, key: str, *, who: str, status: int, body: bytes) -> None:
        """Only of a request that has none."""
        kept = self.tables.answers.get((who, key))
        if kept is not None and kept.status is None:
            answer = msgspec.structs.replace(kept, status=status, body=body)
            self.tables.answers[who, key] = answer

    def give_key_back(self, key: str, *, who: str) -> None:
        """Only of a request that has no answer."""
        kept = self.tables.answers.get((who, key))
        if kept is not None and kept.status is None:
            del self.tables.answers[who, key]
