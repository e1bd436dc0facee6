"""Secret values in text: found in every form that they usually take, and replaced by ``***``.

Pure: a :class:`Masker` knows values and nothing else, so the task's process, the supervisor and
the API share it. Of a value it finds the text itself, its JSON, ``repr``, URL, base64 and hex
forms, each long line of it, and any of these spread over several lines. Values shorter than
:data:`LENGTH_MIN` are left alone: they would blot out half of every line.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

MASK = "***"
LENGTH_MIN = 4
"""A shorter value is masked only by the name that it stands under."""
LINE_LENGTH_MIN = 6
"""A shorter line of a secret of several lines is masked only together with its neighbours."""
LEAF_LENGTH_MIN = 8
"""A shorter text in a secret that is JSON is masked only when its own key names a secret."""
HEAD_LENGTH = 20
"""A longer form is looked for by its beginning, and masked as far as the text goes on like it."""
HOLD_MIN = 3
"""A line that ends in so many characters of a secret waits for the next one."""
HELD_LINES_MAX = 256
_WRAPS = (64, 76)
"""Columns that programs wrap base64 at."""
_ALIGNED_MIN = 8
_DEPTH_MAX = 12

SENSITIVE_WORDS = (
    "access_key",
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "credential",
    "keyfile_dict",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "service_account",
    "token",
)
"""A variable, connection extra or dict key with one of these in its name holds a secret."""


def looks_secret(name: object, more: Iterable[str] = ()) -> bool:
    """Whether something of this name holds a secret; ``more`` are a deployment's own words.

    >>> looks_secret("db_PASSWORD"), looks_secret("X-Api-Key"), looks_secret("host")
    (True, True, False)
    """
    if not isinstance(name, str):
        return False
    plain = name.lower().replace("-", "_")
    return any(word in plain for word in SENSITIVE_WORDS) or any(
        word.lower() in plain for word in more if word
    )


def forms_of(value: str) -> set[str]:
    """Every text that gives ``value`` away."""
    dumped = json.dumps(value)[1:-1]
    data = value.encode("utf-8", "surrogatepass")
    found = {
        value,
        value.replace("\r", "").replace("\n", ""),
        dumped,
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(dumped)[1:-1],
        repr(value)[1:-1],
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
        data.hex(),
        data.hex().upper(),
        *_base64_forms(data),
    }
    lines = {line.strip() for line in value.splitlines()} if "\n" in value else set()
    found |= {line for line in lines if len(line) >= LINE_LENGTH_MIN}
    return {form for form in found if len(form) >= LENGTH_MIN}


def _base64_forms(data: bytes) -> Iterator[str]:
    """Alone, wrapped, and as the middle of something longer, at any of the three alignments."""
    for alphabet in (None, b"-_"):
        whole = b64encode(data, alphabet).decode()
        yield whole
        for columns in _WRAPS if len(whole) > min(_WRAPS) else ():
            pieces = (whole[n : n + columns] for n in range(0, len(whole), columns))
            yield from (piece for piece in pieces if len(piece) >= _ALIGNED_MIN)
        for before in range(3):
            text = b64encode(b"\0" * before + data, alphabet).decode()
            begin = 0 if before == 0 else before + 1  # the first letters hold bits of others
            end = (before + len(data)) * 8 // 6
            if end - begin >= _ALIGNED_MIN:
                yield text[begin:end]


class Forms(NamedTuple):
    """What values look like in text, ready to be looked for."""

    pattern: re.Pattern[str]
    """Their beginnings as one alternation, by first letter: most places cost one look."""
    by_start: dict[str, tuple[str, ...]]
    """First letters of a form -> the forms that begin so, the longest first."""
    heads: re.Pattern[str]
    """The first :data:`HOLD_MIN` letters of any."""
    by_head: dict[str, tuple[str, ...]]
    beginnings: frozenset[str]
    """What is shorter than that."""
    length_max: int


@lru_cache(maxsize=32)
def compiled(values: tuple[str, ...]) -> Forms:
    """The forms of ``values``. Kept, since attempts of one task have the same secrets."""
    every = sorted({form for value in values for form in forms_of(value)}, key=len, reverse=True)
    by_start: dict[str, tuple[str, ...]] = {}
    by_head: dict[str, tuple[str, ...]] = {}
    by_letter: dict[str, dict[str, None]] = {}
    for form in every:
        start, head = form[:LENGTH_MIN], form[:HOLD_MIN]
        by_start[start] = (*by_start.get(start, ()), form)
        by_head[head] = (*by_head.get(head, ()), form)
        by_letter.setdefault(form[0], {})[form[1:HEAD_LENGTH]] = None
    return Forms(
        pattern=re.compile(
            "|".join(
                f"{re.escape(letter)}(?:{'|'.join(map(re.escape, rests))})"
                for letter, rests in by_letter.items()
            )
        ),
        by_start=by_start,
        heads=re.compile("|".join(map(re.escape, by_head))),
        by_head=by_head,
        beginnings=frozenset(form[:n] for form in every for n in range(1, HOLD_MIN)),
        length_max=len(every[0]),
    )


class Masker:
    """Secret values, and how they are found. ``told`` is called with each new one."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """``words`` mark a name as a secret's, besides :data:`SENSITIVE_WORDS`."""
        self.words = tuple(words)
        self.told: Callable[[tuple[str, ...]], None] | None = None
        self._token = ""
        self._values: dict[str, None] = {}
        self._forms: Forms | None = None
        """Of :attr:`values`; None until it is needed."""

    @classmethod
    def of_names(cls, words: Iterable[str] = ()) -> "Masker":
        """Knows no value: for views, where names give secrets away (:meth:`mask_value`)."""
        return cls(words)

    @property
    def values(self) -> tuple[str, ...]:
        """All that it knows, in the order in which they came."""
        return tuple(self._values)

    def looks_secret(self, name: object) -> bool:
        """Whether something of this name holds a secret."""
        return looks_secret(name, self.words)

    def add(self, value: object, name: str | None = None) -> None:
        """Remembers a secret; of a dict or list every text in it, of JSON the long ones too.

        With ``name``, dict members count only when their own name looks secret.
        """
        found = dict.fromkeys(_texts(value, self, named=name is not None))
        if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
            found |= dict.fromkeys(_leaves(value, self))
        new = tuple(text for text in found if len(text) >= LENGTH_MIN and text not in self._values)
        if new:
            self._values |= dict.fromkeys(new)
            self._forms = None
            if self.told is not None:
                self.told(new)

    def add_token(self, token: str) -> None:
        """One text of plain letters that is masked as it stands: cheap enough for each attempt."""
        self._token = token

    def without_token(self, lines: Iterable[str]) -> list[str]:
        """The lines with only the token masked."""
        token = self._token
        return [line.replace(token, MASK) for line in lines] if token else list(lines)

    def mask(self, text: str) -> str:
        """``text`` with every known secret replaced."""
        if self._token and self._token in text:
            text = text.replace(self._token, MASK)
        if not self._values:
            return text
        spans = self.spans(text)
        text = _replaced(text, spans) if spans else text
        if "\n" not in text:
            return text
        lines = text.split("\n")
        return "\n".join(masked_lines(lines, self.spans("".join(lines))))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in ``text``, from left to right."""
        if not self._values:
            return []
        forms = self._ready()
        found: list[tuple[int, int]] = []
        match = forms.pattern.search(text)
        while match is not None:
            begin = match.start()
            candidates = forms.by_start.get(text[begin : begin + LENGTH_MIN], ())
            length = max((_common(text, begin, form) for form in candidates), default=0)
            found.append((begin, max(match.end(), begin + length)))
            match = forms.pattern.search(text, found[-1][1])
        return found

    def overlap(self, text: str) -> int:
        """How many characters at the end of ``text`` may be the beginning of a secret."""
        if not self._values:
            return 0
        forms = self._ready()
        match = forms.heads.search(text, max(0, len(text) - forms.length_max + 1))
        while match is not None:
            end = text[match.start() :]
            if any(form.startswith(end) for form in forms.by_head[match[0]] if form != end):
                return len(end)
            match = forms.heads.search(text, match.start() + 1)
        lengths = range(HOLD_MIN - 1, 0, -1)
        return next((n for n in lengths if text[-n:] in forms.beginnings), 0)

    def _ready(self) -> Forms:
        if self._forms is None:
            self._forms = compiled(tuple(self._values))
        return self._forms

    def mask_value(self, value: Any, name: object = None, depth: int = 0) -> Any:
        """A copy of plain data with secrets replaced, also those that only their key gives away."""
        if name is not None and value and self.looks_secret(name):
            return MASK
        if isinstance(value, str):
            return self.mask(value)
        if depth >= _DEPTH_MAX:
            return MASK
        if isinstance(value, Mapping):
            return {
                self.mask(key) if isinstance(key, str) else key: self.mask_value(
                    part, key, depth + 1
                )
                for key, part in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.mask_value(part, None, depth + 1) for part in value]
        return value

    def mask_json(self, text: str | None) -> str | None:
        """A JSON text, as a connection's extra, masked by names and values; other text wholly."""
        if not text:
            return text
        try:
            found = json.loads(text)
        except ValueError:
            return MASK
        return json.dumps(self.mask_value(found), ensure_ascii=False)

    def forget(self) -> None:
        """Knows no secret any more."""
        self._values.clear()
        self._forms, self._token = None, ""


class LineMasker:
    """Masks lines as they come; a secret that is spread over several of them is found too.

    A line that may end within a secret is held back until the next one, or :meth:`rest`.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held: list[str] = []
        self._before = ""
        """The last characters that went out, when a secret may begin with them."""

    def feed(self, lines: Sequence[str]) -> list[str]:
        """The lines, without line breaks, that can be shown now."""
        masker = self._masker
        lines = masker.without_token(lines)
        if not masker.values:
            return lines
        lines = [self._before, *self._held, *lines]
        joined = "".join(lines)
        spans, overlap = masker.spans(joined), masker.overlap(joined)
        keep = _lines_of(lines, overlap) if overlap >= HOLD_MIN else 0
        keep = min(keep, len(lines) - 1) if keep <= HELD_LINES_MAX else 0
        out = masked_lines(lines, spans) if spans else lines
        self._held = lines[len(lines) - keep :]
        if keep == 0:
            self._before = joined[-overlap:] if overlap else ""
        elif keep < len(lines) - 1:
            self._before = ""
        return out[1 : len(out) - keep]

    def rest(self) -> list[str]:
        """What is held back, now that nothing more comes."""
        lines = [self._before, *self._held]
        self._held, self._before = [], ""
        return masked_lines(lines, self._masker.spans("".join(lines)))[1:]


def masked_lines(lines: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[str]:
    """``lines`` with the parts masked that ``spans`` name in all of them joined."""
    if not spans:
        return list(lines)
    masked, begin = [], 0
    for line in lines:
        end = begin + len(line)
        inside = [(max(a, begin) - begin, min(b, end) - begin) for a, b in spans]
        masked.append(_replaced(line, [(a, b) for a, b in inside if a < b]))
        begin = end
    return masked


def _replaced(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts, end = [], 0
    for begin, stop in spans:
        parts += [text[end:begin], MASK]
        end = stop
    return "".join((*parts, text[end:]))


def _lines_of(lines: Sequence[str], characters: int) -> int:
    """How many of the last lines hold that many characters."""
    count = 0
    for line in reversed(lines):
        if characters <= 0:
            break
        characters -= len(line)
        count += 1
    return count


def _common(text: str, begin: int, form: str) -> int:
    """How many characters of ``form`` stand in ``text`` at ``begin``."""
    if text.startswith(form, begin):
        return len(form)
    low, high = 0, min(len(form), len(text) - begin)
    while low < high:
        middle = (low + high + 1) // 2
        if text.startswith(form[:middle], begin):
            low = middle
        else:
            high = middle - 1
    return low if low >= HEAD_LENGTH else 0


def _texts(value: object, masker: Masker, *, named: bool) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if not named or masker.looks_secret(key):
                yield from _texts(part, masker, named=False)
            elif isinstance(part, Mapping | list | tuple):
                yield from _texts(part, masker, named=True)
    elif isinstance(value, list | tuple | set):
        for part in value:
            if not named or isinstance(part, Mapping | list | tuple):
                yield from _texts(part, masker, named=named)


def _leaves(text: str, masker: Masker) -> Iterator[str]:
    try:
        found = json.loads(text)
    except ValueError:
        return
    yield from (leaf for leaf in _texts(found, masker, named=False) if len(leaf) >= LEAF_LENGTH_MIN)
    yield from _texts(found, masker, named=True)
