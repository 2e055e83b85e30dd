"""The client for asyncio: one class per noun, one method per operation of the API."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast
from urllib.parse import quote

import httpx
from typing_extensions import Self

from .binary import EPISODES_TYPE, HITS_TYPE, VECTOR_TYPE, decode_hits, encode_episodes, encode_vector
from .errors import EngramError
from .retry import RETRY_DEFAULT, RetryPolicy
from .transport import EFFECTS_DEFAULT, Effects, Request, Transport
from .types import (
    Activated,
    Direction,
    Durability,
    Edge,
    EdgeInput,
    EdgeKey,
    Episode,
    EpisodeInput,
    Fan,
    Hit,
    Page,
    Seed,
    SpaceStats,
    SpaceSummary,
    Stored,
    StoredBatch,
    Written,
)

_TIMEOUT_S = 30.0


def _named(episode: EpisodeInput) -> dict[str, Any]:
    """With an id, and its embedding as JSON can tell it."""
    named: dict[str, Any] = {"id": str(uuid.uuid4()), **episode}
    if "embedding" in named:
        named["embedding"] = [float(value) for value in named["embedding"]]
    return named


def _given(**fields: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


class Client:
    """`url`: http://127.0.0.1:7700. `key`: engram_…, none for a server without keys. `timeout_s`: for each attempt,
    and for streams between two pieces. `client`: an httpx.AsyncClient of your own, for its TLS or proxies."""

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        version: str = "v1",
        timeout_s: float = _TIMEOUT_S,
        retry: RetryPolicy = RETRY_DEFAULT,
        effects: Effects = EFFECTS_DEFAULT,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._transport = Transport(url, key=key, timeout_s=timeout_s, retry=retry, effects=effects, client=client)
        self._version = version

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._transport.aclose()

    def space(self, name: str) -> Space:
        """A handle; nothing is asked of the server."""
        return Space(self._transport, f"/{self._version}/spaces/{quote(name, safe='')}")

    async def spaces(self, *, timeout_s: float | None = None) -> list[SpaceSummary]:
        answer = await self._transport.json(Request("GET", f"/{self._version}/spaces"), timeout_s=timeout_s)
        return cast("list[SpaceSummary]", answer["spaces"])

    async def ready(self, *, timeout_s: float | None = None) -> bool:
        """Whether the server can be worked with: not while it starts, drains or cannot write."""
        try:
            answer = await self._transport.json(Request("GET", "/ready"), timeout_s=timeout_s)
        except EngramError as error:
            if error.status == 503:
                return False
            raise
        return bool(answer["ready"])


class Space:
    def __init__(self, transport: Transport, path: str) -> None:
        self._transport = transport
        self._path = path

    async def make(self, dimension: int, *, timeout_s: float | None = None) -> SpaceSummary:
        """Makes the space; the same again changes nothing. Raises ConflictError for another dimension."""
        request = Request("PUT", self._path, json={"dimension": dimension})
        return cast("SpaceSummary", await self._transport.json(request, timeout_s=timeout_s))

    async def stats(self, *, timeout_s: float | None = None) -> SpaceStats:
        return cast("SpaceStats", await self._transport.json(Request("GET", self._path), timeout_s=timeout_s))

    async def store(
        self,
        episode: EpisodeInput,
        *,
        durability: Durability | None = None,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> Stored:
        """Stores one episode; an id that is there is replaced. Durable and searchable when it returns."""
        return cast(
            "Stored",
            await self._write("/episodes", _named(episode), durability, idempotency_key, timeout_s),
        )

    async def store_batch(
        self,
        episodes: Iterable[EpisodeInput],
        *,
        durability: Durability | None = None,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> StoredBatch:
        """Stores all or none; all with an embedding or none."""
        batch = [_named(episode) for episode in episodes]
        body: Any = {"episodes": batch}
        if all("embedding" in episode for episode in batch):
            body = encode_episodes(batch)
        return cast("StoredBatch", await self._write("/episodes/batch", body, durability, idempotency_key, timeout_s))

    async def get(self, id: str, *, embedding: bool | None = None, timeout_s: float | None = None) -> Episode:
        """Raises NotFoundError."""
        request = Request("GET", self._episode(id), query={"embedding": embedding})
        return cast("Episode", await self._transport.json(request, timeout_s=timeout_s))

    async def scan(
        self, *, after: str | None = None, embedding: bool | None = None, timeout_s: float | None = None
    ) -> AsyncGenerator[Episode, None]:
        """Every episode in the order of the ids, behind `after`, as they come: nothing is sent that is not read. A
        stream that breaks goes on behind the last one. Close the iterator to end it."""

        def request(last: Episode | None) -> Request:
            query = {"after": last["id"] if last else after, "embedding": embedding}
            return Request("GET", f"{self._path}/scan", query=query)

        async with aclosing(self._transport.lines(request, timeout_s=timeout_s)) as episodes:
            async for episode in episodes:
                yield cast("Episode", episode)

    async def page(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        embedding: bool | None = None,
        timeout_s: float | None = None,
    ) -> Page:
        """One page of the same; `next` is the next page's `after`, None at the end."""
        query = {"after": after, "limit": limit, "embedding": embedding}
        request = Request("GET", f"{self._path}/episodes", query=query)
        return cast("Page", await self._transport.json(request, timeout_s=timeout_s))

    async def forget(
        self,
        ids: Sequence[str],
        *,
        weaken: float | None = None,
        durability: Durability | None = None,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> Written:
        """Deletes with vector and edges, or with `weaken` in (0, 1) multiplies the strength. Unknown ids are no error."""
        body = _given(ids=list(ids), weaken=weaken)
        return cast("Written", await self._write("/forget", body, durability, idempotency_key, timeout_s))

    async def delete(
        self,
        id: str,
        *,
        durability: Durability | None = None,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> Written:
        request = Request("DELETE", self._episode(id), query={"durability": durability}, write=True)
        answer = await self._transport.json(request, timeout_s=timeout_s, idempotency_key=idempotency_key)
        return cast("Written", answer)

    async def link(
        self,
        edges: Iterable[EdgeInput],
        *,
        at: float | None = None,
        durability: Durability | None = None,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> Written:
        """Adds edges or sets their weights; both ends must exist."""
        body = _given(edges=list(edges), at=at)
        return cast("Written", await self._write("/edges", body, durability, idempotency_key, timeout_s))

    async def unlink(
        self,
        edges: Iterable[EdgeKey],
        *,
        durability: Durability | None = None,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> Written:
        body = {"edges": list(edges)}
        return cast("Written", await self._write("/edges/unlink", body, durability, idempotency_key, timeout_s))

    async def edges(self, id: str, *, timeout_s: float | None = None) -> list[Edge]:
        """Edges that leave an episode, by relation and target."""
        answer = await self._transport.json(Request("GET", f"{self._episode(id)}/edges"), timeout_s=timeout_s)
        return cast("list[Edge]", answer["edges"])

    async def recall(
        self,
        vector: Iterable[float],
        *,
        k: int | None = None,
        ef: int | None = None,
        exact: bool | None = None,
        timeout_s: float | None = None,
    ) -> list[Hit]:
        """Nearest episodes by cosine, best first; the vector goes as bytes, and the hits come so."""
        request = Request(
            "POST",
            f"{self._path}/recall",
            query={"k": k, "ef": ef, "exact": exact},
            content=encode_vector(vector),
            content_type=VECTOR_TYPE,
            accept=HITS_TYPE,
        )
        return decode_hits(await self._transport.raw(request, timeout_s=timeout_s))

    async def spread(
        self,
        seeds: Iterable[Seed],
        *,
        depth: int | None = None,
        cutoff: float | None = None,
        fan: Fan | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Activated:
        body = _given(seeds=list(seeds), depth=depth, cutoff=cutoff, fan=fan, limit=limit)
        return cast("Activated", await self._ask("/spread", body, timeout_s))

    async def reach(
        self,
        id: str,
        hops: int,
        *,
        direction: Direction | None = None,
        relation: str | None = None,
        timeout_s: float | None = None,
    ) -> list[str]:
        """Ids of the distinct episodes within 1 to `hops` edges, without the start."""
        body = _given(id=id, hops=hops, direction=direction, relation=relation)
        return cast("list[str]", (await self._ask("/reach", body, timeout_s))["ids"])

    async def sync(self, *, timeout_s: float | None = None) -> None:
        """Makes everything acknowledged as `async` durable."""
        await self._ask("/sync", None, timeout_s)

    async def snapshot(self, *, timeout_s: float | None = None) -> None:
        await self._ask("/snapshot", None, timeout_s)

    async def verify(self, *, timeout_s: float | None = None) -> None:
        """Raises what does not agree."""
        await self._ask("/verify", None, timeout_s)

    def _episode(self, id: str) -> str:
        return f"{self._path}/episodes/{quote(id, safe='')}"

    async def _ask(self, path: str, body: Mapping[str, Any] | None, timeout_s: float | None) -> Any:
        return await self._transport.json(Request("POST", self._path + path, json=body), timeout_s=timeout_s)

    async def _write(
        self,
        path: str,
        body: Any,
        durability: Durability | None,
        idempotency_key: str | None,
        timeout_s: float | None,
    ) -> Any:
        """`body`: bytes of a batch, or JSON."""
        binary = isinstance(body, bytes)
        request = Request(
            "POST",
            self._path + path,
            query={"durability": durability},
            json=None if binary else body,
            content=body if binary else None,
            content_type=EPISODES_TYPE if binary else None,
            write=True,
        )
        return await self._transport.json(request, timeout_s=timeout_s, idempotency_key=idempotency_key)
