"""Why a file gave no DAG, told in terms of the user's own lines."""

import os
import traceback
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType

from narae.core.spec import ImportFailure
from narae.errors import NaraeError
from narae.loader.values import MEBIBYTE, ParseJob

MESSAGE_CHARS_MAX = 1000
TRACEBACK_CHARS_MAX = 20_000


def failure_of(error: BaseException, job: ParseJob, *, doing: str = "") -> ImportFailure:
    """The failure that ``error`` is, in words; ``doing`` when it was not the plain import."""
    own = f"{job.root}/{job.file}"
    frames = [f for f in _frames(error.__traceback__) if f[0].startswith(f"{job.root}/")]
    where = _place(error, frames, job)
    line = next((n for name, n in reversed(frames) if name == own), None)
    if where is not None and where[0] == own:
        line = where[1]
    message = _words(error, job)
    if where is not None and where[0] != own:
        message = f"{message} ({os.path.relpath(where[0], job.root)} line {where[1]})"
    if doing:
        message = f"{doing}: {message}"
    return ImportFailure(
        file=job.file,
        line=line,
        message=_seen_by_user(message, job)[:MESSAGE_CHARS_MAX],
        traceback=_seen_by_user(_traceback(error, job), job)[-TRACEBACK_CHARS_MAX:],
    )


def _place(
    error: BaseException, frames: list[tuple[str, int]], job: ParseJob
) -> tuple[str, int] | None:
    """The file and line of the user's that is to blame."""
    if isinstance(error, SyntaxError) and error.lineno:
        name = str(error.filename)
        if name.startswith(f"{job.root}/"):
            return name, error.lineno
    if isinstance(error, NaraeError) and error.line:
        return f"{job.root}/{job.file}", error.line
    return frames[-1] if frames else None


def _words(error: BaseException, job: ParseJob) -> str:
    name = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{name}: {error.msg}"
    if isinstance(error, SystemExit):
        return f"the file ends the program with sys.exit({error.code!r}) when it is imported"
    if isinstance(error, MemoryError):
        limit = job.settings.memory_max_bytes // MEBIBYTE
        return f"MemoryError: the import needs more memory than the {limit} MiB it may have"
    if isinstance(error, RecursionError):
        return f"{name}: {error}: a function of the file calls itself without end"
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - the class is the user's
        text = "its text can't be made"
    if isinstance(error, ModuleNotFoundError) and error.name:
        text += _nearest_module(error.name, Path(job.root))
    if isinstance(error, NaraeError):
        return text or name
    return f"{name}: {text}" if text else name


def _nearest_module(name: str, root: Path) -> str:
    """A hint when a module of the folder has nearly this name."""
    if name.startswith("airflow"):
        return ""
    folder = root.joinpath(*name.split(".")[:-1])
    last = name.rpartition(".")[2]
    try:
        known = {p.stem if p.suffix == ".py" else p.name for p in folder.iterdir()}
    except OSError:
        return ""
    near = get_close_matches(last, known - {last}, n=1, cutoff=0.75)
    return f"; did you mean {near[0]!r}?" if near else ""


def _frames(trace: TracebackType | None) -> list[tuple[str, int]]:
    found = []
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _traceback(error: BaseException, job: ParseJob) -> str:
    """Python's own text, from the first frame of the user's on."""
    trace = error.__traceback__
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(f"{job.root}/"):
        trace = trace.tb_next
    try:
        return "".join(traceback.format_exception(type(error), error, trace, limit=-30))
    except Exception as second:  # noqa: BLE001 - an error's own text may fail to be made
        return f"{type(error).__name__}, whose text can't be made ({type(second).__name__})"


def _seen_by_user(text: str, job: ParseJob) -> str:
    """Paths of a code version's tree as paths of the folder that the user edits."""
    return text.replace(f"{job.root}/", f"{job.folder}/") if job.root != job.folder else text
