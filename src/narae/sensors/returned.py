"""What a poke may return."""

from typing import Any


class PokeReturnValue:
    """What ``poke`` may return: whether it is done, and the task's XCom."""

    def __init__(self, is_done: bool, xcom_value: Any = None) -> None:
        self.is_done = is_done
        self.xcom_value = xcom_value

    def __bool__(self) -> bool:
        return self.is_done
