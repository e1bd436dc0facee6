"""The API under load, and what tasks feel of it: ``make load SECONDS=60``."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import dag_files, tree
from benchmarks.bench import Bench, percentile
from benchmarks.deployment import Deployment, deployed
from benchmarks.measures import run_all, triggered

CONNECTIONS = 64
STEPS = 20
"""Of the chain."""
_SCRIPT = Path(__file__).with_suffix(".lua")
_QUIET_SHARE = 0.25
"""Before the load and again after it, of the time that it lasts."""
_OTHERS_CORES_MAX = 0.5
"""Where other processes use more, the figures tell of them."""


@dataclass(kw_only=True)
class Felt:
    """What tasks felt, in milliseconds."""

    triggers: list[float] = field(default_factory=list)
    """From a trigger by HTTP to user code."""
    gaps: list[float] = field(default_factory=list)
    """From a task's user code to that of the next."""


def load(bench: Bench) -> None:
    """64 connections read while runs are triggered: errors, and latencies beside quiet ones."""
    if shutil.which("wrk") is None:
        bench.say("    no wrk here: scripts/need-wrk installs it")
        return
    dags = bench.folder("load-dags")
    (dags / "stamp.py").write_text(dag_files.STAMP)
    (dags / "chain.py").write_text(dag_files.STAMPED_CHAIN)
    (dags / "fan.py").write_text(dag_files.fan("fan", 98))
    for number in range(47):
        (dags / f"usual_{number:02}.py").write_text(dag_files.usual(f"usual_{number:02}"))
    with deployed(bench, home=bench.folder("load"), dags=dags) as narae:
        narae.client.await_dags(50)
        narae.client.unpause(["stamp", "stamped_chain", "fan"])
        _, (fan_run,) = run_all(narae, ["fan"])
        _feel(bench, narae, Felt(), _for_seconds(bench.load_seconds * _QUIET_SHARE / 2))
        quiet, busy = Felt(), Felt()
        _feel(bench, narae, quiet, _for_seconds(bench.load_seconds * _QUIET_SHARE))
        told = _under_load(bench, narae, _paths(fan_run), busy)
        _feel(bench, narae, quiet, _for_seconds(bench.load_seconds * _QUIET_SHARE))
    _record(bench, told, quiet, busy)


def _paths(fan_run: str) -> list[str]:
    """A mix of what people look at."""
    run = f"/api/v2/dags/fan/dagRuns/{quote(fan_run)}"
    return [
        "/api/v2/dags?limit=50",
        "/api/v2/dags/stamp/dagRuns?limit=50&order_by=-run_after",
        f"{run}/taskInstances?limit=100",
        "/api/v2/grid/stamped_chain?limit=25",
        "/health",
        run,
        "/api/v2/dags/fan",
        f"{run}/taskInstances/each_1",
    ]


def _for_seconds(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


def _feel(bench: Bench, narae: Deployment, felt: Felt, goes_on: Callable[[], bool]) -> None:
    """Triggers and chains by turns."""
    began, machine, own = time.monotonic(), tree.machine_seconds(), _own_seconds(narae)
    while goes_on():
        felt.triggers += triggered(narae, 5)
        felt.gaps += _chained(narae)
    lasted = time.monotonic() - began
    ours = (_own_seconds(narae) - own) / lasted
    others = (tree.machine_seconds() - machine) / lasted - ours
    warning = ", too many to measure" if others > _OTHERS_CORES_MAX else ""
    bench.say(f"    Narae uses {ours:.2f} cores, all others {others:.2f}{warning}")


def _own_seconds(narae: Deployment) -> float:
    return tree.cpu_seconds(narae.pids())


def _chained(narae: Deployment) -> list[float]:
    stamps = Path(f"{narae.stamps}-chain")
    stamps.write_bytes(b"")
    narae.client.trigger("stamped_chain")
    until = time.monotonic() + 60
    while (seen := stamps.read_bytes().count(b"\n")) < STEPS:
        if time.monotonic() > until:
            raise TimeoutError(f"{seen} of {STEPS} tasks ran within 60 s")
        time.sleep(0.01)
    at = [int(line) for line in stamps.read_text().split()]
    time.sleep(0.05)  # until the run has ended
    return [(after - before) / 1e6 for before, after in pairwise(at)]


def _under_load(bench: Bench, narae: Deployment, paths: list[str], felt: Felt) -> dict[str, Any]:
    """What wrk counted."""
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{bench.load_seconds:.0f}s"]
    command += ["-s", str(_SCRIPT), f"http://127.0.0.1:{narae.client.port}"]
    pids = narae.pids()
    before = {pid: tree.cpu_seconds([pid]) for pid in pids}
    with subprocess.Popen(
        [*command, "--", narae.client.token, *paths], stdout=subprocess.PIPE, text=True
    ) as wrk:
        try:
            _feel(bench, narae, felt, lambda: wrk.poll() is None)
            said = wrk.communicate()[0]
        finally:
            wrk.kill()
    for pid in pids:
        bench.say(f"    {tree.cpu_seconds([pid]) - before[pid]:6.1f} s  {tree.title(pid)[:60]}")
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    bench.say(f"    {told}")
    return told


def _record(bench: Bench, told: dict[str, Any], quiet: Felt, busy: Felt) -> None:
    bench.record("load_errors", told["refused"] + told["broken"] + told["late"])
    bench.record("load_reads", told["requests"] / told["seconds"])
    bench.record("load_read_p50_ms", told["p50"])
    bench.record("load_read_p99_ms", told["p99"])
    for name, before, meanwhile in (
        ("trigger", quiet.triggers, busy.triggers),
        ("gap", quiet.gaps, busy.gaps),
    ):
        for part in (50, 95):
            was, now = percentile(before, part / 100), percentile(meanwhile, part / 100)
            bench.say(f"    {name} p{part}: quiet {was:.1f} ms, under load {now:.1f} ms")
            bench.record(f"load_{name}_p{part}_ms", now)
            bench.record(f"load_{name}_p{part}_ratio", now / was)
