"""Airflow's official clients work against a real server: every method that they have."""

import pytest
from tests.api.clients.conftest import Served


@pytest.mark.process
def test_the_client_of_airflow_2_works_whole(served: Served) -> None:
    told = served.drive("v1", "drive_v1.py")
    assert told["left"] == []
    assert len(told["called"]) >= 89


@pytest.mark.process
def test_the_client_of_airflow_3_works_whole(served: Served) -> None:
    told = served.drive("v2", "drive_v2.py")
    assert "\n".join(told["wrong"]) == ""
    assert told["left"] == []
    assert told["steps"] >= 130
