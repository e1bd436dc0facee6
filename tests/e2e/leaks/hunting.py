"""Looks for secrets in whatever it is given. Written apart from the masker, which may be wrong."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

Piece = tuple[str, bytes]
"""Where it was found, and what it is."""


def forms_of(secret: str) -> Iterator[str]:
    """What gives a secret away."""
    for text in (secret, *(line for line in secret.split("\n") if len(line) > 30)):
        data = text.encode()
        yield from (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
        yield from (repr(text)[1:-1], quote(text), quote(text, ""), quote_plus(text))
        yield from (data.hex(), data.hex().upper())
        for before in range(3):
            for coded in (base64.b64encode, base64.urlsafe_b64encode):
                whole = coded(b"\0" * before + data).decode()
                yield whole[before + 2 : (len(data) + before) * 8 // 6 - 1]


class Hunt:
    """What is looked for, by name, and what was seen of it where."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._forms: dict[bytes, str] = {}
        self._pieces: list[Piece] = []
        for name, secret in secrets.items():
            self.add(name, secret)

    def add(self, name: str, secret: str) -> None:
        """One more; what was collected before is searched for it, too."""
        assert len(secret) > 8, name
        self._forms |= {form.encode(): name for form in forms_of(secret)}

    def look_at(self, pieces: Iterable[Piece]) -> None:
        """Collects; nothing is searched before :meth:`hits`."""
        self._pieces += pieces

    def hits(self) -> list[str]:
        """Names of secrets with the places where they stand."""
        found: dict[str, None] = {}
        for place, data in self._pieces:
            plain = data.replace(b"\\\\", b"\\").replace(b'\\"', b'"')
            for text in (data, plain) if plain != data else (data,):
                for form, name in self._forms.items():
                    if form in text:
                        at = text.index(form)
                        before = text[max(0, at - 40) : at].decode("utf-8", "replace")
                        found[f"{name} in {place} after {before!r}"] = None
        return list(found)

    def places(self) -> list[str]:
        """What was looked at."""
        return [place for place, _ in self._pieces]


def files_of(home: Path, *, but: frozenset[str]) -> Iterator[Piece]:
    """Every file below ``home``, but those of these names."""
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.name not in but:
            yield str(path.relative_to(home)), path.read_bytes()


def task_logs(home: Path) -> list[Path]:
    """Logs of attempts."""
    return sorted((home / "logs").rglob("attempt=*.log"))


def joined_logs(home: Path) -> Iterator[Piece]:
    """Each log's events, joined as somebody would who puts the lines together again."""
    for path in task_logs(home):
        events = [json.loads(line)["event"] for line in path.read_text().splitlines()]
        yield f"{path} joined", "".join(events).encode()


def processes_below(pid: int) -> Iterator[Piece]:
    """Command lines and environments of a process and all that came of it.

    Not of other programs: what a task gives to its own children is its affair.
    """
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            words = _read(entry / "stat").rpartition(b")")[2].split()
            if words:
                children.setdefault(int(words[1]), []).append(int(entry.name))
    waiting = [pid]
    while waiting:
        each = waiting.pop()
        waiting += children.get(each, [])
        command = _read(Path("/proc") / str(each) / "cmdline")
        if b"python" in command.partition(b"\0")[0]:
            yield "process cmdline", command
            yield "process environ", _read(Path("/proc") / str(each) / "environ")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""
