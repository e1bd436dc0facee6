import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from narae.code_store import CodeStore
from narae.loader.scan import FolderScanner
from narae.loader.values import LoaderSettings

DAG = "from airflow import DAG\n"
Make = Callable[..., FolderScanner]


@pytest.fixture
def dags(tmp_path: Path) -> Path:
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "a.py").write_text(DAG)
    (folder / "lib.py").write_text("x = 1\n")
    (folder / "query.sql").write_text("select 1")
    return folder


@pytest.fixture
def make(tmp_path: Path, dags: Path) -> Make:
    def made(settings: LoaderSettings | None = None, *, pin: bool = True) -> FolderScanner:
        store = CodeStore(tmp_path / "home") if pin else None
        return FolderScanner(folder=dags, settings=settings or LoaderSettings(), store=store)

    return made


def test_a_scan_names_candidates_and_pins_everything(make: Make, dags: Path) -> None:
    scan = make().scan()
    assert list(scan.candidates) == ["a.py"]
    assert sorted(scan.manifest) == ["a.py", "lib.py", "query.sql"]
    assert (scan.root / "query.sql").read_text() == "select 1"
    assert scan.root != dags


def test_without_safe_mode_every_python_file_is_a_candidate(make: Make) -> None:
    scan = make(LoaderSettings(safe_mode=False)).scan()
    assert list(scan.candidates) == ["a.py", "lib.py"]


def test_a_change_makes_another_version_and_its_reversal_the_first(make: Make, dags: Path) -> None:
    scanner = make()
    first = scanner.scan().version
    (dags / "query.sql").write_text("select 2")
    second = scanner.scan().version
    (dags / "query.sql").write_text("select 1")
    assert first != second
    assert scanner.scan().version == first


def test_a_file_that_may_change_within_the_same_tick_is_read_again(make: Make, dags: Path) -> None:
    scanner = make()
    written = (dags / "query.sql").stat().st_ctime_ns
    scanner.clock_ns = lambda: written + 1_000_000
    scanner.scan()
    assert scanner.store is not None
    for file in scanner.store.objects.glob("*/*"):
        file.unlink()
    scanner.scan()
    assert len(list(scanner.store.objects.glob("*/*"))) == 3


def test_what_did_not_change_is_not_read_again(make: Make, dags: Path) -> None:
    scanner = make()
    long_after = (dags / "a.py").stat().st_ctime_ns + 10**12
    scanner.clock_ns = lambda: long_after
    first = scanner.scan()
    for file in scanner.store.objects.glob("*/*") if scanner.store else ():
        file.unlink()
    assert scanner.scan().version == first.version
    assert scanner.store is not None
    assert list(scanner.store.objects.glob("*/*")) == []


def test_a_folder_that_is_not_pinned_reads_only_candidates(make: Make, dags: Path) -> None:
    scan = make(pin=False).scan()
    assert (scan.version, scan.root) == ("", dags)
    assert sorted(scan.manifest) == ["a.py", "lib.py"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (LoaderSettings(file_bytes_max=5), "a.py has 0 MiB, more than"),
        (LoaderSettings(folder_bytes_max=30), "its files have 0 MiB, more than"),
    ],
)
def test_too_much_is_not_pinned_and_the_reason_is_said(
    make: Make, settings: LoaderSettings, words: str
) -> None:
    scan = make(settings).scan()
    assert scan.version == ""
    assert words in scan.unpinned_why
    assert list(scan.candidates) == ["a.py"]


def test_an_archive_gives_a_candidate_for_each_file(make: Make, dags: Path) -> None:
    with zipfile.ZipFile(dags / "pack.zip", "w") as made:
        made.writestr("one.py", DAG)
        made.writestr("two.py", DAG)
    assert list(make().scan().candidates) == ["a.py", "pack.zip/one.py", "pack.zip/two.py"]


@pytest.mark.parametrize("content", [b"", b"no zip at all"])
def test_a_broken_archive_is_a_candidate_with_its_problem(
    make: Make, dags: Path, content: bytes
) -> None:
    (dags / "pack.zip").write_bytes(content)
    candidate = make().scan().candidates["pack.zip"]
    assert "is no zip archive" in candidate.problem
