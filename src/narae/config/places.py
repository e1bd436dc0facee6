"""Where option values stand: environment, ``narae.toml``, ``airflow.cfg``. As text, unread."""

import configparser
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

COMMAND_SECONDS_MAX = 30


class ConfigError(ValueError):
    """A setting that can't be: says where it stands and what would be right."""


class Found(NamedTuple):
    """A value as text, and where it stands in words."""

    text: str
    source: str


class Places(NamedTuple):
    """All places, read."""

    home: Path
    user: Path
    """The user's own home folder, for ``~/``."""
    environ: Mapping[str, str]
    overrides: Mapping[str, str]
    toml: dict[tuple[str, str], Found]
    cfg: dict[tuple[str, str], Found]

    def override(self, section: str, key: str) -> Found | None:
        """What the caller says."""
        text = self.overrides.get(f"{section}.{key}")
        return None if text is None else Found(text, "override")

    def variable(self, prefix: str, section: str, key: str, *, command: bool) -> Found | None:
        """An environment variable; of a secret also the output of its ``_CMD``."""
        name = f"{prefix}{section.replace('.', '_')}__{key}".upper()
        if name in self.environ:
            return Found(self.environ[name], name)
        if command and f"{name}_CMD" in self.environ:
            return _output(self.environ[f"{name}_CMD"], f"{name}_CMD", self.environ)
        return None

    def cfg_value(self, section: str, key: str, *, command: bool) -> Found | None:
        """A value in ``airflow.cfg``; of a secret also the output of its ``_cmd``."""
        found = self.cfg.get((section, key))
        if found is None and command and (section, f"{key}_cmd") in self.cfg:
            text, source = self.cfg[section, f"{key}_cmd"]
            return _output(text, source, self.environ)
        return found

    def variables(self, prefix: str) -> Iterator[tuple[str, str, str]]:
        """(variable, section, key) of every environment variable with this prefix."""
        for name in sorted(self.environ):
            if name.upper().startswith(prefix):
                section, _, key = name[len(prefix) :].lower().partition("__")
                yield name, section, key

    def cfg_names(self) -> Iterator[tuple[str, str, str]]:
        """(where, section, key) of everything in ``airflow.cfg``."""
        for (section, key), found in self.cfg.items():
            yield f"{found.source}: {section}.{key}", section, key


def read_places(environ: Mapping[str, str], home: Path, overrides: Mapping[str, str]) -> Places:
    """Reads the files. A file that is not there is empty; :exc:`ConfigError` for a bad one."""
    cfg = environ.get("AIRFLOW_CONFIG")
    return Places(
        home=home,
        user=Path(environ["HOME"]) if environ.get("HOME") else Path.home(),
        environ=environ,
        overrides=overrides,
        toml=_read_toml(home / "narae.toml"),
        cfg=_read_cfg(Path(cfg) if cfg else home / "airflow.cfg"),
    )


def _content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read: {error}") from None


def _read_toml(path: Path) -> dict[tuple[str, str], Found]:
    content = _content(path)
    if content is None:
        return {}
    try:
        tables = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    values: dict[tuple[str, str], Found] = {}
    for section, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(
                f"{path}:{_line(content, None, section)}: {section!r} stands outside of a "
                f"section; options belong into one, such as [core]"
            )
        for key, value in table.items():
            where = f"{path}:{_line(content, section, key)}"
            values[section, key] = Found(_as_text(value, f"{where}: {section}.{key}"), where)
    return values


def _as_text(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    if not isinstance(value, str | int | float):
        raise ConfigError(f"{where} has to be text, a number, true or false, or a list of texts")
    return str(value)


def _line(content: str, section: str | None, key: str) -> int:
    """Number of the line where a key is set, for messages; the first when it is not seen."""
    here: str | None = None
    for number, line in enumerate(content.splitlines(), 1):
        if head := re.match(r"\s*\[\s*([\w.\"-]+)\s*\]", line):
            here = head[1].strip('"')
        elif here == section and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return 1


def _read_cfg(path: Path) -> dict[tuple[str, str], Found]:
    content = _content(path)
    if content is None:
        return {}
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="DEFAULT")
    try:
        parser.read_string(content, source=str(path))
    except configparser.Error as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from None
    # Airflow doubles each % because it interpolates.
    return {
        (section.lower(), key): Found(value.replace("%%", "%"), str(path))
        for section in parser.sections()
        for key, value in parser.items(section)
    }


def _output(command: str, source: str, environ: Mapping[str, str]) -> Found:
    """What a command prints. Neither it nor its output is in a message: it may hold a secret."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, as Airflow runs it
            shlex.split(command),
            env=dict(environ),
            capture_output=True,
            text=True,
            check=True,
            timeout=COMMAND_SECONDS_MAX,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ConfigError(f"{source}: its command failed: {type(error).__name__}") from None
    return Found(done.stdout.strip(), source)
