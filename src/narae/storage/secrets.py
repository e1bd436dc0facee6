"""Encryption of what must not stand in the database in clear text (Fernet, several keys)."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from narae.errors import NaraeError

KEY_FILE = "fernet.key"


class SecretError(NaraeError):
    """A secret can't be written or read with the keys that there are."""


Keys = Sequence[str] | Callable[[], Sequence[str]]
"""Fernet keys, the newest first; or where to look for them, each time."""


class Vault:
    """Encrypts with the first key and decrypts with any of them.

    Rotation: put the new key in front, and let the old ones follow until all is written anew.
    """

    def __init__(self, keys: Keys) -> None:
        self._look = keys if callable(keys) else lambda: keys
        self._keys: tuple[str, ...] = ()
        self._made: MultiFernet | None = None
        _ = self._fernet  # a bad key is told at once

    @property
    def _fernet(self) -> MultiFernet | None:
        keys = tuple(self._look())
        if keys != self._keys:
            self._made, self._keys = _fernet_of(keys), keys
        return self._made

    def is_newest(self, token: str) -> bool:
        """Whether the first key has encrypted it."""
        try:
            Fernet(self._look()[0].strip()).decrypt(token.encode())
        except InvalidToken:
            return False
        return True

    def seal(self, text: str | None) -> str | None:
        """The text, encrypted; None stays None."""
        if text is None:
            return None
        fernet = self._fernet
        if fernet is None:
            raise SecretError("there is no Fernet key, so secrets can't be stored")
        return fernet.encrypt(text.encode()).decode()

    def unseal(self, token: str | None, *, name: str) -> str | None:
        """The text again. ``name`` says in the error what can't be read."""
        if token is None:
            return None
        fernet = self._fernet
        if fernet is None:
            raise SecretError(f"there is no Fernet key, so {name} can't be read")
        try:
            return fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise SecretError(
                f"{name} was encrypted with a Fernet key that is not among those configured"
            ) from None


def _fernet_of(keys: Sequence[str]) -> MultiFernet | None:
    try:
        fernets = [Fernet(key.strip()) for key in keys]
    except ValueError:
        raise SecretError(
            "a Fernet key is not 32 bytes in URL-safe base64; "
            "make one with: python -c "
            "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        ) from None
    return MultiFernet(fernets) if fernets else None


class HomeKeys:
    """The keys in the home's key file, read again when it has changed: a rotation is noticed."""

    def __init__(self, home: Path) -> None:
        self._path = home / KEY_FILE
        key_of_home(home)
        self._stamp: tuple[int, int] | None = None
        self._keys: tuple[str, ...] = ()

    def __call__(self) -> tuple[str, ...]:
        """The newest first."""
        stat = self._path.stat()
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._stamp:
            self._keys, self._stamp = tuple(self._path.read_text(encoding="ascii").split()), stamp
        return self._keys


def write_keys(home: Path, keys: Sequence[str]) -> None:
    """Replaces the home's key file, at once or not at all."""
    descriptor, draft = tempfile.mkstemp(dir=home)  # mode 600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(home / KEY_FILE)
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def key_of_home(home: Path, *, name: str = KEY_FILE) -> str:
    """The newest key in ``<home>/<name>``, made (mode 600) when there is none.

    Of several processes that come at once, all get the key of the first.
    """
    path = home / name
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=home)  # mode 600
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another was first; its key is the one
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text(encoding="ascii").split()[0]
