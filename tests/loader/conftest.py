import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from select import POLLIN, POLLOUT, poll

import pytest
from tests.loader.played_engine import Engine

from narae.core.codec import pack
from narae.core.requests import GetConnection, GetVariable
from narae.core.spec import ImportFailure, ParsedFile
from narae.core.wire import ChildAnswer
from narae.loader.parse_pool import ParsePool
from narae.loader.values import ParseAnswer, ParseDone, ParseJob, ParseSettings


class Parsing:
    """One parse server for many tests, and a folder for each of them."""

    def __init__(self, pool: ParsePool) -> None:
        self.pool = pool
        self.ids = 0
        self.folder = Path()
        self.stored: dict[str, object] = {}
        """Variables and connections that files may ask for."""

    def job(self, file: str, settings: ParseSettings) -> ParseJob:
        self.ids += 1
        return ParseJob(
            id=self.ids,
            root=str(self.folder),
            folder=str(self.folder),
            file=file,
            file_hash="h",
            settings=settings,
        )

    def write(self, file: str, text: str) -> Path:
        place = self.folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return place

    def all(self, *files: str, settings: ParseSettings | None = None) -> dict[str, ParseDone]:
        wanted = [self.job(f, settings or ParseSettings()) for f in files]
        for job in wanted:
            self.pool.submit(job)
        answers: dict[str, ParseDone] = {}
        while len(answers) < len(files):
            poller = poll()
            poller.register(self.pool, POLLIN | (POLLOUT if self.pool.wants_write else 0))
            assert poller.poll(60_000), "the parse server says nothing"
            answers.update({done.parsed.file: done for done in self.pool.receive()})
            for asked in self.pool.take_asks():
                told = ChildAnswer(id=asked.id, value=pack(self._stored(asked.request)))
                self.pool.reply(ParseAnswer(job=asked.job, answer=told))
        return answers

    def _stored(self, request: GetVariable | GetConnection) -> object:
        name = request.key if isinstance(request, GetVariable) else request.conn_id
        return self.stored.get(name)

    def one(self, text: str, **limits: float) -> ParsedFile:
        """What parsing a file of this text gives."""
        self.write("dag_file.py", text)
        settings = ParseSettings(**limits)  # type: ignore[arg-type]  # seconds and bytes
        return self.all("dag_file.py", settings=settings)["dag_file.py"].parsed

    def failure(self, text: str, **limits: float) -> ImportFailure:
        """The only failure that a file of this text gives."""
        (failure,) = self.one(text, **limits).failures
        assert "\n" not in failure.message
        return failure


@pytest.fixture(scope="module")
def pool() -> Iterator[ParsePool]:
    made = ParsePool(slots=2)
    yield made
    made.close()


@pytest.fixture
def parsing(pool: ParsePool, tmp_path: Path) -> Parsing:
    made = _parsings.setdefault(id(pool), Parsing(pool))
    made.stored = {}
    made.folder = tmp_path / "dags"
    made.folder.mkdir()
    return made


_parsings: dict[int, Parsing] = {}


@pytest.fixture
def engine() -> Iterator[Engine]:
    home = Path(tempfile.mkdtemp(prefix="narae-l-"))
    made = Engine(home)
    yield made
    if made.process is not None and made.process.poll() is None:
        assert made.stop() == 0
    if made.connection is not None:
        made.connection.close()
    made.listener.close()
    shutil.rmtree(home)
