"""Where a store comes from."""

from sqlalchemy.exc import OperationalError

from narae.errors import NaraeError
from narae.storage.database import Database
from narae.storage.dialects import parse_url
from narae.storage.schema import check_revision, current, migrate
from narae.storage.secrets import Keys, Vault
from narae.storage.store import SqlStore


class UnreachableError(NaraeError):
    """The database is not there, or does not let us in."""


def open_store(url: str, *, fernet_keys: Keys = (), create: bool = False) -> SqlStore:
    """The store at ``url``: ``sqlite:////path/narae.db`` or ``postgresql://user@host/name``.

    With ``create``, the schema is made or brought up to date first; else a schema that is not
    this version's is a :class:`narae.storage.schema.SchemaError`, a database that is not there an
    :class:`UnreachableError`. Secrets need at least one
    key; the first one encrypts. Keys that are a callable are asked for each time.
    """
    vault = Vault(fernet_keys)
    try:
        if create:
            migrate(url)
        else:
            check_revision(current(url))
    except OperationalError as error:
        raise UnreachableError(_unreachable(url, error)) from None
    return SqlStore(Database(url), vault)


def _unreachable(url: str, error: OperationalError) -> str:
    """What the driver says, in one line, with the database's name and without its password."""
    place = parse_url(url).render_as_string(hide_password=True)
    words = " ".join(str(error.orig).split())
    return f"the database {place} can't be opened: {words}"
