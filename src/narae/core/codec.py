"""Bytes for values: JSON for what is stored, msgpack in length-prefixed frames for what is sent."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

FRAME_BYTES_MAX = 256 * 1024 * 1024
_HEAD = 4
_json = msgspec.json.Encoder(order="deterministic")
_pack = msgspec.msgpack.Encoder()


def encode_json(value: object) -> bytes:
    """Canonical JSON: equal values give equal bytes."""
    return _json.encode(value)


def decode_json(data: bytes | str, type_: type[T]) -> T:
    """The value of ``type_`` in ``data``; :class:`msgspec.ValidationError` names a wrong field."""
    return msgspec.json.decode(data, type=type_)


def pack(value: object) -> bytes:
    """Msgpack, without a frame."""
    return _pack.encode(value)


def unpack(data: bytes, type_: Any) -> Any:
    """The value of ``type_`` (which may be a union) in one msgpack message."""
    return decoder_of(type_).decode(data)


@lru_cache(maxsize=256)
def decoder_of(type_: Any) -> msgspec.msgpack.Decoder[Any]:
    """Made once for each type: to make one costs a hundred times what it costs to use it."""
    return msgspec.msgpack.Decoder(type_)


def frame(value: object) -> bytes:
    """One message: four bytes of length, big-endian, then msgpack."""
    body = _pack.encode(value)
    return len(body).to_bytes(_HEAD, "big") + body


class FrameError(ValueError):
    """The stream is not made of frames."""


class Frames:
    """Takes bytes as they come and gives the messages that are whole.

    >>> frames = Frames()
    >>> [unpack(m, int) for m in frames.feed(frame(7) + frame(8)[:2])]
    [7]
    >>> [unpack(m, int) for m in frames.feed(frame(8)[2:])]
    [8]
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    @property
    def missing(self) -> int:
        """How many bytes may be read now without reading beyond the next message."""
        if len(self._rest) < _HEAD:
            return _HEAD - len(self._rest)
        return _HEAD + int.from_bytes(self._rest[:_HEAD], "big") - len(self._rest)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Adds ``data`` and yields each whole message, without its head."""
        self._rest += data
        while len(self._rest) >= _HEAD:
            length = int.from_bytes(self._rest[:_HEAD], "big")
            if length > FRAME_BYTES_MAX:
                raise FrameError(f"a message of {length} bytes is longer than {FRAME_BYTES_MAX}")
            if len(self._rest) < _HEAD + length:
                return
            message = bytes(self._rest[_HEAD : _HEAD + length])
            del self._rest[: _HEAD + length]
            yield message
