"""What should happen: pure functions over frozen values.

Reads no clock, no environment, no file and no database.
"""
