"""Who may do what: every operation of both APIs, for every role, in one's own DAG and another's.

The expected cells stand in ``permissions.txt`` beside this file, one operation a line. To renew
it after a change, and to read what changed: ``python -m tests.api.test_permission_matrix``.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import OTHER, SALES, Api

from narae.accounts.permissions import (
    ROLES,
    Action,
    Permission,
    Principal,
    PrincipalKind,
    Resource,
    nobody,
)
from narae.api.catalogue import OPERATIONS
from narae.api.operation import Open, Operation
from narae.config import load

TABLE = Path(__file__).parent / "permissions.txt"

GUEST = frozenset(
    Permission(action, resource, "sales")
    for resource in (Resource.DAG, Resource.DAG_RUN)
    for action in (Action.READ, Action.EDIT, Action.CREATE, Action.DELETE)
)
"""What ``access_control={"Guest": {"DAGs": ..., "DAG Runs": ...}}`` of the DAG gives."""

WHO: dict[str, Principal] = {
    **{
        name[0]: Principal(
            username=name,
            kind=PrincipalKind.USER,
            user_id=1,
            roles=(name,),
            permissions=permissions,
        )
        for name, permissions in ROLES.items()
        if name != "Public"
    },
    "g": Principal(
        username="Guest",
        kind=PrincipalKind.USER,
        user_id=1,
        roles=("Guest",),
        permissions=GUEST,
    ),
    "-": nobody("Public", ()),
}
"""A(dmin), O(p), U(ser), V(iewer), g(uest of one DAG), - (nobody)."""

VALUES = {"map_index": "0", "task_try_number": "1", "try_number": "1", "version_number": "1"}
REFUSED = {401, 403}


def operations() -> Iterator[Operation]:
    for each in OPERATIONS.values():
        yield from each


def cell(api: Api, operation: Operation, letter: str, dag_id: str) -> str:
    """The letter when the role gets past the door, ``.`` when it is refused."""
    api.principal = WHO[letter]
    path = operation.flavour.prefix + operation.path.replace(":path}", "}")
    for name, kind in operation.path_types.items():
        number = "1" if "int" in repr(kind) else "none"
        value = dag_id if name == "dag_id" else VALUES.get(name, number)
        path = path.replace(f"{{{name}}}", value)
    more: dict[str, Any] = {"content": b"!"} if operation.body is not None else {}
    with api.client.stream(operation.method, path, follow_redirects=False, **more) as answer:
        status = answer.status_code
        assert status < 500 or status in {501, 503}, f"{operation.method} {path}: {status}"
    return "." if status in REFUSED else letter


def row(api: Api, operation: Operation) -> str:
    dags = ("sales", "other") if "dag_id" in operation.path_types else ("sales",)
    cells = ["".join(cell(api, operation, letter, dag) for letter in WHO) for dag in dags]
    return (
        f"{operation.flavour.prefix or '/'} {operation.method} {operation.path} {' '.join(cells)}"
    )


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Api]:
    made = deployment(tmp_path)
    with made.client:
        yield made
    made.store.close()


def deployment(home: Path) -> Api:
    made = Api(home, load({"NARAE_HOME": str(home), "NARAE__WEBSERVER__EXPOSE_CONFIG": "true"}))
    made.stage.add_dag(SALES, OTHER)
    return made


def expected() -> list[str]:
    return TABLE.read_text().splitlines()


def test_every_cell_is_as_the_table_says(guarded: Api) -> None:
    found = sorted(row(guarded, each) for each in operations() if each.path != "/events")
    assert found == expected()


def test_the_table_keeps_to_the_rules() -> None:
    """What has to hold whatever the operation is."""
    for line in expected():
        _, method, path, own, *foreign = line.split()
        assert own[0] == "A", line
        open_to_all = own == "AOUVg-"
        assert open_to_all == ("-" in own), line
        if method != "GET" and "V" in own and not open_to_all:
            # A viewer changes nothing but what is their own, and lists by POST.
            assert "/auth/" in path or path.endswith(("/list", "favorite")), line
        if foreign:
            assert "g" not in foreign[0], line
            assert own.replace("g", ".") == foreign[0], line


def test_nobody_hears_of_changes_without_a_login(guarded: Api) -> None:
    guarded.principal = WHO["-"]
    guarded.bad(401, "GET", "/api/v2/events")


def test_nobody_gets_in_but_where_the_login_is() -> None:
    found = {each.path for each in operations() if each.needs is Open.ANYBODY}
    assert found <= {
        *("/health", "/livez", "/readyz", "/version", "/monitor/health"),
        *("/auth/token", "/auth/session", "/auth/login", "/auth/logout", "/auth/logins"),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        api = deployment(Path(folder))
        with api.client:
            lines = sorted(row(api, each) for each in operations() if each.path != "/events")
        TABLE.write_text("\n".join(lines) + "\n")
