"""What a server says of an operation that will go: since when, until when, and what takes its place (RFC 9745,
RFC 8594)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

_SUCCESSOR = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?successor-version"?')


@dataclass(frozen=True)
class Deprecation:
    """One use of what is deprecated."""

    operation: str
    """`POST /v1/spaces/notes/recall`."""
    since: datetime | None
    """None where the server's date could not be read."""
    sunset: datetime | None
    """It may not answer from then on; None where that is open."""
    successor: str | None
    """Address of what takes its place."""


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if text.startswith("@"):
            return datetime.fromtimestamp(float(text[1:]), timezone.utc)
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None


def deprecation_of(headers: Mapping[str, str], operation: str) -> Deprecation | None:
    """None where the answer warns of nothing."""
    since = headers.get("deprecation")
    if since is None:
        return None
    link = _SUCCESSOR.search(headers.get("link", ""))
    return Deprecation(operation, _date(since), _date(headers.get("sunset")), link and link[1])
