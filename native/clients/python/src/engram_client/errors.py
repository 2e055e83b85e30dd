"""What can go wrong between a caller and a server, as classes to catch. `code` and `remedy` are the server's own
words where it answered at all."""

from __future__ import annotations

import json
from typing import Any


class EngramError(Exception):
    """Base of all errors of the client."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        remedy: str,
        status: int = 0,
        attempts: int = 1,
        retryable: bool = False,
        retry_after: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        """Stable: the server's, or `connection`, `timeout`."""
        self.remedy = remedy
        self.status = status
        """HTTP status; 0 where there was no answer."""
        self.attempts = attempts
        """Requests sent for this call."""
        self.retryable = retryable
        """The same call may succeed later."""
        self.retry_after = retry_after
        """The server's Retry-After header, as it came."""


class InvalidArgumentError(EngramError):
    """The request is wrong: the message names the value. Sending it again changes nothing."""


class PermissionError(EngramError):
    """No key, an unknown one, or one whose scope does not reach."""


class NotFoundError(EngramError):
    """A space, an episode or an address that is not there."""


class ConflictError(EngramError):
    """The space has other settings, is read-only or damaged, or a key was used for something else."""


class BusyError(EngramError):
    """The server turned the request away to protect itself, and did so every time it was tried."""


class StorageError(EngramError):
    """The server's disk is full or failed."""


class ServerError(EngramError):
    """The server failed, or something on the way to it did."""


class ConnectionError(EngramError):
    """There was no connection, or it broke, every time it was tried."""


class TimeoutError(EngramError):
    """No answer within the time allowed."""


_BY_STATUS: dict[int, type[EngramError]] = {
    400: InvalidArgumentError,
    401: PermissionError,
    403: PermissionError,
    404: NotFoundError,
    409: ConflictError,
    413: InvalidArgumentError,
    414: InvalidArgumentError,
    415: InvalidArgumentError,
    422: InvalidArgumentError,
    429: BusyError,
    503: BusyError,
    507: StorageError,
}
# A status says what to do, these codes say better.
_BY_CODE: dict[str, type[EngramError]] = {"poisoned": StorageError, "disk_full": StorageError}
# "Later". Every operation may be sent twice: writes carry an idempotency key.
_LATER = frozenset({429, 502, 503, 504})
# Codes of such an answer that waiting does not mend.
_FINAL = frozenset({"poisoned", "read_only"})


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):  # not engram's: a proxy's
        return {}
    return told if isinstance(told, dict) else {}


def answered(status: int, body: bytes, attempts: int, retry_after: str | None) -> EngramError:
    """The error of an answer that is none of 2xx."""
    told = _told(body)
    code = str(told.get("code", f"http_{status}"))
    fallback = InvalidArgumentError if status < 500 else ServerError
    chosen = _BY_CODE.get(code) or _BY_STATUS.get(status) or fallback
    return chosen(
        str(told.get("message", f"the server answered {status}")),
        code=code,
        remedy=str(told.get("remedy", "look at the server's log")),
        status=status,
        attempts=attempts,
        retryable=status in _LATER and code not in _FINAL,
        retry_after=retry_after,
    )


# Codes that end a stream for now only.
_PASSING = frozenset({"busy", "closed"})


def ended_by(told: dict[str, str]) -> EngramError:
    """The error of a stream's last line."""
    retryable = told["code"] in _PASSING
    chosen = BusyError if retryable else ServerError
    return chosen(told["message"], code=told["code"], remedy=told["remedy"], retryable=retryable)


def timed_out(attempts: int, timeout_s: float) -> TimeoutError:
    return TimeoutError(
        f"no answer within {timeout_s:g} s",
        code="timeout",
        remedy="allow more time, or ask for less",
        attempts=attempts,
        retryable=True,
    )


def broken(attempts: int, url: str) -> ConnectionError:
    return ConnectionError(
        f"the connection to {url} failed",
        code="connection",
        remedy="check the address, and that the server runs",
        attempts=attempts,
        retryable=True,
    )
