"""A client of engram's HTTP API. For asyncio; engram_client.blocking is the same without."""

from .client import Client, Space
from .deprecation import Deprecation
from .errors import (
    BusyError,
    ConflictError,
    ConnectionError,
    EngramError,
    InvalidArgumentError,
    NotFoundError,
    PermissionError,
    ServerError,
    StorageError,
    TimeoutError,
)
from .memory import Memory
from .retry import RetryPolicy
from .transport import Effects

__all__ = [
    "BusyError",
    "Client",
    "ConflictError",
    "ConnectionError",
    "Deprecation",
    "Effects",
    "EngramError",
    "InvalidArgumentError",
    "Memory",
    "NotFoundError",
    "PermissionError",
    "RetryPolicy",
    "ServerError",
    "Space",
    "StorageError",
    "TimeoutError",
]
