"""Fills a database with finished runs, copies of one that really ran."""

import sqlite3
from pathlib import Path
from typing import Any

DAY_US = 86_400_000_000


def fill_history(path: Path, count: int) -> int:
    """Adds ``count`` runs, each with its instance and attempt; how many rows that were.

    Columns are copied as they are, so that a column added to the schema needs no change here.
    """
    base = sqlite3.connect(path)
    base.row_factory = sqlite3.Row
    run = dict(base.execute("SELECT * FROM dag_run WHERE state = 'success'").fetchone())
    uid = run["uid"]
    parts = {
        table: dict(base.execute(f"SELECT * FROM {table} WHERE run = ?", (uid,)).fetchone())
        for table in ("task_instance", "attempt")
    }
    rows: dict[str, list[dict[str, Any]]] = {"dag_run": [], "task_instance": [], "attempt": []}
    for number in range(count):
        new_uid = f"{number:08x}-0000-7000-8000-{number:012x}"
        attempt = f"{number:08x}-0000-7000-9000-{number:012x}"
        date = run["sort_at"] - DAY_US - number * 1_000_000
        moved = {"logical_date": date, "run_after": date, "sort_at": date, "queued_at": date}
        rows["dag_run"].append(run | moved | {"uid": new_uid, "run_id": f"history_{number}"})
        rows["task_instance"].append(parts["task_instance"] | {"run": new_uid, "attempt": attempt})
        rows["attempt"].append(parts["attempt"] | {"run": new_uid, "id": attempt})
    with base:
        for table, added in rows.items():
            names = list(added[0])
            marks = ", ".join("?" * len(names))
            base.executemany(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
                [tuple(row[name] for name in names) for row in added],
            )
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    return 3 * count
