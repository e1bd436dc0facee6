"""Decisions: a view and a report or a clock reading in, commands out."""
