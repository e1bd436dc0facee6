"""Results: as a value, as JSON, as a table, against a baseline."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, median
from benchmarks.limits import WORDS
from benchmarks.rows import BY_KEY, ROWS, Row

REGRESSION_MAX = 0.30
BEGIN, END = "<!-- figures:begin -->", "<!-- figures:end -->"


def results(bench: Bench, limits: Mapping[str, float], *, facts: dict[str, Any]) -> dict[str, Any]:
    """Everything that was found, ready for JSON."""
    return {
        "facts": facts,
        "limits": dict(limits),
        "rows": {
            row.key: _result(row, bench.values[row.key], limits)
            for row in ROWS
            if row.key in bench.values
        },
    }


def _result(row: Row, values: list[float], limits: Mapping[str, float]) -> dict[str, Any]:
    value = median(values)
    ratio = value / limits[row.floor] if row.floor else None
    return {
        "what": row.what,
        "unit": row.unit,
        "median": value,
        "min": min(values),
        "max": max(values),
        "repeats": len(values),
        "budget": row.budget,
        "aim": row.aim,
        "holds": row.holds(value),
        "limit": row.floor,
        "ratio": ratio,
    }


def table(found: Mapping[str, Any]) -> str:
    """For people: Markdown, as it stands in docs/performance.md."""
    lines = [
        "| what | measured (min to max) | budget | holds | aim | ratio to the limit |",
        "|---|---|---|---|---|---|",
    ]
    for key, row in found["rows"].items():
        spread = f"{_short(row['min'])} to {_short(row['max'])}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f} x {row['limit']}"
        holds = {True: "yes", False: "NO", None: ""}[row["holds"]]
        lines.append(
            f"| {BY_KEY[key].what} | {_short(row['median'])} {row['unit']} ({spread}) "
            f"| {_short(row['budget'])} | {holds} | {_short(row['aim'])} | {ratio} |"
        )
    lines += ["", "| limit of the machine | |", "|---|---|"]
    lines += [f"| {WORDS[name]} | {_short(value)} |" for name, value in found["limits"].items()]
    return "\n".join(lines)


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def put_into_page(page: Path, text: str) -> None:
    """Replaces what stands between the page's marks for figures."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def save(found: Mapping[str, Any], path: Path) -> None:
    """Writes JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n")


def regressions(latest: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[str]:
    """Rows whose ratio to the machine's limit is worse than the baseline's by too much."""
    faults = []
    for key, before in baseline["rows"].items():
        now = latest["rows"].get(key)
        if now is None or not before["ratio"] or not now["ratio"]:
            continue
        worse = (
            now["ratio"] / before["ratio"]
            if BY_KEY[key].better == "less"
            else before["ratio"] / now["ratio"]
        ) - 1
        if worse > REGRESSION_MAX:
            faults.append(
                f"{now['what']}: {now['ratio']:.3g} x {now['limit']}, "
                f"was {before['ratio']:.3g} (worse by {worse:.0%})"
            )
    return faults
