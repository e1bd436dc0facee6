"""Watches DAG folders, pins their code, and parses each file in a process of its own."""
