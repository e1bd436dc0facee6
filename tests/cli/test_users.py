"""``narae users``, ``roles`` and ``tokens``."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from narae.accounts.logins import authenticate_bearer, login
from narae.accounts.permissions import PrincipalKind, parse_permission
from narae.bootstrap.clock import SystemClock
from narae.bootstrap.deployment import Deployment, open_deployment
from narae.engine.errors import ActionError

if TYPE_CHECKING:
    from tests.cli.conftest import Narae

PASSWORD = "correct horse"


def create(narae: "Narae", username: str = "ann", role: str = "Admin", *more: str) -> str:
    """As scripts for Airflow do it."""
    return narae.good(
        *("users", "create", "--username", username, "--firstname", "Ann", "--lastname", "Lee"),
        *("--role", role, "--email", f"{username}@example.com", "--password", PASSWORD, *more),
    )


def may_log_in(username: str, password: str) -> bool:
    def tried(deployment: Deployment) -> bool:
        try:
            login(deployment.accounts, deployment.act(), username, password)
        except ActionError:
            return False
        return True

    with open_deployment() as deployment:
        return tried(deployment)


def test_airflows_command_creates_a_user(bare: "Narae") -> None:
    assert "created with the role Admin" in create(bare)
    (row,) = bare.rows("users", "list")
    assert row | {"id": 0} == {
        "id": 0,
        "username": "ann",
        "email": "ann@example.com",
        "first_name": "Ann",
        "last_name": "Lee",
        "roles": ["Admin"],
        "is_active": True,
        "last_login": None,
    }
    assert may_log_in("ann", PASSWORD)


def test_creating_a_user_again_changes_nothing(bare: "Narae") -> None:
    create(bare)
    assert "already" in create(bare, "ann", "Viewer")
    assert bare.rows("users", "list")[0]["roles"] == ["Admin"]


def test_a_password_comes_through_a_pipe(bare: "Narae") -> None:
    bare.good("users", "create", "-u", "ann", "-r", "Op", typed=f"{PASSWORD}\n")
    assert may_log_in("ann", PASSWORD)


def test_a_random_password_is_printed(bare: "Narae") -> None:
    said = bare.good("users", "create", "-u", "ann", "-r", "Op", "--use-random-password")
    found = re.search(r"The password is (\w{16})\n", said)
    assert found
    assert may_log_in("ann", found[1])


def test_a_password_is_reset_by_name_or_address(bare: "Narae") -> None:
    create(bare)
    bare.good("users", "reset-password", "-e", "ann@example.com", "-p", "battery staple")
    assert may_log_in("ann", "battery staple")
    assert not may_log_in("ann", PASSWORD)
    bare.good("users", "reset-password", "-u", "ann", "-p", PASSWORD)
    assert may_log_in("ann", PASSWORD)


def test_roles_are_given_and_taken_and_a_user_deleted(bare: "Narae") -> None:
    create(bare)
    create(bare, "bob", "Viewer")
    bare.good("users", "add-role", "-u", "bob", "-r", "Op")
    bare.good("users", "remove-role", "-u", "bob", "-r", "Viewer")
    assert bare.rows("users", "list")[1]["roles"] == ["Op"]
    bare.good("users", "delete", "-e", "bob@example.com")
    assert [row["username"] for row in bare.rows("users", "list")] == ["ann"]


def test_what_can_not_be_done_is_told(bare: "Narae") -> None:
    create(bare)
    refused = {
        "8 are needed": ("users", "create", "-u", "bob", "-r", "Op", "-p", "short"),
        "did you mean 'Viewer'": ("users", "create", "-u", "bob", "-r", "Vewer", "-p", PASSWORD),
        "did you mean 'ann'": ("users", "delete", "-u", "anne"),
        "did you mean 'ann@example.com'": ("users", "delete", "-e", "ann@exampel.com"),
        "last active user with the role Admin": ("users", "delete", "-u", "ann"),
        "every deployment has it": ("roles", "delete", "Viewer"),
        "did you mean 'DAGs'": ("roles", "add-perms", "Op", "-r", "DAG", "-a", "can_read"),
        "did you mean 'can_read'": ("roles", "add-perms", "Op", "-r", "DAGs", "-a", "can_reed"),
        "no token 'x'": ("tokens", "revoke", "x"),
        "`all`, `read`": ("tokens", "create", "-u", "ann", "-n", "ci", "-s", "fly"),
    }
    for words, command in refused.items():
        assert words in bare.bad(*command)
    assert "either --username or --email" in bare.bad("users", "delete", code=2)


def test_users_come_back_as_they_were_exported(bare: "Narae", tmp_path: Path) -> None:
    create(bare)
    create(bare, "bob", "Viewer")
    before = bare.rows("users", "list")
    assert "2 users exported" in bare.good("users", "export", tmp_path / "users.json")
    assert "firstname" in (tmp_path / "users.json").read_text()
    assert PASSWORD not in (tmp_path / "users.json").read_text()
    bare.good("users", "delete", "-u", "bob")
    said = bare.good("users", "import", tmp_path / "users.json")
    assert "1 users created, 1 updated" in said
    after = bare.rows("users", "list")
    assert [row | {"id": 0} for row in after] == [row | {"id": 0} for row in before]
    assert not may_log_in("bob", PASSWORD)


@pytest.mark.parametrize("value", [5, {}, {"username": "x"}, {"username": "x", "roles": "Op"}])
def test_a_bad_user_of_a_file_is_named(bare: "Narae", tmp_path: Path, value: object) -> None:
    file = tmp_path / "users.json"
    file.write_text(json.dumps([{"username": "good", "roles": []}, value]))
    assert "must look like" in bare.bad("users", "import", file)
    assert bare.rows("users", "list") == []


# -- roles --------------------------------------------------------------------------------------


def test_every_deployment_has_five_roles(bare: "Narae") -> None:
    names = [row["name"] for row in bare.rows("roles", "list")]
    assert names == ["Admin", "Op", "Public", "User", "Viewer"]
    rows = bare.rows("roles", "list", "-p")
    assert {"name": "Viewer", "resource": "DAGs", "action": "can_read,menu_access"} in rows


def test_permissions_are_given_and_taken_as_airflow_writes_it(bare: "Narae") -> None:
    bare.good("roles", "create", "Sales", "Other")
    said = bare.good(
        *("roles", "add-perms", "Sales", "-r", "DAGs", "DAG:sales", "-a", "can_read", "can_edit")
    )
    assert "4 permissions added" in said
    bare.good("roles", "add-perms", "Other", "-r", "Pools", "-a", "can_read")
    said = bare.good("roles", "del-perms", "Sales", "Other", "-r", "DAGs", "-a", "can_edit")
    assert "1 permissions taken away" in said
    own = [row for row in bare.rows("roles", "list", "-p") if row["name"] == "Sales"]
    assert own == [
        {"name": "Sales", "resource": "DAG:sales", "action": "can_edit,can_read"},
        {"name": "Sales", "resource": "DAGs", "action": "can_read"},
    ]
    assert "2 permissions" in bare.good("roles", "del-perms", "Sales", "-r", "DAG:sales")
    bare.good("roles", "delete", "Sales", "Other")
    assert len(bare.rows("roles", "list")) == 5


def test_roles_come_back_as_they_were_exported(bare: "Narae", tmp_path: Path) -> None:
    bare.good("roles", "create", "Sales", "Empty")
    bare.good("roles", "add-perms", "Sales", "-r", "DAG:sales", "-a", "can_read", "can_edit")
    before = bare.rows("roles", "list", "-p")
    bare.good("roles", "export", tmp_path / "roles.json", "--pretty")
    bare.good("roles", "delete", "Sales", "Empty")
    assert "7 roles imported" in bare.good("roles", "import", tmp_path / "roles.json")
    assert bare.rows("roles", "list", "-p") == before
    assert "Empty" in {row["name"] for row in bare.rows("roles", "list")}


def test_there_is_nothing_to_synchronise(bare: "Narae") -> None:
    assert "Nothing to do" in bare.good("sync-perm", "--include-dags")


# -- tokens -------------------------------------------------------------------------------------


def test_a_token_is_made_listed_and_revoked(bare: "Narae") -> None:
    create(bare)
    (made,) = bare(
        *("tokens", "create", "-u", "ann", "-n", "ci", "-d", "30"),
        *("-s", "can_create:DAG Run:sales", "-o", "json"),
    ).rows
    (row,) = bare.rows("tokens", "list", "-u", "ann")
    assert (row["id"], row["username"], row["name"], row["scope"], row["revoked_at"]) == (
        made["id"],
        "ann",
        "ci",
        "can_create:DAG Run:sales",
        None,
    )
    assert made["token"] not in bare.good("tokens", "list", "-o", "json")
    with open_deployment() as deployment:
        found = authenticate_bearer(deployment.accounts, made["token"], now=SystemClock().now())
    assert found is not None
    assert (found.kind, found.scope) == (
        PrincipalKind.TOKEN,
        frozenset({parse_permission("can_create:DAG Run:sales")}),
    )
    bare.good("tokens", "revoke", made["id"])
    assert bare.rows("tokens", "list")[0]["revoked_at"]
