"""How long to wait before a failed attempt is made again: exponential, with full jitter so that clients turned away
together do not come back together (Brooker, "Exponential Backoff And Jitter", 2015)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class RetryPolicy:
    retries: int = 4
    """Attempts after the first."""
    base_s: float = 0.05
    """The longest wait before the second attempt; it doubles with each."""
    max_s: float = 5.0
    """No wait is longer."""

    def wait_s(
        self, attempt: int, retry_after: str | None, uniform: Callable[[], float], now_s: Callable[[], float]
    ) -> float:
        """Seconds to wait after the `attempt`-th failure (1, 2, …). `retry_after`, the header, is obeyed; jitter
        comes on top. `uniform` gives [0, 1)."""
        jitter = uniform() * min(self.max_s, self.base_s * 2.0 ** (attempt - 1))
        if retry_after is None:
            return jitter
        return max(0.0, min(_seconds(retry_after, now_s), self.max_s)) + jitter


RETRY_DEFAULT = RetryPolicy()


def _seconds(retry_after: str, now_s: Callable[[], float]) -> float:
    try:
        return float(retry_after)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(retry_after).timestamp() - now_s()
    except ValueError:
        return 0.0
