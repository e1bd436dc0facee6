"""``make bench``: how fast Narae is, beside what this machine can do at all."""
