"""XComs that hold a secret: people see the masked value, other tasks get the true one."""

from narae.core.reports import XComValue
from narae.storage.secrets import Vault

_TEXT = "latin-1"
"""Every byte is a letter of it, and each letter a byte."""

Parts = tuple[str, bytes, str | None, int | None]


def xcom_parts(xcom: XComValue, vault: Vault) -> Parts:
    """Key, value as it may be shown, the true value encrypted (None: it is the same), length."""
    if xcom.shown is None:
        return (xcom.key, xcom.value, None, xcom.length)
    return (xcom.key, xcom.shown, vault.seal(xcom.value.decode(_TEXT)), xcom.length)


def opened(sealed: str, vault: Vault, *, name: str) -> bytes:
    """The true value. ``name`` says in the error what can't be read."""
    return (vault.unseal(sealed, name=name) or "").encode(_TEXT)
