"""``python -m benchmarks``: measures, prints, writes; ``--check`` compares with the baseline."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.limits import measure_limits, middle
from benchmarks.load import load
from benchmarks.measures import MEASURES as OTHERS
from benchmarks.million import million
from benchmarks.report import REGRESSION_MAX, put_into_page, regressions, results, save, table
from benchmarks.rows import BY_KEY

MEASURES = {**OTHERS, "million": million, "load": load}
"""Group of rows -> what measures it."""
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """The exit code."""
    wishes = _parser().parse_args()
    if wishes.check:
        return _check(wishes.out, wishes.baseline)
    if wishes.page is not None:
        put_into_page(wishes.page, table(json.loads(wishes.out.read_text())))
        return 0
    groups = _groups(wishes.only, soak=wishes.soak > 0)
    root = Path(tempfile.mkdtemp(prefix="narae-bench-"))
    bench = Bench(
        root=root,
        repeats=wishes.repeats,
        quick=wishes.quick,
        soak_seconds=wishes.soak,
        load_seconds=wishes.load,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    began = time.monotonic()
    limits: list[dict[str, float]] = []
    try:
        for name in groups:
            bench.say(f"{name} ({time.monotonic() - began:.0f} s)")
            MEASURES[name](bench)
            limits.append(measure_limits(bench))
        found = results(bench, middle(limits), facts=_facts(wishes, began))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    save(found, wishes.out)
    print(table(found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS / "latest.json")
    parser.add_argument("--baseline", type=Path, default=RESULTS / "baseline.json")
    parser.add_argument("--only", action="append", help="a row or a group; may be repeated")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for development")
    parser.add_argument("--soak", type=float, default=0.0, help="seconds of soak, alone")
    parser.add_argument("--load", type=float, default=60.0, help="seconds of load")
    parser.add_argument("--check", action="store_true", help="compare --out with --baseline")
    parser.add_argument("--page", type=Path, help="put the table of --out into this page")
    return parser


def _groups(only: list[str] | None, *, soak: bool) -> list[str]:
    if soak:
        return ["soak"]
    if not only:
        return [name for name in MEASURES if name != "soak"]
    unknown = [name for name in only if name not in MEASURES and name not in BY_KEY]
    if unknown:
        raise SystemExit(f"no row or group {unknown[0]!r}; there are {', '.join(MEASURES)}")
    return list(dict.fromkeys(name if name in MEASURES else BY_KEY[name].group for name in only))


def _facts(wishes: argparse.Namespace, began: float) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began, 1),
        "repeats": wishes.repeats,
        "quick": wishes.quick,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 2),
    }


def _check(latest: Path, baseline: Path) -> int:
    for path in (latest, baseline):
        if not path.exists():
            print(f"{path} is not there; `make bench` writes latest.json", file=sys.stderr)
            return 2
    faults = regressions(json.loads(latest.read_text()), json.loads(baseline.read_text()))
    for words in faults:
        print(f"worse by more than {REGRESSION_MAX:.0%}: {words}")
    if not faults:
        print(f"no row's ratio is worse than the baseline's by more than {REGRESSION_MAX:.0%}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
