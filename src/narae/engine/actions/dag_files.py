"""Files of DAGs, as users ask for them to be read again."""

from narae.core.wire import Wake
from narae.engine.actions.act import Act
from narae.engine.apply import apply
from narae.engine.errors import NotFound


def reparse(act: Act, file: str, *, folder: str | None = None) -> None:
    """Asks for ``file`` (relative to its folder) to be parsed now, though nothing changed.

    The answer does not wait for it. Raises NotFound, which names the nearest file.
    """
    known = {(row.folder, row.file) for row in act.store.dags()}
    known |= {(where, failure.file) for where, failure, _ in act.store.import_failures()}
    files = {name for where, name in known if folder is None or where == folder}
    if file not in files:
        raise NotFound("DAG file", file, among=files)
    apply(act.store, [act.audit("reparse_dag_file", file=file)], now=act.now)
    act.notifier.wake(Wake(files=(file,)))
