import os
import shutil
import time
from pathlib import Path

import pytest

from narae.code_store import CodeStore, Pinned, version_of


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "home")


def keep(store: CodeStore, tmp_path: Path, **files: str) -> dict[str, Pinned]:
    manifest = {}
    for name, content in files.items():
        place = tmp_path / name
        place.write_text(content)
        manifest[f"{name}.py"] = Pinned(store.keep(place)[0], executable=False)
    return manifest


def test_equal_files_have_one_version_whatever_their_order() -> None:
    one, two = Pinned("aa", executable=False), Pinned("bb", executable=False)
    assert version_of({"a": one, "b": two}) == version_of({"b": two, "a": one})


@pytest.mark.parametrize(
    "other",
    [
        {"b": Pinned("aa", executable=False)},
        {"a": Pinned("bb", executable=False)},
        {"a": Pinned("aa", executable=True)},
        {"a": Pinned("aa", executable=False), "b": Pinned("aa", executable=False)},
        {},
    ],
)
def test_a_path_a_mode_or_a_content_makes_another_version(other: dict[str, Pinned]) -> None:
    assert version_of(other) != version_of({"a": Pinned("aa", executable=False)})


def test_a_tree_is_the_folder_as_it_stood(store: CodeStore, tmp_path: Path) -> None:
    manifest = keep(store, tmp_path, a="one", b="one")
    manifest["deep/er/c.py"] = manifest["a.py"]
    version = store.materialise(manifest)
    tree = store.tree(version)
    (tmp_path / "a").write_text("two")
    assert (tree / "a.py").read_text() == "one"
    assert (tree / "deep" / "er" / "c.py").read_text() == "one"
    assert (tree / "a.py").stat().st_ino == (tree / "b.py").stat().st_ino
    assert (tree / "a.py").stat().st_mode & 0o777 == 0o444
    assert store.versions() == [version]


def test_a_script_stays_executable(store: CodeStore, tmp_path: Path) -> None:
    manifest = keep(store, tmp_path, run="#!/bin/sh")
    manifest["run.sh"] = Pinned(manifest["run.py"].sha256, executable=True)
    tree = store.tree(store.materialise(manifest))
    assert os.access(tree / "run.sh", os.X_OK)
    assert not (tree / "run.py").stat().st_mode & 0o111


def test_making_a_tree_twice_is_making_it_once(store: CodeStore, tmp_path: Path) -> None:
    manifest = keep(store, tmp_path, a="one")
    before = store.tree(store.materialise(manifest)).stat()
    after = store.tree(store.materialise(manifest)).stat()
    assert before.st_ino == after.st_ino
    assert [p.name for p in store.trees.iterdir()] == [version_of(manifest)]


def test_a_large_file_is_kept_piece_by_piece(store: CodeStore, tmp_path: Path) -> None:
    place = tmp_path / "large"
    place.write_bytes(b"x" * (5 * 1024 * 1024))
    sha256, content = store.keep(place)
    assert content == b""
    tree = store.tree(store.materialise({"large": Pinned(sha256, executable=False)}))
    assert (tree / "large").read_bytes() == place.read_bytes()


def test_an_object_that_was_cut_short_is_written_again(store: CodeStore, tmp_path: Path) -> None:
    manifest = keep(store, tmp_path, a="content")
    (entry,) = store.objects.glob("*/*")
    entry.chmod(0o644)
    entry.write_text("con")
    keep(store, tmp_path, a="content")
    assert (store.tree(store.materialise(manifest)) / "a.py").read_text() == "content"


def test_a_file_that_was_taken_out_of_a_tree_is_put_back(store: CodeStore, tmp_path: Path) -> None:
    manifest = keep(store, tmp_path, a="one")
    version = store.materialise(manifest)
    assert not store.restore(version, "a.py", manifest["a.py"])
    (store.tree(version) / "a.py").unlink()
    assert store.restore(version, "a.py", manifest["a.py"])
    assert (store.tree(version) / "a.py").read_text() == "one"


def test_pruning_takes_what_nobody_needs(store: CodeStore, tmp_path: Path) -> None:
    old = store.materialise(keep(store, tmp_path, a="old"))
    new = store.materialise(keep(store, tmp_path, a="new"))
    assert store.prune(trees={new}, older_than=0.0) == []
    assert store.prune(trees={new}, older_than=time.time() + 10) == [old]
    assert store.versions() == [new]
    assert len(list(store.objects.glob("*/*"))) == 1
    assert (store.tree(new) / "a.py").read_text() == "new"
    assert (store.manifest(old), store.read(old, "a.py")) == (None, None)


def test_what_is_only_on_record_loses_its_tree_and_comes_back_whole(
    store: CodeStore, tmp_path: Path
) -> None:
    manifest = keep(store, tmp_path, a="one", b="two")
    manifest["run.sh"] = Pinned(manifest["b.py"].sha256, executable=True)
    version = store.materialise(manifest)
    assert store.prune(trees=(), contents={version}, older_than=time.time() + 10) == [version]
    assert store.versions() == []
    assert store.read(version, "a.py") == b"one"
    assert store.read(version, "none.py") is None
    assert store.rebuild(version)
    assert store.manifest(version) == manifest
    assert (store.tree(version) / "a.py").read_text() == "one"
    assert os.access(store.tree(version) / "run.sh", os.X_OK)


def test_a_tree_that_is_used_again_is_young_again(store: CodeStore, tmp_path: Path) -> None:
    manifest = keep(store, tmp_path, a="one")
    version = store.materialise(manifest)
    os.utime(store.tree(version), (0, 0))
    store.materialise(manifest)
    assert store.prune(trees=(), older_than=time.time() - 60) == []
    assert store.versions() == [version]


def test_a_version_without_its_contents_can_not_be_made_again(
    store: CodeStore, tmp_path: Path
) -> None:
    version = store.materialise(keep(store, tmp_path, a="one"))
    shutil.rmtree(store.tree(version))
    for entry in store.objects.glob("*/*"):
        entry.unlink()
    assert not store.rebuild(version)
    assert not store.rebuild("0" * 64)
    assert not store.rebuild("")


def test_a_file_that_a_tree_lacks_is_put_back(store: CodeStore, tmp_path: Path) -> None:
    version = store.materialise(keep(store, tmp_path, a="one", b="two"))
    (store.tree(version) / "b.py").unlink()
    assert store.rebuild(version)
    assert (store.tree(version) / "b.py").read_text() == "two"
