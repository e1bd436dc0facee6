import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from narae.loader.watch import Watcher, ways_to


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    made = Watcher()
    assert made.cover([str(tmp_path)])
    yield made
    made.close()


def is_told(watcher: Watcher) -> bool:
    """inotify tells at once, so there is nothing to wait for."""
    ready, _, _ = select.select([watcher], [], [], 0)
    return bool(ready) and watcher.changed()


def test_a_file_that_is_written_is_told_of(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    assert is_told(watcher)
    assert not is_told(watcher)


@pytest.mark.parametrize("name", ["a.pyc", "a.py~", ".a.py.swp", "__pycache__", "4913"])
def test_what_never_matters_is_not_told_of(watcher: Watcher, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    assert not is_told(watcher)


def test_a_file_that_is_still_being_written_waits_for_its_end(
    watcher: Watcher, tmp_path: Path
) -> None:
    with (tmp_path / "a.py").open("w") as file:
        assert is_told(watcher)  # it is there
        file.write("half")
        file.flush()
        assert not is_told(watcher)
    assert is_told(watcher)


def test_moves_deletions_and_modes_are_told_of(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    assert is_told(watcher)
    (tmp_path / "a.py").chmod(0o755)
    assert is_told(watcher)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert is_told(watcher)
    (tmp_path / "b.py").unlink()
    assert is_told(watcher)


def test_a_folder_that_is_no_longer_wanted_is_silent(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert watcher.cover([str(tmp_path), str(tmp_path / "sub")])
    assert not watcher.cover([str(tmp_path), str(tmp_path / "sub")])
    watcher.changed()
    assert not watcher.cover([str(tmp_path)])
    (tmp_path / "sub" / "a.py").touch()
    assert not is_told(watcher)


def test_a_folder_that_was_made_anew_is_new(watcher: Watcher, tmp_path: Path) -> None:
    places = [str(tmp_path), str(tmp_path / "sub")]
    (tmp_path / "sub").mkdir()
    watcher.cover(places)
    (tmp_path / "sub").rmdir()
    (tmp_path / "sub").mkdir()
    assert is_told(watcher)
    assert watcher.cover(places)


def test_missing_folders_are_no_trouble(watcher: Watcher, tmp_path: Path) -> None:
    assert not watcher.cover([str(tmp_path), str(tmp_path / "none")])


def test_a_link_on_the_way_is_watched_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "revisions" / "1" / "dags").mkdir(parents=True)
    (tmp_path / "current").symlink_to(Path("revisions") / "1")
    (tmp_path / "dags").symlink_to(tmp_path / "current" / "dags")
    found = ways_to(tmp_path / "dags")
    assert found.count(str(tmp_path)) == 2


def test_a_folder_that_is_not_there_is_awaited_in_the_nearest_one(tmp_path: Path) -> None:
    assert ways_to(tmp_path / "none" / "dags") == [str(tmp_path)]


def test_a_loop_of_links_comes_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert len(ways_to(tmp_path / "a")) <= 41


def test_a_closed_watcher_tells_nothing() -> None:
    watcher = Watcher()
    before = open_descriptors()
    watcher.close()
    assert open_descriptors() == before - 1
    assert not watcher.changed()
    assert not watcher.cover(["/"])


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
