"""What a campaign must not find. Reads the database file itself: no code of Narae's vouches."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

TICK_US = 5_000_000
"""The interval of the DAG ``ticking``."""
NARROW_SLOTS = 3


class Count(NamedTuple):
    """One line of the table: what was counted, and each instance of it."""

    what: str
    found: list[str]


class Span(NamedTuple):
    """User code of one attempt, as its own traces say."""

    fence: int
    pid: int
    first: float
    last: float


def open_database(home: Path) -> sqlite3.Connection:
    """Read only."""
    connection = sqlite3.connect(f"file:{home / 'narae.db'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def unfinished(base: sqlite3.Connection) -> int:
    """How many runs have not ended."""
    found = base.execute("SELECT count(*) FROM dag_run WHERE state IN ('queued', 'running')")
    return int(found.fetchone()[0])


def all_counts(
    base: sqlite3.Connection, *, asked: set[tuple[str, str]], trace: Path, slots: int
) -> list[Count]:
    """Everything that the database and the traces tell."""
    return [
        Count("runs lost", list(runs_lost(base, asked))),
        Count("runs of a schedule missing or twice", list(schedule_broken(base))),
        Count("tasks run concurrently", list(concurrent(base))),
        Count("stale writes accepted", list(stale_writes(base))),
        Count("slots leaked", list(slots_leaked(base))),
        Count("limits exceeded", list(limits_exceeded(base, slots))),
        Count("callbacks lost", list(callbacks_lost(base, trace))),
        Count("wrong results", _lines(trace / "wrong")),
    ]


def runs_lost(base: sqlite3.Connection, asked: set[tuple[str, str]]) -> Iterator[str]:
    """Acknowledged and not there, not ended, or not ended well."""
    there = set()
    for row in base.execute("SELECT dag_id, run_id, state FROM dag_run"):
        there.add((row["dag_id"], row["run_id"]))
        if row["state"] != "success":
            yield f"{row['dag_id']} {row['run_id']} is {row['state']}{_not_well(base, row)}"
    for dag_id, run_id in sorted(asked - there):
        yield f"{dag_id} {run_id} was acknowledged and is not there"


def _not_well(base: sqlite3.Connection, run: sqlite3.Row) -> str:
    found = base.execute(
        "SELECT i.task_id, i.map_index, i.state, i.try_number, i.max_tries, i.note"
        " FROM task_instance i JOIN dag_run r ON r.uid = i.run"
        " WHERE r.dag_id = ? AND r.run_id = ? AND i.state != 'success'",
        (run["dag_id"], run["run_id"]),
    )
    return "".join(f"; {tuple(row)}" for row in found)


def schedule_broken(base: sqlite3.Connection) -> Iterator[str]:
    """Intervals of ``ticking`` follow each other without a gap."""
    found = base.execute(
        "SELECT logical_date FROM dag_run WHERE dag_id = 'ticking' ORDER BY logical_date"
    )
    dates = [row[0] for row in found]
    for earlier, later in pairwise(dates):
        if later - earlier != TICK_US:
            yield f"{(later - earlier) / 1e6:g} s between two runs"
    if not dates:
        yield "none at all"


def _attempts(base: sqlite3.Connection) -> dict[tuple[Any, ...], list[sqlite3.Row]]:
    found = defaultdict(list)
    for row in base.execute("SELECT * FROM attempt ORDER BY run, task_id, map_index, fence"):
        found[row["run"], row["task_id"], row["map_index"]].append(row)
    return found


def concurrent(base: sqlite3.Connection) -> Iterator[str]:
    """Two attempts of one instance that the store took for open at the same time."""
    for key, rows in _attempts(base).items():
        for earlier, later in pairwise(rows):
            if earlier["fence"] >= later["fence"]:
                yield f"{key}: fence {earlier['fence']} twice"
            if earlier["ended_at"] is None or earlier["ended_at"] > later["queued_at"]:
                yield f"{key}: fences {earlier['fence']} and {later['fence']}"
        good = [row for row in rows if row["cause"] and '"succeeded"' in row["cause"]]
        if len(good) > 1 + _clears(base, key[0]):
            yield f"{key}: succeeded {len(good)} times"


def _clears(base: sqlite3.Connection, run: str) -> int:
    found = base.execute("SELECT clear_number FROM dag_run WHERE uid = ?", (run,))
    return int(found.fetchone()[0])


def stale_writes(base: sqlite3.Connection) -> Iterator[str]:
    """XComs and rendered fields of another attempt than the one that succeeded."""
    # A new try clears what was there. A sensor's tries go on; a command leaves no marks.
    marks = base.execute(
        "SELECT i.run, i.task_id, i.map_index, i.fence, group_concat(x.key) AS keys"
        " FROM task_instance i JOIN dag_run r ON r.uid = i.run"
        " LEFT JOIN xcom x ON x.run = i.run AND x.task_id = i.task_id"
        " AND x.map_index = i.map_index AND x.key LIKE 'mark%'"
        " WHERE i.state = 'success' AND NOT (r.dag_id = 'bashing' OR i.task_id = 'wait')"
        " GROUP BY i.run, i.task_id, i.map_index, i.fence"
    )
    for run, task_id, map_index, fence, keys in marks:
        if keys != f"mark{fence}":
            yield f"{run} {task_id}[{map_index}]: {keys}, and {fence} succeeded"
    fields = base.execute(
        "SELECT i.run, i.fence, f.fields FROM task_instance i"
        " JOIN rendered_fields f ON f.run = i.run AND f.task_id = i.task_id"
        " WHERE i.state = 'success' AND i.task_id = 'leaves_something'"
    )
    for run, fence, text in fields:
        if f"echo {fence}" not in text:
            yield f"{run} leaves_something: fields are not those of {fence}"


def slots_leaked(base: sqlite3.Connection) -> Iterator[str]:
    """After all runs have ended nobody holds anything."""
    for row in base.execute("SELECT id, task_id FROM attempt WHERE ended_at IS NULL"):
        yield f"attempt {row['id']} of {row['task_id']} is open"
    held = "SELECT run, task_id FROM task_instance WHERE attempt IS NOT NULL OR state IN"
    for row in base.execute(f"{held} ('queued', 'running', 'restarting')"):
        yield f"{row['task_id']} of {row['run']} holds a slot"


def free_slots(base: sqlite3.Connection) -> str:
    """What the scheduler last said of itself."""
    query = "SELECT detail FROM heartbeat WHERE component = 'scheduler' ORDER BY at DESC LIMIT 1"
    row = base.execute(query).fetchone()
    return str(row["detail"]) if row else ""


def limits_exceeded(base: sqlite3.Connection, slots: int) -> Iterator[str]:
    """More open attempts at a moment than the pool or the deployment has slots."""
    query = (
        "SELECT a.queued_at, a.ended_at, i.pool FROM attempt a JOIN task_instance i"
        " ON i.run = a.run AND i.task_id = a.task_id AND i.map_index = a.map_index"
    )
    rows = base.execute(query).fetchall()
    for name, bound, chosen in (
        ("parallelism", slots, rows),
        ("pool narrow", NARROW_SLOTS, [row for row in rows if row["pool"] == "narrow"]),
    ):
        most = _most_at_once([(row["queued_at"], row["ended_at"]) for row in chosen])
        if most > bound:
            yield f"{name}: {most} at once, of {bound}"


def _most_at_once(spans: list[tuple[int, int | None]]) -> int:
    steps = [(begin, 1) for begin, _ in spans]
    steps += [(end, -1) for _, end in spans if end is not None]
    most = now = 0
    for _, step in sorted(steps):  # an end comes before a begin at the same moment
        now += step
        most = max(most, now)
    return most


def callbacks_lost(base: sqlite3.Connection, trace: Path) -> Iterator[str]:
    """A run of ``calling`` that ended well and whose callback never ran."""
    called = set(_lines(trace / "callbacks"))
    for row in base.execute(
        "SELECT run_id FROM dag_run WHERE dag_id = 'calling' AND state = 'success'"
    ):
        if f"calling|{row['run_id']}" not in called:
            yield f"of {row['run_id']}"


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def overlaps(trace: Path) -> list[str]:
    """Pairs of attempts of one instance whose user code lived at the same time.

    At-least-once allows it while the earlier one is fenced off: a supervisor that is stopped
    can't end its tasks, and others must go on once its lease is over. Counted on its own.
    """
    spans: dict[str, dict[tuple[int, int], list[float]]] = defaultdict(lambda: defaultdict(list))
    for line in _lines(trace / "spans"):
        *where, fence, pid, at = line.split("|")
        spans["|".join(where)][int(fence), int(pid)].append(float(at))
    found = []
    for name, attempts in spans.items():
        order = sorted(
            Span(fence, pid, min(times), max(times)) for (fence, pid), times in attempts.items()
        )
        found += [
            f"{name}: {earlier.fence} and {later.fence}, {earlier.last - later.first:.2f} s"
            for earlier, later in pairwise(order)
            if later.first < earlier.last
        ]
    return found


def causes(base: sqlite3.Connection) -> dict[str, int]:
    """How attempts ended."""
    query = "SELECT json_extract(cause, '$.kind'), count(*) FROM attempt GROUP BY 1 ORDER BY 2 DESC"
    return {str(kind): number for kind, number in base.execute(query)}
