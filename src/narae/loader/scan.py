"""One look at a DAG folder: its code version and the files that may hold DAGs.

Only files whose stamp changed since the last look are read again.
"""

import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from narae.code_store import CodeStore, Pinned
from narae.core.ids import digest
from narae.loader.discover import FoundFile, archive_members, mentions_dag, walk
from narae.loader.values import MEBIBYTE, LoaderSettings

FRESH_NS = 50_000_000
"""A file written so shortly before it was read may change again without a new mtime."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A file that is to be parsed."""

    file: str
    """Relative to the folder; ``a.zip/b.py`` in an archive."""
    sha256: str
    """Of the file, or of its archive; "" when it can't be read."""
    problem: str = ""
    """Why there is nothing to parse: an archive that is none."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What one look found."""

    version: str
    """"" when the folder is not pinned."""
    root: Path
    """Where code is read: the version's tree, or the folder itself."""
    manifest: dict[str, Pinned]
    candidates: dict[str, Candidate]
    folders: tuple[str, ...] = ()
    """Absolute paths of the folders that were entered."""
    warnings: tuple[str, ...] = ()
    unpinned_why: str = ""
    """Why the folder is not pinned though it should be."""


@dataclass(frozen=True, kw_only=True)
class _Content:
    sha256: str
    """"" when it can't be read."""
    members: tuple[str, ...] | None = None
    """Of an archive: its files that may hold DAGs."""
    may_hold_dags: bool = False
    problem: str = ""


@dataclass(kw_only=True)
class FolderScanner:
    """Looks at one folder again and again."""

    folder: Path
    settings: LoaderSettings
    store: CodeStore | None
    """None: never pinned."""
    clock_ns: Callable[[], int] = time.time_ns
    _contents: dict[str, tuple[FoundFile, _Content]] = field(default_factory=dict)

    def scan(self) -> Scan:
        """Looks now. The tree of the version that it names stands when this returns."""
        walked = walk(self.folder, syntax=self.settings.ignore_syntax)
        why = self._too_large(walked.files)
        pinned = self.store is not None and not why
        warnings = list(walked.warnings)
        contents: dict[str, tuple[FoundFile, _Content]] = {}
        manifest: dict[str, Pinned] = {}
        candidates: dict[str, Candidate] = {}
        for file in walked.files:
            if not pinned and not file.candidate:
                continue
            content = self._content(file, pinned=pinned)
            if content is None:
                continue
            contents[file.path] = (file, content)
            if content.sha256:
                manifest[file.path] = Pinned(content.sha256, file.executable)
            elif not file.candidate:
                warnings.append(f"{file.path} {content.problem}; it is left out")
            if file.candidate:
                candidates.update({c.file: c for c in _candidates(file.path, content)})
        self._contents = {
            path: kept for path, kept in contents.items() if self._is_settled(kept[0])
        }
        version, root = "", self.folder
        if pinned and self.store is not None:
            version = self.store.materialise(manifest)
            root = self.store.tree(version)
        return Scan(
            version=version,
            root=root,
            manifest=manifest,
            candidates=candidates,
            folders=walked.folders,
            warnings=tuple(warnings),
            unpinned_why=why,
        )

    def _is_settled(self, file: FoundFile) -> bool:
        return max(file.stamp[3:]) < self.clock_ns() - FRESH_NS

    def _too_large(self, files: tuple[FoundFile, ...]) -> str:
        if self.store is None:
            return ""
        limit, total_limit = self.settings.file_bytes_max, self.settings.folder_bytes_max
        for file in files:
            if file.size > limit:
                return (
                    f"{file.path} has {file.size // MEBIBYTE} MiB, more than the "
                    f"{limit // MEBIBYTE} MiB that one file may have"
                )
        total = sum(file.size for file in files)
        if total > total_limit:
            return (
                f"its files have {total // MEBIBYTE} MiB, more than the "
                f"{total_limit // MEBIBYTE} MiB that a folder may have"
            )
        return ""

    def _content(self, file: FoundFile, *, pinned: bool) -> _Content | None:
        known = self._contents.get(file.path)
        if known is not None and known[0] == file:
            return known[1]
        place = self.folder / file.path
        try:
            if pinned and self.store is not None:
                sha256, content = self.store.keep(place)
            else:
                content = place.read_bytes()
                sha256 = digest(content)
        except FileNotFoundError:
            return None  # gone between the walk and now: the next look knows
        except OSError as error:
            return _Content(
                sha256="", may_hold_dags=True, problem=f"can't be read: {error.strerror}"
            )
        if not file.candidate:
            return _Content(sha256=sha256)
        if file.path.endswith(".zip"):
            return self._archive(place, sha256)
        may = not self.settings.safe_mode or mentions_dag(content)
        return _Content(sha256=sha256, may_hold_dags=may)

    def _archive(self, place: Path, sha256: str) -> _Content:
        try:
            members = tuple(archive_members(place, safe_mode=self.settings.safe_mode))
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            return _Content(sha256=sha256, problem=f"is no zip archive that can be read: {error}")
        return _Content(sha256=sha256, members=members)


def _candidates(path: str, content: _Content) -> list[Candidate]:
    if content.members is not None:
        return [Candidate(file=f"{path}/{m}", sha256=content.sha256) for m in content.members]
    if content.problem and path.endswith(".zip"):
        return [Candidate(file=path, sha256=content.sha256, problem=content.problem)]
    return [Candidate(file=path, sha256=content.sha256)] if content.may_hold_dags else []
