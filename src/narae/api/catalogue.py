"""Every operation of either API."""

from types import MappingProxyType

from narae.api import v1, v2
from narae.api.operation import Operation
from narae.api.routes import operations_of

OPERATIONS: MappingProxyType[str, list[Operation]] = MappingProxyType(
    {"v1": operations_of(v1.NOUNS), "v2": operations_of(v2.NOUNS)}
)
