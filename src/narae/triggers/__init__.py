"""Triggers: what a deferred task waits for."""
