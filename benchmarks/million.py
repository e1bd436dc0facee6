"""Lists of the API with a million finished task instances in the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from benchmarks import dag_files
from benchmarks.bench import Bench
from benchmarks.deployment import Deployment, deployed
from benchmarks.large_history import fill
from benchmarks.measures import api, run_all
from narae.storage.database import Database

SERVER = os.environ.get("BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
"""A database of its own is made there, and dropped."""
_PAGES_DEEP = 60


def million(bench: Bench) -> None:
    """On SQLite, then on PostgreSQL where a server answers."""
    _measure(bench, "sqlite", "")
    try:
        with _database(f"narae_bench_{os.getpid()}") as url:
            _measure(bench, "postgres", url)
    except psycopg.OperationalError as error:
        bench.say(f"    no PostgreSQL at {SERVER}: {error}")


@contextmanager
def _database(name: str) -> Iterator[str]:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield SERVER.rsplit("/", 1)[0] + f"/{name}"
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _measure(bench: Bench, name: str, url: str) -> None:
    large, runs = bench.few(50, 5), bench.few(200, 20)
    flats = [f"flat_{number:02}" for number in range(large)]
    dags = bench.folder(f"million-{name}-dags")
    for dag_id in flats:
        (dags / f"{dag_id}.py").write_text(dag_files.flat(dag_id, 100))
    (dags / "fan.py").write_text(dag_files.fan("fan", 198))
    for number in range(500 - large - 1):
        (dags / f"usual_{number:03}.py").write_text(dag_files.usual(f"usual_{number:03}"))
    home = bench.folder(f"million-{name}")
    settings = {"NARAE__DATABASE__URL": url} if url else {}
    with deployed(bench, home=home, dags=dags, settings=settings) as narae:
        narae.client.await_dags(500)
        narae.client.unpause([flats[0], "fan"])
        _, (fan_run,) = run_all(narae, ["fan"])
        run_all(narae, flats[:1])
    filled = _fill(bench, url or _sqlite(home), flats, runs)
    bench.say(f"    {name}: {filled}")
    with deployed(bench, home=home, dags=dags, settings=settings) as narae:
        for key, path in _paths(narae, flats, fan_run).items():
            api(bench, narae, f"million_{key}_{name}_ms", path)


def _sqlite(home: Path) -> str:
    return f"sqlite:///{next(iter(home.glob('*.db')))}"


def _fill(bench: Bench, url: str, flats: list[str], runs: int) -> object:
    database = Database(url)
    with database.reading_raw() as raw:
        ((template,),) = raw.rows("SELECT uid FROM dag_run WHERE dag_id = ?", (flats[0],))
    database.close()
    counts = dict.fromkeys(flats, runs) | {flats[0]: 365}
    return fill(url, template, runs=counts, audits=bench.few(100_000, 10_000))


def _paths(narae: Deployment, flats: list[str], fan_run: str) -> dict[str, str]:
    """Row -> what is asked for."""
    anywhere = "/api/v2/dags/~/dagRuns"
    cursor = ""
    for _ in range(_PAGES_DEEP):
        page = narae.client.call("GET", f"{anywhere}?limit=100&cursor={quote(cursor)}")
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    return {
        "dags": "/api/v2/dags?limit=100",
        "instances": f"/api/v2/dags/fan/dagRuns/{quote(fan_run)}/taskInstances?limit=200",
        "by_state": f"{anywhere}/~/taskInstances?limit=100&state=failed",
        "deep_runs": f"{anywhere}?limit=100&cursor={quote(cursor)}",
        "events": "/api/v2/eventLogs?limit=100",
        "grid": f"/api/v2/grid/{flats[0]}?limit=365",
    }
