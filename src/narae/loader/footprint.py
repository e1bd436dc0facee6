"""What an import left in its process: files of the folder it read, threads, memory."""

import os
import resource
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

THREAD_GRACE_SECONDS = 0.1
"""A thread that ends so soon after the import does no harm."""
FORK_SAFE_POOLS = frozenset({"numpy"})
"""Libraries whose native threads end before a fork and begin again after it (OpenBLAS)."""
_IMPORTER = "<frozen importlib"
_WRITES = os.O_WRONLY | os.O_RDWR
_READS = frozenset({"open", "os.listdir", "os.scandir"})


@dataclass(kw_only=True)
class Footprint:
    """Which files of the folder were read: modules, and data such as a YAML file of settings.

    A folder that was listed stands with a ``/`` at its end: a new file in it matters too.
    Of the folders ``beside`` it only modules count; they stand with their absolute paths.
    """

    root: str
    beside: tuple[str, ...]
    last_module: str
    """The youngest in ``sys.modules`` when the import began; what came after is the file's."""
    opened: set[str] = field(default_factory=set)

    @classmethod
    def begin(cls, root: Path, *, beside: Sequence[str] = ()) -> "Footprint":
        """Watches this process from now on; there is no end to it (PEP 578)."""
        made = cls(
            root=f"{root}/",
            beside=tuple(f"{place}/" for place in beside),
            last_module=next(reversed(sys.modules)),
        )
        sys.addaudithook(made._note)
        return made

    def files(self, *, besides: str) -> tuple[str, ...]:
        """All of them, relative to the folder, sorted."""
        found = {place.removeprefix(self.root) for place in self.modules()} | self.opened
        found.discard(besides)
        return tuple(sorted(p for p in found if "__pycache__/" not in p and _is_text(p)))

    def modules(self) -> dict[str, Any]:
        """The modules of the folder, and of those beside it, that were imported, by path.

        Only modules that are new are looked at: a look at the others would copy the pages of
        memory that they share with the parse server.
        """
        found = {}
        for name in reversed(list(_since(self.last_module))):
            module = sys.modules.get(name)
            place = getattr(module, "__file__", None)
            if isinstance(place, str) and place.startswith((self.root, *self.beside)):
                found[place] = module
        return found

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _READS or not arguments:
            return
        if event == "open" and len(arguments) > 2 and arguments[2] & _WRITES:  # noqa: PLR2004 - (path, mode, flags)
            return
        place = arguments[0]
        if isinstance(place, bytes):
            place = os.fsdecode(place)
        if not isinstance(place, str):
            return
        if not place.startswith("/"):
            place = os.path.abspath(place)  # noqa: PTH100 - pathlib raises audit events of its own
        if not f"{place}/".startswith(self.root):
            return
        if event != "open":
            caller = sys._getframe(1).f_code.co_filename  # noqa: SLF001 - tells the importer's own listings
            if caller.startswith(_IMPORTER):
                return
            place = f"{place.rstrip('/')}/"
        path = place[len(self.root) :]
        self.opened.add(path or "./")


def _since(name: str) -> Iterator[str]:
    """Names of the modules that came after ``name``, youngest first."""
    return takewhile(lambda other: other is not name, reversed(sys.modules))


def leftover_threads() -> list[str]:
    """Names of threads that go on after the import; () when a fork is safe."""
    deadline = time.monotonic() + THREAD_GRACE_SECONDS
    main = threading.main_thread()
    for thread in threading.enumerate():
        if thread is not main:
            thread.join(max(0.0, deadline - time.monotonic()))
    python = [t.name for t in threading.enumerate() if t is not main]
    # A thread that Python has joined may be the kernel's for a moment longer.
    while (native := _thread_count() - 1 - len(python)) > 0 and time.monotonic() < deadline:
        time.sleep(0.001)
    if native > 0 and not FORK_SAFE_POOLS & sys.modules.keys():
        python.append(f"{native} native")
    return python


def memory_peak_bytes() -> int:
    """The most memory that this process had at once."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _thread_count() -> int:
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - one call, no objects
    except OSError:
        return threading.active_count()


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
