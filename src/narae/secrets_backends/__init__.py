"""Places outside of the database that have variables and connections: one file a place."""
