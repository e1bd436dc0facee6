"""Takes what the loader found, and says which DAGs changed."""

from collections.abc import Callable, Sequence

from narae.core.spec import DagSpec, ImportFailure, ParsedFile
from narae.core.timetables.spec import Never
from narae.core.wire import (
    CodeInUse,
    FileAsk,
    FromLoader,
    Gone,
    LoaderBeat,
    LoaderHello,
    Parsed,
    Scanned,
)
from narae.engine.params import param_faults
from narae.engine.ports import CatalogStore, Catalogued, Clock


class Catalog:
    """The engine's side of the loader. Each message is one transaction, then acknowledged."""

    def __init__(
        self,
        *,
        store: CatalogStore,
        clock: Clock,
        changed: Callable[[tuple[str, ...]], None],
        paused_at_creation: bool = True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed
        self._paused = paused_at_creation
        self._again: list[str] = []

    def take(self, message: FromLoader) -> int | None:
        """Records ``message``; the number to acknowledge, if it has one."""
        match message:
            case Parsed():
                self._tell(self.record(message.files, folder=message.folder))
                return message.seq
            case Gone():
                now = self._clock.now()
                self._tell(self._store.record_gone(message.files, folder=message.folder, now=now))
                return message.seq
            case Scanned():
                now = self._clock.now()
                self._tell(
                    self._store.record_scanned(message.files, folder=message.folder, now=now)
                )
                return message.seq
            case LoaderHello() | LoaderBeat() | FileAsk():
                return None

    def take_again(self) -> list[str]:
        """Files whose DAG another file had and has no more: to be parsed again."""
        again, self._again = self._again, []
        return again

    def code_in_use(self) -> CodeInUse:
        """Which code versions have to stay."""
        return self._store.code_in_use()

    def record(self, files: Sequence[ParsedFile], *, folder: str) -> Catalogued:
        """Keeps parsed files; DAGs whose params' defaults are wrong become import errors."""
        return self._store.record_parsed(
            [_with_checked_params(file) for file in files],
            folder=folder,
            now=self._clock.now(),
            paused=self._paused,
        )

    def _tell(self, result: Catalogued) -> None:
        self._again += [file for _, file in result.contested]
        touched = (*result.new, *result.changed, *result.seen, *result.stale)
        if touched:
            self._changed(touched)


def _with_checked_params(file: ParsedFile) -> ParsedFile:
    failures = [(dag, failure) for dag in file.dags if (failure := _param_failure(dag))]
    if not failures:
        return file
    bad = {dag.dag_id for dag, _ in failures}
    return ParsedFile(
        file=file.file,
        code_version=file.code_version,
        file_hash=file.file_hash,
        dags=tuple(dag for dag in file.dags if dag.dag_id not in bad),
        failures=(*file.failures, *(failure for _, failure in failures)),
        warnings=file.warnings,
        imports=file.imports,
        planned=file.planned,
        must_spawn=file.must_spawn,
        parse_seconds=file.parse_seconds,
        memory_peak_bytes=file.memory_peak_bytes,
    )


def _param_failure(dag: DagSpec) -> ImportFailure | None:
    """A scheduled DAG's runs take the defaults, so these have to be right (Airflow's rule)."""
    if isinstance(dag.timetable, Never) or not dag.params:
        return None
    faults = param_faults(dag, {})
    if not faults:
        return None
    words = "; ".join(f"param {name!r}: {fault}" for name, fault in sorted(faults.items()))
    return ImportFailure(
        file=dag.file, message=f"DAG {dag.dag_id!r} has a schedule, so its defaults count: {words}"
    )
