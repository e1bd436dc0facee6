"""The same seed gives the same history, byte for byte, in any process."""

import subprocess
import sys

import pytest

from narae.testing.simulator import simulate

_SHOW = """
from narae.testing.simulator import simulate
print(*(simulate(seed).digest for seed in (3, 13, 22)))
"""


def _digests(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _SHOW],
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_seed_gives_one_history_in_one_process() -> None:
    first, second = simulate(13), simulate(13)
    assert first.digest == second.digest
    assert first.lines == second.lines


def test_another_seed_gives_another_history() -> None:
    assert simulate(13).digest != simulate(14).digest


@pytest.mark.process
def test_a_seed_gives_one_history_in_every_process() -> None:
    assert _digests("1") == _digests("4711")
