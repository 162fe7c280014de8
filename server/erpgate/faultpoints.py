"""Named points before and after every commit and every ERP call, at which tests log, stop or kill the process.

The environment variable ERPGATE_FAULTPOINTS arms them when a server or worker starts; without it each point costs one
comparison. Its value is one or more of these, with semicolons between:

```
log:PATH            append the name of every point that is reached
kill:NAME#N         SIGKILL the process where NAME is reached for the Nth time; without #N, the first time
stop:NAME#N         SIGSTOP it there
```

A commit's points are named by what is written, such as `commit.SaveInvoice+BeginAttempt.before`; a group commit reaches
those of each of its writes. A call's are named by the method of the connection, such as `erp.create.after`; a listener
is told between `listener.before` and `listener.after`.
"""

import itertools
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Literal, Protocol, TypeVar, cast

ENVIRONMENT = "ERPGATE_FAULTPOINTS"
"""The variable that arms."""

C = TypeVar("C")
When = Literal["before", "after"]
_Action = Callable[[str], None]

_act: _Action | None = None

_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class Named(Protocol):
    """Something that is written."""

    @property
    def name(self) -> str:
        """As its points are called."""
        ...


def arm(text: str) -> None:
    """Makes points act from now on; an empty text makes them inert.

    Raises:
        ValueError: The text is not what the module describes.
    """
    global _act
    actions = [_action(*part.partition(":")[::2]) for part in text.split(";") if part]
    lock = threading.Lock()

    def act(name: str) -> None:
        with lock:
            for action in actions:
                action(name)

    _act = act if actions else None


def reach(name: str) -> None:
    """Is called at a point."""
    if _act is not None:
        _act(name)


def reach_commit(writes: Iterable[Named], when: When) -> None:
    """Is called right before and right after a commit."""
    if _act is not None:
        for write in writes:
            _act(f"commit.{write.name}.{when}")


def watched(connection: C) -> C:
    """The connection itself; once armed, one whose every call reaches its points."""
    return connection if _act is None else cast("C", _Watched(connection))


class _Watched:
    """Stands for a plugin's connection: whatever it can do has a point before and one after."""

    def __init__(self, connection: object) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._connection, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            answer = method(*args, **kwargs)
            return _pages(name, answer) if hasattr(answer, "__anext__") else _answer(name, answer)

        return call


async def _answer(name: str, answer: Any) -> Any:
    """A coroutine does nothing before it is awaited, so this is before the call."""
    reach(f"erp.{name}.before")
    try:
        return await answer
    finally:
        reach(f"erp.{name}.after")


async def _pages(name: str, pages: AsyncIterator[Any]) -> AsyncIterator[Any]:
    while True:
        reach(f"erp.{name}.before")
        try:
            page = await anext(pages)
        except StopAsyncIteration:
            return
        finally:
            reach(f"erp.{name}.after")
        yield page


def _action(kind: str, rest: str) -> _Action:
    if kind == "log":
        return _appending(rest)
    if kind not in _SIGNALS:
        raise ValueError(f"{ENVIRONMENT} knows log, kill and stop, not {kind!r}")
    name, _, number = rest.partition("#")
    return _sending(_SIGNALS[kind], name, int(number or 1))


def _appending(path: str) -> _Action:
    def append(name: str) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{name}\n")

    return append


def _sending(number: signal.Signals, at: str, nth: int) -> _Action:
    reached: Iterator[int] = itertools.count(1)

    def send(name: str) -> None:
        if name == at and next(reached) == nth:
            signal.raise_signal(number)  # to this thread, so that it does not run on while another one takes it

    return send
