"""Secret values never leave the process in words: logs, output and rendered fields are masked."""

from collections.abc import Iterable
from typing import Any, TextIO

from narae.core.masking import LENGTH_MIN, MASK, Masker, looks_secret

__all__ = [
    "LENGTH_MIN",
    "MASK",
    "MASKER",
    "MaskedText",
    "Masker",
    "looks_secret",
    "mask_secret",
    "redact",
]

MASKER = Masker()
"""The process's own: log handlers, output streams and user code share it."""


def mask_secret(secret: object, name: str | None = None) -> None:
    """For user code: never show this value. Airflow's ``secrets_masker.mask_secret``."""
    if secret:
        MASKER.add(secret, name)


def redact(value: Any, name: str | None = None) -> Any:
    """For user code: ``value`` as it may be shown. Airflow's ``secrets_masker.redact``."""
    return MASKER.mask_value(value, name)


class MaskedText:
    """A text stream for ``sys.stdout`` that masks what it is given."""

    def __init__(self, stream: TextIO, masker: Masker) -> None:
        self._stream = stream
        self._masker = masker

    def write(self, text: str) -> int:
        """Writes ``text`` masked; says how long ``text`` was."""
        self._stream.write(self._masker.mask(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Writes each of ``lines`` masked."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
