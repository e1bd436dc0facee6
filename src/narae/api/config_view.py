"""The configuration as both APIs show it: in Airflow's shape, without secrets."""

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from narae.api.operation import Flavour
from narae.api.problems import Problem
from narae.config import TABLE, Settings

HIDDEN = "< hidden >"


class ConfigOption(msgspec.Struct, frozen=True, kw_only=True):
    """One option."""

    key: str
    value: str


class ConfigSection(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one section."""

    name: str
    options: tuple[ConfigOption, ...]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole, or the part that was asked for."""

    sections: tuple[ConfigSection, ...]


def config_of(
    settings: Settings, *, section: str | None = None, option: str | None = None
) -> Config:
    """The configuration. Problem 403 when it is not to be shown, 404 for what is not there."""
    if not settings.webserver.expose_config:
        raise Problem(403, "the configuration is not shown: see webserver.expose_config")
    names = list(dict.fromkeys(name for name, _ in TABLE))
    if section is not None and section not in names:
        raise Problem(404, f"there is no section {section!r}; there are {', '.join(names)}")
    if option is not None and (section, option) not in TABLE:
        raise Problem(404, f"there is no option {option!r} in section {section!r}")
    return Config(
        sections=tuple(
            ConfigSection(
                name=name,
                options=tuple(
                    ConfigOption(key=key, value=_shown(settings, of, key))
                    for of, key in TABLE
                    if of == name and option in {None, key}
                ),
            )
            for name in names
            if section in {None, name}
        )
    )


def _shown(settings: Settings, section: str, key: str) -> str:
    value = getattr(getattr(settings, section), key)
    if TABLE[section, key].option.sensitive:
        return HIDDEN
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def answered(request: Request, config: Config, flavour: Flavour) -> Response:
    """As JSON, or as an INI file when that is what ``Accept`` prefers."""
    accept = request.headers.get("accept", "*/*")
    if "application/json" in accept or "*/*" in accept:
        return Response(msgspec.json.encode(config), media_type="application/json")
    if "text/" in accept:
        return PlainTextResponse(
            "\n".join(
                f"[{section.name}]\n"
                + "".join(f"{each.key} = {each.value}\n" for each in section.options)
                for section in config.sections
            )
        )
    del flavour
    raise Problem(406, "the configuration is given as application/json or text/plain")
