"""The sequential executor: the local one with a single slot."""

import msgspec

from narae.executors.local.settings import SupervisorSettings

SEQUENTIAL_EXECUTOR = "SequentialExecutor"
"""What ``SupervisorLink(name=...)`` is called then."""


def sequential(settings: SupervisorSettings) -> SupervisorSettings:
    """The same supervisor, running one attempt at a time."""
    return msgspec.structs.replace(settings, slots=1)
