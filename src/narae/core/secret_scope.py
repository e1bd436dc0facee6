"""Which DAGs may read which variables and connections. Pure."""

from fnmatch import fnmatchcase

from narae.core.spec import Value

KINDS = ("variable", "connection")


class Scope(Value, frozen=True, kw_only=True):
    """Names that match belong to the DAGs that match."""

    names: str
    """A shell pattern; with ``variable:`` or ``connection:`` in front, of that kind alone."""
    dags: tuple[str, ...]
    """Shell patterns of DAG ids."""

    def covers(self, kind: str, name: str) -> bool:
        """Whether the name of this kind is among those."""
        head, colon, pattern = self.names.partition(":")
        if colon and head in KINDS:
            return head == kind and fnmatchcase(name, pattern)
        return fnmatchcase(name, self.names)


def refusal(scopes: tuple[Scope, ...], kind: str, name: str, dag_id: str | None) -> str | None:
    """Why this DAG may not have it, in words; None when it may.

    What no scope covers is everybody's. A file that is imported (no DAG) is nobody's.

    >>> scopes = (Scope(names="pay_*", dags=("billing*",)),)
    >>> refusal(scopes, "variable", "pay_key", "billing_daily")
    >>> refusal(scopes, "variable", "city", "sales")
    >>> refusal(scopes, "variable", "pay_key", "sales")
    "variable 'pay_key' is scoped to DAGs billing*, and 'sales' is none of them"
    """
    covering = [scope for scope in scopes if scope.covers(kind, name)]
    if not covering:
        return None
    allowed = tuple(dict.fromkeys(pattern for scope in covering for pattern in scope.dags))
    of = f"{kind} {name!r} is scoped to DAGs {', '.join(allowed) or '(none)'}"
    if dag_id is None:
        return f"{of}, so no file may read it while it is imported: read it within a task"
    if any(fnmatchcase(dag_id, pattern) for pattern in allowed):
        return None
    return f"{of}, and {dag_id!r} is none of them"
