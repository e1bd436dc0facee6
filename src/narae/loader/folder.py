"""What is known of one DAG folder, and what a new look at it asks for."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

import msgspec

from narae.core.spec import ImportFailure, ParsedFile
from narae.core.timetables.spec import DataInterval
from narae.core.wire import StoredChanged
from narae.loader.scan import Candidate, Scan
from narae.loader.values import ParseDone, ParseJob, ParseSettings

OUTSIDE_WORDS = (
    "imports or reads files outside of its DAG folder, so its code is not pinned: "
    "its runs use the folder as it stands"
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What lies between two looks at a folder."""

    parse: tuple[str, ...] = ()
    """Files that are new, have changed, or use one that has."""
    gone: tuple[str, ...] = ()
    shared: bool = False
    """Something changed that is no DAG file of its own: a module, a template, data."""


class Again(Enum):
    """How a file is to be parsed once more."""

    AS_FOUND = "as_found"
    """Something that it uses changed while it was parsed."""
    FROM_FOLDER = "from_folder"
    """It lacks something that may stand outside of the pinned folder."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an answer amounts to: a result, or another go, or nothing."""

    result: ParsedFile | None = None
    again: Again | None = None


@dataclass(kw_only=True)
class FolderState:
    """One folder: the latest scan, the latest result of each file, and what is under way."""

    folder: str
    """Absolute."""
    beside: tuple[str, ...] = ()
    """Absolute paths of folders that hold modules for all of its files."""
    beside_stamps: dict[str, int] = field(default_factory=dict)
    """Modules of those that files have imported -> mtime in ns when they did, or 0."""
    scan: Scan | None = None
    results: dict[str, ParsedFile] = field(default_factory=dict)
    under_way: dict[str, ParseJob] = field(default_factory=dict)
    """By file. An answer that is not this job's is out of date."""
    pinned_answers: dict[str, ParseDone] = field(default_factory=dict)
    """By file: the failure of a pinned parse, while the folder itself is tried."""
    changed_meanwhile: dict[str, set[str]] = field(default_factory=dict)
    """By file under way: what changed since its job was made."""
    stored_meanwhile: dict[str, list[StoredChanged]] = field(default_factory=dict)
    """The same for variables and connections."""
    lacking: set[str] = field(default_factory=set)
    """Files that did not find a module or a file."""
    starved: set[str] = field(default_factory=set)
    """Files that nobody told a variable or connection which they asked for."""
    cursors: dict[str, DataInterval] = field(default_factory=dict)
    announced: bool = False
    """The first look is done and every file of it has been answered."""

    def take(self, scan: Scan) -> Difference:
        """Takes a new look in; what it asks for."""
        before, self.scan = self.scan, scan
        if before is None:
            return Difference(parse=tuple(scan.candidates))
        changed = {
            path
            for path in before.manifest.keys() | scan.manifest.keys()
            if before.manifest.get(path) != scan.manifest.get(path)
        }
        shared = any(not self._stands_alone(path, before, scan) for path in changed)
        gone = tuple(f for f in before.candidates if f not in scan.candidates)
        for file in gone:
            self.results.pop(file, None)
            self.under_way.pop(file, None)
            self.lacking.discard(file)
            self.starved.discard(file)
        for file in self.under_way:
            self.changed_meanwhile.setdefault(file, set()).update(changed)
        new = bool(scan.manifest.keys() - before.manifest.keys())
        pinning_changed = bool(before.version) != bool(scan.version)
        return Difference(
            parse=tuple(
                file
                for file, candidate in scan.candidates.items()
                if before.candidates.get(file) != candidate
                or pinning_changed
                or self._is_touched(file, changed, new=new)
            ),
            gone=gone,
            shared=shared,
        )

    def _stands_alone(self, path: str, before: Scan, scan: Scan) -> bool:
        """Whether ``path`` only matters to itself: a file that gives DAGs, or a new one."""
        if path not in before.manifest:
            return path in scan.candidates
        result = self.results.get(path)
        return result is not None and bool(result.dags)

    def _is_touched(self, file: str, changed: set[str], *, new: bool) -> bool:
        result = self.results.get(file)
        if result is None:
            return False
        return (new and bool(result.failures)) or uses(result.imports, changed)

    def job(self, file: str, *, id_: int, settings: ParseSettings, pinned: bool = True) -> ParseJob:
        """The job that parses ``file`` as the latest look found it."""
        assert self.scan is not None  # noqa: S101 - files come from a look
        made = ParseJob(
            id=id_,
            root=str(self.scan.root) if pinned else self.folder,
            folder=self.folder,
            file=file,
            beside=self.beside,
            code_version=self.scan.version if pinned else "",
            file_hash=self.scan.candidates[file].sha256,
            cursors=self.cursors,
            settings=settings,
        )
        self.under_way[file] = made
        self.changed_meanwhile.pop(file, None)
        self.stored_meanwhile.pop(file, None)
        self.starved.discard(file)
        if pinned:
            self.pinned_answers.pop(file, None)
        return made

    def broken(self, candidate: Candidate) -> ParsedFile:
        """The result of a candidate that nobody needs to parse to know that it fails."""
        assert self.scan is not None  # noqa: S101 - candidates come from a look
        failure = ImportFailure(file=candidate.file, message=candidate.problem)
        made = ParsedFile(
            file=candidate.file,
            code_version=self.scan.version,
            file_hash=candidate.sha256,
            failures=(failure,),
        )
        self.results[candidate.file] = made
        return made

    def answer(self, done: ParseDone) -> Outcome:
        """Takes an answer in; one that is out of date gives an empty outcome."""
        job = self.under_way.get(done.parsed.file)
        if job is None or job.id != done.id or self.scan is None:
            return Outcome()
        del self.under_way[job.file]
        changed = self.changed_meanwhile.pop(job.file, set())
        stored = self.stored_meanwhile.pop(job.file, [])
        if uses(done.parsed.imports, changed) or any(reads(done.parsed, s) for s in stored):
            return Outcome(again=Again.AS_FOUND)
        first = self.pinned_answers.pop(job.file, None)
        if first is None and done.lacks and job.root != self.folder:
            self.pinned_answers[job.file] = done
            return Outcome(again=Again.FROM_FOLDER)
        outside = first is not None and not done.parsed.failures
        if first is not None and not outside:
            done = first
        parsed = _without_borrowed(done, self.scan.candidates)
        remarks = [OUTSIDE_WORDS] if outside else []
        if self.scan.unpinned_why:
            remarks.append(f"the DAG folder's code is not pinned: {self.scan.unpinned_why}")
        if remarks:
            parsed = msgspec.structs.replace(parsed, warnings=(*parsed.warnings, *remarks))
        if done.lacks:
            self.lacking.add(job.file)
        else:
            self.lacking.discard(job.file)
        for path in parsed.imports:
            if path.startswith("/"):
                self.beside_stamps.setdefault(path, stamp_of(path))
        self.results[job.file] = parsed
        return Outcome(result=parsed)

    def starve(self, done: ParseDone) -> None:
        """Takes an answer that means nothing: what was known of the file stays."""
        file = done.parsed.file
        if file in self.under_way and self.under_way[file].id == done.id:
            del self.under_way[file]
            self.starved.add(file)

    def outdated(self, changed: StoredChanged) -> list[str]:
        """Files that have read what changed; those under way are judged by their answers."""
        for file in self.under_way:
            self.stored_meanwhile.setdefault(file, []).append(changed)
        return [
            file
            for file, result in self.results.items()
            if file not in self.under_way and reads(result, changed)
        ]

    def outdated_beside(self) -> list[str]:
        """Files that have imported a module beside the folder which is another now."""
        changed = {path for path, at in self.beside_stamps.items() if stamp_of(path) != at}
        for path in changed:
            del self.beside_stamps[path]
        if not changed:
            return []
        return [f for f, result in self.results.items() if not changed.isdisjoint(result.imports)]

    def move(self) -> list[ParsedFile]:
        """The results that hold for the latest code version though they came before it."""
        if self.scan is None or not self.scan.version:
            return []
        moved = [
            msgspec.structs.replace(result, code_version=self.scan.version)
            for file, result in self.results.items()
            if result.code_version not in ("", self.scan.version) and file not in self.under_way
        ]
        self.results.update({result.file: result for result in moved})
        return moved


def uses(imports: Iterable[str], changed: set[str]) -> bool:
    """Whether any of ``changed`` is among the files, archives and listed folders in ``imports``.

    >>> uses(["lib/a.py"], {"lib/a.py"}), uses(["conf/"], {"conf/new.yaml"}), uses(["b.py"], {"a"})
    (True, True, False)
    """
    listed = {os.path.dirname(path) + "/" for path in changed}  # noqa: PTH120 - text, not a place
    if "/" in listed:
        listed.add("./")
    return any(
        path in changed
        or path in listed
        or (".zip/" in path and path.partition(".zip/")[0] + ".zip" in changed)
        for path in imports
    )


def stamp_of(path: str) -> int:
    """The mtime in ns; 0 when there is nothing."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - text throughout
    except OSError:
        return 0


def reads(result: ParsedFile, changed: StoredChanged) -> bool:
    """Whether the file has asked for any of what changed."""
    if changed.everything:
        return bool(result.variables or result.connections)
    return not (
        set(changed.variables).isdisjoint(result.variables)
        and set(changed.connections).isdisjoint(result.connections)
    )


def _without_borrowed(done: ParseDone, candidates: dict[str, Candidate]) -> ParsedFile:
    """Leaves out DAGs that the file only imports from another one that gives them itself."""
    elsewhere = {
        dag_id
        for dag_id, place in done.borrowed.items()
        if place != done.parsed.file and place in candidates
    }
    if not elsewhere:
        return done.parsed
    dags = tuple(dag for dag in done.parsed.dags if dag.dag_id not in elsewhere)
    return msgspec.structs.replace(done.parsed, dags=dags)
