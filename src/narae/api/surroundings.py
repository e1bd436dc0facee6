"""What every operation needs: the store, the clock and whom to wake. Made once, by bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from starlette.requests import Request

from narae.accounts.deployment import Accounts
from narae.accounts.permissions import Principal
from narae.api.events import Feed
from narae.api.health_view import Readiness
from narae.api.lanes import Lanes
from narae.config import Settings
from narae.core.references import Reference
from narae.core.spec import DagSpec
from narae.engine.actions.act import Act
from narae.engine.ports import Clock, Notifier
from narae.logs.file_store import FileLogStore
from narae.logs.line_index import LogIndexes
from narae.storage.queries import VersionRow
from narae.storage.store import SqlStore
from narae.telemetry.registry import Registry

SPECS_KEPT = 2_000


@dataclass(kw_only=True)
class Surroundings:
    """The API server's view of the deployment."""

    store: SqlStore
    notifier: Notifier
    clock: Clock
    chance: Random
    settings: Settings
    version: str
    accounts: Accounts
    feed: Feed
    registry: Registry
    specs: dict[int, DagSpec] = field(default_factory=dict)
    versions: dict[int, VersionRow] = field(default_factory=dict)
    """By spec id, those that were asked for."""
    references: dict[int, tuple[Reference, ...]] = field(default_factory=dict)
    """By spec id: what versions of DAGs say of other DAGs."""
    lanes: Lanes = field(default_factory=Lanes)
    log_indexes: LogIndexes = field(default_factory=LogIndexes)
    readiness: Readiness = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is asked before somebody wants to know."""
        self.readiness = Readiness(self.settings.database.url)

    @property
    def home(self) -> Path:
        """The home folder."""
        return Path(self.settings.home)

    def spec(self, spec_id: int) -> DagSpec:
        """A spec, decoded once: a ``dag_version`` row never changes."""
        found = self.specs.get(spec_id)
        if found is None:
            if len(self.specs) >= SPECS_KEPT:
                self.specs.pop(next(iter(self.specs)), None)
            found = self.specs[spec_id] = self.store.spec(spec_id)
        return found

    def act(self, who: str = "api", *, origin: str = "") -> Act:
        """The server itself does something, now."""
        return Act(
            store=self.store,
            notifier=self.notifier,
            now=self.clock.now(),
            chance=self.chance,
            who=who,
            origin=origin,
            logs=FileLogStore(self.settings.logging.base_log_folder),
        )


def surroundings(request: Request) -> Surroundings:
    """The surroundings of the application that serves ``request``."""
    found = request.app.state.surroundings
    assert isinstance(found, Surroundings)  # noqa: S101 - set by create_app
    return found


def principal(request: Request) -> Principal:
    """Who sends ``request``; a Problem when what they show is wrong."""
    authenticate: Callable[[Request], Principal] = request.app.state.authenticate
    return authenticate(request)
