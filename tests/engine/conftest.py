from collections.abc import Callable
from typing import Any

import pytest

from narae.testing.memory_store import MemoryStore
from narae.testing.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage(store=MemoryStore())


@pytest.fixture
def make_stage() -> Callable[..., Stage]:
    def make(**options: Any) -> Stage:
        return Stage(**({"store": MemoryStore()} | options))

    return make
