"""The rule over permissions, and the roles beside those of Airflow."""

from itertools import pairwise

import pytest

from narae.accounts.permissions import (
    ALL,
    ROLES,
    Action,
    Permission,
    Principal,
    PrincipalKind,
    Resource,
    access_control_permissions,
    dags_where,
    everybody,
    may,
    nobody,
    parse_permission,
    permission_text,
    readable_dags,
)
from narae.accounts.tokens import parse_scope

READ, EDIT, CREATE, DELETE = Action.READ, Action.EDIT, Action.CREATE, Action.DELETE
LETTERS = {"r": READ, "e": EDIT, "c": CREATE, "d": DELETE, "m": Action.MENU}

AIRFLOWS = {
    "Browse": ("m", "m", "m"),
    "Cluster Activity": ("rm", "rm", "rm"),
    "DAG Code": ("r", "r", "r"),
    "DAG Dependencies": ("rm", "rm", "rm"),
    "DAG Runs": ("rm", "cderm", "cderm"),
    "DAG Warnings": ("r", "r", "r"),
    "DAGs": ("rm", "derm", "derm"),
    "Datasets": ("rm", "crm", "cdrm"),
    "Docs": ("m", "m", "m"),
    "Documentation": ("m", "m", "m"),
    "ImportError": ("r", "r", "r"),
    "Jobs": ("rm", "rm", "rm"),
    "My Password": ("er", "er", "er"),
    "My Profile": ("er", "er", "er"),
    "Pools": ("r", "r", "cderm"),
    "SLA Misses": ("rm", "rm", "rm"),
    "Task Instances": ("rm", "cderm", "cderm"),
    "Task Logs": ("r", "r", "r"),
    "Website": ("r", "r", "r"),
    "XComs": ("r", "r", "drm"),
    "Admin": ("", "", "m"),
    "Configurations": ("", "", "rm"),
    "Connections": ("", "", "cderm"),
    "Plugins": ("", "", "rm"),
    "Providers": ("", "", "rm"),
    "Variables": ("", "", "cderm"),
}
"""Resource -> actions of Viewer, User and Op, as Airflow 2.10.5 with FAB 1.5.2 creates them."""

AIRFLOWS_ADMIN = """
    Actions m; Admin m; Audit Logs mr; Browse m; Cluster Activity mr; Configurations mr;
    Connections cdemr; DAG Code r; DAG Dependencies mr; DAG Runs cdemr; DAG Warnings r;
    DAGs demr; Datasets cdmr; Docs m; Documentation m; ImportError r; Jobs mr; List Roles m;
    List Users m; My Password er; My Profile er; Passwords er; Permission Pairs m;
    Permission Views r; Permissions r; Plugins mr; Pools cdemr; Providers mr; Resources m;
    Roles cder; SLA Misses mr; Security m; Task Instances cdemr; Task Logs r;
    Task Reschedules mr; Triggers mr; User Stats Chart r; User's Statistics m; Users cder;
    Variables cdemr; View Menus r; Website r; XComs dmr
"""

OUR_OWN = {Resource.BACKFILL, Resource.DAG_VERSION}
"""What Airflow 2.10 has no resource for."""


def principal(*texts: str, scope: str | None = None) -> Principal:
    return Principal(
        username="ann",
        kind=PrincipalKind.USER,
        permissions=frozenset(map(parse_permission, texts)),
        scope=None if scope is None else parse_scope(scope),
    )


def of_role(name: str) -> Principal:
    return Principal(username="x", kind=PrincipalKind.USER, roles=(name,), permissions=ROLES[name])


@pytest.mark.parametrize(("place", "role"), [(0, "Viewer"), (1, "User"), (2, "Op")])
def test_a_role_may_do_what_airflows_may(place: int, role: str) -> None:
    theirs = {
        Permission(LETTERS[letter], Resource(resource))
        for resource, letters in AIRFLOWS.items()
        for letter in letters[place]
    }
    assert {p for p in ROLES[role] if p.resource not in OUR_OWN} == theirs


def test_an_admin_may_do_all_that_airflows_may() -> None:
    pairs = [entry.strip().rpartition(" ") for entry in AIRFLOWS_ADMIN.split(";")]
    theirs = {Permission(LETTERS[a], Resource(name)) for name, _, letters in pairs for a in letters}
    assert len(theirs) == 90
    assert theirs <= ROLES["Admin"] == ALL


def test_roles_build_upon_one_another() -> None:
    names = ("Public", "Viewer", "User", "Op", "Admin")
    for lower, higher in pairwise(names):
        assert ROLES[lower] < ROLES[higher]
    assert ROLES["Public"] == frozenset()


def test_what_is_inside_a_dag_needs_the_dag_too() -> None:
    ann = principal("can_create:DAG Runs", "can_read:DAG Runs", "can_read:DAG:sales")
    assert may(ann, READ, Resource.DAG_RUN, "sales")
    assert not may(ann, READ, Resource.DAG_RUN, "hr")
    assert not may(ann, CREATE, Resource.DAG_RUN, "sales")  # can_edit on the DAG is missing
    bob = principal("can_create:DAG Runs", "can_edit:DAG:sales")
    assert may(bob, CREATE, Resource.DAG_RUN, "sales")
    assert not may(bob, READ, Resource.DAG_RUN, "sales")
    assert not may(bob, CREATE, Resource.DAG_RUN, "hr")


def test_the_dag_alone_is_not_enough() -> None:
    ann = principal("can_read:DAGs", "can_edit:DAGs", "can_delete:DAGs")
    assert may(ann, DELETE, Resource.DAG, "sales")
    for resource in (Resource.DAG_RUN, Resource.XCOM, Resource.TASK_LOG, Resource.DAG_CODE):
        assert not may(ann, READ, resource, "sales")


def test_an_instance_is_a_part_of_its_run() -> None:
    ann = principal("can_read:DAGs", "can_read:Task Instances")
    assert not may(ann, READ, Resource.TASK_INSTANCE, "sales")
    bob = principal("can_read:DAGs", "can_read:Task Instances", "can_read:DAG Runs")
    assert may(bob, READ, Resource.TASK_INSTANCE, "sales")


def test_runs_of_one_dag_may_be_given() -> None:
    ann = principal("can_edit:DAG:sales", "can_create:DAG Run:sales", "can_edit:DAG:hr")
    assert may(ann, CREATE, Resource.DAG_RUN, "sales")
    assert not may(ann, CREATE, Resource.DAG_RUN, "hr")


def test_what_is_in_no_dag_needs_itself_alone() -> None:
    ann = principal("can_read:Pools")
    assert may(ann, READ, Resource.POOL)
    assert not may(ann, EDIT, Resource.POOL)
    assert not may(ann, READ, Resource.VARIABLE)


def test_without_a_dag_the_question_is_whether_at_all() -> None:
    ann = principal("can_read:DAG:sales")
    assert may(ann, READ, Resource.DAG)
    assert not may(ann, EDIT, Resource.DAG)
    assert not may(principal(), READ, Resource.DAG)


@pytest.mark.parametrize(
    ("texts", "resource", "expected"),
    [
        (("can_read:DAGs",), Resource.DAG, None),
        (("can_read:DAG:a", "can_read:DAG:b", "can_edit:DAG:c"), Resource.DAG, {"a", "b"}),
        ((), Resource.DAG, set()),
        (("can_read:DAGs", "can_read:DAG Runs"), Resource.DAG_RUN, None),
        (("can_read:DAGs", "can_read:DAG Run:a"), Resource.DAG_RUN, {"a"}),
        (("can_read:DAG:b", "can_read:DAG Run:a"), Resource.DAG_RUN, set()),
        (("can_read:DAG:b", "can_read:DAG Runs"), Resource.DAG_RUN, {"b"}),
        (("can_read:DAGs",), Resource.DAG_RUN, set()),
    ],
)
def test_lists_show_what_may_be_read(
    texts: tuple[str, ...], resource: Resource, expected: set[str] | None
) -> None:
    found = readable_dags(principal(*texts), resource)
    assert found == (None if expected is None else frozenset(expected))


def test_dags_to_be_changed_are_listed_too() -> None:
    ann = principal("can_read:DAGs", "can_edit:DAG:a")
    assert dags_where(ann, EDIT) == frozenset({"a"})
    assert dags_where(ann, READ) is None


@pytest.mark.parametrize(
    ("scope", "action", "resource", "dag_id", "expected"),
    [
        ("all", DELETE, Resource.DAG, "sales", True),
        ("read", READ, Resource.CONNECTION, None, True),
        ("read", EDIT, Resource.CONNECTION, None, False),
        ("read", READ, Resource.TASK_INSTANCE, "sales", True),
        ("can_create:DAG Runs", CREATE, Resource.DAG_RUN, "sales", True),
        ("can_create:DAG Runs", READ, Resource.DAG_RUN, "sales", False),
        ("can_create:DAG Runs", EDIT, Resource.DAG, "sales", False),
        ("can_create:DAG Run:sales", CREATE, Resource.DAG_RUN, "sales", True),
        ("can_create:DAG Run:sales", CREATE, Resource.DAG_RUN, "hr", False),
    ],
)
def test_a_token_does_what_its_scope_names(
    scope: str, action: Action, resource: Resource, dag_id: str | None, expected: bool
) -> None:
    whole = Principal(
        username="x",
        kind=PrincipalKind.TOKEN,
        roles=("Admin",),
        permissions=ALL,
        scope=parse_scope(scope),
    )
    assert may(whole, action, resource, dag_id) is expected
    assert whole.is_admin is (scope == "all")


def test_a_scope_gives_nothing_that_the_user_lacks() -> None:
    assert not may(principal(scope="can_read:Pools"), READ, Resource.POOL)
    limited = principal("can_read:DAGs", "can_read:DAG Runs", scope="can_read:DAG Run:sales")
    assert readable_dags(limited, Resource.DAG_RUN) == frozenset({"sales"})
    assert readable_dags(limited) == frozenset()


def test_roles_at_a_glance() -> None:
    """Who may do what in some DAG: one letter for each role that may."""
    table = {
        (READ, Resource.DAG_RUN): "VUOA",
        (CREATE, Resource.DAG_RUN): "UOA",
        (EDIT, Resource.TASK_INSTANCE): "UOA",
        (DELETE, Resource.DAG): "UOA",
        (READ, Resource.AUDIT_LOG): "A",
        (READ, Resource.CONNECTION): "OA",
        (DELETE, Resource.VARIABLE): "OA",
        (READ, Resource.POOL): "VUOA",
        (READ, Resource.USER): "A",
        (DELETE, Resource.XCOM): "OA",
        (READ, Resource.CONFIG): "OA",
        (CREATE, Resource.BACKFILL): "UOA",
        (READ, Resource.DAG_VERSION): "VUOA",
    }
    roles = {"P": "Public", "V": "Viewer", "U": "User", "O": "Op", "A": "Admin"}
    for (action, resource), letters in table.items():
        able = [k for k, name in roles.items() if may(of_role(name), action, resource, "any")]
        assert "".join(able) == letters, (action, resource)


def test_without_accounts_everybody_may_do_everything() -> None:
    assert everybody().is_admin
    assert may(everybody(), DELETE, Resource.USER)
    stranger = nobody("Public", ())
    assert not stranger.is_known
    assert not may(stranger, READ, Resource.DAG)


@pytest.mark.parametrize(
    "text",
    ["can_read:DAGs", "can_edit:DAG:sales: 매출", "can_create:DAG Run:a", "menu_access:Docs"],
)
def test_a_permission_comes_back_from_its_text(text: str) -> None:
    assert permission_text(parse_permission(text)) == text


def test_newer_and_older_names_are_understood() -> None:
    assert permission_text(parse_permission("can_read:Assets")) == "can_read:Datasets"
    assert permission_text(parse_permission("can_dag_edit:DAG:a")) == "can_edit:DAG:a"


@pytest.mark.parametrize("text", ["", "can_read", "can_fly:DAGs", "can_read:Dags", ":", "DAGs"])
def test_no_permission_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        parse_permission(text)


def test_access_control_is_read_in_both_forms() -> None:
    given = {"A": ["can_read"], "B": {"DAGs": ["can_edit"], "DAG Runs": ["can_read"]}, "C": None}
    assert access_control_permissions(given, "sales") == {
        "A": {Permission(READ, Resource.DAG, "sales")},
        "B": {
            Permission(EDIT, Resource.DAG, "sales"),
            Permission(READ, Resource.DAG_RUN, "sales"),
        },
        "C": frozenset(),
    }
