"""Variables, encrypted at rest."""

import sqlalchemy as sa

from narae.engine.ports import VariableRow
from narae.storage.part import Part
from narae.storage.tables import variable
from narae.storage.upsert import upsert


class Variables(Part):
    """Named values that user code reads and writes."""

    def variable(self, key: str) -> str | None:
        """A variable's value, decrypted."""
        found = sa.select(variable.c.value).where(variable.c.key == key)
        with self._database.reading() as connection:
            token = connection.execute(found).scalar_one_or_none()
        return self._vault.unseal(token, name=f"variable {key!r}")

    def put_variable(self, row: VariableRow) -> None:
        """Creates or replaces."""
        values = {
            "key": row.key,
            "value": self._vault.seal(row.value),
            "description": row.description,
        }
        with self._database.writing() as connection:
            connection.execute(upsert(connection, variable, values))

    def delete_variable(self, key: str) -> bool:
        """Whether there was one."""
        with self._database.writing() as connection:
            gone = connection.execute(variable.delete().where(variable.c.key == key))
            return gone.rowcount > 0

    def variables(self) -> list[VariableRow]:
        """All of them, by key."""
        found = sa.select(variable).order_by(variable.c.key)
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        return [
            VariableRow(
                key=key,
                value=self._vault.unseal(token, name=f"variable {key!r}") or "",
                description=description,
            )
            for key, token, description in rows
        ]
