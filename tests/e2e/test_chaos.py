"""The short form of ``make chaos``: a quarter of a minute of faults, then every count is 0."""

from pathlib import Path

import pytest
from tests.chaos.campaign import campaign

pytestmark = [pytest.mark.e2e, pytest.mark.process]

FAULT_SECONDS = 14.0
KINDS = (
    "kill engine",
    "kill supervisor",
    "kill base server",
    "kill fork server",
    "kill task",
    "stop engine past its lease",
    "stop task past its lease",
    "clear a run that goes on",
    "fill the disk",
)


@pytest.mark.timeout(300)
def test_nothing_is_lost_doubled_or_left_behind(tmp_path: Path) -> None:
    found = campaign(tmp_path, seconds=FAULT_SECONDS, seed=12, kinds=KINDS)
    assert found.is_clean, found.table()
    assert sum(found.faults.values()) > 3
    assert found.runs > 20
