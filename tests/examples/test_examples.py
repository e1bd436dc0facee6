"""The example DAGs are the first that people read, so they have to be in order."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from narae.core.spec import DagSpec, ParsedFile
from narae.loader.local import parse_folder

pytestmark = pytest.mark.process

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(file.name for file in EXAMPLES.glob("*.py"))


@pytest.fixture(scope="module")
def parsed() -> Mapping[str, ParsedFile]:
    """Results by file, from one pass over the folder."""
    return {f.file: f for f in parse_folder(EXAMPLES)}


def spec_of(parsed: Mapping[str, ParsedFile], file: str) -> DagSpec:
    (spec,) = parsed[file].dags
    return spec


def test_every_example_is_found(parsed: Mapping[str, ParsedFile]) -> None:
    assert list(parsed) == FILES


@pytest.mark.parametrize("file", FILES)
def test_an_example_has_no_fault(parsed: Mapping[str, ParsedFile], file: str) -> None:
    assert parsed[file].failures == ()
    assert parsed[file].warnings == ()
    assert not parsed[file].must_spawn


@pytest.mark.parametrize("file", FILES)
def test_an_example_says_what_it_shows(parsed: Mapping[str, ParsedFile], file: str) -> None:
    spec = spec_of(parsed, file)
    assert spec.dag_id == file.removesuffix(".py")
    assert spec.description
    assert spec.doc_md
    assert "example" in spec.tags
    assert {t.owner for t in spec.tasks} <= {"examples", "예제"}


@pytest.mark.parametrize("file", FILES)
def test_an_example_makes_up_for_no_past_runs(parsed: Mapping[str, ParsedFile], file: str) -> None:
    spec = spec_of(parsed, file)
    assert not spec.catchup or not spec.schedule_text


def test_the_korean_example_runs_on_seoul_time(parsed: Mapping[str, ParsedFile]) -> None:
    spec = spec_of(parsed, "example_korean.py")
    assert spec.timezone == "Asia/Seoul"
    assert spec.display_name == "예제: 아침 준비"
    assert spec.tasks[0].display_name == "일어나기"
