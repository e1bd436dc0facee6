"""``python -m narae``."""

from narae.cli import main

if __name__ == "__main__":
    main()
