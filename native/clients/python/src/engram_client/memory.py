"""The dual memory of a space: concepts and what forms them, answers with their why, completion, recognition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from .memory_types import Answers, ConceptPage, Condition, Consolidated, Cue, Hypothesis, Mode, Recognised
from .transport import Request, Transport
from .types import Durability, Written


def given(**fields: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


class Memory:
    def __init__(self, transport: Transport, path: str, newer: str) -> None:
        self._transport = transport
        self._path = path
        self._newer = newer
        """The space's path under /v2."""

    async def answer(
        self,
        cue: Cue,
        *,
        mode: Mode | None = None,
        k: int | None = None,
        ef: int | None = None,
        exact: bool | None = None,
        concepts: bool | None = None,
        now: float | None = None,
        minimum_confidence: float | None = None,
        episodic: float | None = None,
        semantic: float | None = None,
        inhibition: float | None = None,
        where: Condition | None = None,
        from_: float | None = None,
        until: float | None = None,
        min_confidence: float | None = None,
        timeout_s: float | None = None,
    ) -> Answers:
        """What a cue brings to mind, best first: episodes and concepts, each with why it came. Times in milliseconds
        since 1970, shares and confidences from 0 to 1."""
        told: dict[str, Any] = dict(cue)
        if "vector" in told:
            told["vector"] = [float(value) for value in told["vector"]]
        body = given(cue=told, mode=mode, k=k, ef=ef, exact=exact, concepts=concepts, now=now, where=where)
        body |= given(minimumConfidence=minimum_confidence, episodic=episodic, semantic=semantic)
        body |= given(inhibition=inhibition, until=until, minConfidence=min_confidence)
        body |= {} if from_ is None else {"from": from_}
        request = Request("POST", f"{self._newer}/recall", json=body)
        return cast("Answers", await self._transport.json(request, timeout_s=timeout_s))

    async def consolidate(
        self,
        *,
        at: float | None = None,
        durability: Durability | None = None,
        tau: float | None = None,
        merge: float | None = None,
        coherence: float | None = None,
        size: int | None = None,
        share: float | None = None,
        seed: int | None = None,
        timeout_s: float | None = None,
    ) -> Consolidated:
        """One cycle: forms, strengthens and ends concepts from what is new. Again, it finds nothing new. `tau` in
        milliseconds, 0: time does not count, for bulk loads."""
        body = given(at=at, durability=durability, tau=tau, merge=merge, coherence=coherence)
        body |= given(size=size, share=share, seed=seed)
        return cast("Consolidated", await self._ask("/consolidate", body, timeout_s))

    async def concepts(
        self, *, first: int | None = None, limit: int | None = None, timeout_s: float | None = None
    ) -> ConceptPage:
        """Concepts by number, from `first` on; `next` is the next page's `first`, None at the end."""
        request = Request("GET", f"{self._path}/concepts", query={"first": first, "limit": limit})
        return cast("ConceptPage", await self._transport.json(request, timeout_s=timeout_s))

    async def complete(
        self, vector: Iterable[float], *, known: Sequence[bool] | None = None, timeout_s: float | None = None
    ) -> list[Hypothesis]:
        """Fills what of the cue is not `known` from what is stored; none where it would have to invent."""
        body = given(vector=[float(value) for value in vector], known=known and list(known))
        return cast("list[Hypothesis]", (await self._ask("/complete", body, timeout_s))["hypotheses"])

    async def recognise(self, vector: Iterable[float], *, timeout_s: float | None = None) -> Recognised:
        """Whether a vector is old or new, without content."""
        body = {"vector": [float(value) for value in vector]}
        return cast("Recognised", await self._ask("/recognise", body, timeout_s))

    async def access(
        self,
        ids: Sequence[str],
        *,
        at: float | None = None,
        durability: Durability | None = None,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> Written:
        """Counts an access to episodes, which makes them last. Unknown ids are no error."""
        request = Request(
            "POST",
            f"{self._path}/access",
            query={"durability": durability},
            json=given(ids=list(ids), at=at),
            write=True,
        )
        answer = await self._transport.json(request, timeout_s=timeout_s, idempotency_key=idempotency_key)
        return cast("Written", answer)

    async def _ask(self, path: str, body: Mapping[str, Any], timeout_s: float | None) -> Any:
        return await self._transport.json(Request("POST", self._path + path, json=body), timeout_s=timeout_s)
