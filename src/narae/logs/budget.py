"""How long one piece of work on a log may take."""

import time
from collections.abc import Callable


class Budget:
    """Counts from when it is made. Who has one does one step at least, then looks at it."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = clock() + seconds

    @property
    def is_spent(self) -> bool:
        """Whether to stop here."""
        return self._clock() >= self._until
