import gc
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from narae.runtime.rehearsal import rehearse


def surroundings() -> dict[str, Any]:
    root = logging.getLogger()
    return {
        "streams": (sys.stdout, sys.stderr),
        "handlers": root.handlers[:],
        "level": root.level,
        "SIGTERM": signal.getsignal(signal.SIGTERM),
        "environment": dict(os.environ),
        "descriptors": sorted(path.name for path in Path("/proc/self/fd").iterdir()),
    }


def test_a_rehearsal_leaves_the_process_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    before = surroundings()
    rehearse()
    gc.collect()
    assert surroundings() == before
    assert capfd.readouterr() == ("", "")


def test_a_rehearsal_runs_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    monkeypatch.setattr("narae.runtime.rehearsal._nothing", lambda: ran.append(1))
    rehearse()
    assert len(ran) > 8
