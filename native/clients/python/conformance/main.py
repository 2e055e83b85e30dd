"""The Python client's side of the conformance suite: a command a line in, a reply a line out. With `--blocking` it
goes through the face without asyncio."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import engram_client
from engram_client import Client, EngramError, RetryPolicy, blocking

KINDS = {
    "invalid_argument": engram_client.InvalidArgumentError,
    "permission": engram_client.PermissionError,
    "not_found": engram_client.NotFoundError,
    "conflict": engram_client.ConflictError,
    "busy": engram_client.BusyError,
    "storage": engram_client.StorageError,
    "server": engram_client.ServerError,
    "connection": engram_client.ConnectionError,
    "timeout": engram_client.TimeoutError,
}
NAMES = {"storeBatch": "store_batch"}
MEMORY = {"answer", "consolidate", "concepts", "complete", "recognise", "access"}
# Arguments whose name on the wire is no name in Python, or is the first by place.
ARGUMENTS = {"from": "from_", "backup": "name"}
warned: list[dict[str, Any]] = []


def ms(moment: datetime | None) -> float | None:
    return moment and moment.timestamp() * 1_000


def note(warning: engram_client.Deprecation) -> None:
    told = {"operation": warning.operation, "successor": warning.successor}
    warned.append({**told, "since": ms(warning.since), "sunset": ms(warning.sunset)})


def options(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": given["key"],
        "version": given.get("version", "v1"),
        "on_deprecated": note,
        "timeout_s": given["timeoutMs"] / 1_000,
        "retry": RetryPolicy(retries=given["retries"], base_s=given["baseMs"] / 1_000),
    }


def call_of(client: Any, command: dict[str, Any]) -> Any:
    """A coroutine or an iterator; with the blocking face the value itself."""
    name = NAMES.get(command["call"], command["call"])
    if name in ("spaces", "ready"):
        return getattr(client, name)()
    space = client.space(command["space"])
    args = {ARGUMENTS.get(name, name): value for name, value in command.get("args", {}).items()}
    return getattr(space.memory if name in MEMORY else space, name)(**args)


async def first(stream: AsyncIterator[Any], most: int | None) -> list[Any]:
    values: list[Any] = []
    try:
        async for value in stream:
            values.append(value)
            if len(values) == most:
                break
    finally:
        await stream.aclose()  # type: ignore[attr-defined]
    return values


def failure(error: EngramError) -> dict[str, Any]:
    kind = next((name for name, cls in KINDS.items() if isinstance(error, cls)), "unknown")
    told = {name: getattr(error, name) for name in ("code", "status", "attempts", "remedy")}
    return {"error": {"kind": kind, "message": str(error), **told}}


CANCELLED = {
    "error": {"kind": "cancelled", "code": "cancelled", "status": 0, "attempts": 1, "message": "", "remedy": ""}
}


async def perform(client: Client, command: dict[str, Any]) -> dict[str, Any]:
    begun = call_of(client, command)
    work = asyncio.ensure_future(first(begun, command.get("take")) if hasattr(begun, "__anext__") else begun)
    if "cancelAfterMs" in command:
        asyncio.get_running_loop().call_later(command["cancelAfterMs"] / 1_000, work.cancel)
    try:
        return {"value": await work}
    except EngramError as error:
        return failure(error)
    except asyncio.CancelledError:
        return CANCELLED


def reply(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({**answer, "warnings": warned}) + "\n")
    sys.stdout.flush()
    warned.clear()


async def converse() -> None:
    client: Client | None = None
    while line := await asyncio.to_thread(sys.stdin.readline):
        command = json.loads(line)
        if given := command.get("client"):
            if client is not None:
                await client.aclose()
            client = Client(given["url"], **options(given))
        assert client is not None
        reply(await perform(client, command))


def converse_blocking() -> None:
    client: blocking.Client | None = None
    for line in sys.stdin:
        command = json.loads(line)
        if given := command.get("client"):
            if client is not None:
                client.close()
            client = blocking.Client(given["url"], **options(given))
        try:
            value = call_of(client, command)
            if isinstance(value, Iterator):
                stream = value
                value = list(islice(stream, command.get("take")))
                stream.close()  # type: ignore[attr-defined]
            reply({"value": value})
        except EngramError as error:
            reply(failure(error))


if "--blocking" in sys.argv:
    converse_blocking()
else:
    asyncio.run(converse())
