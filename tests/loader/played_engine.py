"""An engine that the test plays, for a loader process of its own."""

import os
import select
import subprocess
import sys
from pathlib import Path

from narae.core.codec import pack
from narae.core.requests import GetConnection, GetVariable
from narae.core.spec import ParsedFile
from narae.core.wire import Acknowledge, Answer, FileAsk, FromLoader, Parsed, Scanned, StoredChanged
from narae.framed import FramedConnection, listen

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.empty import EmptyOperator

with DAG("{id}", start_date=datetime(2026, 1, 1), description="{words}"):
    EmptyOperator(task_id="a")
"""
PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from narae.loader.main import run_loader
from narae.loader.values import LoaderSettings

home, folder = Path(sys.argv[1]), Path(sys.argv[2])
settings = LoaderSettings(
    settle_seconds=0.1,
    settle_alone_seconds=0.2,
    beat_seconds=0.2,
    rescan_seconds=float(sys.argv[3]),
    patience_seconds=0.3,
    prune_grace_seconds=float(sys.argv[4]),
    beside=(f"{home}/plugins", f"{home}/config"),
)
run_loader(
    home=home, folders=[folder], engine_socket=home / "engine.sock", settings=settings,
    now=lambda: datetime.now(UTC),
)
"""
WAIT_SECONDS = 20.0


def dag(id_: str, words: str = "") -> str:
    return DAG.format(id=id_, words=words)


class Engine:
    """Hears one loader out."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.dags = home / "dags"
        self.dags.mkdir()
        self.rescan = "60"
        self.grace = "3600"
        self.inbox: list[FromLoader] = []
        self.heard: list[FromLoader] = []
        self.parsed: dict[str, ParsedFile] = {}
        self.stored: dict[str, object] = {}
        self.answering = True
        self.listener = listen(home / "engine.sock")
        self.process: subprocess.Popen[bytes] | None = None
        self.connection: FramedConnection[FromLoader] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                PROGRAM,
                str(self.home),
                str(self.dags),
                self.rescan,
                self.grace,
            ],
            env={**os.environ, "NARAE_HOME": str(self.home)},
        )
        self.accept()

    def accept(self) -> None:
        self.listener.settimeout(WAIT_SECONDS)
        sock, _ = self.listener.accept()
        self.connection = FramedConnection(sock, FromLoader)
        self.heard.clear()
        self.inbox.clear()

    def hear(self) -> FromLoader:
        """The next message."""
        assert self.connection is not None
        while not self.inbox:
            ready, _, _ = select.select([self.connection], [], [], WAIT_SECONDS)
            assert ready, "the loader says nothing"
            messages = self.connection.receive()
            assert messages is not None, "the loader is gone"
            self.inbox.extend(messages)
        message = self.inbox.pop(0)
        self.heard.append(message)
        if isinstance(message, Parsed):
            self.parsed.update({f.file: f for f in message.files})
            self.connection.send(Acknowledge(seq=message.seq))
        if isinstance(message, FileAsk) and self.answering:
            self.connection.send(Answer(id=message.id, value=pack(self._stored(message.request))))
        return message

    def _stored(self, request: GetVariable | GetConnection) -> object:
        name = request.key if isinstance(request, GetVariable) else request.conn_id
        return self.stored.get(name)

    def put(self, **variables: object) -> None:
        """As if somebody had changed stored variables."""
        assert self.connection is not None
        self.stored |= variables
        self.connection.send(StoredChanged(variables=tuple(variables)))

    def hang_up(self) -> None:
        assert self.connection is not None
        self.connection.close()

    def until_scanned(self) -> Scanned:
        while not isinstance(message := self.hear(), Scanned):
            pass
        return message

    def next_parsed(self, *files: str) -> Parsed:
        """The next message about any of ``files``."""
        while True:
            message = self.hear()
            if isinstance(message, Parsed) and {f.file for f in message.files} & set(files):
                return message

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(WAIT_SECONDS)


def write(engine: Engine, file: str, text: str) -> None:
    place = engine.dags / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
