"""A plugin's event hooks, called where they can hold up nobody but their own plugin."""

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from erpgate.plugin.http import Http, Unguarded, open_http
from erpgate.plugin.listening import Listener, Listening

MOST_THREADS = 16
"""Threads of one plugin in which calls are under way, or never end."""

_CONNECTIONS = 16

_MARGIN = 0.5
"""Seconds that a call which is cancelled in time has to end."""


class ListenerLate(Exception):
    """A call has not ended in time; the message says so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedListener:
    """A plugin that listens.

    Attributes:
        name: Of the plugin.
        offer: What it says about itself.
        settings: The operator's.
        hooks: By kind of event.
    """

    name: str
    offer: Listener[Any]
    settings: Any
    hooks: Mapping[str, "Hook"]


@dataclass(frozen=True, slots=True)
class Hook:
    """One plugin's implementation of an event hook.

    Attributes:
        call: Takes `event` and `listening`, and hands on those that the implementation has.
        is_async: Whether it is `async def`.
    """

    call: Callable[..., Any]
    is_async: bool


class Ear:
    """Calls the hooks of one plugin in an event loop of its own, which runs in a thread of its own.

    Whatever a hook does there (blocks, never ends, ends the loop), the server's own loop goes on.

    Args:
        listener: Whose hooks.
    """

    def __init__(self, listener: LoadedListener) -> None:
        self.name = listener.name
        self._hooks = listener.hooks
        self._timeout = listener.offer.timeout.total_seconds()
        self._listening = Listening(settings=listener.settings, http=self._http)
        self._clients: dict[str, Http] = {}
        self._threads: set[threading.Thread] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"listener {self.name}", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    async def tell(self, kind: str, event: object) -> None:
        """Tells an event; returns when the hook has returned.

        Raises:
            ListenerLate: It has not, in time.
            Exception: Whatever the hook raised.
        """
        telling = asyncio.run_coroutine_threadsafe(self._told(self._hooks[kind], event), self._loop)
        try:
            async with asyncio.timeout(self._timeout + _MARGIN):
                await asyncio.wrap_future(telling)
        except TimeoutError as error:
            raise ListenerLate(f"The listener has not answered within {self._timeout:g} s.") from error

    async def aclose(self) -> None:
        """Closes the clients and ends the thread; one that a hook blocks ends when it can."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        await asyncio.to_thread(self._thread.join, _MARGIN)

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    async def _close(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_MARGIN)
        for client in self._clients.values():
            await client.aclose()
        self._loop.stop()

    async def _told(self, hook: Hook, event: object) -> None:
        """Runs in the plugin's loop, which anything but an exception would end."""
        try:
            async with asyncio.timeout(self._timeout):
                if hook.is_async:
                    answer = hook.call(event=event, listening=self._listening)
                else:
                    answer = await self._in_thread(lambda: hook.call(event=event, listening=self._listening))
                if inspect.isawaitable(answer):
                    await answer
        except Exception:
            raise
        except BaseException as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RuntimeError(f"The listener raised {type(error).__name__}.") from error

    async def _in_thread(self, call: Callable[[], Any]) -> Any:
        """A thread that never ends does not keep the process from ending: those of executors do."""
        if len(self._threads) >= MOST_THREADS:
            raise ListenerLate(f"{len(self._threads)} calls of the listener have not ended yet.")
        done = self._loop.create_future()

        def settle(answer: Any, error: BaseException | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(answer)
            else:
                done.set_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))

        def run() -> None:
            answer, failure = None, None
            try:
                answer = call()
            except BaseException as error:
                failure = error
            self._threads.discard(thread)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(settle, answer, failure)

        thread = threading.Thread(target=run, name=f"call of listener {self.name}", daemon=True)
        self._threads.add(thread)
        thread.start()
        return await done

    def _http(self, base_url: str) -> Http:
        if base_url not in self._clients:
            self._clients[base_url] = open_http(base_url, Unguarded(), connections=_CONNECTIONS)
        return self._clients[base_url]
