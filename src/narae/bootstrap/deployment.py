"""A deployment as commands and servers see it: its settings, its store, whom to wake."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from random import Random, SystemRandom

from narae.accounts.deployment import Accounts, Rules
from narae.bootstrap.clock import SystemClock
from narae.bootstrap.home import prepare_home
from narae.config import Settings, load
from narae.core.run import Limits
from narae.engine.actions.act import Act
from narae.engine.ports import Notifier
from narae.logs.file_store import FileLogStore
from narae.storage.notify import wake_sender
from narae.storage.open import open_store
from narae.storage.secrets import HomeKeys, Keys
from narae.storage.store import SqlStore


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What a command works on."""

    settings: Settings
    store: SqlStore
    notifier: Notifier
    chance: Random

    @property
    def home(self) -> Path:
        """The home folder."""
        return Path(self.settings.home)

    @property
    def accounts(self) -> Accounts:
        """Its users, roles and tokens."""
        return accounts_of(self.settings, self.store)

    def act(self, who: str | None = None) -> Act:
        """Somebody does something, now; the operating system's user unless ``who`` says."""
        return Act(
            store=self.store,
            notifier=self.notifier,
            now=SystemClock().now(),
            chance=self.chance,
            who=who or f"cli:{os.environ.get('USER', os.getuid())}",
            origin="cli",
            logs=FileLogStore(self.settings.logging.base_log_folder),
        )

    def nearest_variable(self, key: str) -> str:
        """``; did you mean 'x'?`` or nothing."""
        near = get_close_matches(key, [row.key for row in self.store.variables()], n=1)
        return f"; did you mean {near[0]!r}?" if near else ""


def limits_of(settings: Settings) -> Limits:
    """The numbers that decisions need."""
    return Limits(
        parallelism=settings.core.parallelism,
        max_map_length=settings.core.max_map_length,
        retry_delay_max=timedelta(seconds=settings.core.max_task_retry_delay),
        lost_attempts_max=settings.scheduler.lost_attempts_max,
    )


def accounts_of(settings: Settings, store: SqlStore) -> Accounts:
    """The accounts of a deployment, with its rules."""
    return Accounts(
        store=store,
        rules=Rules(
            session=timedelta(hours=settings.auth.session_hours),
            token=timedelta(hours=settings.auth.token_hours),
            password_length_min=settings.auth.password_length_min,
            public_role=settings.auth.public_role,
        ),
    )


def fernet_keys(settings: Settings) -> Keys:
    """The keys that secrets are encrypted with, the newest first; those of the home may change."""
    text = settings.core.fernet_key
    if text:
        return [key.strip() for key in text.split(",") if key.strip()]
    return HomeKeys(Path(settings.home))


def store_of(settings: Settings, *, create: bool = False) -> SqlStore:
    """The store of a deployment. ``create`` makes or raises its schema first."""
    return open_store(settings.database.url, fernet_keys=fernet_keys(settings), create=create)


@contextlib.contextmanager
def open_deployment(
    environ: Mapping[str, str] | None = None, *, create: bool = True
) -> Iterator[Deployment]:
    """The deployment that the environment names. Opens its database, and closes it again."""
    settings = load(os.environ if environ is None else environ)
    home = Path(settings.home)
    prepare_home(home)
    store = store_of(settings, create=create)
    notifier = wake_sender(settings.database.url, home)
    try:
        yield Deployment(settings=settings, store=store, notifier=notifier, chance=SystemRandom())
    finally:
        notifier.close()
        store.close()
