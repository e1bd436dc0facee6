"""Files that commands read: JSON, YAML or ``KEY=VALUE`` lines, by their ending."""

import json
from pathlib import Path
from typing import Any

from narae.errors import NaraeError


def read_mapping(file: Path) -> dict[str, Any]:
    """The object in ``file``; NaraeError names the file and the place that is wrong."""
    value = _read(file)
    if not isinstance(value, dict):
        raise NaraeError(f"{file} must hold one object of key: value pairs")
    return {str(k): v for k, v in value.items()}


def read_list(file: Path) -> list[Any]:
    """The list in ``file``; NaraeError as above."""
    value = _read(file)
    if not isinstance(value, list):
        raise NaraeError(f"{file} must hold one list")
    return value


def _read(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NaraeError(f"{file} can't be read: {error}") from error
    try:
        return _parse(file, text)
    except ValueError as error:
        raise NaraeError(f"{file}: {error}") from error


def _parse(file: Path, text: str) -> Any:
    match file.suffix:
        case ".yaml" | ".yml":
            import yaml  # noqa: PLC0415 - only YAML files need it

            try:
                return yaml.safe_load(text)
            except yaml.YAMLError as error:
                raise ValueError(str(error)) from error
        case ".env":
            return _env_lines(text)
        case _:
            return json.loads(text)


def _env_lines(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"line {number}: expected KEY=VALUE, found {line!r}")
        found[key.strip()] = value.strip()
    return found
