"""One call on its way through the simulator, as a fault sees it."""

from abc import ABC, abstractmethod

import httpx

from .call import Answer, Refusal


class ConnectionDropped(httpx.RemoteProtocolError):
    """Ends a call without any answer.

    Over `httpx.ASGITransport` the client gets it as it is; `serve` closes the connection, which a client over the
    network sees as the same kind of error.
    """

    def __init__(self) -> None:
        super().__init__("Server disconnected without sending a response.")


class Exchange(ABC):
    """One call: a fault decides when and whether it is handled, and what the client gets to see."""

    refusal: Refusal | None = None
    """What the tax authority will say instead of accepting a document."""

    @abstractmethod
    def execute(self) -> Answer:
        """Handles the call and makes its changes durable."""

    @abstractmethod
    def hide(self, answer: Answer, seconds: float) -> None:
        """Keeps the document of an answer out of lists for a while."""

    @abstractmethod
    def execute_late(self, seconds: float | None) -> None:
        """Handles the call after it has ended: after some seconds, or when the simulator is told to catch up."""

    @abstractmethod
    async def gone(self) -> None:
        """Waits until the client has gone."""
