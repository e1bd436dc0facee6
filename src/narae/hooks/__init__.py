"""Hooks: how tasks reach other systems."""
