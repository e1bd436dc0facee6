import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from narae.storage.lock import DatabaseLockedError, HomeLock, HomeLockedError, engine_lock

HOLDER = """
import sys, time
from pathlib import Path
from narae.storage.lock import HomeLock
lock = HomeLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.process
def test_a_second_engine_learns_who_has_the_home(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(HomeLockedError, match=f"process {child.pid} already runs") as caught:
            HomeLock(tmp_path)
        assert caught.value.pid == child.pid
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        with HomeLock(tmp_path):
            assert (tmp_path / "run" / "engine.lock").read_text() == f"{os.getpid()}\n"


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    lock.release()
    lock.release()
    HomeLock(tmp_path).release()


def test_two_homes_do_not_share_one_postgresql_database(tmp_path: Path, postgres_url: str) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    with (
        engine_lock(postgres_url, first),
        pytest.raises(DatabaseLockedError, match="another home"),
        engine_lock(postgres_url, second),
    ):
        pass
    with engine_lock(postgres_url, second):
        pass
