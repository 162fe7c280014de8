"""What a company has subscribed to and how its account behaves: the part of it that no API call changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from .assumptions import Switches
from .countries import Country, country
from .errors import Forbidden, NotInPlan
from .jsontext import Document

_PLAN_FUNCTIONS = {"payments": "banks", "bank_accounts": "banks"}
"""Resources whose plan switch has another name than themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One company's credentials, country, plan and switches.

    Attributes:
        email: E-mail of the user, the left half of Basic auth.
        token: Token of the user, the right half.
        country: The facts of its country.
        plan: Functions by name, such as ``price_lists``; what is not named is included.
        contacts_limit: Number of contacts that the plan allows; 0 for no limit.
        denied: Permissions that the user lacks, as ``resource:action``, such as ``warehouses:view``.
        switches: Its answers to what the reference leaves open.
    """

    email: str
    token: str
    country: Country
    plan: Mapping[str, bool]
    contacts_limit: int
    denied: frozenset[str]
    switches: Switches

    @classmethod
    def parse(cls, document: Document) -> Self:
        """Reads an account from a seed or from the database.

        Raises:
            ValueError: A country or a switch is not known.
        """
        return cls(
            email=document["email"],
            token=document["token"],
            country=country(document.get("country", "colombia")),
            plan=document.get("plan", {}),
            contacts_limit=document.get("contacts_limit", 0),
            denied=frozenset(document.get("denied", ())),
            switches=Switches.parse(document.get("switches", {})),
        )

    def require(self, resource: str, action: str) -> None:
        """Checks that plan and permissions allow an action on a resource.

        Raises:
            NotInPlan: The plan lacks the function, or the account is suspended.
            Forbidden: The user lacks the permission.
        """
        function = resource.replace("-", "_")
        function = _PLAN_FUNCTIONS.get(function, function)
        if self.switches.suspended or not self.plan.get(function, True):
            raise NotInPlan
        if f"{resource}:{action}" in self.denied:
            raise Forbidden
