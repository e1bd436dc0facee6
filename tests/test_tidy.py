"""The house rules that no linter knows. The lists of exceptions may only shrink."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 500
CLASS_METHODS_MAX = 20

LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}
LARGE_CLASSES: dict[str, str] = {}
CLOCK_READERS: dict[str, str] = {
    "src/narae/bootstrap/": "the one place where the real clock is made",
    "src/narae/airflow/": "user code lives in real time",
    "src/narae/authoring/timetables.py": "the same: custom timetables are user code",
    "src/narae/cli/": "the command line is an edge",
    "src/narae/executors/": "processes live in real time",
    "src/narae/loader/": "files live in real time",
    "src/narae/runtime/": "user code lives in real time",
    "src/narae/logs/": "files live in real time",
    "src/narae/sensors/": "sensors poll in real time",
    "src/narae/operators/": "user code lives in real time",
    "src/narae/triggers/": "user code lives in real time",
    "src/narae/hooks/": "user code lives in real time",
}
FORBIDDEN_NAMES = {"utils", "common", "helpers", "manager", "misc", "process"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", node
            yield from _functions(node, f"{prefix}{node.name}.")


def _lines(node: ast.AST) -> int:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    first = node.body[0]
    has_docstring = ast.get_docstring(node, clean=False) is not None
    start = first.end_lineno if has_docstring else first.lineno - 1
    return (node.end_lineno or 0) - (start or 0)


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {_name(p): ast.parse(p.read_text(encoding="utf-8")) for p in SOURCES}


def test_a_function_fits_a_screen(trees: dict[str, ast.Module]) -> None:
    long = {
        f"{name}:{function}": _lines(node)
        for name, tree in trees.items()
        for function, node in _functions(tree)
        if _lines(node) > FUNCTION_LINES_MAX
    }
    assert set(long) == set(LONG_FUNCTIONS), long


def test_a_file_stays_readable() -> None:
    long = {
        _name(p): lines
        for p in SOURCES
        if (lines := len(p.read_text(encoding="utf-8").splitlines())) > FILE_LINES_MAX
    }
    assert set(long) == set(LONG_FILES), long


def test_a_class_has_one_job(trees: dict[str, ast.Module]) -> None:
    large = {
        f"{name}:{node.name}": count
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and not any(isinstance(b, ast.Name) and b.id == "Protocol" for b in node.bases)
        and (count := sum(isinstance(n, ast.FunctionDef) for n in node.body)) > CLASS_METHODS_MAX
    }
    assert set(large) == set(LARGE_CLASSES), large


def test_only_the_edges_read_a_clock(trees: dict[str, ast.Module]) -> None:
    readers = {
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        if not any(name.startswith(edge) for edge in CLOCK_READERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "pendulum"}
    }
    assert readers == set()


def test_the_core_reads_nothing(trees: dict[str, ast.Module]) -> None:
    forbidden = {"time", "os", "pathlib", "random", "logging", "tempfile", "secrets"}
    allowed = {("random", "Random")}
    found = {
        f"{name}:{node.lineno} {getattr(node, 'module', None)}"
        for name, tree in trees.items()
        if name.startswith("src/narae/core/")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and {a.name for a in node.names} & forbidden)
        or (
            isinstance(node, ast.ImportFrom)
            and node.module in forbidden
            and not all((node.module, a.name) in allowed for a in node.names)
        )
    }
    assert found == set()


def test_no_junk_drawers() -> None:
    drawers = {
        _name(p) for p in SOURCES if p.stem in FORBIDDEN_NAMES and "airflow/" not in _name(p)
    }
    assert drawers == set()


def test_nothing_is_global(trees: dict[str, ast.Module]) -> None:
    found = {
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Global)
    }
    assert found == set()
