from pathlib import Path

import pytest

from narae.code_store import Pinned
from narae.core.spec import DagSpec, ImportFailure, ParsedFile
from narae.core.timetables.spec import Never
from narae.core.wire import StoredChanged
from narae.loader.folder import Again, FolderState, uses
from narae.loader.scan import Candidate, Scan
from narae.loader.values import ParseDone, ParseSettings

SETTINGS = ParseSettings()


def scan(version: str, **files: str) -> Scan:
    """``a="1"`` is a.py with content 1; names with ``lib`` hold no DAGs."""
    return Scan(
        version=version,
        root=Path("/trees") / version if version else Path("/dags"),
        manifest={f"{n}.py": Pinned(c, executable=False) for n, c in files.items()},
        candidates={
            f"{n}.py": Candidate(file=f"{n}.py", sha256=c)
            for n, c in files.items()
            if "lib" not in n
        },
    )


class Folder:
    """A folder state whose files are answered by the test."""

    def __init__(self, first: Scan) -> None:
        self.state = FolderState(folder="/dags")
        self.ids = 0
        self.submit(self.state.take(first).parse)

    def submit(self, files: tuple[str, ...], *, pinned: bool = True) -> None:
        for file in files:
            self.ids += 1
            self.state.job(file, id_=self.ids, settings=SETTINGS, pinned=pinned)

    def answer(
        self,
        file: str,
        *imports: str,
        failed: bool = False,
        lacks: bool = False,
        dags: tuple[str, ...] = (),
        variables: tuple[str, ...] = (),
    ) -> Again | ParsedFile | None:
        job = self.state.under_way[file]
        failures = (ImportFailure(file=file, message="broken"),) if failed or lacks else ()
        parsed = ParsedFile(
            file=file,
            code_version=job.code_version,
            file_hash=job.file_hash,
            imports=imports,
            failures=failures,
            variables=variables,
            dags=tuple(DagSpec(dag_id=d, timetable=Never()) for d in dags),
        )
        outcome = self.state.answer(ParseDone(id=job.id, parsed=parsed, lacks=lacks))
        return outcome.again or outcome.result


def test_the_first_look_parses_everything() -> None:
    state = FolderState(folder="/dags")
    assert state.take(scan("v1", a="1", b="1", lib="1")).parse == ("a.py", "b.py")


def test_an_edit_parses_the_file_and_nothing_else() -> None:
    folder = Folder(scan("v1", a="1", b="1"))
    folder.answer("a.py")
    folder.answer("b.py")
    assert folder.state.take(scan("v2", a="2", b="1")).parse == ("a.py",)


def test_an_edited_module_parses_exactly_its_importers() -> None:
    folder = Folder(scan("v1", a="1", b="1", lib="1"))
    folder.answer("a.py", "lib.py")
    folder.answer("b.py")
    assert folder.state.take(scan("v2", a="1", b="1", lib="2")).parse == ("a.py",)


def test_a_new_file_parses_the_broken_ones_again() -> None:
    folder = Folder(scan("", a="1", b="1"))
    folder.answer("a.py", failed=True)
    folder.answer("b.py")
    assert folder.state.take(scan("", a="1", b="1", lib="1")).parse == ("a.py",)


def test_a_deleted_file_is_gone_and_forgotten() -> None:
    folder = Folder(scan("v1", a="1", b="1"))
    folder.answer("a.py")
    assert folder.state.take(scan("v2", b="1")).gone == ("a.py",)
    assert "a.py" not in folder.state.results


def test_an_answer_to_an_older_job_counts_for_nothing() -> None:
    folder = Folder(scan("v1", a="1"))
    old = folder.state.under_way["a.py"]
    folder.state.take(scan("v2", a="2"))
    folder.submit(("a.py",))
    late = ParsedFile(file="a.py", code_version="v1", file_hash="1")
    outcome = folder.state.answer(ParseDone(id=old.id, parsed=late))
    assert (outcome.result, outcome.again) == (None, None)


def test_a_file_whose_module_changed_while_it_was_parsed_is_parsed_again() -> None:
    folder = Folder(scan("v1", a="1", lib="1"))
    assert folder.state.take(scan("v2", a="1", lib="2")).parse == ()
    assert folder.answer("a.py", "lib.py") is Again.AS_FOUND


def test_unchanged_files_move_to_the_latest_version() -> None:
    folder = Folder(scan("v1", a="1", b="1"))
    folder.answer("a.py")
    folder.answer("b.py")
    folder.submit(folder.state.take(scan("v2", a="2", b="1")).parse)
    assert [(r.file, r.code_version) for r in folder.state.move()] == [("b.py", "v2")]
    assert folder.state.move() == []


@pytest.mark.parametrize(
    ("after", "shared"),
    [
        (scan("v2", a="2", module="1", lib="1"), False),
        (scan("v2", module="1", lib="1"), False),
        (scan("v2", a="1", module="1", lib="1", new="1"), False),
        (scan("v2", a="1", module="2", lib="1"), True),
        (scan("v2", a="1", module="1", lib="2"), True),
        (scan("v2", a="2", module="1"), True),
    ],
)
def test_only_what_gives_no_dags_may_matter_to_others(after: Scan, shared: bool) -> None:
    folder = Folder(scan("v1", a="1", module="1", lib="1"))
    folder.answer("a.py", dags=("a",))
    folder.answer("module.py")
    assert folder.state.take(after).shared is shared


def test_what_is_lacking_in_the_pinned_code_is_looked_for_in_the_folder() -> None:
    folder = Folder(scan("v1", a="1"))
    assert folder.answer("a.py", lacks=True) is Again.FROM_FOLDER
    folder.submit(("a.py",), pinned=False)
    result = folder.answer("a.py")
    assert isinstance(result, ParsedFile)
    assert result.code_version == ""
    assert "outside of its DAG folder" in result.warnings[0]


def test_what_is_lacking_everywhere_is_the_pinned_failure() -> None:
    folder = Folder(scan("v1", a="1"))
    folder.answer("a.py", lacks=True)
    folder.submit(("a.py",), pinned=False)
    result = folder.answer("a.py", lacks=True)
    assert isinstance(result, ParsedFile)
    assert result.code_version == "v1"
    assert folder.state.lacking == {"a.py"}


@pytest.mark.parametrize(
    ("imports", "changed", "used"),
    [
        (["lib.py"], {"lib.py"}, True),
        (["lib.py"], {"a.py"}, False),
        (["conf/"], {"conf/x.yaml"}, True),
        (["conf/"], {"conf/deep/x.yaml"}, False),
        (["./"], {"x.yaml"}, True),
        (["./"], {"deep/x.yaml"}, False),
        (["pack.zip/lib.py"], {"pack.zip"}, True),
    ],
)
def test_a_file_uses_modules_data_and_listed_folders(
    imports: list[str], changed: set[str], used: bool
) -> None:
    assert uses(imports, changed) is used


def test_a_variable_that_changes_while_its_file_is_parsed_parses_it_again() -> None:
    folder = Folder(scan("v1", a="1", b="1", c="1"))
    changed = StoredChanged(variables=("k",))
    assert folder.state.outdated(changed) == []
    assert folder.answer("a.py", variables=("k",)) is Again.AS_FOUND
    assert isinstance(folder.answer("b.py", variables=("other",)), ParsedFile)
    folder.submit(("a.py",))
    assert isinstance(folder.answer("a.py", variables=("k",)), ParsedFile)
    assert folder.state.outdated(changed) == ["a.py"]
    assert folder.state.outdated(StoredChanged(connections=("k",))) == []
    assert sorted(folder.state.outdated(StoredChanged(everything=True))) == ["a.py", "b.py"]
