"""What the scheduler knows of DAGs: their rows, and the specs and graphs of their versions."""

from collections.abc import Iterable, Iterator

from narae.core.graph import Graph
from narae.core.run import DagRow
from narae.core.spec import DagSpec, TaskSpec
from narae.engine.ports import EngineStore


class Version:
    """One spec with what is derived from it once."""

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.graph = Graph(spec)
        self.tasks: dict[str, TaskSpec] = {task.task_id: task for task in spec.tasks}
        self.looks_back = any(
            task.depends_on_past or task.wait_for_downstream for task in spec.tasks
        )
        """Whether a decision about a run needs the run before it."""


class KnownDags:
    """Rows by DAG id, versions by spec id. Read from the store when first asked for."""

    def __init__(self, store: EngineStore) -> None:
        self._store = store
        self._rows: dict[str, DagRow] = {}
        self._versions: dict[int, Version] = {}

    def __iter__(self) -> Iterator[DagRow]:
        return iter(self._rows.values())

    def row(self, dag_id: str) -> DagRow | None:
        """The DAG's row; None when there is no such DAG."""
        return self._rows.get(dag_id)

    def replace(self, row: DagRow) -> None:
        """Takes a row as the scheduler itself has just changed it."""
        self._rows[row.dag_id] = row

    def reload(self, dag_ids: Iterable[str] | None = None) -> list[str]:
        """Reads rows again, all or these; the ids of those that are new or have changed."""
        wanted = None if dag_ids is None else set(dag_ids)
        rows = {row.dag_id: row for row in self._store.dags(wanted)}
        changed = [dag_id for dag_id, row in rows.items() if self._rows.get(dag_id) != row]
        gone = (set(self._rows) if wanted is None else wanted & set(self._rows)) - set(rows)
        for dag_id in sorted(gone):
            del self._rows[dag_id]
        self._rows.update(rows)
        return [*changed, *sorted(gone)]

    def version(self, spec_id: int) -> Version:
        """One version of a DAG; KeyError when there is none."""
        known = self._versions.get(spec_id)
        if known is None:
            known = self._versions[spec_id] = Version(self._store.spec(spec_id))
        return known

    def latest(self, row: DagRow) -> Version:
        """The version that new runs of the DAG follow."""
        return self.version(row.spec_id)

    def forget_versions(self, needed: Iterable[int]) -> None:
        """Drops cached versions but ``needed`` and those that new runs follow."""
        keep = set(needed) | {row.spec_id for row in self._rows.values()}
        for spec_id in set(self._versions) - keep:
            del self._versions[spec_id]
