"""Goes through a DAG folder: which files are there, and which of them may hold DAGs.

Symbolic links are followed, a folder that leads back to one above it is not entered again.
"""

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from narae.loader.ignore import AIRFLOW_FILE, NARAE_FILE, IgnoreRules

LEFT_OUT_FOLDERS = frozenset({"__pycache__", "node_modules"})
LEFT_OUT_FILES = re.compile(r".*\.py[co]|.*~|\.#.*|#.*#|.*\.sw[a-z]|4913")
"""Compiled files, and what editors write beside the file that is edited."""
ENVIRONMENT_MARK = "pyvenv.cfg"
"""A folder that holds this is a virtual environment."""
DAG_WORD = re.compile(rb"dag", re.IGNORECASE)
MAKER_WORD = re.compile(rb"airflow|narae", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """One file as the file system tells of it; nothing of it has been read."""

    path: str
    """Relative to the DAG folder, with ``/``."""
    size: int
    stamp: tuple[int, int, int, int, int]
    """Device, inode, size, mtime and ctime in ns: equal stamps mean equal content, nearly."""
    executable: bool = False
    candidate: bool = False
    """Its name says that it may hold DAGs, and no ignore file says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """What one way through a folder met, by path."""

    files: tuple[FoundFile, ...]
    folders: tuple[str, ...] = ()
    """Absolute paths of the folders that were entered."""
    warnings: tuple[str, ...] = ()


@dataclass(kw_only=True)
class _Walker:
    root: str
    syntax: str
    files: list[FoundFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def go(
        self, folder: str, pins: IgnoreRules, dags: IgnoreRules, above: frozenset[tuple[int, int]]
    ) -> None:
        """One folder: ``pins`` keep files out of everything, ``dags`` out of the candidates."""
        place = f"{self.root}/{folder}" if folder else self.root
        try:
            with os.scandir(place) as listing:
                entries = sorted(listing, key=lambda e: e.name)
        except OSError as error:
            self.warnings.append(f"{folder or '.'} can't be read: {error.strerror}")
            return
        self.folders.append(place)
        names = {entry.name for entry in entries}
        if folder and ENVIRONMENT_MARK in names:
            return
        if NARAE_FILE in names:
            pins = self._with(pins, folder, NARAE_FILE, "glob")
        if AIRFLOW_FILE in names:
            dags = self._with(dags, folder, AIRFLOW_FILE, self.syntax)
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                facts = entry.stat()
                path.encode()
            except UnicodeEncodeError:
                self.warnings.append(f"{os.fsencode(path)!r}: its name is not UTF-8; left out")
            except OSError as error:
                self.warnings.append(f"{path} can't be read: {error.strerror}")
            else:
                self._take(path, facts, pins, dags, above)

    def _take(
        self,
        path: str,
        facts: os.stat_result,
        pins: IgnoreRules,
        dags: IgnoreRules,
        above: frozenset[tuple[int, int]],
    ) -> None:
        name = path.rpartition("/")[2]
        if stat.S_ISDIR(facts.st_mode):
            key = (facts.st_dev, facts.st_ino)
            left_out = name.startswith(".") or name in LEFT_OUT_FOLDERS or key in above
            if left_out or pins.ignores(f"{path}/"):
                return
            if dags.ignores(f"{path}/"):
                dags = IgnoreRules(matchers=(_everything,))
            self.go(path, pins, dags, above | {key})
        elif (
            stat.S_ISREG(facts.st_mode)
            and not LEFT_OUT_FILES.fullmatch(name)
            and not pins.ignores(path)
        ):
            self.files.append(_found(path, name, facts, ignored=dags.ignores(path)))

    def _with(self, rules: IgnoreRules, folder: str, name: str, syntax: str) -> IgnoreRules:
        file = Path(self.root, folder, name)
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            self.warnings.append(f"{folder}/{name} can't be read: {error.strerror}")
            return rules
        extended = rules.below(folder, lines, syntax=syntax)
        self.warnings.extend(extended.problems[len(rules.problems) :])
        return extended


def walk(root: Path, *, syntax: str) -> Walk:
    """All files of the DAG folder ``root`` that count, by path.

    ``syntax`` is that of ``.airflowignore``: ``regexp`` or ``glob``.
    """
    walker = _Walker(root=str(root), syntax=syntax)
    try:
        facts = root.stat()
    except OSError as error:
        return Walk(files=(), warnings=(f"{root} can't be read: {error.strerror}",))
    here = frozenset({(facts.st_dev, facts.st_ino)})
    walker.go("", IgnoreRules(), IgnoreRules(), here)
    return Walk(
        files=tuple(sorted(walker.files, key=lambda f: f.path)),
        folders=tuple(walker.folders),
        warnings=tuple(walker.warnings),
    )


def mentions_dag(content: bytes) -> bool:
    """Airflow's safe-mode rule: a file that never says "dag" and "airflow" makes no DAGs.

    >>> mentions_dag(b"from AirFlow import DAG"), mentions_dag(b"def dagger(): ...")
    (True, False)
    """
    return bool(DAG_WORD.search(content)) and bool(MAKER_WORD.search(content))


def archive_members(archive: Path, *, safe_mode: bool) -> Iterator[str]:
    """Names of the Python files at the root of a zip that may hold DAGs.

    zipfile.BadZipFile when it is no zip; OSError when it can't be read.
    """
    with zipfile.ZipFile(archive) as opened:
        for name in sorted(opened.namelist()):
            if "/" in name or not name.endswith(".py"):
                continue
            if not safe_mode or mentions_dag(opened.read(name)):
                yield name


def _everything(path: str) -> bool:
    del path
    return True


def _found(path: str, name: str, facts: os.stat_result, *, ignored: bool) -> FoundFile:
    return FoundFile(
        path=path,
        size=facts.st_size,
        stamp=(
            facts.st_dev,
            facts.st_ino,
            facts.st_size,
            facts.st_mtime_ns,
            facts.st_ctime_ns,
        ),
        executable=bool(facts.st_mode & stat.S_IXUSR),
        candidate=name.endswith((".py", ".zip")) and not name.startswith(".") and not ignored,
    )
