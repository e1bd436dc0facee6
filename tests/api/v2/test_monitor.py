"""Health, version and figures by HTTP."""

from pathlib import Path

import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Principal, PrincipalKind
from narae.config import load


def test_the_version_is_told(api: Api) -> None:
    assert api.good("GET", "/api/v2/version") == {"version": "0", "git_version": None}


@pytest.mark.parametrize("path", ["/health", "/api/v2/monitor/health"])
def test_health_is_in_the_form_of_airflow(api: Api, path: str) -> None:
    found = api.good("GET", path)
    assert found["metadatabase"]["status"] == "healthy"
    assert found["scheduler"]["status"] in {"healthy", "unhealthy"}


def test_a_process_that_answers_is_alive_and_ready(api: Api) -> None:
    api.good("GET", "/livez")
    api.good("GET", "/readyz")


def test_it_is_alive_but_not_ready_where_the_database_lacks_its_tables(
    api: Api, tmp_path: Path
) -> None:
    empty = f"sqlite:///{tmp_path}/empty.db"
    settings = load({"NARAE_HOME": str(tmp_path), "NARAE__DATABASE__URL": empty})
    made = Api(tmp_path, settings)
    with made.client:
        assert made("GET", "/livez").status_code == 200
        answer = made("GET", "/readyz")
    made.store.close()
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/json"


def test_figures_are_for_those_who_may_see_them(api: Api) -> None:
    answer = api("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "narae_" in answer.text
    wanted = {"Accept": "application/openmetrics-text"}
    other = api("GET", "/metrics", headers=wanted)
    assert other.headers["content-type"].startswith("application/openmetrics-text")
    assert other.text.endswith("# EOF\n")
    api.principal = Principal(username="min", kind=PrincipalKind.USER)
    assert "min lacks" in api.bad(403, "GET", "/metrics")


def test_changes_are_for_those_who_may_read_dags(api: Api) -> None:
    api.bad(422, "GET", "/api/v2/events?colour=red")
    api.principal = Principal(username="min", kind=PrincipalKind.USER)
    assert "min lacks" in api.bad(403, "GET", "/api/v2/events")
