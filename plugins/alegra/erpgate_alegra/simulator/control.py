"""The control surface ``/_sim``: how a test sets the stage, breaks things and looks behind the scenes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .call import Answer
from .directory import Directory
from .errors import ApiError
from .faults import Faults, Rule
from .journal import Journal
from .jsontext import Document, loads
from .rates import Rates
from .seed import seed
from .tenant import full_number

_NOT_FOUND = Answer(status=404, body={"message": "no such control"})


class Control:
    """Answers everything under ``/_sim/``; needs no credentials and is not counted."""

    def __init__(
        self,
        directory: Directory,
        faults: Faults,
        journal: Journal,
        rates: Rates,
        clock: Callable[[], datetime],
        catch_up: Callable[[], None],
    ) -> None:
        self._directory = directory
        self._faults = faults
        self._journal = journal
        self._rates = rates
        self._clock = clock
        self._late = catch_up
        self._controls: dict[tuple[str, str], Callable[[Mapping[str, str], Any], Any]] = {
            ("GET", "/_sim/requests"): self._requests,
            ("GET", "/_sim/counts"): self._counts,
            ("GET", "/_sim/documents"): self._documents,
            ("PUT", "/_sim/faults"): self._set_faults,
            ("POST", "/_sim/seed"): self._seed,
            ("POST", "/_sim/reset"): self._reset,
            ("POST", "/_sim/catch-up"): self._catch_up,
        }

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Answer:
        """Answers one call; what cannot be understood is answered with 400 and the reason."""
        control = self._controls.get((method, path.rstrip("/")))
        if control is None:
            return _NOT_FOUND
        try:
            return Answer(body=control(query, loads(body) if body else None))
        except (ApiError, ValueError, KeyError, TypeError) as error:
            return Answer(status=400, body={"message": f"{type(error).__name__}: {error}"})

    def _requests(self, query: Mapping[str, str], _: Any) -> list[Document]:
        return [entry.show() for entry in self._journal.since(int(query.get("since", 0)))]

    def _counts(self, _: Mapping[str, str], __: Any) -> dict[str, int]:
        return self._journal.counts()

    def _documents(self, query: Mapping[str, str], _: Any) -> list[Document]:
        tenant = self._directory.get(query["tenant"])
        if tenant is None:
            raise ValueError(f"there is no tenant {query['tenant']!r}")
        return [
            {
                "id": invoice["id"],
                "status": invoice["status"],
                "total": invoice["amounts"]["total"],
                "observations": invoice["observations"],
                "number": None if invoice["number"] is None else full_number(invoice),
                "client": invoice["client"],
            }
            for invoice in tenant["invoices"]
        ]

    def _set_faults(self, _: Mapping[str, str], body: Any) -> Document:
        rules = [Rule.parse(document) for document in body]
        self._faults.replace(rules)
        return {"rules": len(rules)}

    def _seed(self, _: Mapping[str, str], body: Any) -> Document:
        try:
            return {"tenants": [seed(self._directory, document, self._clock()) for document in body["tenants"]]}
        finally:
            self._directory.changes.commit()

    def _catch_up(self, _: Mapping[str, str], __: Any) -> Document:
        self._late()
        return {}

    def _reset(self, _: Mapping[str, str], __: Any) -> Document:
        self._directory.clear()
        self._faults.replace([])
        self._journal.clear()
        self._rates.clear()
        return {}
