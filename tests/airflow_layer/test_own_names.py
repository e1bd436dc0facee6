import pytest

import narae


@pytest.mark.parametrize("name", narae.__all__)
def test_every_name_that_narae_lists_is_there(name: str) -> None:
    assert getattr(narae, name) is not None


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"narae has no 'Dag'; it has .*DAG"):
        _ = narae.Dag
