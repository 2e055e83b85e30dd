"""The same client without asyncio: each call waits. One event loop in a thread of its own does the work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal
from typing_extensions import Self

from . import client, memory
from .types import SpaceSummary

P = ParamSpec("P")
T = TypeVar("T")
N = TypeVar("N")


class _Face(Generic[N]):
    """What of the asyncio client stands behind, and where it runs."""

    def __init__(self, portal: BlockingPortal, behind: N) -> None:
        self._portal = portal
        self._behind = behind


def _waiting(
    method: Callable[Concatenate[N, P], Awaitable[T]],
) -> Callable[Concatenate[_Face[N], P], T]:
    def call(self: _Face[N], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._portal.call(partial(method, self._behind, *args, **kwargs))

    call.__doc__ = method.__doc__
    return call


def _iterating(
    method: Callable[Concatenate[N, P], AsyncIterator[T]],
) -> Callable[Concatenate[_Face[N], P], Iterator[T]]:
    def call(self: _Face[N], /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        pieces: Any = method(self._behind, *args, **kwargs)
        try:
            while True:
                try:
                    yield self._portal.call(pieces.__anext__)
                except StopAsyncIteration:
                    return
        finally:
            self._portal.call(pieces.aclose)

    call.__doc__ = method.__doc__
    return call


class Memory(_Face[memory.Memory]):
    answer = _waiting(memory.Memory.answer)
    consolidate = _waiting(memory.Memory.consolidate)
    concepts = _waiting(memory.Memory.concepts)
    complete = _waiting(memory.Memory.complete)
    recognise = _waiting(memory.Memory.recognise)
    access = _waiting(memory.Memory.access)


class Space(_Face[client.Space]):
    def __init__(self, portal: BlockingPortal, behind: client.Space) -> None:
        super().__init__(portal, behind)
        self.memory = Memory(portal, behind.memory)

    make = _waiting(client.Space.make)
    stats = _waiting(client.Space.stats)
    store = _waiting(client.Space.store)
    store_batch = _waiting(client.Space.store_batch)
    get = _waiting(client.Space.get)
    page = _waiting(client.Space.page)
    scan = _iterating(client.Space.scan)
    watch = _iterating(client.Space.watch)
    forget = _waiting(client.Space.forget)
    delete = _waiting(client.Space.delete)
    link = _waiting(client.Space.link)
    unlink = _waiting(client.Space.unlink)
    edges = _waiting(client.Space.edges)
    recall = _waiting(client.Space.recall)
    spread = _waiting(client.Space.spread)
    reach = _waiting(client.Space.reach)
    sync = _waiting(client.Space.sync)
    snapshot = _waiting(client.Space.snapshot)
    verify = _waiting(client.Space.verify)
    backup = _waiting(client.Space.backup)
    restore = _waiting(client.Space.restore)


class Client:
    """Takes what engram_client.Client takes. Use it in `with`."""

    def __init__(self, url: str, **options: Any) -> None:
        self._stack = ExitStack()
        self._portal = self._stack.enter_context(start_blocking_portal())
        self._client = client.Client(url, **options)
        self._stack.callback(self._portal.call, self._client.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stack.close()

    def space(self, name: str) -> Space:
        return Space(self._portal, self._client.space(name))

    def spaces(self) -> list[SpaceSummary]:
        return self._portal.call(self._client.spaces)

    def ready(self) -> bool:
        return self._portal.call(self._client.ready)
