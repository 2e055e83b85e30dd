"""The dual memory's values, by the names they have on the wire. Fields that a newer server adds are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypedDict

Mode = Literal["similar", "spreading", "blended"]
Condition = Mapping[str, Any]
"""On an episode's attributes: `all`, `any`, `not`, or a `key` with `equals`, `in`, `exists`, `min`, `max`."""


class _CueAlways(TypedDict):
    kind: Literal["vector", "episodes", "mixed", "newest"]


class Cue(_CueAlways, total=False):
    vector: Iterable[float]
    """Of `vector` and `mixed`."""
    ids: Sequence[str]
    """Of `episodes` and `mixed`."""


class Remembered(TypedDict, total=False):
    kind: Literal["episode", "concept"]
    id: str
    """Of an episode."""
    number: int
    """Of a concept."""


class Answer(Remembered):
    score: float
    """Orders the hits."""
    similarity: float
    """Cosine; 0 where the cue has no vector."""
    activation: float
    confidence: float
    """Probability that it is what was asked for."""
    why: list[Remembered]
    """From what the cue named or was near to, to the hit itself."""


class Answers(TypedDict):
    hits: list[Answer]
    """Best first."""
    truncated: bool
    """A budget ended the search before it was through."""


class Consolidated(TypedDict):
    """Counts of one cycle."""

    examined: int
    formed: int
    strengthened: int
    dissolved: int
    bound: int
    skipped: int
    elapsedNs: float


class Member(TypedDict):
    id: str
    strength: float
    contribution: float


class Concept(TypedDict):
    number: int
    centroid: list[float]
    coherence: float
    strength: float
    formedAt: float
    """Milliseconds since 1970."""
    members: list[Member]


class ConceptPage(TypedDict):
    concepts: list[Concept]
    next: int | None


class Weighted(Remembered):
    weight: float


Hypothesis = TypedDict(
    "Hypothesis",
    {
        "vector": list[float],
        # Of each dimension.
        "sources": list[Literal["given", "recalled", "reconstructed", "imagined"]],
        "from": list[Weighted],
        "match": float,
        "confidence": float,
        "iterations": int,
    },
)


class Recognised(TypedDict):
    old: bool
    familiarity: float
    episodic: float
    semantic: float
