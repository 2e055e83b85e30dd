"""What goes in and comes out, by the names it has on the wire. Fields that a newer server adds are kept as they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypedDict

Durability = Literal["fsync", "group", "async"]
Fan = Literal["none", "linear", "sqrt"]
Direction = Literal["out", "in"]
Attributes = Mapping[str, "str | float | bool"]


class EpisodeInput(TypedDict, total=False):
    id: str
    """Made up by the client where absent, so that a repeated request stores once."""
    embedding: Iterable[float]
    """d numbers; absent: a node of the graph only."""
    at: float
    """Milliseconds since 1970; the server's clock where absent."""
    content: str
    attributes: Attributes
    confidence: float
    """0 to 1."""


class _EpisodeAlways(TypedDict):
    id: str
    at: float
    content: str
    attributes: dict[str, str | float | bool]
    confidence: float
    strength: float


class Episode(_EpisodeAlways, total=False):
    embedding: list[float] | None
    """Only where asked for."""


class Page(TypedDict):
    episodes: list[Episode]
    next: str | None


class Edge(TypedDict):
    to: str
    relation: str
    weight: float
    """-1 to 1; negative inhibits."""


EdgeKey = TypedDict("EdgeKey", {"from": str, "to": str, "relation": str})


class EdgeInput(EdgeKey, total=False):
    weight: float


class Hit(TypedDict):
    id: str
    score: float
    """Cosine."""


class _SeedAlways(TypedDict):
    id: str


class Seed(_SeedAlways, total=False):
    activation: float


class Activation(TypedDict):
    id: str
    activation: float


class Activated(TypedDict):
    active: list[Activation]
    """Strongest first, seeds included."""
    truncated: bool
    """A budget ended the search before it was through."""


class SpaceSummary(TypedDict):
    space: str
    dimension: int


class ReadOnly(TypedDict):
    code: str
    message: str
    remedy: str


class SpaceStats(SpaceSummary):
    episodes: int
    vectors: int
    edges: int
    sequence: int
    durable: int
    """The last sequence number known to be on the disk."""
    readOnly: ReadOnly | None
    """Why the space takes no writes; None when it is sound."""


class Written(TypedDict):
    sequence: int
    """The log's number of the write."""


class Stored(Written):
    id: str


class StoredBatch(Written):
    ids: list[str]


class _ChangeAlways(TypedDict):
    sequence: int
    """The log's number of it."""
    at: float
    """Milliseconds since 1970."""
    kind: Literal["store", "link", "unlink", "forget", "weaken", "internal"]
    """A newer server may tell of others."""


class Change(_ChangeAlways, total=False):
    """One record of the log; which fields it has is told by its kind."""

    key: str
    """The idempotency key it came under."""
    episodes: list[Episode]
    """Stored; without their strength."""
    relation: str
    linkedAt: float
    edges: list[dict[str, str | float]]
    """`from`, `to`, and where linked `weight`."""
    ids: list[str]
    """Forgotten or weakened."""
    factor: float


class BackupDone(TypedDict):
    sequence: int
    """The last record in it."""
    at: float
    """Milliseconds since 1970."""
    files: int
    bytes: int
    addedBytes: int
    """That this backup added."""


class Restored(TypedDict):
    sequence: int
    at: float
    salvaged: int
    """Records behind damage that could be kept."""
