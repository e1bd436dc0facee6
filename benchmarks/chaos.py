"""``make chaos``: prints what was done and counted; exit code 1 unless all counts are 0."""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.campaign import campaign


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=None, help="a folder for what is left")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))  # the deployment ends too
    folder = options.keep or Path(tempfile.mkdtemp(prefix="narae-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {options.seed}, {options.seconds:g} s, in {folder}", flush=True)
    result = campaign(folder, seconds=options.seconds, seed=options.seed)
    print(result.table())
    if result.is_clean and options.keep is None:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if result.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
