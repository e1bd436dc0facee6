"""What the parts of ``Queries`` share."""

from narae.storage.database import Database
from narae.storage.secrets import Vault


class Reading:
    """Read models of one noun. Every method is one read transaction."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
