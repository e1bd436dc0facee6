"""What the measuring functions share: where to work, how much to do, what was found."""

import shutil
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rows import BY_KEY


@dataclass(kw_only=True)
class Bench:
    """One run of the benchmark."""

    root: Path
    repeats: int
    quick: bool
    soak_seconds: float
    say: Callable[[str], None]
    load_seconds: float = 60.0
    values: dict[str, list[float]] = field(default_factory=dict)
    """Row -> one value for each repeat."""
    server_mb: float = 0.0
    """Size of the largest fork server seen (RSS): the limits are measured at this size."""

    def record(self, key: str, value: float) -> None:
        """One repeat's value of a row."""
        row = BY_KEY[key]
        self.values.setdefault(key, []).append(value)
        self.say(f"  {row.what}: {value:.4g} {row.unit}")

    def folder(self, name: str) -> Path:
        """An empty folder of that name."""
        path = self.root / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def few(self, many: int, few: int) -> int:
        """``many``, or ``few`` when quick."""
        return few if self.quick else many


def percentile(values: list[float], part: float) -> float:
    """The value below which ``part`` (0 to 1) of ``values`` lies.

    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.5)
    3.0
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)
