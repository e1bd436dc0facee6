"""What the loader is told, and what it and its parse server say to each other."""

from narae.core.requests import GetConnection, GetVariable
from narae.core.spec import ParsedFile, Value
from narae.core.timetables.spec import DataInterval
from narae.core.wire import ChildAnswer

MEBIBYTE = 1024 * 1024
READY = -1
"""Id of the message that a parse server begins with."""


class ParseSettings(Value, frozen=True, kw_only=True):
    """How files are read. The names in brackets are Airflow's options of the same meaning.

    The deployment's defaults for DAGs come from the environment, here as in task processes
    (``runtime.load.settings_from``).
    """

    import_timeout_seconds: float = 30.0
    """Longest time that one file may take ([core] dagbag_import_timeout)."""
    memory_max_bytes: int = 2048 * MEBIBYTE
    """Most memory that one file may take; 0 is no limit."""


class LoaderSettings(Value, frozen=True, kw_only=True):
    """How folders are gone through."""

    parse: ParseSettings = ParseSettings()
    safe_mode: bool = True
    """Only files that mention "dag" and "airflow" or "narae" ([core] dag_discovery_safe_mode)."""
    ignore_syntax: str = "regexp"
    """Of ``.airflowignore``: ``regexp`` (2.10's default) or ``glob`` (3.x's)
    ([core] dag_ignore_file_syntax). ``.naraeignore`` is always glob."""
    beside: tuple[str, ...] = ()
    """Folders with modules that all files may import, in no code version: plugins and config."""
    pin_code: bool = True
    """Keep a copy of each version of the folder, so that a run's code never changes."""
    file_bytes_max: int = 50 * MEBIBYTE
    """A folder with a larger file is not pinned."""
    folder_bytes_max: int = 500 * MEBIBYTE
    """A larger folder is not pinned."""
    parse_processes: int = 0
    """Files parsed at once; 0: as many as there are processors."""
    rescan_seconds: float = 60.0
    """Folders are gone through this often though nothing told of a change."""
    settle_seconds: float = 1.0
    """Quiet time after a change before unchanged files move to the new code version."""
    settle_alone_seconds: float = 30.0
    """The same when only DAG files changed that others hardly use: their warm processes stay."""
    beat_seconds: float = 5.0
    prune_grace_seconds: float = 3600.0
    """Code that was in use so recently stays, whoever needs it."""
    patience_seconds: float = 5.0
    """How long a file that asks for a variable waits for an engine that is away or silent."""


class ParseJob(Value, tag="job", frozen=True, kw_only=True):
    """One file to parse."""

    id: int
    root: str
    """Where the code is read: a code version's tree, or the folder itself."""
    folder: str
    """The DAG folder that it belongs to, absolute."""
    file: str
    """Relative to both; ``a.zip/b.py`` in an archive."""
    code_version: str = ""
    file_hash: str = ""
    beside: tuple[str, ...] = ()
    """Folders beside the DAG folder whose modules it may import."""
    cursors: dict[str, DataInterval] = {}
    """dag_id -> data interval after which a custom timetable's runs are planned."""
    settings: ParseSettings = ParseSettings()


class ParseDone(Value, tag="done", frozen=True, kw_only=True):
    """The answer to the :class:`ParseJob` of this id."""

    id: int
    parsed: ParsedFile
    borrowed: dict[str, str] = {}
    """dag_id -> the file of the folder that made a DAG which this file only imports."""
    lacks: bool = False
    """A module or file was not found: it may stand outside of the pinned folder."""


class ParseAsk(Value, tag="ask", frozen=True, kw_only=True):
    """The file of a job asks for a stored variable or connection, and waits."""

    job: int
    id: int
    """Given by the child; asks of other jobs have the same ones."""
    file: str
    request: GetVariable | GetConnection


class ParseAnswer(Value, tag="answer", frozen=True, kw_only=True):
    """Answer to a :class:`ParseAsk`; dropped when its child is gone."""

    job: int
    answer: ChildAnswer


ToParseServer = ParseJob | ParseAnswer
FromParseServer = ParseDone | ParseAsk
