"""The supervisor's hold on its base server: start it, start it again when it dies."""

import os
import subprocess
import sys
from collections.abc import Callable

from narae.core.codec import encode_json
from narae.executors.local import base_server, child, linux
from narae.executors.local.child import ServerSettings
from narae.executors.local.loop import Loop, Timer
from narae.executors.local.messages import FromServer, Packets, pair
from narae.executors.local.server_link import ServerLink
from narae.executors.local.settings import SupervisorSettings

BASE_NUMBER = 0


class BaseLink:
    """At most one base server at a time; every fork server descends from it."""

    def __init__(
        self,
        loop: Loop,
        settings: SupervisorSettings,
        *,
        holder: str,
        on_message: Callable[[ServerLink, FromServer], None],
        on_lost: Callable[[ServerLink], None],
    ) -> None:
        self._loop = loop
        self._settings = settings
        self._holder = holder
        self._on_message = on_message
        self._on_lost = on_lost
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = 0.0
        self._restart: Timer | None = None
        self._stopped = False
        self.link: ServerLink | None = None
        """None while there is no base server."""

    @property
    def pid(self) -> int | None:
        """Also the session of all fork servers."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts it by exec, so that it is small and has one thread.

        A machine that is too full for that is asked again after a while.
        """
        self._begun = self._loop.monotonic()
        try:
            ours, theirs = pair()
            with theirs:
                self._process = self._popen(theirs.fileno())
        except OSError:
            self._restart = self._loop.after(self._settings.base_restart_seconds, self.start)
            return
        self.link = ServerLink(
            BASE_NUMBER,
            Packets(ours, FromServer),
            key=("", "base"),
            loop=self._loop,
            on_message=self._on_message,
            on_silent=lambda _: self._lost(),
        )
        self.link.pid = self._process.pid

    def _popen(self, control: int) -> subprocess.Popen[bytes]:
        order = ServerSettings(
            parent=os.getpid(),
            control=control,
            preload=self._settings.preload,
            run=self._settings.run,
            load=self._settings.load,
            asking=self._settings.asking,
            mask=self._settings.mask,
            rehearse=self._settings.rehearse,
            beside=self._settings.beside,
            holder=self._holder,
            import_timeout_seconds=self._settings.import_timeout_seconds,
            memory_max_bytes=self._settings.memory_max_bytes,
        )
        return subprocess.Popen(  # noqa: S603 - our own Python, no shell
            [sys.executable, "-P", "-m", base_server.__name__, encode_json(order).decode()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=self._settings.home,
            env={**os.environ, child.HOLDER_VARIABLE: self._holder},
            pass_fds=[control],
            start_new_session=True,
        )

    def _lost(self) -> None:
        """It took every fork server with it; what they leave behind becomes our child."""
        link, process = self.link, self._process
        self.link = self._process = None
        if process is not None:
            process.kill()
            process.wait()
        linux.kill_orphans(())
        if link is not None:
            link.close()
            self._on_lost(link)
        if not self._stopped:
            young = self._loop.monotonic() - self._begun < self._settings.base_restart_seconds
            self._restart = self._loop.after(
                self._settings.base_restart_seconds if young else 0.0, self.start
            )

    def stop(self) -> None:
        """Ends it and all that descends from it; nothing is left when this returns."""
        self._stopped = True
        if self._restart:
            self._restart.cancel()
        self._lost()
