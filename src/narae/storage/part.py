"""What the parts of the store share."""

from narae.storage.database import Database
from narae.storage.secrets import Vault


class Part:
    """A part of the store: one noun's methods. Every method is one transaction."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
