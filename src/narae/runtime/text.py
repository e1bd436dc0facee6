"""Text that can be sent and stored, whatever user code put into it."""

WORDS_MAX = 4000
"""Characters of one line for people that are kept."""


def sendable(text: str) -> str:
    r"""``text`` in which everything has an UTF-8 form; lone surrogates are written out.

    >>> sendable("file \udcff")
    'file \\udcff'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def shortened(text: str, length_max: int = WORDS_MAX) -> str:
    """The beginning of ``text``, and how long it was where it is cut."""
    if len(text) <= length_max:
        return text
    return f"{text[:length_max]}... ({len(text)} characters in all)"
