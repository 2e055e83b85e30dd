"""The client for asyncio: one class per noun, one method per operation of the API."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast
from urllib.parse import quote

import httpx
from typing_extensions import Self

from .binary import EPISODES_TYPE, HITS_TYPE, VECTOR_TYPE, decode_hits, encode_episodes, encode_vector
from .deprecation import Deprecation
from .errors import EngramError
from .memory import Memory
from .memory import given as _given
from .retry import RETRY_DEFAULT, RetryPolicy
from .transport import EFFECTS_DEFAULT, Effects, Request, Transport
from .types import (
    Activated,
    BackupDone,
    Change,
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
    Restored,
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


class Client:
    """`url`: http://127.0.0.1:7700. `key`: engram_…, none for a server without keys. `timeout_s`: for each attempt,
    and for streams between two pieces. `on_deprecated`: called for each answer of an operation that is deprecated.
    `client`: an httpx.AsyncClient of your own, for its TLS or proxies."""

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        version: str = "v1",
        timeout_s: float = _TIMEOUT_S,
        retry: RetryPolicy = RETRY_DEFAULT,
        on_deprecated: Callable[[Deprecation], None] | None = None,
        effects: Effects = EFFECTS_DEFAULT,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._transport = Transport(
            url,
            key=key,
            timeout_s=timeout_s,
            retry=retry,
            on_deprecated=on_deprecated,
            effects=effects,
            client=client,
        )
        self._version = version

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._transport.aclose()

    def space(self, name: str) -> Space:
        """A handle; nothing is asked of the server."""
        return Space(self._transport, self._version, f"/spaces/{quote(name, safe='')}")

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
    def __init__(self, transport: Transport, version: str, path: str) -> None:
        self._transport = transport
        self._path = f"/{version}{path}"
        self._first = f"/v1{path}"
        self.memory = Memory(transport, self._path, f"/v2{path}")
        """What is remembered of it as a whole: concepts, answers, completion, recognition."""

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

    async def watch(self, *, from_: int | None = None, timeout_s: float | None = None) -> AsyncGenerator[Change, None]:
        """Every durable change in order: from record `from_` on, or what comes. A stream that breaks goes on behind
        the last one; without `from_` nothing is known of what happened before the first. Close the iterator to end it.
        Raises an EngramError of code `compacted` where the log begins later."""

        def request(last: Change | None) -> Request:
            query = {"from": last["sequence"] + 1 if last else from_}
            return Request("GET", f"{self._path}/watch", query=query)

        async with aclosing(self._transport.lines(request, timeout_s=timeout_s)) as changes:
            async for change in changes:
                yield cast("Change", change)

    async def recall(
        self,
        vector: Iterable[float],
        *,
        k: int | None = None,
        ef: int | None = None,
        exact: bool | None = None,
        timeout_s: float | None = None,
    ) -> list[Hit]:
        """Nearest episodes by cosine, best first; the vector goes as bytes, and the hits come so. It is of the first
        version of the API and deprecated there: `memory.answer` takes its place."""
        request = Request(
            "POST",
            f"{self._first}/recall",
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

    async def backup(self, name: str, *, timeout_s: float | None = None) -> BackupDone:
        """Brings the backup of this name up to all that was acknowledged: whole at first, then what is new."""
        return cast("BackupDone", await self._ask("/backup", {"backup": name}, timeout_s))

    async def restore(
        self,
        name: str,
        *,
        sequence: int | None = None,
        time: float | None = None,
        timeout_s: float | None = None,
    ) -> Restored:
        """Makes this space, which must not be there, out of a backup, as of a record, of a time or of its end. Sent
        again after its answer was lost it finds the space there. Raises ConflictError for that."""
        body = _given(backup=name, sequence=sequence, time=time)
        return cast("Restored", await self._ask("/restore", body, timeout_s))

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
