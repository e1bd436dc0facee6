"""``.airflowignore`` and ``.naraeignore``: which files of a DAG folder are none of ours.

``.airflowignore`` only says which files hold no DAGs: a module that it names can still be
imported. ``.naraeignore`` keeps files out of the code version too. Both count for their own
folder and everything below it.

- ``regexp`` (Airflow 2.10): each line is searched for in the path relative to the DAG folder;
  ``#`` begins a comment.
- ``glob``: the rules of ``.gitignore``, relative to the folder of the file.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

AIRFLOW_FILE = ".airflowignore"
NARAE_FILE = ".naraeignore"
SYNTAXES = ("regexp", "glob")

Matcher = Callable[[str], bool | None]
"""Path relative to the DAG folder (folders end in ``/``) -> ignored, kept after all, or unsaid."""


@dataclass(frozen=True, kw_only=True)
class IgnoreRules:
    """The rules that hold in one folder: its own after those of the folders above it.

    >>> rules = IgnoreRules().below("", ["draft_.*  # not yet"], syntax="regexp")
    >>> rules.ignores("draft_a.py"), rules.ignores("a.py")
    (True, False)
    """

    matchers: tuple[Matcher, ...] = ()
    problems: tuple[str, ...] = field(default=(), compare=False)
    """Lines that are no patterns, in words."""

    def below(self, folder: str, lines: Iterable[str], *, syntax: str) -> "IgnoreRules":
        """With the lines of an ignore file that stands in ``folder`` ("" or ``a/b``)."""
        if syntax == "glob":
            matcher, problems = _glob(folder, list(lines))
        else:
            matcher, problems = _regexp(lines)
        where = f"{folder}/" if folder else ""
        named = tuple(f"{where}{problem}" for problem in problems)
        return IgnoreRules(matchers=(*self.matchers, matcher), problems=(*self.problems, *named))

    def ignores(self, path: str) -> bool:
        """Whether ``path`` is ignored; the innermost file that says anything decides."""
        for matcher in reversed(self.matchers):
            said = matcher(path)
            if said is not None:
                return said
        return False


def _regexp(lines: Iterable[str]) -> tuple[Matcher, list[str]]:
    patterns: list[re.Pattern[str]] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        text = re.sub(r"\s*#.*", "", line).strip()
        if not text:
            continue
        try:
            patterns.append(re.compile(text))
        except re.error as error:
            problems.append(
                f"{AIRFLOW_FILE} line {number}: {text!r} is no regular expression ({error}); "
                "with [core] dag_ignore_file_syntax = glob it could be a glob pattern"
            )

    def match(path: str) -> bool | None:
        # A folder is written without its slash, as Airflow's patterns expect.
        name = path.rstrip("/")
        return True if any(p.search(name) for p in patterns) else None

    return match, problems


def _glob(folder: str, lines: list[str]) -> tuple[Matcher, list[str]]:
    import pathspec  # noqa: PLC0415 - a tenth of a second that most folders never need

    problems: list[str] = []
    good: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            pathspec.GitIgnoreSpec.from_lines([line])
        except ValueError as error:
            problems.append(f"line {number}: {line.strip()!r} is no glob pattern ({error})")
        else:
            good.append(line)
    spec = pathspec.GitIgnoreSpec.from_lines(good)
    cut = len(folder) + 1 if folder else 0

    def match(path: str) -> bool | None:
        return spec.check_file(path[cut:]).include

    return match, problems
