"""The configuration by ``/api/v2``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Api

from narae.config import TABLE, load

CONFIG = "/api/v2/config"
SECRET = "s3cret-words"


@pytest.fixture
def open_api(tmp_path: Path) -> Iterator[Api]:
    """A deployment that shows its configuration, with something in every secret option."""
    environ = {"NARAE_HOME": str(tmp_path), "NARAE__WEBSERVER__EXPOSE_CONFIG": "true"}
    kinds = {"json": f'{{"a": "{SECRET}"}}', "url": f"sqlite:////{SECRET}/narae.db"}
    for (section, key), entry in TABLE.items():
        if entry.option.sensitive:
            text = kinds.get(entry.option.kind, SECRET)
            environ[f"NARAE__{section}__{key}".upper()] = text
    made = Api(tmp_path, load(environ))
    with made.client:
        yield made
    made.store.close()


def options(found: Any) -> dict[tuple[str, str], str]:
    return {
        (section["name"], option["key"]): option["value"]
        for section in found["sections"]
        for option in section["options"]
    }


def test_nothing_is_shown_unless_it_is_allowed(api: Api) -> None:
    for path in (CONFIG, f"{CONFIG}/section/core/option/parallelism"):
        assert "expose_config" in api.bad(403, "GET", path)


def test_every_option_is_shown_and_no_secret(open_api: Api) -> None:
    found = options(open_api.good("GET", CONFIG))
    assert set(found) == set(TABLE)
    assert found["core", "parallelism"] == "32"
    assert found["core", "fernet_key"] == "< hidden >"
    assert SECRET not in open_api("GET", CONFIG).text
    answer = open_api("GET", CONFIG, headers={"Accept": "text/plain"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert SECRET not in answer.text
    assert "[core]\n" in answer.text
    assert "\nparallelism = 32\n" in answer.text


def test_a_part_is_shown_by_itself(open_api: Api) -> None:
    core = options(open_api.good("GET", f"{CONFIG}?section=core"))
    assert {section for section, _ in core} == {"core"}
    one = open_api.good("GET", f"{CONFIG}/section/core/option/parallelism")
    assert options(one) == {("core", "parallelism"): "32"}
    hidden = open_api.good("GET", f"{CONFIG}/section/smtp/option/smtp_password")
    assert options(hidden) == {("smtp", "smtp_password"): "< hidden >"}


def test_what_is_not_there_is_named(open_api: Api) -> None:
    assert "'heart'" in open_api.bad(404, "GET", f"{CONFIG}?section=heart")
    assert "'heart'" in open_api.bad(404, "GET", f"{CONFIG}/section/heart/option/x")
    assert "'heart'" in open_api.bad(404, "GET", f"{CONFIG}/section/core/option/heart")
    assert "text/plain" in open_api.bad(406, "GET", CONFIG, headers={"Accept": "image/png"})
    open_api.bad(422, "GET", f"{CONFIG}?colour=red")
