"""Versions of DAGs by ``/api/v2``: which there are, their code, and how they differ."""

from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.accounts.permissions import Action, Permission, Principal, PrincipalKind, Resource
from narae.code_store import CodeStore, Pinned
from narae.testing import samples as s

DAGS = "/api/v2/dags/fish"
SOURCES = "/api/v2/dagSources/fish"


class Folder:
    """A DAG folder whose code is pinned as the loader does it."""

    def __init__(self, api: Api, home: Path) -> None:
        self._api = api
        self._home = home
        self._code = CodeStore(home)

    def save(self, text: str, **spec: Any) -> str:
        """The DAG's file has this text and gives this DAG; the code version."""
        file = self._home / "fish.py"
        file.write_text(text)
        sha256, _ = self._code.keep(file)
        version = self._code.materialise({"fish.py": Pinned(sha256, executable=False)})
        self._api.stage.add_dag(s.spec("fish", **spec), file="fish.py", code_version=version)
        return version


@pytest.fixture
def folder(api: Api, tmp_path: Path) -> Folder:
    return Folder(api, tmp_path)


@pytest.fixture
def versions(folder: Folder) -> list[str]:
    """Code versions; the first two are of the DAG's version 1, the third of 2."""
    return [
        folder.save("one = 1\n"),
        folder.save("one = 2\n"),
        folder.save("one = 3\n", tasks=("extract", "mail")),
    ]


@pytest.mark.usefixtures("versions")
def test_versions_are_listed_and_found_by_number(api: Api) -> None:
    found = api.good("GET", f"{DAGS}/dagVersions")
    assert [row["version_number"] for row in found["dag_versions"]] == [1, 2]
    assert found["total_entries"] == 2
    for query in ("order_by=-version_number&limit=1", "version_number=2"):
        (latest,) = api.good("GET", f"{DAGS}/dagVersions?{query}")["dag_versions"]
        assert latest == api.good("GET", f"{DAGS}/dagVersions/2")
    everywhere = api.good("GET", "/api/v2/dags/~/dagVersions?limit=100")
    assert everywhere["total_entries"] == 4
    assert len({row["id"] for row in everywhere["dag_versions"]}) == 4


def test_versions_are_filtered_by_bundle(api: Api, versions: list[str]) -> None:
    for query, count in (
        (f"bundle_version={versions[2]}", 1),
        (f"bundle_version={versions[1]}", 0),
        ("bundle_name=dags-folder", 2),
        ("bundle_name=git", 0),
    ):
        assert api.good("GET", f"{DAGS}/dagVersions?{query}")["total_entries"] == count
    assert "1 to 2" in api.bad(404, "GET", f"{DAGS}/dagVersions/3")
    api.bad(404, "GET", f"{DAGS}/dagVersions/x")


@pytest.mark.usefixtures("versions")
def test_a_source_comes_as_json_or_as_text(api: Api) -> None:
    found = api.good("GET", SOURCES)
    assert (found["content"], found["version_number"]) == ("one = 3\n", 2)
    assert api.good("GET", f"{SOURCES}?version_number=1")["content"] == "one = 1\n"
    text = api("GET", SOURCES, headers={"accept": "text/plain"})
    assert (text.text, text.headers["content-type"]) == ("one = 3\n", "text/plain; charset=utf-8")
    assert "image/png" in api.bad(406, "GET", SOURCES, headers={"accept": "image/png"})
    api.bad(404, "GET", f"{SOURCES}?version_number=9")


def test_code_is_found_by_number_and_by_name(api: Api, versions: list[str]) -> None:
    for name, content, number in (
        ("1", "one = 1\n", 1),
        (versions[0], "one = 1\n", 1),
        (versions[2][:12], "one = 3\n", 2),
    ):
        found = api.good("GET", f"{DAGS}/code/{name}")
        assert (found["content"], found["version_number"]) == (content, number)
        assert found["relative_fileloc"] == "fish.py"


def test_code_of_others_is_not_found(api: Api, versions: list[str]) -> None:
    for name in ("0" * 64, versions[2][:3], "..%2f..%2ffernet.key", "%2e%2e"):
        api.bad(404, "GET", f"{DAGS}/code/{name}")
    api.bad(404, "GET", f"/api/v2/dags/sales/code/{versions[0]}")


def test_a_run_shows_the_code_that_it_runs(api: Api, folder: Folder) -> None:
    folder.save("one = 1\n")
    version = folder.save("one = 2\n")
    api.stage.trigger("fish", run_id="mine")
    folder.save("one = 3\n")
    found = api.good("GET", f"{DAGS}/dagRuns/mine/code")
    assert (found["content"], found["code_version"]) == ("one = 2\n", version)
    assert api.good("GET", f"{DAGS}/code/{version}") == found  # only the run knows of it
    assert "'mime'" in api.bad(404, "GET", f"{DAGS}/dagRuns/mime/code")


def test_a_difference_shows_code_and_what_it_means(api: Api, versions: list[str]) -> None:
    found = api.good("GET", f"{DAGS}/diff?from=1&to={versions[2]}")
    assert "-one = 1\n+one = 3\n" in found["code"]
    assert found["spec"]["tasks"] == {"added": ["mail"], "removed": ["load"], "changed": {}}
    assert [found[side]["version_number"] for side in ("before", "after")] == [1, 2]
    same = api.good("GET", f"{DAGS}/diff?from=1&to=1")
    assert (same["code"], same["spec"]["tasks"]["added"]) == ("", [])


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("from=1", 422, "to"),
        ("from=1&to=9", 404, "'9'"),
        ("from=1&to=..", 422, "to"),
        ("from=1&to=abcdef", 404, "abcdef"),
    ],
)
@pytest.mark.usefixtures("versions")
def test_a_difference_needs_two_versions(api: Api, query: str, status: int, words: str) -> None:
    assert words in api.bad(status, "GET", f"{DAGS}/diff?{query}")


@pytest.mark.usefixtures("versions")
def test_code_needs_its_own_permission(api: Api) -> None:
    api.principal = Principal(
        username="min",
        kind=PrincipalKind.USER,
        permissions=frozenset({Permission(Action.READ, Resource.DAG)}),
    )
    for path in (SOURCES, f"{DAGS}/code/1", f"{DAGS}/diff?from=1&to=2", f"{DAGS}/dagVersions"):
        api.bad(403, "GET", path)


@pytest.mark.usefixtures("versions")
def test_a_structure_is_that_of_a_version(api: Api) -> None:
    latest = api.good("GET", "/api/v2/structure/fish")
    assert (latest["version_number"], [n["task_id"] for n in latest["nodes"]]) == (
        2,
        ["extract", "mail"],
    )
    first = api.good("GET", "/api/v2/structure/fish?version_number=1")
    edges = [(edge["source"], edge["target"], edge["label"]) for edge in first["edges"]]
    assert edges == [("extract", "load", None)]
    api.bad(404, "GET", "/api/v2/structure/fish?version_number=3")
    api.bad(404, "GET", "/api/v2/structure/fisch")
