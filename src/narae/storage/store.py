"""The store on SQL, put together from its nouns."""

from narae.storage.accounts import Accounts
from narae.storage.attempts import Attempts
from narae.storage.backfills import Backfills
from narae.storage.catalog import Catalog
from narae.storage.connections import Connections
from narae.storage.favorites import Favorites
from narae.storage.figures import Figures
from narae.storage.heartbeats import Heartbeats
from narae.storage.idempotency import Idempotency
from narae.storage.outbox import Outbox
from narae.storage.pools import Pools
from narae.storage.public import Public
from narae.storage.queries import Queries
from narae.storage.runs import Runs
from narae.storage.variables import Variables
from narae.storage.xcoms import XComs


class SqlStore(
    Runs,
    Attempts,
    Catalog,
    XComs,
    Variables,
    Connections,
    Pools,
    Backfills,
    Outbox,
    Heartbeats,
    Accounts,
    Favorites,
    Idempotency,
    Public,
    Figures,
):
    """Implements :class:`narae.engine.ports.Store`; ``storage.open.open_store`` makes one.

    May be shared by the threads of a process; not across a fork.
    """

    @property
    def queries(self) -> Queries:
        """Read models: lists with filters, orders and pages."""
        return Queries(self._database, self._vault)

    def close(self) -> None:
        """Gives connections back."""
        self._database.close()
