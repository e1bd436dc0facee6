"""The loader: says what the DAG files hold, and again whatever nobody has acknowledged."""

from typing import Any, Protocol

from narae.core.codec import encode_json
from narae.core.ids import digest
from narae.core.spec import DagSpec, ParsedFile
from narae.core.wire import Acknowledge, LoaderHello, Parsed, Scanned
from narae.testing.simulator.agenda import Agenda
from narae.testing.simulator.network import Connection

FOLDER = "/dags"
_RETRY_SECONDS = 0.5


class Surroundings(Protocol):
    """What a loader needs of the world."""

    agenda: Agenda

    def connect(self, who: Any) -> Connection | None:
        """A connection to whichever engine listens; None when none does."""
        ...


class SimLoader:
    """One file for each DAG."""

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self.files: dict[str, ParsedFile] = {}
        self._connection: Connection | None = None
        self._seq = 0
        self._sent: dict[int, Parsed | Scanned] = {}

    def start(self) -> None:
        """Looks for an engine."""
        self._connection = self._world.connect(self)
        if self._connection is None:
            self._world.agenda.after(_RETRY_SECONDS, "loader connect", self.start)
            return
        self._send(LoaderHello(host="box", pid=2, folders=(FOLDER,)))
        self._sent.clear()
        self.tell(*self.files)

    def save(self, spec: DagSpec) -> None:
        """Somebody has saved a file."""
        version = digest(encode_json(spec))
        file = ParsedFile(
            file=f"{spec.dag_id}.py", code_version=version, file_hash=version, dags=(spec,)
        )
        self.files[spec.dag_id] = file

    def tell(self, *dag_ids: str) -> None:
        """Sends what these files hold, then which files there are."""
        if self._connection is None:
            return
        files = tuple(self.files[dag_id] for dag_id in dag_ids)
        names = tuple(file.file for file in self.files.values())
        self._seq += 1
        self._sent[self._seq] = Parsed(seq=self._seq, folder=FOLDER, files=files)
        self._send(self._sent[self._seq])
        self._seq += 1
        self._sent[self._seq] = Scanned(seq=self._seq, folder=FOLDER, files=names)
        self._send(self._sent[self._seq])

    def _send(self, message: object) -> None:
        if self._connection is not None and self._connection.is_open:
            self._connection.to_engine.send(message)

    def heard(self, connection: Connection, message: Any) -> None:
        """An acknowledgement."""
        if connection is self._connection and isinstance(message, Acknowledge):
            self._sent.pop(message.seq, None)

    def lost(self, connection: Connection) -> None:
        """The engine is gone."""
        if connection is self._connection:
            self._connection = None
            self._world.agenda.after(_RETRY_SECONDS, "loader connect", self.start)
