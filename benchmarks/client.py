"""A small HTTP/1.1 client on one connection that stays open, so that little of it is measured."""

import json
import socket
import time
from typing import Any

TIMEOUT_SECONDS = 60.0
FINISHED = frozenset({"success", "failed"})


class Client:
    """JSON requests to one server, with a bearer token."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self._address = ("127.0.0.1", port)
        self._sock = self._connect()

    def _connect(self) -> socket.socket:
        sock = socket.create_connection(self._address, timeout=TIMEOUT_SECONDS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def raw(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._sock.sendall(head.encode() + body)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        answer_head, _, rest = data.partition(b"\r\n\r\n")
        lines = answer_head.split(b"\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in lines[1:])
        length = int(fields[b"content-length"])
        parts = [rest]
        missing = length - len(rest)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        if fields.get(b"connection") == b"close":
            self._sock.close()
            self._sock = self._connect()
        return int(lines[0].split(b" ")[1]), b"".join(parts)

    def _more(self) -> bytes:
        data = self._sock.recv(256 * 1024)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON; RuntimeError unless it is a success."""
        status, data = self.raw(method, path, b"" if body is None else json.dumps(body).encode())
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {data[:500].decode(errors='replace')}")
        return json.loads(data)

    def close(self) -> None:
        """Ends the connection."""
        self._sock.close()

    # -- what the rows need -----------------------------------------------------------------

    def await_dags(self, count: int, *, seconds: float = 120.0, pause: float = 0.02) -> None:
        """Until ``count`` DAGs are listed."""
        until = time.monotonic() + seconds
        while (found := self.call("GET", "/api/v2/dags?limit=1")["total_entries"]) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{found} of {count} DAGs are listed after {seconds:g} s")
            time.sleep(pause)

    def unpause(self, dag_ids: list[str]) -> None:
        """Lets these DAGs run."""
        for dag_id in dag_ids:
            self.call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str) -> str:
        """A new run's id."""
        return str(self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {})["dag_run_id"])

    def await_run(self, dag_id: str, run_id: str, *, seconds: float = 180.0) -> Any:
        """The finished run. RuntimeError when it failed."""
        until = time.monotonic() + seconds
        while True:
            run = self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
            if run["state"] in FINISHED:
                break
            if time.monotonic() > until:
                raise TimeoutError(f"{dag_id} {run_id} is {run['state']} after {seconds:g} s")
            time.sleep(0.05)
        if run["state"] != "success":
            raise RuntimeError(f"{dag_id} {run_id}: {run['state']}")
        return run
