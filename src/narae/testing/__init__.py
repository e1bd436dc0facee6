"""For tests, here and elsewhere: stores, executors and clocks that need nothing around them.

``from narae.testing import simulate`` runs a DAG under the real scheduler in milliseconds.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from narae.testing.attempts import run_task as run_task
    from narae.testing.simulated import SimulatedRun as SimulatedRun
    from narae.testing.simulation import Simulation as Simulation
    from narae.testing.simulation import simulate as simulate

_EXPORTS = {
    "simulate": "narae.testing.simulation",
    "Simulation": "narae.testing.simulation",
    "SimulatedRun": "narae.testing.simulated",
    "run_task": "narae.testing.attempts",
}

__all__ = ["SimulatedRun", "Simulation", "run_task", "simulate"]


def __getattr__(name: str) -> Any:
    """Imports what is asked for; the server's own tests want none of it."""
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
