"""Bodies of bytes: a vector then costs its copy, not its digits. Little-endian; native/server/binary.ts is the other
side."""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .types import Hit

VECTOR_TYPE = "application/vnd.engram.vector"
EPISODES_TYPE = "application/vnd.engram.episodes"
HITS_TYPE = "application/vnd.engram.hits"

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_F32_BYTES = 4


def encode_vector(vector: Iterable[float]) -> bytes:
    values = array("f", vector)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def encode_episodes(episodes: Sequence[Mapping[str, Any]]) -> bytes:
    """u32 n, n bytes of JSON without the embeddings, then the embeddings. All of the batch have one."""
    without = [{k: v for k, v in episode.items() if k != "embedding"} for episode in episodes]
    text = json.dumps({"episodes": without}, ensure_ascii=False).encode()
    return b"".join([_U32.pack(len(text)), text, *(encode_vector(one["embedding"]) for one in episodes)])


def decode_hits(body: bytes) -> list[Hit]:
    """u32 n, n scores as f32, then n ids, each a u16 length and UTF-8."""
    (n,) = _U32.unpack_from(body)
    scores = struct.unpack_from(f"<{n}f", body, _U32.size)
    at = _U32.size + n * _F32_BYTES
    hits: list[Hit] = []
    for score in scores:
        (length,) = _U16.unpack_from(body, at)
        at += _U16.size
        hits.append({"id": body[at : at + length].decode(), "score": score})
        at += length
    return hits
