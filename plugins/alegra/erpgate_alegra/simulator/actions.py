"""What a fault can do to a call."""

import asyncio
from dataclasses import dataclass, replace
from typing import Protocol

from .call import Answer, Refusal
from .exchange import ConnectionDropped, Exchange
from .jsontext import Document

_GARBAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>"


class Action(Protocol):
    """What a rule does to a call."""

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers in the place of the handler."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay:
    """Waits before handling, or between handling and answering."""

    seconds: float
    after: bool = False

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers as usual, late."""
        if not self.after:
            await asyncio.sleep(self.seconds)
        answer = exchange.execute()
        if self.after:
            await asyncio.sleep(self.seconds)
        return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Answers a status of its own, instead of handling the call or although it was handled."""

    status: int
    body: Document | None = None
    after: bool = False

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers the status."""
        if self.after:
            exchange.execute()
        body = {"message": "Simulated fault", "code": self.status} if self.body is None else self.body
        return Answer(status=self.status, body=body)


@dataclass(frozen=True, kw_only=True, slots=True)
class DropBefore:
    """Closes the connection; nothing is done."""

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers nothing."""
        raise ConnectionDropped


@dataclass(frozen=True, kw_only=True, slots=True)
class DropAfter:
    """Does everything, then closes the connection."""

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers nothing."""
        exchange.execute()
        raise ConnectionDropped


@dataclass(frozen=True, kw_only=True, slots=True)
class LateCommit:
    """Answers nothing and does everything after the client has gone: some seconds later, or at ``/_sim/catch-up``.

    With `hold` the client has to give up by itself, which needs a connection of its own, so `serve`; otherwise its
    connection is closed at once.
    """

    seconds: float | None = None
    hold: bool = False

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers nothing."""
        if self.hold:
            await exchange.gone()
        exchange.execute_late(self.seconds)
        raise ConnectionDropped


@dataclass(frozen=True, kw_only=True, slots=True)
class TruncatePage:
    """Leaves out the end of a page although there is more."""

    keep: int = 0

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers the first rows of a list; anything else as usual."""
        answer = exchange.execute()
        if isinstance(answer.body, list):
            return replace(answer, body=answer.body[: self.keep])
        if isinstance(answer.body, dict) and isinstance(answer.body.get("data"), list):
            return replace(answer, body=answer.body | {"data": answer.body["data"][: self.keep]})
        return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Garbage:
    """Answers a body that is not JSON."""

    status: int = 200
    text: str = _GARBAGE
    after: bool = False

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers the text."""
        if self.after:
            exchange.execute()
        return Answer(status=self.status, raw=self.text.encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class HideFromLists:
    """Keeps a created document out of lists for a while; reading it by id works."""

    seconds: float

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers as usual."""
        answer = exchange.execute()
        exchange.hide(answer, self.seconds)
        return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class RefuseStamp:
    """Makes the tax authority refuse the document."""

    message: str = "Regla: FAD06, Rechazo: el documento no cumple"
    code: int | None = None

    async def apply(self, exchange: Exchange) -> Answer:
        """Answers the refusal when the call asks for a stamp."""
        exchange.refusal = Refusal(message=self.message, code=self.code)
        return exchange.execute()


ACTIONS: dict[str, type[Action]] = {
    "delay": Delay,
    "status": Status,
    "drop_before": DropBefore,
    "drop_after": DropAfter,
    "late_commit": LateCommit,
    "truncate_page": TruncatePage,
    "garbage": Garbage,
    "hide_from_lists": HideFromLists,
    "refuse_stamp": RefuseStamp,
}
"""The actions by the kind that a rule names."""
