from collections.abc import Iterator

import pytest

from narae.authoring.parsing import FileState, begin_file


@pytest.fixture(autouse=True)
def fresh_file() -> Iterator[FileState]:
    """Every test reads a file of its own."""
    yield begin_file()
    begin_file()
