"""StatsD lines over UDP. Never waits and never raises."""

import contextlib
import re
import socket
from typing import Any

DATAGRAM_BYTES_MAX = 1_400
"""Fits a packet of most networks, with room for the headers."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\-]")


class StatsdLines:
    """Gathers lines and sends them, many to a datagram, when flushed."""

    def __init__(self, host: str, port: int, *, prefix: str = "airflow") -> None:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        family, kind, _, _, address = found[0]
        self._address: Any = address
        self._socket = socket.socket(family, kind)
        self._socket.setblocking(False)
        self._prefix = f"{prefix}." if prefix else ""
        self._lines: list[bytes] = []

    def count(self, name: str, amount: float = 1) -> None:
        """It happened so many times."""
        self._line(name, amount, "c")

    def gauge(self, name: str, value: float) -> None:
        """It is this now."""
        self._line(name, value, "g")

    def timing(self, name: str, seconds: float) -> None:
        """It took so long."""
        self._line(name, seconds * 1000, "ms")

    def _line(self, name: str, value: float, kind: str) -> None:
        self._lines.append(f"{self._prefix}{_UNSAFE.sub('_', name)}:{value:.10g}|{kind}".encode())

    def flush(self) -> None:
        """Sends what was gathered."""
        lines, self._lines = self._lines, []
        packet: list[bytes] = []
        size = 0
        for line in lines:
            if packet and size + len(line) + 1 > DATAGRAM_BYTES_MAX:
                self._send(packet)
                packet, size = [], 0
            packet.append(line)
            size += len(line) + 1
        if packet:
            self._send(packet)

    def _send(self, packet: list[bytes]) -> None:
        with contextlib.suppress(OSError):  # nobody there, or the buffer is full
            self._socket.sendto(b"\n".join(packet), self._address)

    def close(self) -> None:
        """Gives the socket up."""
        self._socket.close()
