"""One parse child: forked from the parse server, watched by it, ended by it if need be.

The child's descriptors: 0 nothing, 1 and 2 the server reads, 3 takes the answer, 4 takes the
stack of a child that is out of time, 5 is a socket on which the file asks for variables.
"""

import contextlib
import ctypes
import faulthandler
import os
import re
import resource
import signal
import socket
import sys
from dataclasses import dataclass, field
from typing import TextIO, cast

from narae.core.codec import FrameError, pack
from narae.core.masking import Masker
from narae.core.spec import ImportFailure, ParsedFile
from narae.core.wire import ChildAsk, ChildSecrets, FromImport
from narae.framed import FramedConnection
from narae.loader.parse import parse, settle
from narae.loader.values import ParseDone, ParseJob
from narae.runtime.secrets import MASKER, MaskedText

ANSWER_FD = 3
STACK_FD = 4
ASK_FD = 5
DESCRIPTORS_MAX = 4096
OUTPUT_BYTES_MAX = 64 * 1024
"""What is kept of a file's output; the rest is read and dropped."""
STACK_SIGNAL = signal.SIGUSR2
STACK_GRACE_SECONDS = 0.25
OUT_OF_MEMORY_SCORE = 800
"""When memory runs out, the kernel ends a parse child before anything that matters more."""
_PR_SET_PDEATHSIG = 1


@dataclass(kw_only=True)
class Child:
    """A child as the server sees it: its pipes, and what came through them."""

    job: ParseJob
    pid: int
    deadline: float
    """On the server's monotonic clock."""
    output_fd: int
    answer_fd: int
    stack_fd: int
    asks: FramedConnection[FromImport]
    output: bytearray = field(default_factory=bytearray)
    answer: bytearray = field(default_factory=bytearray)
    stack: bytearray = field(default_factory=bytearray)
    masker: Masker = field(default_factory=Masker)
    """What must not be read in its output."""
    late: bool = False
    """Its time is over: it was asked for its stack, and is killed at the new deadline."""

    def buffers(self) -> dict[int, bytearray]:
        """Each of its descriptors with what was read from it."""
        return {
            self.output_fd: self.output,
            self.answer_fd: self.answer,
            self.stack_fd: self.stack,
        }

    def take(self, descriptor: int) -> bool:
        """Reads once; False when there is nothing more to come."""
        try:
            data = os.read(descriptor, 256 * 1024)
        except BlockingIOError:
            return True
        except OSError:
            return False
        buffer = self.buffers()[descriptor]
        if descriptor == self.answer_fd or len(buffer) < OUTPUT_BYTES_MAX:
            buffer += data
        return bool(data)

    def asked(self) -> list[ChildAsk] | None:
        """What the file asks for; None when it will ask no more."""
        try:
            messages = self.asks.receive()
        except FrameError:  # the file wrote to a descriptor that is not its own
            return None
        for message in messages or ():
            if isinstance(message, ChildSecrets):
                for value in message.values:
                    self.masker.add(value)
        if messages is None:
            return None
        return [each for each in messages if isinstance(each, ChildAsk)]

    def drain(self) -> None:
        """Reads what is left after its end; a process that it left behind can't hold this up."""
        self.asked()
        for descriptor, buffer in self.buffers().items():
            before = -1
            while before != len(buffer):
                before = len(buffer)
                if not self.take(descriptor):
                    break


def spawn(job: ParseJob, *, started: float) -> Child:
    """Forks a child for ``job``; OSError when there can be none."""
    asks, asks_in = socket.socketpair()
    pipes = [os.pipe() for _ in range(3)]
    (output, output_in), (answer, answer_in), (stack, stack_in) = pipes
    try:
        pid = os.fork()
    except OSError:
        for descriptor in (d for pipe in pipes for d in pipe):
            os.close(descriptor)
        asks.close()
        asks_in.close()
        raise
    if pid == 0:
        _be_child(job, (output_in, output_in, answer_in, stack_in, asks_in.fileno()))
    asks_in.close()
    for descriptor in (output_in, answer_in, stack_in):
        os.close(descriptor)
    for descriptor in (output, answer, stack):
        os.set_blocking(descriptor, False)
    return Child(
        job=job,
        pid=pid,
        deadline=started + job.settings.import_timeout_seconds,
        output_fd=output,
        answer_fd=answer,
        stack_fd=stack,
        asks=FramedConnection[FromImport](asks, FromImport),
    )


def _be_child(job: ParseJob, descriptors: tuple[int, ...]) -> None:
    """``descriptors`` become 1 to 5."""
    code = 1
    try:
        server = os.getppid()
        _die_with(server)
        _arrange(descriptors)
        _limit(job.settings.memory_max_bytes)
        me = os.getpid()
        with socket.socket(fileno=ASK_FD) as sock:
            done = parse(job, sock=sock)
        settle()
        # A copy that the file forked at import comes along here too: it says nothing.
        if os.getpid() == me:
            _limit(0)
            _write(ANSWER_FD, pack(done))
            code = 0
    except BaseException as error:  # noqa: BLE001 - whatever it is, the server must hear of it
        with contextlib.suppress(BaseException):
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def _arrange(descriptors: tuple[int, ...]) -> None:
    os.setsid()
    signal.set_wakeup_fd(-1)
    for signum in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    # First out of the way of the low numbers, then into their places.
    high = [os.dup2(d, 200 + i) for i, d in enumerate((nothing, *descriptors))]
    for number, descriptor in enumerate(high):
        os.dup2(descriptor, number, inheritable=number <= 2)  # noqa: PLR2004 - the standard three
    os.closerange(ASK_FD + 1, DESCRIPTORS_MAX)
    sys.stdout, sys.stderr = (
        cast("TextIO", MaskedText(stream, MASKER)) for stream in (sys.stdout, sys.stderr)
    )
    faulthandler.register(STACK_SIGNAL, file=STACK_FD, all_threads=False)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 - before anything may fail
        score.write(str(OUT_OF_MEMORY_SCORE))


def _limit(size: int) -> None:
    """Limits private memory to ``size`` bytes; 0 takes the limit away again."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = hard if size == 0 else size
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _die_with(parent: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


# -- what became of a child that gave no answer ---------------------------------------------


def late_words(child: Child) -> ImportFailure:
    """The failure of a child that was killed because its time was over."""
    seconds = child.job.settings.import_timeout_seconds
    line = _line_in_stack(child)
    where = f"; it was at line {line}" if line else ""
    return ImportFailure(
        file=child.job.file,
        line=line,
        message=f"the import took longer than {seconds:g} s and was ended "
        f"([core] dagbag_import_timeout){where}",
        traceback=_with_output(child, _text(child.stack, child)),
    )


def death_words(child: Child, status: int) -> ImportFailure:
    """The failure of a child that ended without an answer, from its wait status."""
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        words = f"the import was ended by {name}"
        if os.WTERMSIG(status) == signal.SIGKILL:
            words += ", as happens when memory runs out"
    else:
        words = f"the file ended its process with exit code {os.waitstatus_to_exitcode(status)}"
    return ImportFailure(file=child.job.file, message=words, traceback=_with_output(child, ""))


def no_answer(job: ParseJob, failure: ImportFailure) -> ParseDone:
    """The answer in a child's place."""
    return ParseDone(
        id=job.id,
        parsed=ParsedFile(
            file=job.file,
            code_version=job.code_version,
            file_hash=job.file_hash,
            failures=(failure,),
        ),
    )


def _line_in_stack(child: Child) -> int | None:
    own = f"{child.job.root}/{child.job.file}".encode("ascii", "backslashreplace")
    found = re.search(rb'File "' + re.escape(own) + rb'", line (\d+)', bytes(child.stack))
    return int(found[1]) if found else None


def _with_output(child: Child, text: str) -> str:
    output = _text(child.output, child)
    return f"{text}\nOutput of the file:\n{output}" if output else text


def _text(data: bytearray, child: Child) -> str:
    text = child.masker.mask(data.decode("utf-8", "replace"))[-OUTPUT_BYTES_MAX // 8 :]
    return text.replace(f"{child.job.root}/", f"{child.job.folder}/")
