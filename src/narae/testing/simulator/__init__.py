"""The real engine under a virtual clock, with seeded faults; see ``docs/simulation.md``.

>>> from narae.testing.simulator import simulate
>>> simulate(1).digest == simulate(1).digest
True
"""

from narae.testing.simulator.entries import BrokenInvariant
from narae.testing.simulator.options import Options
from narae.testing.simulator.story import History, simulate

__all__ = ["BrokenInvariant", "History", "Options", "simulate"]
