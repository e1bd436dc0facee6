"""A mixed load on a real deployment while its processes are killed and stopped: ``make chaos``."""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.chaos import counts
from tests.chaos.counts import Count
from tests.chaos.faults import WEIGHTS, Faults
from tests.chaos.target import SLOTS, Disk, Target

DAGS = ("chain", "wide", "mapped", "sensing", "flaky", "bashing", "long", "calling")
SETTLE_SECONDS = 180.0
ORPHAN_SECONDS = 10.0
PAUSE_SECONDS = (0.4, 3.0)
BACKLOG_MAX = 30
SHOWN_MAX = 10
QUIET_LOOKS = 5


class Result(NamedTuple):
    """What a campaign found."""

    counts: list[Count]
    faults: dict[str, int]
    causes: dict[str, int]
    overlaps: list[str]
    runs: int
    disk: str

    @property
    def is_clean(self) -> bool:
        """Whether every count is 0."""
        return not any(count.found for count in self.counts)

    def table(self) -> str:
        """For people."""
        lines = [f"{self.runs} runs; disk: {self.disk}", "", "faults"]
        lines += [f"  {number:>5}  {what}" for what, number in sorted(self.faults.items())]
        lines += ["", "how attempts ended"]
        lines += [f"  {number:>5}  {what}" for what, number in self.causes.items()]
        lines += ["", "counts (each must be 0)"]
        for count in self.counts:
            lines.append(f"  {len(count.found):>5}  {count.what}")
            lines += [f"           {each}" for each in count.found[:SHOWN_MAX]]
        twice = "user code of two attempts at the same time, the earlier one fenced off"
        lines += ["", f"{len(self.overlaps)} times {twice}"]
        lines += [f"  {each}" for each in self.overlaps[:SHOWN_MAX]]
        return "\n".join(lines)


def campaign(
    folder: Path, *, seconds: float, seed: int, kinds: Sequence[str] = tuple(WEIGHTS)
) -> Result:
    """Runs for so long, then lets everything end, then counts."""
    chance = Random(seed)
    disk = Disk(folder / "home", megabytes=192)
    target = Target(folder, seconds=seconds)
    try:
        target.start()
        faults = Faults(target, disk, chance, list(kinds))
        asked = _under_fire(target, faults, chance, seconds)
        target.await_commands()
        ended = _settle(target)
        found = _count(target, asked)
        found.append(Count("deployments that did not settle", [] if ended else [_state(target)]))
        target.look()
        code = target.stop()
        found.append(Count("unclean stops", [f"exit code {code}"] if code else []))
        found.append(Count("orphan processes", _orphans(target)))
        base = counts.open_database(target.home)
        result = Result(
            counts=found,
            faults=dict(faults.done),
            causes=counts.causes(base),
            overlaps=counts.overlaps(target.trace),
            runs=base.execute("SELECT count(*) FROM dag_run").fetchone()[0],
            disk=disk.kind,
        )
        base.close()
        if not result.is_clean:
            shutil.copytree(
                target.home, folder / "evidence", ignore=shutil.ignore_patterns("*.sock")
            )
        return result
    finally:
        if target.process is not None and target.process.poll() is None:
            target.stop()
        disk.close()


def _under_fire(
    target: Target, faults: Faults, chance: Random, seconds: float
) -> set[tuple[str, str]]:
    """The runs that the API has acknowledged."""
    asked: set[tuple[str, str]] = set()
    pending: list[tuple[str, str]] = []
    end = time.monotonic() + seconds
    next_fault = time.monotonic() + 3.0
    number = 0
    while time.monotonic() < end:
        target.look()
        faults.undo_due()
        if time.monotonic() >= next_fault:
            next_fault = time.monotonic() + chance.uniform(*PAUSE_SECONDS)
            faults.one()
        if _backlog(target) < BACKLOG_MAX and len(pending) < BACKLOG_MAX:
            number += 1
            pending.append((chance.choice(DAGS), f"chaos-{number}"))
        for wish in list(pending)[:3]:
            if target.trigger(*wish):
                asked.add(wish)
                pending.remove(wish)
        time.sleep(0.1)
    faults.undo_all()
    return asked


def _backlog(target: Target) -> int:
    base = counts.open_database(target.home)
    try:
        return counts.unfinished(base)
    finally:
        base.close()


def _settle(target: Target) -> bool:
    """No more faults: every run ends."""
    deadline = time.monotonic() + SETTLE_SECONDS
    quiet = 0
    while time.monotonic() < deadline:
        target.look()
        quiet = quiet + 1 if _backlog(target) == 0 and _callbacks_owed(target) == 0 else 0
        if quiet > QUIET_LOOKS:
            return True
        time.sleep(0.3)
    return False


def _callbacks_owed(target: Target) -> int:
    base = counts.open_database(target.home)
    try:
        query = "SELECT count(*) FROM callback WHERE done_at IS NULL"
        return int(base.execute(query).fetchone()[0])
    finally:
        base.close()


def _state(target: Target) -> str:
    base = counts.open_database(target.home)
    query = "SELECT r.dag_id, r.run_id, r.state, i.task_id, i.state FROM dag_run r LEFT JOIN"
    rows = base.execute(
        f"{query} task_instance i ON i.run = r.uid AND i.state NOT IN"
        " ('success', 'none') WHERE r.state IN ('queued', 'running') LIMIT 20"
    ).fetchall()
    base.close()
    return f"{[tuple(row) for row in rows]}"


def _count(target: Target, asked: set[tuple[str, str]]) -> list[Count]:
    base = counts.open_database(target.home)
    try:
        found = counts.all_counts(base, asked=asked, trace=target.trace, slots=SLOTS)
        found.append(Count("slots that stay taken", _taken(target)))
    finally:
        base.close()
    return found


def _taken(target: Target) -> list[str]:
    """The scheduler's own book, once it has said so again."""
    deadline = time.monotonic() + 10
    said = ""
    while time.monotonic() < deadline:
        base = counts.open_database(target.home)
        said = counts.free_slots(base)
        base.close()
        local = json.loads(said or "{}").get("executors", {}).get("LocalExecutor")
        if local and local["free"] == local["slots"] == SLOTS:
            return []
        time.sleep(0.3)
    return [said]


def _orphans(target: Target) -> list[str]:
    deadline = time.monotonic() + ORPHAN_SECONDS
    while (left := target.left_over()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left
