"""Which runs are queued and which are running, by DAG and backfill."""

from bisect import insort
from collections.abc import Iterator
from datetime import datetime

from narae.core.ids import RunUid
from narae.core.run import Run
from narae.core.states import RunState

Line = tuple[str, int | None]
"""DAG id and backfill id: a backfill's runs have a line and a limit of their own."""


def order_of(run: Run) -> tuple[datetime, str]:
    """Earlier logical dates go first."""
    return (run.logical_date or run.run_after, run.uid)


class RunLines:
    """The active runs of all DAGs; rows only."""

    def __init__(self) -> None:
        self._runs: dict[RunUid, Run] = {}
        self._queued: dict[str, dict[Line, list[tuple[tuple[datetime, str], RunUid]]]] = {}
        """By DAG id, then line; lines without a run are not there."""
        self._running: dict[Line, set[RunUid]] = {}

    def get(self, uid: RunUid) -> Run | None:
        """An active run."""
        return self._runs.get(uid)

    def put(self, run: Run) -> None:
        """Adds or moves a run; one that is finished leaves."""
        self.remove(run.uid)
        line = (run.dag_id, run.backfill_id)
        if run.state is RunState.QUEUED:
            queued = self._queued.setdefault(run.dag_id, {}).setdefault(line, [])
            insort(queued, (order_of(run), run.uid))
        elif run.state is RunState.RUNNING:
            self._running.setdefault(line, set()).add(run.uid)
        else:
            return
        self._runs[run.uid] = run

    def remove(self, uid: RunUid) -> None:
        """Nothing happens when it is not there."""
        run = self._runs.pop(uid, None)
        if run is None:
            return
        line = (run.dag_id, run.backfill_id)
        if run.state is RunState.QUEUED:
            queued = self._queued[run.dag_id]
            queued[line].remove((order_of(run), uid))
            if not queued[line]:
                del queued[line]
        else:
            self._running[line].discard(uid)

    def queued(self, line: Line) -> Iterator[Run]:
        """In the order in which they start; change nothing while going through them."""
        return (self._runs[uid] for _, uid in self._queued.get(line[0], {}).get(line, ()))

    def running(self, line: Line) -> int:
        """How many run."""
        return len(self._running.get(line, ()))

    def active(self, line: Line) -> int:
        """How many are queued or running."""
        return len(self._queued.get(line[0], {}).get(line, ())) + self.running(line)

    def waiting(self, dag_id: str) -> list[Line]:
        """The DAG's lines in which runs are queued."""
        return list(self._queued.get(dag_id, ()))

    def all(self) -> list[Run]:
        """Every active run."""
        return list(self._runs.values())
