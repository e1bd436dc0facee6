"""Variables and connections as the command line writes them."""

from collections.abc import Sequence

from narae.core.requests import ConnectionValue
from narae.engine.actions import connections, variables
from narae.engine.actions.act import Act
from narae.engine.errors import NotFound
from narae.engine.ports import VariableRow


def put_variables(act: Act, rows: Sequence[VariableRow]) -> None:
    """Creates or replaces them. Files that read one while imported are parsed again."""
    variables.put_all(act, rows)


def delete_variable(act: Act, key: str) -> bool:
    """Whether there was one."""
    try:
        variables.delete(act, key)
    except NotFound:
        return False
    return True


def put_connections(act: Act, values: Sequence[ConnectionValue]) -> None:
    """Creates or replaces them. Files that read one while imported are parsed again."""
    connections.put_all(act, values)


def delete_connection(act: Act, conn_id: str) -> bool:
    """Whether there was one."""
    try:
        connections.delete(act, conn_id)
    except NotFound:
        return False
    return True
