"""Where the lines of attempts are kept and read."""
