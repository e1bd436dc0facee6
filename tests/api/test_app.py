"""The application around the operations."""

import re
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.api.catalogue import OPERATIONS
from narae.api.openapi import document
from narae.api.operation import Open

OPEN_TO_ALL = {
    *("get_version", "get_health", "livez", "readyz", "log_in", "create_token"),
    *("oidc_login", "oidc_callback", "get_login_page", "get_logout_page", "get_logins"),
    "get_root_health",
}
"""Operations that need no permission: health, and what leads to a login."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_but_health_and_login_is_open_to_all(name: str) -> None:
    found = {each.id for each in OPERATIONS[name] if each.needs is Open.ANYBODY}
    assert found <= OPEN_TO_ALL, found - OPEN_TO_ALL


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_in_the_document_under_a_name_of_its_own(name: str) -> None:
    operations = OPERATIONS[name]
    made = document(operations, title="t", version="1")
    ids = [each["operationId"] for path in made["paths"].values() for each in path.values()]
    assert sorted(ids) == sorted(each.id for each in operations)
    twice = {each for each in ids if ids.count(each) > 1}
    assert not twice
    without_words = [each.id for each in operations if not each.summary.endswith((".", "?"))]
    assert not without_words


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_reference_of_the_document_leads_somewhere(name: str) -> None:
    made = document(OPERATIONS[name], title="t", version="1")
    text = repr(made)
    for found in re.findall(r"#/components/schemas/([^'\"]+)", text):
        assert found in made["components"]["schemas"]


def test_every_answer_has_headers_that_browsers_obey(api: Api) -> None:
    for path in ("/api/v2/version", "/api/v2/nothing", "/docs"):
        headers = api("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "script-src 'self';" in headers["content-security-policy"]
    assert api("GET", "/api/v2/version").headers["cache-control"] == "no-store"


def test_another_host_is_refused(api: Api) -> None:
    words = api.bad(400, "GET", "/api/v2/version", headers={"host": "evil.example:8080"})
    assert words == "this server does not answer to 'evil.example': see api.allowed_hosts"
    for host in ("localhost:1", "127.0.0.1", "[::1]:8080"):
        api.good("GET", "/api/v2/version", headers={"host": host})


def test_an_unknown_path_and_a_wrong_method_are_problems(api: Api) -> None:
    assert "/api/v2/nothing" in api.bad(404, "GET", "/api/v2/nothing")
    answer = api("DELETE", "/api/v2/version")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_documents_and_their_pages_come_from_here(api: Api, name: str) -> None:
    made: dict[str, Any] = api.good("GET", f"/api/{name}/openapi.json")
    assert made["openapi"].startswith("3.1")
    for page in ("docs", "redoc"):
        text = api("GET", f"/api/{name}/{page}").text
        links = re.findall(r'(?:src|href|data-url|spec-url)="([^"]+)"', text)
        assert links
        for link in links:
            assert link.startswith("/")
            assert api("GET", link).status_code == 200, link
