"""``python -m narae.bootstrap NAME``: one component, as ``narae standalone`` starts it.

The same as the command ``narae component NAME``, without what commands need.
"""

import os
import sys

from setproctitle import setproctitle

from narae.bootstrap.components import run_component
from narae.config import ConfigError
from narae.errors import NaraeError


def main(name: str) -> int:
    """The exit code; 1 after saying why the component could not go on."""
    setproctitle(f"narae {name}")
    try:
        run_component(name, os.environ)
    except (NaraeError, ConfigError) as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - the component's log
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
