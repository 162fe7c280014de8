"""Serves a Tryton database, counts its calls, and answers badly on demand; runs in Tryton's own environment.

Usage: serve.py CONFIG DATABASE HOST PORT

`GET /_sim/counts` gives the calls by method since the start. `PUT /_sim/faults` replaces the rules, each of which says
`method` (of JSON-RPC), `times` and `action`: `drop_before` closes the connection instead of carrying a call out,
`drop_after` when it has been carried out and committed, `refuse` answers as Tryton does on a broken rule, `busy` as it
does when another transaction holds the lock.
"""

import json
import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any

import trytond.config

Environ = dict[str, Any]
Start = Callable[..., Any]

_REFUSED = {"id": 0, "error": ["UserError", ["Refused by the test.", "", None]]}
_BUSY = b"could not obtain lock on row in relation ir_sequence_strict"


class Door:
    """A WSGI application before Tryton's.

    Args:
        app: Tryton's.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._faults: list[dict[str, Any]] = []

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answers one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        path = environ["PATH_INFO"]
        if path == "/_sim/counts":
            return _answer(start, self._counts)
        if path == "/_sim/faults":
            self._faults = json.loads(body)
            return _answer(start, {})
        match self._action(_method(body)):
            case "drop_before":
                return _dropped(environ, start)
            case "drop_after":
                list(self._app(environ, lambda *_: None))
                return _dropped(environ, start)
            case "refuse":
                return _answer(start, _REFUSED)
            case "busy":
                start("503 SERVICE UNAVAILABLE", [("Content-Type", "text/html")])
                return [_BUSY]
        answer: Iterable[bytes] = self._app(environ, start)
        return answer

    def _action(self, method: str) -> str:
        with self._lock:
            self._counts[method] += 1
            rule = next((r for r in self._faults if r["method"] == method and r["times"] > 0), None)
            if rule is None:
                return ""
            rule["times"] -= 1
            return str(rule["action"])


def _method(body: bytes) -> str:
    try:
        return str(json.loads(body)["method"])
    except (ValueError, TypeError, KeyError):
        return ""


def _answer(start: Start, value: object) -> list[bytes]:
    start(f"{HTTPStatus.OK.value} OK", [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]


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
    trytond.config.update_etc([conf]) if hasattr(trytond.config, "update_etc") else trytond.config.config.update_etc(
        conf
    )
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
