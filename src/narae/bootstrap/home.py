"""The home folder. Imports no storage: every component begins here, and most need none."""

import tempfile
from pathlib import Path

from narae.errors import NaraeError

FOLDERS = ("run", "logs", "code")


def prepare_home(home: Path) -> None:
    """Makes the home folder and what stands in it; NaraeError when it can't be written."""
    try:
        for name in FOLDERS:
            (home / name).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home / "run"):
            pass
    except OSError as error:
        raise NaraeError(
            f"the home folder {home} can't be written: {error.strerror}. "
            "Set NARAE_HOME or --home to a folder of yours"
        ) from error
