"""Who may do what: users, roles, sessions, tokens, and the permissions that come of them."""
