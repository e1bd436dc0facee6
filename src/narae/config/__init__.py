"""Settings: resolved once from the environment and the home folder, then passed on as a value.

The first place that has an option wins: an override (a command line's), ``NARAE__SECTION__KEY``,
``AIRFLOW__SECTION__KEY``, ``narae.toml`` and ``airflow.cfg`` in the home folder, the default.
The table of options is :mod:`narae.config.options`.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

import msgspec

from narae.config.airflow import KNOWN, PROVIDER_SECTIONS
from narae.config.auth import AuthOptions
from narae.config.kinds import KINDS
from narae.config.options import (
    ApiOptions,
    CoreOptions,
    DatabaseOptions,
    EmailOptions,
    LoggingOptions,
    OperatorsOptions,
    Option,
    SchedulerOptions,
    SecretsOptions,
    Section,
    SensorsOptions,
    SmtpOptions,
    WebserverOptions,
)
from narae.config.places import ConfigError, Found, Places, read_places
from narae.config.telemetry_options import MetricsOptions, TracesOptions

__all__ = [
    "TABLE",
    "ConfigError",
    "Entry",
    "Settings",
    "explain",
    "get",
    "home_of",
    "load",
]

OURS = "NARAE__"
AIRFLOWS = "AIRFLOW__"
MASK = "***"
_AIRFLOWS_SQLITE = re.compile(r"sqlite[^:]*:.*\bairflow\.db(\?.*)?")


class Settings(Section, frozen=True, kw_only=True):
    """All options of one deployment. Equal inputs give equal settings."""

    home: str
    """Absolute path of the home folder."""
    core: CoreOptions = CoreOptions()
    scheduler: SchedulerOptions = SchedulerOptions()
    database: DatabaseOptions = DatabaseOptions()
    logging: LoggingOptions = LoggingOptions()
    api: ApiOptions = ApiOptions()
    auth: AuthOptions = AuthOptions()
    webserver: WebserverOptions = WebserverOptions()
    operators: OperatorsOptions = OperatorsOptions()
    sensors: SensorsOptions = SensorsOptions()
    email: EmailOptions = EmailOptions()
    smtp: SmtpOptions = SmtpOptions()
    metrics: MetricsOptions = MetricsOptions()
    traces: TracesOptions = TracesOptions()
    secrets: SecretsOptions = SecretsOptions()
    warnings: tuple[str, ...] = ()
    """What looked wrong without being an error; to be told to the user once."""


class Entry(NamedTuple):
    """One line of the table of options."""

    section: str
    key: str
    option: Option
    default: Any

    @property
    def airflow(self) -> tuple[tuple[str, str], ...]:
        """Airflow's names for it, as (section, option)."""
        if self.option.ours:
            return ()
        same = ((self.section, self.key),) if self.key in KNOWN.get(self.section, ()) else ()
        others = tuple(name.split(".") for name in self.option.airflow)
        return (*same, *((section, key) for section, key in others))


def _section_types() -> dict[str, type[Section]]:
    found = {each.name: each.type for each in msgspec.structs.fields(Settings)}
    return {
        name: kind
        for name, kind in found.items()
        if isinstance(kind, type) and issubclass(kind, Section)
    }


def _entries() -> Iterator[Entry]:
    for section, kind in _section_types().items():
        for field in msgspec.structs.fields(kind):
            option = next(each for each in get_args(field.type) if isinstance(each, Option))
            yield Entry(section, field.name, option, field.default)


TABLE: MappingProxyType[tuple[str, str], Entry] = MappingProxyType(
    {(entry.section, entry.key): entry for entry in _entries()}
)
"""(section, key) -> option, in the order of the documentation."""

_BY_AIRFLOWS_NAME = MappingProxyType(
    {name: entry for entry in reversed(tuple(TABLE.values())) for name in entry.airflow}
)


def load(
    environ: Mapping[str, str],
    *,
    home: Path | None = None,
    overrides: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """The settings of this deployment. ``overrides`` maps ``section.key`` to text.

    :raises ConfigError: an unknown option, a value of the wrong type, a file that can't be
        read; says where, and what would be right.
    """
    places, warnings = _open(environ, home, overrides)
    values: dict[str, dict[str, Any]] = {section: {} for section, _ in TABLE}
    for entry in TABLE.values():
        found = _find(entry, places, warnings)
        values[entry.section][entry.key] = (
            _expanded(entry, entry.default, places)
            if found is None
            else _read(entry, found, places)
        )
    sections = {name: kind(**values[name]) for name, kind in _section_types().items()}
    return Settings(home=str(places.home), warnings=tuple(warnings), **sections)  # type: ignore[arg-type]  # mypy: the names are the fields


def explain(
    environ: Mapping[str, str],
    *,
    home: Path | None = None,
    overrides: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, str, str, str]]:
    """(section, key, value, source) of every option; secrets are masked."""
    places, warnings = _open(environ, home, overrides)
    rows = []
    for entry in TABLE.values():
        found = _find(entry, places, warnings)
        value = entry.default if found is None else _read(entry, found, places)
        source = "default" if found is None else found.source
        shown = _shown(entry, _expanded(entry, value, places))
        rows.append((entry.section, entry.key, shown, source))
    return rows


def get(settings: Settings, section: str, key: str) -> Any:
    """One value, by our name or Airflow's, whatever the case of its letters.

    :raises KeyError: no such option; the message suggests the nearest.
    """
    name = (section.lower(), key.lower())
    entry = TABLE.get(name) or _BY_AIRFLOWS_NAME.get(name)
    if entry is None:
        raise KeyError(f"no option {section}.{key}{_nearest(f'{section}.{key}'.lower())}")
    return getattr(getattr(settings, entry.section), entry.key)


def home_of(environ: Mapping[str, str]) -> Path:
    """``NARAE_HOME``, else ``AIRFLOW_HOME``, else ``~/narae``."""
    user = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    text = environ.get("NARAE_HOME") or environ.get("AIRFLOW_HOME")
    return _user_path(text, user).absolute() if text else user / "narae"


# -- one option -----------------------------------------------------------------------------


def _open(
    environ: Mapping[str, str], home: Path | None, overrides: Mapping[str, str]
) -> tuple[Places, list[str]]:
    places = read_places(environ, (home or home_of(environ)).absolute(), overrides)
    _refuse_unknown(places)
    return places, _doubts(places)


def _find(entry: Entry, places: Places, warnings: list[str]) -> Found | None:
    """The text of an option and where it is from; None for the default."""
    sensitive = entry.option.sensitive
    found = places.override(entry.section, entry.key) or places.variable(
        OURS, entry.section, entry.key, command=sensitive
    )
    for section, key in () if found else entry.airflow:
        theirs = places.variable(AIRFLOWS, section, key, command=sensitive)
        found = found or _unless_airflows_own(entry, theirs, warnings)
    found = found or places.toml.get((entry.section, entry.key))
    for section, key in () if found else entry.airflow:
        theirs = places.cfg_value(section, key, command=sensitive)
        found = found or _unless_airflows_own(entry, theirs, warnings)
    return found


def _unless_airflows_own(entry: Entry, found: Found | None, warnings: list[str]) -> Found | None:
    """Leaves Airflow's SQLite file to Airflow: its tables have the names that ours have."""
    own = (entry.section, entry.key) == ("database", "url")
    if not found or not own or not _AIRFLOWS_SQLITE.fullmatch(found.text.strip()):
        return found
    warnings.append(f"{found.source} names Airflow's own database, which Narae leaves alone")
    return None


def _read(entry: Entry, found: Found, places: Places) -> Any:
    kind = KINDS[entry.option.kind]
    try:
        return _expanded(entry, kind.read(found.text.strip()), places)
    except ValueError as error:
        own_words = entry.option.kind.rstrip("?") not in {"natural", "count", "port", "seconds"}
        hint = f"; {error}" if own_words and error.args and str(error) else ""
        value = "it" if entry.option.sensitive else repr(found.text)
        raise ConfigError(
            f"{found.source}: {entry.section}.{entry.key} has to be {kind.expected}, "
            f"{value} is not{hint}"
        ) from None


def _expanded(entry: Entry, value: Any, places: Places) -> Any:
    """Puts the home folder in place of ``{home}``; a relative path starts there."""
    if not isinstance(value, str) or entry.option.kind.rstrip("?") not in {"path", "url"}:
        return value
    text = value.replace("{home}", str(places.home)).replace("{AIRFLOW_HOME}", str(places.home))
    if entry.option.kind.startswith("url"):
        return text
    return str(places.home / _user_path(text, places.user))


def _user_path(text: str, user: Path) -> Path:
    return user / text[2:] if text.startswith("~/") else Path(text)


def _shown(entry: Entry, value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    text = "" if value is None else str(value)
    if not entry.option.sensitive or not text:
        return text
    if entry.option.kind != "url":
        return MASK
    hidden = re.sub(r"(://[^:/@]*):[^@]*@", rf"\1:{MASK}@", text)
    return re.sub(r"(?i)((?:password|secret|token|key)[^=&]*)=[^&]*", rf"\1={MASK}", hidden)


# -- names ----------------------------------------------------------------------------------


def _nearest(name: str) -> str:
    known = [f"{section}.{key}" for section, key in TABLE]
    near = get_close_matches(name, known, n=1)
    if not near:
        same = [each for each in known if each.partition(".")[2] == name.partition(".")[2]]
        near = same or get_close_matches(name, known, n=1, cutoff=0.4)
    return f"; did you mean {near[0]}?" if near else ""


def _refuse_unknown(places: Places) -> None:
    sensitive = {name for name, entry in TABLE.items() if entry.option.sensitive}
    for name, section, key in places.variables(OURS):
        plain = (section, key.removesuffix("_cmd"))
        if (section, key) in TABLE or (key.endswith("_cmd") and plain in sensitive):
            continue
        near = _nearest(f"{section}.{key}")
        hint = re.sub(
            r"(\w+)\.(\w+)\?$",
            lambda found: f"{OURS}{found[1].upper()}__{found[2].upper()}?",
            near,
        )
        raise ConfigError(f"{name} is no option of Narae{hint}")
    for (section, key), found in places.toml.items():
        if (section, key) not in TABLE:
            near = _nearest(f"{section}.{key}")
            raise ConfigError(f"{found.source}: no option {section}.{key}{near}")
    for name in places.overrides:
        if tuple(name.split(".")) not in TABLE:
            raise ConfigError(f"no option {name}{_nearest(name)}")


def _doubts(places: Places) -> list[str]:
    """What Airflow itself would not know either, and what Narae can't do."""
    doubts = []
    for name, section, key in [*places.variables(AIRFLOWS), *places.cfg_names()]:
        plain = re.sub("_(cmd|secret)$", "", key)
        if key.endswith("_secret") and (section, plain) in _BY_AIRFLOWS_NAME:
            doubts.append(f"{name} is not read: options are not taken from secrets back ends")
        elif section in PROVIDER_SECTIONS or (section, key) in _BY_AIRFLOWS_NAME:
            continue
        elif not {key, plain} & KNOWN.get(section, frozenset()):
            known = [f"{s}.{k}" for s, keys in KNOWN.items() for k in keys]
            near = get_close_matches(f"{section}.{key}", known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            doubts.append(f"{name} is no option of Airflow that Narae knows of{hint}")
    return doubts
