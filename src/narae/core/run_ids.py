"""The names of runs: unique within their DAG, readable, sorted by time."""

import re
from datetime import UTC, datetime
from random import Random
from string import ascii_letters, digits
from types import MappingProxyType

from narae.core.states import RunType

RUN_ID_PATTERN = "^[A-Za-z0-9_.~:+-]+$"
"""What a run id may look like unless the deployment says otherwise (Airflow's default)."""

RUN_ID_LENGTH_MAX = 250
_SUFFIX_LENGTH = 8

_PREFIXES: MappingProxyType[int, MappingProxyType[RunType, str]] = MappingProxyType(
    {
        2: MappingProxyType(
            {
                RunType.SCHEDULED: "scheduled",
                RunType.MANUAL: "manual",
                RunType.BACKFILL: "backfill",
                RunType.ASSET_TRIGGERED: "dataset_triggered",
                RunType.OPERATOR_TRIGGERED: "manual",
            }
        ),
        3: MappingProxyType({each: each.value for each in RunType}),
    }
)


def run_id_for(
    run_type: RunType,
    *,
    generation: int,
    logical_date: datetime | None,
    run_after: datetime,
    chance: Random,
) -> str:
    """The name of a run that nobody named.

    Generation 2 names it after its logical date, generation 3 after ``run_after``; without a
    logical date, two may be asked for at one moment, so eight random characters follow.

    >>> at = datetime(2026, 3, 2, tzinfo=UTC)
    >>> facts = {"logical_date": at, "run_after": at, "chance": Random(1)}
    >>> run_id_for(RunType.ASSET_TRIGGERED, generation=2, **facts)
    'dataset_triggered__2026-03-02T00:00:00+00:00'
    """
    prefix = _PREFIXES[generation][run_type]
    named_after = logical_date if generation == 2 and logical_date else run_after  # noqa: PLR2004 - Airflow 2
    name = f"{prefix}__{named_after.astimezone(UTC).isoformat()}"
    if logical_date is not None:
        return name
    return f"{name}_{''.join(chance.choices(ascii_letters + digits, k=_SUFFIX_LENGTH))}"


def check_run_id(run_id: str, *, pattern: str = RUN_ID_PATTERN) -> None:
    """Raises :exc:`ValueError` unless users may name a run so.

    >>> check_run_id("my run")
    Traceback (most recent call last):
    ValueError: run id 'my run' may not contain ' '; it has to match ^[A-Za-z0-9_.~:+-]+$
    """
    if not run_id:
        raise ValueError("a run id may not be empty")
    if len(run_id) > RUN_ID_LENGTH_MAX:
        raise ValueError(
            f"a run id has at most {RUN_ID_LENGTH_MAX} characters, this one has {len(run_id)}"
        )
    if re.search(pattern, run_id) and not run_id.endswith("\n"):
        return
    wrong = [] if pattern != RUN_ID_PATTERN else re.findall("[^A-Za-z0-9_.~:+-]", run_id)
    why = f"may not contain {wrong[0]!r}; it has" if wrong else "has"
    raise ValueError(f"run id {run_id!r} {why} to match {pattern}")
