"""One request as operations see it: who asks, on what, when."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from narae.accounts.deployment import Accounts
from narae.accounts.permissions import Action, Principal, Resource, may, readable_dags
from narae.api.operation import Flavour, Needed, Open
from narae.api.problems import Problem
from narae.api.surroundings import Surroundings
from narae.config import Settings
from narae.core.masking import Masker
from narae.core.spec import DagSpec
from narae.engine.actions.act import Act
from narae.logs.file_store import FileLogStore
from narae.storage.queries import Queries
from narae.storage.store import SqlStore


@dataclass(frozen=True, kw_only=True)
class Call:
    """What every operation is given first."""

    around: Surroundings
    request: Request
    principal: Principal
    flavour: Flavour
    now: datetime

    @property
    def store(self) -> SqlStore:
        """The store."""
        return self.around.store

    @property
    def queries(self) -> Queries:
        """The store's read models."""
        return self.around.store.queries

    @property
    def settings(self) -> Settings:
        """The deployment's settings."""
        return self.around.settings

    @property
    def origin(self) -> str:
        """Where the request comes from."""
        return self.request.client.host if self.request.client else ""

    @property
    def masker(self) -> Masker:
        """Hides what names give away."""
        return Masker.of_names(self.settings.core.sensitive_var_conn_names)

    @property
    def accounts(self) -> Accounts:
        """Users, roles and tokens."""
        return self.around.accounts

    def spec(self, spec_id: int) -> DagSpec:
        """A spec, decoded once."""
        return self.around.spec(spec_id)

    def act(self) -> Act:
        """The caller does something, now."""
        return Act(
            store=self.around.store,
            notifier=self.around.notifier,
            now=self.now,
            chance=self.around.chance,
            who=self.principal.username,
            origin=self.origin,
            logs=FileLogStore(self.settings.logging.base_log_folder),
        )

    def may(self, action: Action, resource: Resource, dag_id: str | None = None) -> bool:
        """Whether the caller may; without a DAG: in any at all."""
        return may(self.principal, action, resource, dag_id)

    def readable_dags(self, resource: Resource = Resource.DAG) -> frozenset[str] | None:
        """The DAGs in which the caller may read such things; None for all."""
        return readable_dags(self.principal, resource)

    def must(self, action: Action, resource: Resource, dag_id: str | None = None) -> None:
        """Problem 403 unless the caller may."""
        if not self.may(action, resource, dag_id):
            of = f" of {dag_id}" if dag_id else ""
            raise Problem(
                403, f"{self.principal.username} lacks {action.value} on {resource.value}{of}"
            )


def check(call: Call, needed: Needed, dag_id: str | None) -> None:
    """Problem 401 or 403 unless the caller may do what an operation needs.

    ``~`` stands for any DAG: such operations show and change only what the caller may.
    """
    if needed is Open.ANYBODY:
        return
    known = call.principal.is_known
    if isinstance(needed, Open):
        if not known:
            raise unauthenticated(call)
        return
    of = None if dag_id == "~" else dag_id
    if not known and not call.may(needed.action, needed.resource, of):
        raise unauthenticated(call)
    call.must(needed.action, needed.resource, of)


def unauthenticated(call: Call) -> Problem:
    """Who asks is not known."""
    scheme = "Basic" if call.settings.auth.basic else "Bearer"
    return Problem(
        401,
        "log in, or send a token: Authorization: Bearer ...",
        headers={"WWW-Authenticate": f'{scheme} realm="narae"'},
    )
