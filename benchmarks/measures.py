"""The measuring functions, one for each group of rows."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from benchmarks import dag_files, tree
from benchmarks.bench import Bench, median, percentile
from benchmarks.deployment import Deployment, clean_environment, deployed
from benchmarks.history import fill_history
from benchmarks.limits import timed_python

GAP_SECONDS = 0.03
"""Between one trigger's user code and the next trigger, so that each meets an idle deployment."""


def startup(bench: Bench) -> None:
    """Start to ready, on a new home and on the same one again."""
    for _ in range(bench.repeats):
        dags = bench.folder("startup-dags")
        (dags / "stamp.py").write_text(dag_files.STAMP)
        home = bench.folder("startup")
        for key in ("ready_new_s", "ready_again_s"):
            with deployed(bench, home=home, dags=dags) as narae:
                bench.record(key, narae.ready_seconds)


def latency(bench: Bench) -> None:
    """Trigger by HTTP to the first line of user code."""
    dags = bench.folder("latency-dags")
    (dags / "stamp.py").write_text(dag_files.STAMP)
    with deployed(bench, home=bench.folder("latency"), dags=dags) as narae:
        narae.client.await_dags(1)
        narae.client.unpause(["stamp"])
        triggered(narae, 5)
        for _ in range(bench.repeats):
            found = triggered(narae, bench.few(100, 30))
            bench.record("trigger_p50_ms", percentile(found, 0.5))
            bench.record("trigger_p95_ms", percentile(found, 0.95))


def triggered(narae: Deployment, count: int, *, gap: float = GAP_SECONDS) -> list[float]:
    """Milliseconds from the request to user code, for each of ``count`` triggers in a row."""
    found = []
    for _ in range(count):
        seen = narae.stamps.stat().st_size
        began = time.time_ns()
        narae.client.trigger("stamp")
        until = time.monotonic() + 30
        while narae.stamps.stat().st_size == seen:
            if time.monotonic() > until:
                raise TimeoutError("a triggered task did not run within 30 s")
            time.sleep(0.002)
        with narae.stamps.open() as file:
            file.seek(seen)
            found.append((int(file.readline()) - began) / 1e6)
        time.sleep(gap)
    return found


def throughput(bench: Bench) -> None:
    """Chain, fan, many DAGs at once; and a list of the fan's instances."""
    dags = bench.folder("throughput-dags")
    (dags / "chain.py").write_text(dag_files.CHAIN)
    (dags / "fan.py").write_text(dag_files.fan("fan", 200))
    flats = [f"flat_{number}" for number in range(20)]
    for dag_id in flats:
        (dags / f"{dag_id}.py").write_text(dag_files.flat(dag_id, 50))
    with deployed(bench, home=bench.folder("throughput"), dags=dags) as narae:
        narae.client.await_dags(22)
        narae.client.unpause(["chain", "fan", *flats])
        run_all(narae, ["chain", "fan", *flats])  # fork servers and caches are warm from here on
        fan_run = ""
        for _ in range(bench.repeats):
            seconds, _ = run_all(narae, ["chain"])
            bench.record("chain_40_s", seconds)
            seconds, (fan_run,) = run_all(narae, ["fan"])
            bench.record("fan_200", 202 / seconds)
            seconds, _ = run_all(narae, flats)
            bench.record("dags_20", 1000 / seconds)
        path = f"/api/v2/dags/fan/dagRuns/{fan_run}/taskInstances?limit=200"
        api(bench, narae, "api_instances_ms", path)


def run_all(narae: Deployment, dag_ids: list[str]) -> tuple[float, list[str]]:
    """Triggers each once and waits for all: seconds to the last one's end, and the runs' ids."""
    began = time.time()
    runs = [(dag_id, narae.client.trigger(dag_id)) for dag_id in dag_ids]
    ends = [
        datetime.fromisoformat(narae.client.await_run(dag_id, run_id)["end_date"]).timestamp()
        for dag_id, run_id in runs
    ]
    return max(ends) - began, [run_id for _, run_id in runs]


def api(bench: Bench, narae: Deployment, key: str, path: str) -> None:
    """The median of many GETs of ``path``."""
    for _ in range(bench.repeats):
        found = []
        for _ in range(bench.few(60, 20)):
            began = time.perf_counter()
            status, data = narae.client.raw("GET", path)
            found.append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise RuntimeError(f"GET {path}: {status} {data[:300]!r}")
        bench.record(key, median(found))


def large(bench: Bench) -> None:
    """One large run, and one run of each of many DAGs."""
    dags = bench.folder("large-dags")
    tasks, count = bench.few(10_000, 1_000), bench.few(1_000, 100)
    (dags / "large.py").write_text(dag_files.flat("large", tasks))
    for number in range(count // 20):
        (dags / f"many_{number}.py").write_text(dag_files.many(f"many_{number}", 20))
    with deployed(bench, home=bench.folder("large"), dags=dags) as narae:
        narae.client.await_dags(count + 1)
        many = [f"many_{file}_{number}" for file in range(count // 20) for number in range(20)]
        narae.client.unpause(["large", *many])
        seconds, _ = run_all(narae, ["large"])
        bench.record("run_10k", tasks / seconds)
        seconds, _ = run_all(narae, many)
        bench.record("dags_1000", count / seconds)


def files(bench: Bench) -> None:
    """Many files: listed, one edited, read by API, and left alone."""
    count = bench.few(500, 100)
    for repeat in range(bench.repeats):
        dags = bench.folder("files-dags")
        with deployed(bench, home=bench.folder("files"), dags=dags) as narae:
            began = time.monotonic()
            for number in range(count):
                text = dag_files.usual(f"usual_{number:03}")
                (dags / f"usual_{number:03}.py").write_text(text)
            narae.client.await_dags(count)
            bench.record("files_listed_s", time.monotonic() - began)
            time.sleep(0.5)
            for number in range(3):
                bench.record("edit_visible_s", _edited(narae, number))
            api(bench, narae, "api_dags_ms", "/api/v2/dags?limit=100")
            if repeat == bench.repeats - 1:
                _idle(bench, narae)


def _edited(narae: Deployment, number: int) -> float:
    """Seconds from the save of one file to its new description in the API."""
    words = f"edited {time.time_ns()}"
    path = narae.dags / f"usual_{number:03}.py"
    text = path.read_text().replace("One of many", words)
    began = time.monotonic()
    path.write_text(text)
    while narae.client.call("GET", f"/api/v2/dags/usual_{number:03}")["description"] != words:
        if time.monotonic() - began > 60:
            raise TimeoutError("an edit did not become visible within 60 s")
        time.sleep(0.005)
    return time.monotonic() - began


def _idle(bench: Bench, narae: Deployment) -> None:
    # Half a minute after an edit the loader moves unchanged files to the new code version.
    time.sleep(2 if bench.quick else 45)
    pids = narae.pids()
    used, began = tree.cpu_seconds(pids), time.monotonic()
    time.sleep(5 if bench.quick else 60)
    pids = narae.pids()
    share = (tree.cpu_seconds(pids) - used) / (time.monotonic() - began)
    bench.record("idle_cpu_percent", share * 100)
    bench.record("idle_pss_mb", tree.pss_mb(pids))
    for pid in pids:
        bench.say(f"    {tree.pss_mb([pid]):6.1f} MB  {tree.title(pid)[:60]}")


def imports(bench: Bench) -> None:
    """A minimal DAG file as a script, over a Python that does nothing."""
    code = (
        "import narae.airflow.finder as f; f.install(); from datetime import datetime; "
        "from airflow import DAG; from airflow.operators.python import PythonOperator\n"
        "with DAG('a', schedule=None, start_date=datetime(2026, 1, 1)):\n"
        "    PythonOperator(task_id='b', python_callable=print)"
    )
    timed_python(code)
    for _ in range(bench.repeats):
        with_it = median([timed_python(code) for _ in range(7)])
        without = median([timed_python("import datetime") for _ in range(7)])
        bench.record("import_ms", (with_it - without) * 1000)
    count = "import sys\nn = len(sys.modules)\n" + code + "\nprint(len(sys.modules) - n)"
    done = subprocess.run(
        [sys.executable, "-c", count],
        check=True,
        capture_output=True,
        text=True,
        env=clean_environment(),
    )
    bench.say(f"    {done.stdout.strip()} modules")


def history(bench: Bench) -> None:
    """The same latencies with 100,000 finished runs in the database."""
    dags = bench.folder("history-dags")
    (dags / "stamp.py").write_text(dag_files.STAMP)
    home = bench.folder("history")
    with deployed(bench, home=home, dags=dags) as narae:
        narae.client.await_dags(1)
        narae.client.unpause(["stamp"])
        run_all(narae, ["stamp"])
    rows = fill_history(_database(home), bench.few(100_000, 10_000))
    bench.say(f"    {rows} rows in the database")
    for _ in range(min(3, bench.repeats)):
        with deployed(bench, home=home, dags=dags) as narae:
            bench.record("history_ready_s", narae.ready_seconds)
            triggered(narae, 5)
            found = triggered(narae, bench.few(100, 30))
            bench.record("history_trigger_p50_ms", percentile(found, 0.5))
            bench.record("history_trigger_p95_ms", percentile(found, 0.95))


def _database(home: Path) -> Path:
    return next(iter(home.glob("*.db")))


def soak(bench: Bench) -> None:
    """Half load for a long time: whether memory or latency grows."""
    dags = bench.folder("soak-dags")
    (dags / "stamp.py").write_text(dag_files.STAMP)
    (dags / "flat.py").write_text(dag_files.flat("flat", 60))
    with deployed(bench, home=bench.folder("soak"), dags=dags) as narae:
        narae.client.await_dags(2)
        narae.client.unpause(["stamp", "flat"])
        busy, _ = run_all(narae, ["flat"])
        busy, _ = run_all(narae, ["flat"])
        sizes, found = _soaked(bench, narae, pause=busy)
        bench.record("soak_trigger_p95_ms", percentile(found, 0.95))
        for key, begin in (("soak_slope_mb_per_hour", 0.25), ("soak_slope_late_mb_per_hour", 0.75)):
            later = [size for size in sizes if size[0] > bench.soak_seconds * begin]
            bench.record(key, slope(later) * 3600)


def _soaked(
    bench: Bench, narae: Deployment, *, pause: float
) -> tuple[list[tuple[float, float]], list[float]]:
    """(seconds, MB) now and then, and each trigger's milliseconds."""
    sizes: list[tuple[float, float]] = []
    found: list[float] = []
    began = time.monotonic()
    while (since := time.monotonic() - began) < bench.soak_seconds:
        run_all(narae, ["flat"])
        found += triggered(narae, max(1, int(pause / 0.1)), gap=0.07)
        if not sizes or since - sizes[-1][0] > 5:
            sizes.append((since, tree.pss_mb(narae.pids())))
            bench.say(f"    {since:6.0f} s  {sizes[-1][1]:.1f} MB")
    return sizes, found


def slope(points: list[tuple[float, float]]) -> float:
    """Of the straight line nearest to ``points``; 0 for fewer than two.

    >>> slope([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)])
    2.0
    """
    if len(points) < 2:
        return 0.0
    x_mean = sum(x for x, _ in points) / len(points)
    y_mean = sum(y for _, y in points) / len(points)
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / spread if spread else 0.0


MEASURES: MappingProxyType[str, Callable[[Bench], None]] = MappingProxyType(
    {
        "startup": startup,
        "latency": latency,
        "throughput": throughput,
        "large": large,
        "files": files,
        "imports": imports,
        "history": history,
        "soak": soak,
    }
)
"""Group of rows -> what measures it."""
