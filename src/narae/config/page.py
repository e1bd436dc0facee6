"""The table of options as a page: ``docs/configuration.md``."""

from narae.config import TABLE, Entry, Settings
from narae.config.kinds import KINDS

_HEAD = """\
# Configuration

Narae needs none. What can be set stands below; `narae config list` shows each value and where
it came from. This page is made from the table in `src/narae/config/options.py`.

The first place that has an option wins:

1. the environment variable `NARAE__SECTION__KEY`, such as `NARAE__CORE__PARALLELISM`;
2. the environment variable `AIRFLOW__SECTION__KEY`, by Airflow's name for it;
3. `narae.toml` in the home folder: `[section]`, then `key = value`;
4. `airflow.cfg` in the home folder (or where `AIRFLOW_CONFIG` says), by Airflow's name for it;
5. the default.

The home folder is `NARAE_HOME`, else `AIRFLOW_HOME`, else `~/narae`; `{home}` below stands for
it, and relative paths start there. Options marked *secret* may also be given as the output of a
command: `NARAE__DATABASE__URL_CMD`. A name that Narae does not know is an error that suggests
the nearest one; Airflow's options that Narae has no use for are ignored.
"""


def markdown() -> str:
    """The whole page."""
    parts = [_HEAD]
    for section in dict.fromkeys(section for section, _ in TABLE):
        words = type(getattr(Settings(home=""), section)).__doc__ or ""
        parts.append(f"## [{section}]\n\n{words.strip()}\n")
        parts.append("| option | default | value | what | Airflow's names |")
        parts.append("|---|---|---|---|---|")
        parts += [_row(entry) for entry in TABLE.values() if entry.section == section]
        parts.append("")
    return "\n".join(parts)


def _row(entry: Entry) -> str:
    names = ", ".join(
        f"`{section}.{key}`"
        for section, key in entry.airflow
        if (section, key) != (entry.section, entry.key)
    )
    same = "the same" if (entry.section, entry.key) in entry.airflow else ""
    cells = (
        f"`{entry.key}`",
        _default(entry),
        KINDS[entry.option.kind].expected + (", *secret*" if entry.option.sensitive else ""),
        entry.option.words,
        ", ".join(filter(None, (same, names))),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(entry: Entry) -> str:
    if entry.default is None or entry.default in {"", ()}:
        return "empty"
    if isinstance(entry.default, bool):
        return f"`{str(entry.default).lower()}`"
    if entry.option.kind == "bytes":
        return f"`{entry.default // 1024**2}MiB`"
    if isinstance(entry.default, float):
        return f"`{entry.default:.10g}`"
    return f"`{entry.default}`"


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 - the page goes to standard output
