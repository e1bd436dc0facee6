"""The web UI as the API server serves it."""

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from narae.api import ui_pages
from narae.api.ui_documents import DIGEST, ONLY_IN_V1, digest, documents, narrowed

CODEGEN = Path(__file__).parents[2] / "ui" / "codegen"
PAGE = """<!doctype html><meta property="csp-nonce" nonce="NARAE-NONCE">
<script type="module" src="/assets/index-1a2b.js" nonce="NARAE-NONCE"></script>"""


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    files = tmp_path / "ui"
    (files / "assets").mkdir(parents=True)
    (files / "index.html").write_text(PAGE)
    (files / "assets" / "index-1a2b.js").write_text("const narae = 1;\n" * 200)
    (tmp_path / "secret.txt").write_text("not for browsers")
    return TestClient(Starlette(routes=ui_pages.routes(files)))


@pytest.mark.parametrize("path", ["/", "/dags", "/dags/한국어/grid", "/login?next=/dags"])
def test_each_address_of_the_ui_is_the_one_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "/assets/index-1a2b.js" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_each_page_has_a_nonce_of_its_own_that_its_policy_names(client: TestClient) -> None:
    nonces = set()
    for _ in range(2):
        answer = client.get("/")
        (nonce,) = set(re.findall('nonce="([^"]+)"', answer.text))
        policy = answer.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{nonce}'" in policy
        assert "unsafe" not in policy
        nonces.add(nonce)
    assert len(nonces) == 2


def test_files_are_kept_for_ever_and_sent_zipped(client: TestClient) -> None:
    answer = client.get("/assets/index-1a2b.js")
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text == "const narae = 1;\n" * 200
    plain = client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text


@pytest.mark.parametrize("name", ["nothing.js", "..%2f..%2fsecret.txt", "%2e%2e/secret.txt"])
def test_what_is_no_file_of_the_build_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/api/v2/nothing", "/auth/nothing", "/docs-files/nothing"])
def test_below_the_api_are_no_pages(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_checkout_without_the_build_says_how_to_make_it(tmp_path: Path) -> None:
    client = TestClient(Starlette(routes=ui_pages.routes(tmp_path)))
    answer = client.get("/")
    assert answer.status_code == 503
    assert "make ui" in answer.text


def test_a_narrowed_document_has_every_schema_that_it_uses() -> None:
    found = documents()["v1"]
    assert found["paths"]
    assert all(path.startswith(ONLY_IN_V1) for path in found["paths"])
    used = set(re.findall(r"#/components/schemas/([^'\"]+)", str(found)))
    assert used == set(found["components"]["schemas"])


def test_what_nothing_uses_is_left_out() -> None:
    whole = {
        "paths": {
            "/a": {"$ref": "#/components/schemas/A"},
            "/b": {"$ref": "#/components/schemas/B"},
        },
        "components": {
            "schemas": {"A": {"x": {"$ref": "#/components/schemas/C"}}, "B": {}, "C": {}}
        },
    }
    assert set(narrowed(whole, ("/a",))["components"]["schemas"]) == {"A", "C"}


def test_the_uis_types_are_those_of_the_api() -> None:
    stored = (CODEGEN / DIGEST).read_text().strip()
    assert stored == digest(documents()), "the API has changed: run scripts/ui-types"
