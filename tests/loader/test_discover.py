import os
import zipfile
from pathlib import Path

import pytest

from narae.loader.discover import archive_members, mentions_dag, walk

DAG = "from airflow import DAG\n"


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(DAG)


def paths(root: Path, syntax: str = "regexp") -> list[str]:
    return [f.path for f in walk(root, syntax=syntax).files]


def candidates(root: Path, syntax: str = "regexp") -> list[str]:
    return [f.path for f in walk(root, syntax=syntax).files if f.candidate]


def test_hidden_folders_caches_and_what_editors_leave_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, "a.py", ".git/b.py", "__pycache__/c.py", "d.py~", ".e.py.swp", "x/f.pyc")
    write(tmp_path, ".venv/lib/g.py", "env/pyvenv.cfg", "env/lib/h.py", "node_modules/i.py")
    assert paths(tmp_path) == ["a.py"]


def test_only_python_and_zip_files_may_hold_dags(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.sql", "c.zip", ".d.py", "e.yaml", "깊은/한글.py")
    assert candidates(tmp_path) == ["a.py", "c.zip", "깊은/한글.py"]
    assert len(paths(tmp_path)) == 6


def test_airflowignore_leaves_modules_importable(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "lib/b.py", "lib/deep/c.py")
    (tmp_path / ".airflowignore").write_text("lib\n")
    assert candidates(tmp_path) == ["a.py"]
    assert "lib/deep/c.py" in paths(tmp_path)


def test_naraeignore_keeps_files_out_altogether(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "data/big.csv", "team/b.py", "team/c.py")
    (tmp_path / ".naraeignore").write_text("data/\n")
    (tmp_path / "team" / ".naraeignore").write_text("/c.py\n")
    assert paths(tmp_path) == [".naraeignore", "a.py", "team/.naraeignore", "team/b.py"]


def test_the_syntax_of_airflowignore_is_a_setting(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "a_draft.py")
    (tmp_path / ".airflowignore").write_text("*_draft.py\n")
    assert candidates(tmp_path, "glob") == ["a.py"]
    found = walk(tmp_path, syntax="regexp")
    assert len(found.warnings) == 1


def test_links_are_followed_without_loops(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", "shared.py")
    write(tmp_path / "dags", "a.py", "sub/b.py")
    (tmp_path / "dags" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "dags" / "sub" / "up").symlink_to(tmp_path / "dags")
    (tmp_path / "dags" / "one.py").symlink_to(tmp_path / "elsewhere" / "shared.py")
    assert paths(tmp_path / "dags") == ["a.py", "linked/shared.py", "one.py", "sub/b.py"]


def test_a_dangling_link_and_a_pipe_harm_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.py")
    found = walk(tmp_path, syntax="regexp")
    assert [f.path for f in found.files] == ["a.py"]
    assert found.warnings == ("gone.py can't be read: No such file or directory",)


def test_a_name_that_is_not_utf8_is_left_out_and_said(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")).write_text(DAG)
    found = walk(tmp_path, syntax="regexp")
    assert found.files == ()
    assert "not UTF-8" in found.warnings[0]


def test_a_missing_folder_is_a_warning(tmp_path: Path) -> None:
    found = walk(tmp_path / "none", syntax="regexp")
    assert found.files == ()
    assert "none can't be read" in found.warnings[0]


@pytest.mark.parametrize(
    ("content", "may"),
    [
        (b"import airflow\nDAG()", True),
        (b"import narae\n@dag\n", True),
        (b"AIRFLOW daG", True),
        (b"from airflow import x", False),
        (b"dag", False),
        (b"", False),
    ],
)
def test_safe_mode_asks_for_two_words(content: bytes, may: bool) -> None:
    assert mentions_dag(content) is may


def test_an_archive_gives_its_python_files_at_the_root(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("etl.py", DAG)
        made.writestr("plain.py", "x = 1")
        made.writestr("lib/inner.py", DAG)
        made.writestr("readme.md", DAG)
    assert list(archive_members(archive, safe_mode=True)) == ["etl.py"]
    assert list(archive_members(archive, safe_mode=False)) == ["etl.py", "plain.py"]
