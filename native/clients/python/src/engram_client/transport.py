"""One call over HTTP: attempts, timeouts, cancellation. Connections are kept and used again by httpx's pool."""

from __future__ import annotations

import json as _json
import random
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx

from .deprecation import Deprecation, deprecation_of
from .errors import EngramError, answered, broken, ended_by, timed_out
from .retry import RetryPolicy


@dataclass(frozen=True)
class Effects:
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    uniform: Callable[[], float] = random.random
    now_s: Callable[[], float] = time.time


EFFECTS_DEFAULT = Effects()


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    """Entries that are None are left out."""
    json: Any = None
    content: bytes | None = None
    content_type: str | None = None
    accept: str | None = None
    write: bool = False
    """Carries an idempotency key."""


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Transport:
    def __init__(
        self,
        url: str,
        *,
        key: str | None,
        timeout_s: float,
        retry: RetryPolicy,
        on_deprecated: Callable[[Deprecation], None] | None,
        effects: Effects,
        client: httpx.AsyncClient | None,
    ) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._timeout_s = timeout_s
        self._retry = retry
        self._on_deprecated = on_deprecated
        self._effects = effects
        # Time is ours to keep: httpx's own would be per read.
        self._client = client or httpx.AsyncClient(timeout=None, trust_env=False)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def json(self, request: Request, *, timeout_s: float | None, idempotency_key: str | None = None) -> Any:
        return (await self._call(request, timeout_s, idempotency_key)).json()

    async def raw(self, request: Request, *, timeout_s: float | None) -> bytes:
        return (await self._call(request, timeout_s, None)).content

    async def lines(
        self, request: Callable[[Any], Request], *, timeout_s: float | None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Values of an answer of lines; closing the iterator ends the request. Where it breaks off it is asked for
        again: `request` gets the last value that came, to begin behind it."""
        last: dict[str, Any] | None = None
        failures = 0
        while True:
            try:
                async with aclosing(self._lines(request(last), timeout_s)) as values:
                    async for value in values:
                        failures = 0
                        last = value
                        yield value
                return
            except EngramError as error:
                failures += 1
                if not error.retryable or max(failures, error.attempts) > self._retry.retries:
                    raise
                await self._pause(failures, error)

    async def _lines(self, request: Request, timeout_s: float | None) -> AsyncGenerator[dict[str, Any], None]:
        limit = timeout_s or self._timeout_s
        response = await self._call(request, timeout_s, None, stream=True)
        try:
            pieces = response.aiter_raw()
            rest = b""
            while True:
                with anyio.fail_after(limit):
                    piece = await anext(pieces, None)
                if piece is None:  # a line without its end was cut off: it is no value
                    return
                # By bytes: text has other line ends than the protocol.
                *lines, rest = (rest + piece).split(b"\n")
                for value in (_json.loads(line) for line in lines if line):
                    if isinstance(value.get("error"), dict):
                        raise ended_by(value["error"])
                    yield value
        except TimeoutError as error:
            raise timed_out(1, limit) from error
        except httpx.TransportError as error:
            raise broken(1, self._url) from error
        finally:
            with anyio.CancelScope(shield=True):
                await response.aclose()

    async def _call(
        self, request: Request, timeout_s: float | None, idempotency_key: str | None, *, stream: bool = False
    ) -> httpx.Response:
        limit = timeout_s or self._timeout_s
        built = self._client.build_request(
            request.method,
            self._url + request.path,
            params={name: _word(value) for name, value in request.query.items() if value is not None},
            headers=self._headers(request, idempotency_key),
            content=request.content,
            json=request.json,
        )
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._attempt(built, attempt, limit, stream)
            except EngramError as error:
                if not error.retryable or attempt > self._retry.retries:
                    raise
                failure = error
            await self._pause(attempt, failure)

    async def _pause(self, failures: int, error: EngramError) -> None:
        effects = self._effects
        await effects.sleep(self._retry.wait_s(failures, error.retry_after, effects.uniform, effects.now_s))

    async def _attempt(self, request: httpx.Request, attempt: int, limit: float, stream: bool) -> httpx.Response:
        try:
            with anyio.fail_after(limit):
                response = await self._client.send(request, stream=stream)
                self._warn(response)
                if response.is_success:
                    return response
                body = await response.aread()
        except TimeoutError as error:
            raise timed_out(attempt, limit) from error
        except httpx.TransportError as error:
            raise broken(attempt, self._url) from error
        raise answered(response.status_code, body, attempt, response.headers.get("retry-after"))

    def _warn(self, response: httpx.Response) -> None:
        if self._on_deprecated is None:
            return
        request = response.request
        warning = deprecation_of(response.headers, f"{request.method} {request.url.path}")
        if warning is not None:
            self._on_deprecated(warning)

    def _headers(self, request: Request, idempotency_key: str | None) -> dict[str, str]:
        key = idempotency_key or (str(uuid.uuid4()) if request.write else None)
        wanted = {
            "authorization": f"Bearer {self._key}" if self._key else None,
            "content-type": request.content_type,
            "accept": request.accept,
            "idempotency-key": key,
        }
        return {name: value for name, value in wanted.items() if value is not None}
