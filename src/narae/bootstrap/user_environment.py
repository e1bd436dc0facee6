"""The environment of processes that run user code: all settings, no secrets of the server."""

from collections.abc import Mapping

from narae.config import TABLE, Settings

USED_BY_TASKS = frozenset({("smtp", "smtp_password")})
"""Secrets that tasks need: their mail is sent from their own process."""

SERVER_ONLY = frozenset(
    name for name, entry in TABLE.items() if entry.option.sensitive and name not in USED_BY_TASKS
)
"""A task's process never learns these (design section 1)."""

_HIDDEN = (
    "NARAE__DATABASE__",
    "AIRFLOW__DATABASE__",
    "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS",
    *(
        f"{prefix}__{section}__{key}".upper()
        for name in sorted(SERVER_ONLY)
        for prefix, (section, key) in (
            ("NARAE", name),
            ("AIRFLOW", name),
            *(("AIRFLOW", other) for other in TABLE[name].airflow),
        )
    ),
)
"""What such variables begin with; ``..._CMD`` is hidden with them."""


def user_environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` with every setting as ``NARAE__SECTION__KEY``, however it was given to us."""
    kept = {k: v for k, v in environ.items() if not k.startswith(_HIDDEN)}
    given = {
        f"NARAE__{section}__{key}".upper(): _text(value)
        for section, key in TABLE
        if (section, key) not in SERVER_ONLY
        and (value := getattr(getattr(settings, section), key)) is not None
    }
    return kept | given | {"NARAE_HOME": settings.home}


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
