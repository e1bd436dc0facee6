"""Code versions: a DAG folder's files under one name, which is the hash of them all.

``<home>/code/objects/ab/cdef...`` holds each content once, read-only; an executable one has a
twin that ends in ``.x``. ``<home>/code/trees/<version>/`` is the folder as it stood, made of
hard links to objects; ``<home>/code/manifests/<version>`` says which, as JSON, so that a tree
that is gone can be made again.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from narae.core.codec import decode_json, encode_json
from narae.core.ids import CodeVersion, digest

READ_ONLY = 0o444
READ_AND_RUN = 0o555
LARGE_BYTES = 4 * 1024 * 1024
"""Larger files are hashed piece by piece."""
UNFINISHED = ".unfinished-"


class Pinned(NamedTuple):
    """One file of a code version."""

    sha256: str
    executable: bool


def version_of(manifest: Mapping[str, Pinned]) -> CodeVersion:
    """The name of these files: SHA-256 over their sorted paths, modes and hashes.

    >>> one = {"a.py": Pinned("00", False)}
    >>> version_of(one) == version_of({"b.py": Pinned("00", False)})
    False
    """
    lines = (
        f"{path}\0{'x' if file.executable else '-'}\0{file.sha256}\n"
        for path, file in sorted(manifest.items())
    )
    return CodeVersion(digest("".join(lines).encode()))


class CodeStore:
    """The code versions under one home. Several processes may write to it at once."""

    def __init__(self, home: Path) -> None:
        self.objects = home / "code" / "objects"
        self.trees = home / "code" / "trees"
        self.manifests = home / "code" / "manifests"
        self._serial = 0
        self.objects.mkdir(parents=True, exist_ok=True)
        self.trees.mkdir(parents=True, exist_ok=True)
        self.manifests.mkdir(parents=True, exist_ok=True)

    def tree(self, version: str) -> Path:
        """Where the files of ``version`` stand, if it has been materialised."""
        return self.trees / version

    def keep(self, file: Path) -> tuple[str, bytes]:
        """Stores the content of ``file``; its SHA-256 and, unless it is large, the content.

        OSError when it can't be read. What is stored is what was hashed, even when somebody
        writes to the file meanwhile.
        """
        with file.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            if size > LARGE_BYTES:
                return self._keep_large(file), b""
            content = opened.read()
        name = digest(content)
        target = self._object(Pinned(name, executable=False))
        if not _is_whole(target, len(content)):
            part = self._part(self.objects)
            part.write_bytes(content)
            self._publish(part, target, READ_ONLY)
        return name, content

    def materialise(self, manifest: Mapping[str, Pinned]) -> CodeVersion:
        """Makes the tree of these files, all of them kept before, unless it stands already."""
        version = version_of(manifest)
        final = self.tree(version)
        if not (self.manifests / version).exists():
            listed = self._part(self.manifests)
            listed.write_bytes(encode_json(manifest))
            listed.rename(self.manifests / version)
        if final.is_dir():
            os.utime(final)  # in use from now on: see prune
            return version
        part = self._part(self.trees)
        part.mkdir()
        try:
            made = {""}
            for path, file in manifest.items():
                folder = path.rpartition("/")[0]
                if folder not in made:
                    made.add(folder)
                    (part / folder).mkdir(parents=True, exist_ok=True)
                self._place(file, f"{part}/{path}")
            with contextlib.suppress(OSError):
                part.rename(final)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        if not final.is_dir():
            raise OSError(f"the code version {version} could not be put at {final}")
        return version

    def manifest(self, version: str) -> dict[str, Pinned] | None:
        """The files of a version by path; None when nothing is known of it."""
        try:
            return decode_json((self.manifests / version).read_bytes(), dict[str, Pinned])
        except (OSError, ValueError, msgspec.DecodeError):
            return None

    def rebuild(self, version: str) -> bool:
        """Makes the tree of a version whole again; False when that can't be done."""
        manifest = self.manifest(version)
        if not version or manifest is None:
            return False
        try:
            if not self.tree(version).is_dir():
                self.materialise(manifest)
            for path, file in manifest.items():
                self.restore(version, path, file)
        except OSError:
            return False
        return True

    def read(self, version: str, path: str) -> bytes | None:
        """The content of one file of a version; None when it has none or it is gone."""
        with contextlib.suppress(OSError):
            return (self.tree(version) / path).read_bytes()
        file = (self.manifest(version) or {}).get(path)
        if file is None:
            return None
        try:
            return self._object(Pinned(file.sha256, executable=False)).read_bytes()
        except OSError:
            return None

    def restore(self, version: str, path: str, file: Pinned) -> bool:
        """Puts a file back that somebody took out of a tree; whether it was missing."""
        target = self.tree(version) / path
        if target.exists():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        self._place(file, str(target))
        return True

    def versions(self) -> list[CodeVersion]:
        """All versions that have a tree."""
        return [CodeVersion(t.name) for t in self.trees.iterdir() if t.name[0] != "."]

    def prune(
        self, *, trees: Collection[str], older_than: float, contents: Collection[str] = ()
    ) -> list[CodeVersion]:
        """Removes all but these: versions that stand ready, and those known by content alone.

        Only what was made or last used before ``older_than`` (Unix seconds) goes: a loader may
        just be at work on what is newer. Returns the versions whose trees went.
        """
        gone: list[CodeVersion] = []
        for tree in list(self.trees.iterdir()):
            if tree.name not in trees and _changed_at(tree) < older_than:
                shutil.rmtree(tree, ignore_errors=True)
                gone.append(CodeVersion(tree.name))
        needed: set[str] = set()
        kept = {*trees, *contents}
        for listed in list(self.manifests.iterdir()):
            version = listed.name
            is_used = version in kept or self.tree(version).is_dir()
            if is_used or _changed_at(listed) >= older_than:
                needed.update(file.sha256 for file in (self.manifest(version) or {}).values())
            else:
                listed.unlink(missing_ok=True)
        for entry in list(self.objects.glob("*/*")):
            facts = entry.stat()
            sha256 = entry.parent.name + entry.name.removesuffix(".x")
            # ctime: linking and unlinking count as use.
            if facts.st_nlink == 1 and facts.st_ctime < older_than and sha256 not in needed:
                entry.unlink(missing_ok=True)
        return [v for v in gone if not v.startswith(".")]

    def _keep_large(self, file: Path) -> str:
        with file.open("rb") as opened:
            name = hashlib.file_digest(opened, "sha256").hexdigest()
        target = self._object(Pinned(name, executable=False))
        if _is_whole(target, file.stat().st_size):
            return name
        part = self._part(self.objects)
        shutil.copyfile(file, part)
        with part.open("rb") as opened:
            name = hashlib.file_digest(opened, "sha256").hexdigest()
        self._publish(part, self._object(Pinned(name, executable=False)), READ_ONLY)
        return name

    def _object(self, file: Pinned) -> Path:
        twin = ".x" if file.executable else ""
        return self.objects / file.sha256[:2] / f"{file.sha256[2:]}{twin}"

    def _place(self, file: Pinned, target: str) -> None:
        source = self._object(file)
        if file.executable and not source.exists():
            part = self._part(self.objects)
            shutil.copyfile(self._object(Pinned(file.sha256, executable=False)), part)
            self._publish(part, source, READ_AND_RUN)
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:  # too many links, or a file system without any
            shutil.copy2(source, target)

    def _publish(self, part: Path, target: Path, mode: int) -> None:
        part.chmod(mode)
        target.parent.mkdir(exist_ok=True)
        part.rename(target)

    def _part(self, folder: Path) -> Path:
        self._serial += 1
        return folder / f"{UNFINISHED}{os.getpid()}-{self._serial}"


def _changed_at(path: Path) -> float:
    """Its mtime; far in the future when somebody took it away meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _is_whole(target: Path, size: int) -> bool:
    """Whether an object is there; one that a power cut left short is written again."""
    try:
        return target.stat().st_size == size
    except FileNotFoundError:
        return False
