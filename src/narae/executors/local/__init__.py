"""The local executor: a supervisor, a base fork server, and a fork server for each DAG file."""
