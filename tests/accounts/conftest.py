"""Accounts over a real SQLite file."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from narae.accounts.deployment import Accounts, Rules
from narae.core.commands import Audit
from narae.core.wire import Wake
from narae.engine.actions.act import Act
from narae.storage.open import open_store
from narae.storage.queries import AuditFilter, Slice
from narae.storage.store import SqlStore
from narae.testing.samples import NOON


class Deaf:
    """Accounts wake nobody."""

    def wake(self, message: Wake) -> None:
        raise AssertionError(message)


class Scene:
    """A deployment's accounts, and somebody who does things to them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.accounts = Accounts(store=store, rules=Rules(password_length_min=8))
        self.chance = Random(7)

    def act(self, at: datetime = NOON, who: str = "cli:root") -> Act:
        return Act(
            store=self.store,
            notifier=Deaf(),
            now=at,
            chance=self.chance,
            who=who,
            origin="10.0.0.7",
        )

    def audits(self) -> list[tuple[str, str]]:
        """(who, what), oldest first."""
        return [(row.who, row.what) for row in self.audit_rows()]

    def audit_rows(self) -> list[Audit]:
        """Oldest first."""
        found = self.store.queries.audits(AuditFilter(), Slice(limit=100)).rows
        return [entry.audit for entry in sorted(found, key=lambda entry: entry.id)]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("accounts") / "narae.db"
    open_store(f"sqlite:///{path}", create=True).close()
    return path.read_bytes()


@pytest.fixture
def scene(tmp_path: Path, empty_database: bytes) -> Iterator[Scene]:
    (tmp_path / "narae.db").write_bytes(empty_database)
    store = open_store(f"sqlite:///{tmp_path}/narae.db")
    yield Scene(store)
    store.close()
