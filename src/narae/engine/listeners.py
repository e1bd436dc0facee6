"""Connections to processes that want to be told what changes. Costs nothing without any."""

from typing import Any

from narae.core.changes import Changed
from narae.framed import FramedConnection

BEHIND_BYTES_MAX = 1024 * 1024
"""A listener that is so far behind is told nothing more until it has caught up."""


class ListenerPeer:
    """One of them, for the engine's loop."""

    def __init__(self, connection: FramedConnection[Any], listeners: "Listeners") -> None:
        self._connection = connection
        self._listeners = listeners
        self._behind = False
        listeners.peers.append(self)

    def tell(self, changed: Changed) -> None:
        """Sends it, unless the peer is far behind: then it will be told that it missed some."""
        if self._behind:
            return
        if self._connection.pending_bytes > BEHIND_BYTES_MAX:
            self._behind = True
            return
        self._connection.send(changed)

    def fileno(self) -> int:
        """For the selector."""
        return self._connection.fileno()

    @property
    def wants_write(self) -> bool:
        """Whether :meth:`flush` has something to do."""
        return self._connection.wants_write

    def flush(self) -> bool:
        """Writes what the socket takes; tells one that has caught up that it missed some."""
        done = self._connection.flush()
        if done and self._behind:
            self._behind = False
            self._connection.send(Changed(everything=True))
        return done

    def receive(self) -> bool:
        """It has nothing to say; False once it is gone."""
        return self._connection.receive() is not None

    def take(self, messages: object) -> None:
        """What it says after its hello is not heard."""

    def close(self) -> None:
        """Ends the connection."""
        if self in self._listeners.peers:
            self._listeners.peers.remove(self)
        self._connection.close()


class Listeners:
    """All of them."""

    def __init__(self) -> None:
        self.peers: list[ListenerPeer] = []

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self.peers)

    def tell(self, changed: Changed) -> None:
        """Tells all."""
        for peer in self.peers:
            peer.tell(changed)
