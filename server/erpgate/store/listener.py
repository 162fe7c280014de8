"""Hears what other processes notify over PostgreSQL, in a thread of its own."""

import contextlib
import logging
import select
import socket
import threading
from collections.abc import Callable

import psycopg

from erpgate.store.notify import CHANGES, CHANNEL

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_RETRY_SECONDS = 1.0


class Listener:
    """Listens until it is closed; a poll beneath covers what is missed while there is no connection.

    Args:
        connect: Opens a connection of its own.
        hear: Is told channel and payload of each notification.
    """

    def __init__(
        self, connect: "Callable[[], psycopg.Connection[tuple[object, ...]]]", hear: Callable[[str, str], None]
    ) -> None:
        self._connect = connect
        self._hear = hear
        self._closing = threading.Event()
        self._farewell, self._say_farewell = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, name="erpgate-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends it, without waiting for a notification."""
        self._closing.set()
        self._say_farewell.close()
        self._thread.join()
        self._farewell.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    connection.execute(f"LISTEN {CHANGES}")
                    while not self._closing.is_set():
                        select.select([connection.fileno(), self._farewell.fileno()], [], [], _LOOK_SECONDS)
                        self._tell(connection)
            except psycopg.Error as error:
                _log.warning("Wake-ups of other processes are not heard (%s); lanes are polled.", type(error).__name__)
                self._closing.wait(_RETRY_SECONDS)

    def _tell(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        for notification in connection.notifies(timeout=0):
            with contextlib.suppress(RuntimeError):  # the event loop has ended
                self._hear(notification.channel, notification.payload)
