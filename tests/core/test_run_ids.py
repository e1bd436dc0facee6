from datetime import datetime, timedelta, timezone
from random import Random

import pytest

from narae.core.run_ids import RUN_ID_LENGTH_MAX, check_run_id, run_id_for
from narae.core.states import RunType

SEOUL = timezone(timedelta(hours=9))
LOGICAL = datetime(2026, 3, 2, tzinfo=SEOUL)
AFTER = datetime(2026, 3, 3, 0, 0, 0, 250, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("run_type", "generation", "expected"),
    [
        (RunType.SCHEDULED, 2, "scheduled__2026-03-01T15:00:00+00:00"),
        (RunType.MANUAL, 2, "manual__2026-03-01T15:00:00+00:00"),
        (RunType.BACKFILL, 2, "backfill__2026-03-01T15:00:00+00:00"),
        (RunType.ASSET_TRIGGERED, 2, "dataset_triggered__2026-03-01T15:00:00+00:00"),
        (RunType.OPERATOR_TRIGGERED, 2, "manual__2026-03-01T15:00:00+00:00"),
        (RunType.SCHEDULED, 3, "scheduled__2026-03-02T15:00:00.000250+00:00"),
        (RunType.MANUAL, 3, "manual__2026-03-02T15:00:00.000250+00:00"),
        (RunType.BACKFILL, 3, "backfill__2026-03-02T15:00:00.000250+00:00"),
        (RunType.ASSET_TRIGGERED, 3, "asset_triggered__2026-03-02T15:00:00.000250+00:00"),
        (RunType.OPERATOR_TRIGGERED, 3, "operator_triggered__2026-03-02T15:00:00.000250+00:00"),
    ],
)
def test_a_run_is_named_after_its_type_and_date_in_utc(
    run_type: RunType, generation: int, expected: str
) -> None:
    run_id = run_id_for(
        run_type, generation=generation, logical_date=LOGICAL, run_after=AFTER, chance=Random(1)
    )
    assert run_id == expected
    check_run_id(run_id)


def test_runs_without_a_logical_date_have_names_of_their_own() -> None:
    chance = Random(7)
    names = {
        run_id_for(RunType.MANUAL, generation=3, logical_date=None, run_after=AFTER, chance=chance)
        for _ in range(50)
    }
    assert len(names) == 50
    assert all(name.startswith("manual__2026-03-02T15:00:00.000250+00:00_") for name in names)
    for name in names:
        check_run_id(name)


@pytest.mark.parametrize("run_id", ["a", "manual__2026-03-02T00:00:00+09:00", "A-b_c.d~e:f+1"])
def test_users_may_name_runs(run_id: str) -> None:
    check_run_id(run_id)


@pytest.mark.parametrize(
    ("run_id", "message"),
    [
        ("", "may not be empty"),
        ("my run", "may not contain ' '"),
        ("a/b", "may not contain '/'"),
        ("나래", "may not contain '나'"),
        ("a\n", "may not contain"),
        ("x" * (RUN_ID_LENGTH_MAX + 1), "at most 250"),
    ],
)
def test_a_name_that_can_not_be_is_told(run_id: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_run_id(run_id)


def test_a_deployment_may_allow_other_names() -> None:
    check_run_id("나래 1", pattern=r"^[\w ]+$")
    with pytest.raises(ValueError, match="has to match"):
        check_run_id("a-b", pattern=r"^\w+$")
