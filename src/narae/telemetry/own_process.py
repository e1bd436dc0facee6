"""What a process can say of itself, from ``/proc``."""

import os
import resource
from pathlib import Path

from narae.telemetry.registry import Point, Snapshot

_STATM = Path("/proc/self/statm")
_DESCRIPTORS = Path("/proc/self/fd")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def own_figures(component: str) -> Snapshot:
    """Memory, CPU time and descriptors of this process, without its children."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "narae_process_resident_bytes": int(_STATM.read_text().split()[1]) * _PAGE_BYTES,
        "narae_process_cpu_seconds_total": used.ru_utime + used.ru_stime,
        "narae_process_open_fds": sum(1 for _ in _DESCRIPTORS.iterdir()) - 1,
    }
    return {name: [Point((component,), float(value))] for name, value in figures.items()}
