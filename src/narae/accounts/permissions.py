"""What may be done, by whom: names as Airflow 2.10 has them, and the pure rule over them.

Whoever asks about something inside a DAG needs two things: the permission on its kind (to make
a run: can_create on "DAG Runs") and the DAG itself (can_read on "DAGs" to look, can_edit for all
else). Either may be held for all DAGs, or for one by the DAG's ``access_control``.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

from narae.core.spec import Value


class Action(StrEnum):
    """What is done."""

    READ = "can_read"
    EDIT = "can_edit"
    CREATE = "can_create"
    DELETE = "can_delete"
    MENU = "menu_access"


class Resource(StrEnum):
    """What it is done to."""

    DAG = "DAGs"
    DAG_RUN = "DAG Runs"
    TASK_INSTANCE = "Task Instances"
    TASK_LOG = "Task Logs"
    TASK_RESCHEDULE = "Task Reschedules"
    XCOM = "XComs"
    DAG_CODE = "DAG Code"
    DAG_WARNING = "DAG Warnings"
    DAG_DEPENDENCIES = "DAG Dependencies"
    DAG_VERSION = "DAG Versions"
    BACKFILL = "Backfills"
    SLA_MISS = "SLA Misses"
    AUDIT_LOG = "Audit Logs"
    ASSET = "Datasets"
    CONNECTION = "Connections"
    VARIABLE = "Variables"
    POOL = "Pools"
    CONFIG = "Configurations"
    IMPORT_ERROR = "ImportError"
    JOB = "Jobs"
    PLUGIN = "Plugins"
    PROVIDER = "Providers"
    TRIGGER = "Triggers"
    CLUSTER_ACTIVITY = "Cluster Activity"
    WEBSITE = "Website"
    USER = "Users"
    ROLE = "Roles"
    PERMISSION = "Permissions"
    PASSWORD = "Passwords"  # noqa: S105 - a name
    MY_PASSWORD = "My Password"  # noqa: S105 - a name
    MY_PROFILE = "My Profile"
    USER_STATS = "User Stats Chart"
    PERMISSION_VIEW = "Permission Views"
    VIEW_MENU = "View Menus"
    USERS_MENU = "List Users"
    ROLES_MENU = "List Roles"
    ACTIONS_MENU = "Actions"
    RESOURCES_MENU = "Resources"
    PAIRS_MENU = "Permission Pairs"
    STATISTICS_MENU = "User's Statistics"
    DOCS = "Documentation"
    DOCS_MENU = "Docs"
    ADMIN_MENU = "Admin"
    BROWSE_MENU = "Browse"
    SECURITY_MENU = "Security"


class Permission(NamedTuple):
    """One action on one kind of thing; in one DAG alone when ``dag_id`` is given."""

    action: Action
    resource: Resource
    dag_id: str | None = None


class PrincipalKind(StrEnum):
    """How somebody came in."""

    USER = "user"
    """By session or password."""
    TOKEN = "token"  # noqa: S105 - a name
    """By a bearer token."""
    ANONYMOUS = "anonymous"
    """Not at all: the public role."""
    NONE = "none"
    """Accounts are off (``auth.mode = "none"``)."""


ADMIN = "Admin"
OP = "Op"
USER = "User"
VIEWER = "Viewer"
PUBLIC = "Public"


class Principal(Value, frozen=True, kw_only=True):
    """Who asks, with all that they may do."""

    username: str
    """Also who the audit log names."""
    kind: PrincipalKind
    user_id: int | None = None
    roles: tuple[str, ...] = ()
    permissions: frozenset[Permission] = frozenset()
    scope: frozenset[Permission] | None = None
    """What a token is good for, of what its user may do; None: all of it."""
    token_id: str | None = None
    session: str | None = None
    """The hash of the session's key."""
    csrf: str | None = None
    """What a request that changes something must bring beside the session's cookie; None when
    there is no cookie to be misused."""

    @property
    def is_admin(self) -> bool:
        """Whether nothing is refused."""
        return ADMIN in self.roles and self.scope is None

    @property
    def is_known(self) -> bool:
        """Whether somebody vouched for the name."""
        return self.kind is not PrincipalKind.ANONYMOUS


INSIDE_DAG = frozenset(
    {
        Resource.DAG_RUN,
        Resource.TASK_INSTANCE,
        Resource.TASK_LOG,
        Resource.TASK_RESCHEDULE,
        Resource.XCOM,
        Resource.DAG_CODE,
        Resource.DAG_WARNING,
        Resource.DAG_DEPENDENCIES,
        Resource.DAG_VERSION,
        Resource.BACKFILL,
        Resource.SLA_MISS,
        Resource.AUDIT_LOG,
    }
)
"""Kinds of which each thing belongs to a DAG, whose permission it needs too."""

ALSO_NEEDED: MappingProxyType[Resource, Resource] = MappingProxyType(
    {Resource.TASK_INSTANCE: Resource.DAG_RUN}
)
"""Kinds that need the same action on another kind: an instance is a part of its run."""

PER_DAG: MappingProxyType[str, Resource] = MappingProxyType(
    {"DAG:": Resource.DAG, "DAG Run:": Resource.DAG_RUN}
)
"""How Airflow writes the resource of one DAG: ``DAG:sales``."""

ALIASES: MappingProxyType[str, str] = MappingProxyType(
    {"Assets": "Datasets", "can_dag_read": "can_read", "can_dag_edit": "can_edit"}
)
"""Other names that are understood: Airflow 3's, and those of old DAG files."""


def _all_of(actions: str, *resources: Resource) -> frozenset[Permission]:
    """``actions`` in short: r(ead), e(dit), c(reate), d(elete), m(enu)."""
    letters = {"r": Action.READ, "e": Action.EDIT, "c": Action.CREATE}
    letters |= {"d": Action.DELETE, "m": Action.MENU}
    return frozenset(Permission(letters[a], r) for a, r in product(actions, resources))


_R = Resource
_VIEWER = (
    _all_of(
        "rm",
        *(_R.DAG, _R.DAG_RUN, _R.DAG_DEPENDENCIES, _R.TASK_INSTANCE, _R.ASSET, _R.JOB),
        *(_R.CLUSTER_ACTIVITY, _R.SLA_MISS),
    )
    | _all_of(
        "r",
        *(_R.DAG_CODE, _R.DAG_WARNING, _R.IMPORT_ERROR, _R.POOL, _R.TASK_LOG, _R.XCOM),
        *(_R.WEBSITE, _R.DAG_VERSION, _R.BACKFILL),
    )
    | _all_of("re", _R.MY_PASSWORD, _R.MY_PROFILE)
    | _all_of("m", _R.BROWSE_MENU, _R.DOCS, _R.DOCS_MENU)
)
_USER = (
    _VIEWER
    | _all_of("ed", _R.DAG)
    | _all_of("ced", _R.DAG_RUN, _R.TASK_INSTANCE)
    | _all_of("ce", _R.BACKFILL)
    | _all_of("c", _R.ASSET)
)
_OP = (
    _USER
    | _all_of("rcedm", _R.CONNECTION, _R.POOL, _R.VARIABLE)
    | _all_of("rm", _R.CONFIG, _R.PLUGIN, _R.PROVIDER)
    | _all_of("dm", _R.XCOM)
    | _all_of("d", _R.ASSET)
    | _all_of("m", _R.ADMIN_MENU)
)

ALL = frozenset(Permission(a, r) for a, r in product(Action, Resource))
"""Everything, in every DAG."""

ROLES: MappingProxyType[str, frozenset[Permission]] = MappingProxyType(
    {ADMIN: ALL, OP: _OP, USER: _USER, VIEWER: _VIEWER, PUBLIC: frozenset()}
)
"""The roles that every deployment has, and what they may do until somebody changes it."""


def may(
    principal: Principal, action: Action, resource: Resource, dag_id: str | None = None
) -> bool:
    """Whether ``principal`` may do it.

    Without ``dag_id`` the question is whether it may be done at all: what is listed is then
    cut down to :func:`dags_where`.
    """
    if not _in_scope(principal.scope, action, resource, dag_id):
        return False
    kinds = [resource, ALSO_NEEDED[resource]] if resource in ALSO_NEEDED else [resource]
    if not all(_holds(principal.permissions, action, kind, dag_id) for kind in kinds):
        return False
    if resource not in INSIDE_DAG or dag_id is None:
        return True
    door = Action.READ if action in {Action.READ, Action.MENU} else Action.EDIT
    return _holds(principal.permissions, door, Resource.DAG, dag_id)


def readable_dags(principal: Principal, resource: Resource = Resource.DAG) -> frozenset[str] | None:
    """The DAGs in which ``principal`` may read things of that kind; None: in all."""
    return dags_where(principal, Action.READ, resource)


def dags_where(
    principal: Principal, action: Action, resource: Resource = Resource.DAG
) -> frozenset[str] | None:
    """The DAGs in which ``principal`` may do it; None: in all."""
    other = "\0"  # no DAG is called so: what holds for it holds for all
    if may(principal, action, resource, other):
        return None
    named = {p.dag_id for p in principal.permissions | (principal.scope or frozenset())}
    return frozenset(d for d in named if d is not None and may(principal, action, resource, d))


def _holds(
    permissions: frozenset[Permission], action: Action, resource: Resource, dag_id: str | None
) -> bool:
    if Permission(action, resource) in permissions:
        return True
    if dag_id is not None:
        return Permission(action, resource, dag_id) in permissions
    return any(p.dag_id is not None and p[:2] == (action, resource) for p in permissions)


def _in_scope(
    scope: frozenset[Permission] | None, action: Action, resource: Resource, dag_id: str | None
) -> bool:
    return scope is None or _holds(scope, action, resource, dag_id)


def resource_named(name: str) -> tuple[Resource, str | None]:
    """A resource as Airflow writes it, with the DAG that it may name; ValueError otherwise.

    >>> resource_named("DAG Run:sales")
    (<Resource.DAG_RUN: 'DAG Runs'>, 'sales')
    """
    for prefix, resource in PER_DAG.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return resource, name.removeprefix(prefix)
    return Resource(ALIASES.get(name, name)), None


def action_named(name: str) -> Action:
    """An action by its name; ValueError otherwise."""
    return Action(ALIASES.get(name, name))


def resource_name(permission: Permission) -> str:
    """The other way round."""
    if permission.dag_id is None:
        return permission.resource
    prefix = next(p for p, resource in PER_DAG.items() if resource is permission.resource)
    return f"{prefix}{permission.dag_id}"


def parse_permission(text: str) -> Permission:
    """``can_read:DAGs`` or ``can_edit:DAG:sales``; ValueError when it is neither."""
    action, _, name = text.partition(":")
    resource, dag_id = resource_named(name)
    return Permission(action_named(action), resource, dag_id)


def permission_text(permission: Permission) -> str:
    """The text that :func:`parse_permission` reads."""
    return f"{permission.action}:{resource_name(permission)}"


def nobody(public_role: str, permissions: Iterable[Permission]) -> Principal:
    """Whoever has not said who they are."""
    return Principal(
        username="anonymous",
        kind=PrincipalKind.ANONYMOUS,
        roles=(public_role,),
        permissions=frozenset(permissions),
    )


def everybody() -> Principal:
    """Whoever asks while accounts are off."""
    return Principal(username="anyone", kind=PrincipalKind.NONE, roles=(ADMIN,), permissions=ALL)


def access_control_permissions(
    access_control: Mapping[str, Any], dag_id: str
) -> dict[str, frozenset[Permission]]:
    """Role -> what a DAG's ``access_control`` gives it, in that DAG alone.

    Both forms are understood: ``{"Op": ["can_read"]}`` and ``{"Op": {"DAG Runs": [...]}}``.
    Names that nobody knows give nothing.
    """
    return {
        role: frozenset(
            Permission(action, resource, dag_id)
            for resource, action in _listed(given)
            if resource in PER_DAG.values()
        )
        for role, given in access_control.items()
    }


def _listed(given: Any) -> Iterator[tuple[Resource, Action]]:
    by_resource = given if isinstance(given, Mapping) else {Resource.DAG.value: given}
    resources, actions = set(Resource), set(Action)
    for name, names in by_resource.items():
        if ALIASES.get(name, name) not in resources or not isinstance(names, _LISTS):
            continue
        for action in names:
            if isinstance(action, str) and ALIASES.get(action, action) in actions:
                yield Resource(ALIASES.get(name, name)), action_named(action)


_LISTS = (list, tuple, set, frozenset)
