"""Parses a folder once and waits for it: for commands and tests, without an engine."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from select import POLLIN, POLLOUT, poll
from typing import Any

from narae.code_store import CodeStore
from narae.core.requests import GetConnection, GetVariable
from narae.core.spec import ParsedFile
from narae.core.wire import answered
from narae.loader.folder import FolderState
from narae.loader.parse_pool import ParsePool
from narae.loader.scan import FolderScanner
from narae.loader.values import LoaderSettings, ParseAnswer


def parse_folder(
    folder: Path,
    *,
    settings: LoaderSettings | None = None,
    home: Path | None = None,
    files: Collection[str] | None = None,
    environ: Mapping[str, str] | None = None,
    answer: Callable[[GetVariable | GetConnection], Any] = lambda _: None,
) -> list[ParsedFile]:
    """What the DAG files of ``folder`` say, by path; each is parsed in a process of its own.

    With ``home`` the folder's code version is kept there and named in the results; without, it
    is "". ``files`` (relative to the folder) limits it to some. ``answer`` gives the stored
    variables and connections that files ask for. NaraeError when there can be no parse server.
    """
    chosen = settings or LoaderSettings()
    root = folder.absolute()
    store = CodeStore(home) if home is not None else None
    scan = FolderScanner(folder=root, settings=chosen, store=store).scan()
    state = FolderState(folder=str(root))
    pool = ParsePool(slots=chosen.parse_processes, environ=environ)
    try:
        wanted = [f for f in state.take(scan).parse if files is None or f in files]
        for number, file in enumerate(wanted):
            if scan.candidates[file].problem:
                state.broken(scan.candidates[file])
            else:
                pool.submit(state.job(file, id_=number, settings=chosen.parse))
        while state.under_way:
            _wait(pool)
            answers = pool.receive()
            for asked in pool.take_asks():
                told = answered(asked.id, answer(asked.request))
                pool.reply(ParseAnswer(job=asked.job, answer=told))
            for done in answers:
                if state.answer(done).again is not None:
                    file = done.parsed.file
                    number = len(wanted) + done.id
                    job = state.job(file, id_=number, settings=chosen.parse, pinned=False)
                    pool.submit(job)
    finally:
        pool.close()
    return [state.results[file] for file in sorted(state.results)]


def _wait(pool: ParsePool) -> None:
    poller = poll()
    poller.register(pool, POLLIN | (POLLOUT if pool.wants_write else 0))
    poller.poll()
