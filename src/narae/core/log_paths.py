"""Where the log of an attempt stands, relative to the log folder.

``dag_id=D/run_id=R/task_id=T/[map_index=N/]attempt=TRY.log``, and for the callbacks of a run
``dag_id=D/run_id=R/callbacks/KIND.log``. Ids are quoted so that no id leaves its folder and
every id keeps a folder of its own.
"""

from narae.core.ids import UNMAPPED, digest

NAME_BYTES_MAX = 240
"""A file name has at most 255 bytes on Linux's file systems; the rest is for our prefix."""
_DIGEST_LENGTH = 16
_PLAIN = frozenset("-_.+:@=, ()[]")


def log_path(dag_id: str, run_id: str, task_id: str, map_index: int, try_number: int) -> str:
    """The log of one try of one task instance; ``map_index`` -1 for one that is not mapped.

    >>> log_path("매출", "manual__2026-11-22T00:00:00+09:00", "load", -1, 2)
    'dag_id=매출/run_id=manual__2026-11-22T00:00:00+09:00/task_id=load/attempt=2.log'
    >>> log_path("../etc", "a/b", "t", 3, 1)
    'dag_id=..%2Fetc/run_id=a%2Fb/task_id=t/map_index=3/attempt=1.log'
    """
    mapped = "" if map_index == UNMAPPED else f"map_index={map_index}/"
    return f"{task_folder(dag_id, run_id, task_id)}/{mapped}attempt={try_number}.log"


def task_folder(dag_id: str, run_id: str, task_id: str) -> str:
    """The folder with the logs of all instances of one task in one run."""
    return f"{run_folder(dag_id, run_id)}/task_id={quoted(task_id)}"


def run_folder(dag_id: str, run_id: str) -> str:
    """The folder with all logs of one run: what goes when the run goes."""
    return f"{dag_folder(dag_id)}/run_id={quoted(run_id)}"


def dag_folder(dag_id: str) -> str:
    """The folder with all logs of one DAG: what goes when the DAG goes."""
    return f"dag_id={quoted(dag_id)}"


def callback_log_path(dag_id: str, run_id: str, kind: str) -> str:
    """The log of the callbacks of one kind that ran outside of any attempt."""
    return f"{run_folder(dag_id, run_id)}/callbacks/{quoted(kind)}.log"


def quoted(name: str) -> str:
    r"""``name`` as one part of a path: letters of any script stay, ``/``, ``%`` and such do not.

    A name that is too long for a file keeps its beginning and ends in its digest.

    >>> quoted("a/b%c"), quoted("한글"), quoted("x\0")
    ('a%2Fb%25c', '한글', 'x%00')
    """
    text = "".join(
        letter if letter.isalnum() or letter in _PLAIN else _percent(letter) for letter in name
    )
    data = text.encode()
    if len(data) <= NAME_BYTES_MAX:
        return text
    kept = data[: NAME_BYTES_MAX - _DIGEST_LENGTH - 1].decode(errors="ignore")
    return f"{kept}~{digest(name.encode('utf-8', 'surrogatepass'))[:_DIGEST_LENGTH]}"


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
