"""Serves a Tryton database, counts its calls, and answers badly on demand; runs in Tryton's own environment.

Usage: serve.py CONFIG DATABASE HOST PORT

`GET /_sim/counts` gives the calls by method since the start. `PUT /_sim/faults` replaces the rules, each of which says
`method` (of JSON-RPC), `times` and `action`. Instead of carrying a call out, `drop_before` closes the connection,
`refuse` answers as Tryton does on a broken rule, `busy` as when another transaction holds the lock, `401`, `429`
and `503` with that status. `PUT /_sim/restore` makes another file's contents the database, on SQLite, once no call is
under way, and forgets counts and rules. When a call was carried out and committed, `drop_after` closes the connection,
`garbage_after` and `503_after` answer so, and `truncate` leaves the last row out of a list.
"""

import gzip
import json
import os
import socket
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from http import HTTPStatus
from io import BytesIO
from typing import Any

import trytond.config

Environ = dict[str, Any]
Start = Callable[..., Any]

_REFUSED = {"id": 0, "error": ["UserError", ["Refused by the test.", "", None]]}
_INSTEAD = ("drop_before", "refuse", "busy", "401", "429", "503")
_PATIENCE = 60
_BUSY = b"could not obtain lock on row in relation ir_sequence_strict"


class Door:
    """A WSGI application before Tryton's.

    Args:
        app: Tryton's.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lock = threading.Condition()
        self._under_way = 0
        self._counts: Counter[str] = Counter()
        self._faults: list[dict[str, Any]] = []

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answers one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        path = environ["PATH_INFO"]
        if path == "/_sim/counts":
            return _answer(start, json.dumps(self._counts).encode())
        if path == "/_sim/faults":
            self._faults = json.loads(body)
            return _answer(start, b"{}")
        if path == "/_sim/restore":
            self._restore(**json.loads(body))
            return _answer(start, b"{}")
        return self._answered(self._action(_method(body)), environ, start)

    def _restore(self, database: str, file: str) -> None:
        from trytond.cache import BaseCache  # what it imports reads the configuration

        with self._lock:
            self._lock.wait_for(lambda: not self._under_way, timeout=_PATIENCE)
            live = os.path.join(_configuration().get("database", "path"), f"{database}.sqlite")
            with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(live)) as target:
                source.backup(target)
            for cache in BaseCache._instances.values():
                cache._database_cache.clear()
            self._counts.clear()
            self._faults = []

    def _answered(self, action: str, environ: Environ, start: Start) -> Iterable[bytes]:
        result = b"" if action in _INSTEAD else self._result(environ, start if not action else _unheard)
        match action:
            case "":
                return [result]
            case "drop_before" | "drop_after":
                return _dropped(environ, start)
            case "refuse":
                return _answer(start, json.dumps(_REFUSED).encode())
            case "busy":
                return _answer(start, _BUSY, HTTPStatus.SERVICE_UNAVAILABLE)
            case "garbage_after":
                return _answer(start, b'{"id": 1, "res')
            case "truncate":
                return _answer(start, _truncated(result))
        return _answer(start, b"", HTTPStatus(int(action.removesuffix("_after"))))

    def _result(self, environ: Environ, start: Start) -> bytes:
        with self._lock:
            self._under_way += 1
        try:
            return b"".join(self._app(environ, start))
        finally:
            with self._lock:
                self._under_way -= 1
                self._lock.notify_all()

    def _action(self, method: str) -> str:
        with self._lock:
            self._counts[method] += 1
            rule = next((r for r in self._faults if r["method"] == method and r["times"] > 0), None)
            if rule is None:
                return ""
            rule["times"] -= 1
            return str(rule["action"])


def _configuration() -> Any:
    """Tryton's; Tryton 7 keeps it a level deeper."""
    return trytond.config if hasattr(trytond.config, "update_etc") else trytond.config.config


def _method(body: bytes) -> str:
    try:
        return str(json.loads(body)["method"])
    except (ValueError, TypeError, KeyError):
        return ""


def _answer(start: Start, body: bytes, status: HTTPStatus = HTTPStatus.OK) -> list[bytes]:
    start(f"{status.value} {status.phrase}", [("Content-Type", "application/json")])
    return [body]


def _unheard(*_: object) -> None:
    """What a lost or altered answer said about itself."""


def _truncated(body: bytes) -> bytes:
    answer = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
    if isinstance(answer.get("result"), list):
        answer["result"] = answer["result"][:-1]
    return json.dumps(answer).encode()


def _dropped(environ: Environ, start: Start) -> list[bytes]:
    """Closes the connection without a word."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    start("200 OK", [])
    return []


def _end_with_parent() -> None:
    """Whoever started this holds the other end of its standard input, until they end, however that is."""
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Loads the database, then listens and says where."""
    conf, database, host, port = sys.argv[1:]
    _configuration().update_etc([conf])
    from trytond.pool import Pool
    from trytond.wsgi import app
    from werkzeug.serving import make_server

    Pool.start()
    pool = Pool(database)
    pool.init()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    server = make_server(host, int(port), Door(app), threaded=True)
    print(f"listening on {host}:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
