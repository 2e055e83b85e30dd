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
