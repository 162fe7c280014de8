"""A simulator that a plugin offers, so that its ERP can be tried and tested without an account."""

import enum
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from erpgate.plugin.model import Item, Payload


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedCompany:
    """A company to set up in a simulator, in neutral words.

    Attributes:
        name: Of the company.
        country_code: ISO 3166-1 alpha-2.
        currency_code: ISO 4217.
        amount_places: Decimals of its totals.
        items: Its catalogue; ids and tax ids are given by the simulator, rates are kept.
    """

    name: str
    country_code: str
    currency_code: str
    amount_places: int
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedDocument:
    """A document that a simulator holds, for comparison with what was asked for.

    Attributes:
        id: The ERP's id.
        number: Once it has one.
        reference: Ours.
        state: `draft`, `open` or `void`.
        total: As decimal text.
    """

    id: str
    number: str
    reference: str
    state: str
    total: str


class Spot(enum.Enum):
    """A call that can go wrong: the member of `Connection` that makes it."""

    PROBE = "probe"
    ITEMS = "items"
    FIND_CUSTOMER = "find_customer"
    CREATE_CUSTOMER = "create_customer"
    CREATE = "create"
    ADVANCE = "advance"
    READ = "read"
    FIND = "find"


class Trouble(enum.Enum):
    """How a call goes wrong; where it can't, as a read that is carried out, it goes wrong without that."""

    REFUSED = "refused"
    """The ERP understood and says no; nothing is done."""
    UNAUTHORIZED = "unauthorized"
    """It refuses the credentials."""
    RATE_LIMITED = "rate limited"
    """It asks to slow down; nothing is done."""
    SERVER_ERROR = "server error"
    """It fails, as with HTTP 503; nothing was done."""
    SERVER_ERROR_AFTER = "server error after"
    """It fails, and everything was done."""
    GARBAGE_AFTER = "garbage after"
    """Everything is done, and the answer can't be read."""
    DROPPED = "dropped"
    """The connection is lost; nothing was done."""
    DROPPED_AFTER = "dropped after"
    """The connection is lost, and everything was done."""
    TRUNCATED = "truncated"
    """A list lacks the end of what it should have."""


def _nothing_to_prepare(say: Callable[[str], None]) -> None:
    """What a simulator prepares that comes with its plugin."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulator:
    """One simulated ERP.

    Attributes:
        erp: Name of the ERP that it simulates.
        title: For people.
        serve: `serve(host, port, database, rate_limited, started)` runs until cancelled; `started` is told the port,
            an empty `database` keeps everything in memory.
        seed: `await seed(url, company)` sets a company up in a running simulator and gives what a merchant would
            type into the wizard: `credentials` and `settings`.
        operator: `operator(url)` gives the operator's settings that make the plugin talk to the simulator.
        documents: `await documents(url)` lists every document of the seeded company.
        calls: `await calls(url)` counts calls by method and resource.
        trouble: `await trouble(url, spot, trouble, times)` makes the next calls at a spot go wrong, and ends every
            former trouble; 0 times ends them alone. None: it can't be broken, and so proves less.
        prepare: `prepare(say)` fetches what it needs, if that is not there; `say` tells a person what takes so long.
    """

    erp: str
    title: str
    serve: Callable[[str, int, str, bool, Callable[[int], None]], Coroutine[Any, Any, None]]
    seed: Callable[[str, SimulatedCompany], Coroutine[Any, Any, "Seeded"]]
    operator: Callable[[str], Mapping[str, str]]
    documents: Callable[[str], Coroutine[Any, Any, tuple[SimulatedDocument, ...]]]
    calls: Callable[[str], Coroutine[Any, Any, Mapping[str, int]]]
    trouble: Callable[[str, Spot, Trouble, int], Coroutine[Any, Any, None]] | None = None
    prepare: Callable[[Callable[[str], None]], None] = _nothing_to_prepare


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeded:
    """What a merchant of a seeded company would type into the wizard.

    Attributes:
        credentials: Step 2.
        settings: Steps 3 and 4, without automation.
    """

    credentials: Mapping[str, str]
    settings: Payload
