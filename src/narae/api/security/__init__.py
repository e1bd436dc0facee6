"""What stands before every operation: the host check, headers, sessions, logins."""
