"""Tasks for the stand-in runtime: each takes what stand_in.Hands offers."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from narae.core.requests import GetVariable


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


LOADED_BY = os.getpid()


def quiet(hands: Any) -> None:
    pass


def hello(hands: Any) -> None:
    say("나래 says hello")


def lines(hands: Any) -> None:
    for number in range(20_000):
        say(f"line {number}")
    sys.stderr.write("no line break at the end")
    os.write(hands.log_fd, b'{"event": "ready-made", "source": "task"}\n')


def long_line(hands: Any) -> None:
    say("x" * 200_000)


def raises(hands: Any) -> None:
    raise LookupError("no rows")


def asks(hands: Any) -> None:
    say("answer", hands.ask(GetVariable(key="k")).value)


def big_ask(hands: Any) -> None:
    say("length", len(hands.ask(GetVariable(key="big")).value))


def exits(hands: Any) -> None:
    os._exit(7)


def exits_well(hands: Any) -> None:
    os._exit(0)


def kills_itself(hands: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def segfault(hands: Any) -> None:
    ctypes.string_at(0)


def sleeps(hands: Any) -> None:
    say("asleep")
    time.sleep(600)


def stubborn(hands: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say("asleep")
    while True:
        time.sleep(600)


def leaves_orphans(hands: Any) -> None:
    own = subprocess.Popen(["sleep", "600"])
    apart = subprocess.Popen(["sh", "-c", "sleep 601 & wait"], start_new_session=True)
    say(own.pid, apart.pid)


def sleeps_with_orphan(hands: Any) -> None:
    child = subprocess.Popen(["sleep", "602"], start_new_session=True)
    say(child.pid)
    time.sleep(600)


def wont_go(hands: Any) -> None:
    from datetime import UTC, datetime

    from narae.core.reports import Succeeded

    hands.end(Succeeded(attempt=hands.workload.attempt, at=datetime.now(UTC)))
    time.sleep(600)


def facts(hands: Any) -> None:
    say("session", os.getsid(0) == os.getpid())
    say("stdin", sys.stdin.read() == "")
    say("forked", os.getppid() == LOADED_BY)
    say("cwd", Path.cwd())
    say("sigterm", signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)
    open_now = {str(Path(f"/proc/self/fd/{n}").readlink()).split(":")[0] for n in (0, 1, 2)}
    say("streams", sorted(open_now))
    say("descriptors", len(list(Path("/proc/self/fd").iterdir())))


def chance(hands: Any) -> None:
    import random

    say(random.random())


def hog(hands: Any) -> None:
    held = bytearray(300 * 1024 * 1024)
    say(len(held))


def nonsense(hands: Any) -> None:
    hands.sock.sendall(b"\x00\x00\x00\x03abc")
    time.sleep(600)


def used(hands: Any) -> None:
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    held = b"x" * (80 * 1024 * 1024)
    say(len(held))


def on_call(hands: Any) -> None:
    say("called back")


def bad_call(hands: Any) -> None:
    raise SystemExit(3)
