"""Faults: rules that make chosen calls go wrong in a chosen way."""

import re
from dataclasses import dataclass, field
from typing import Self

from .actions import ACTIONS, Action
from .jsontext import Document


@dataclass(kw_only=True, slots=True)
class Rule:
    """Which calls go wrong, how, and how often.

    Attributes:
        method: HTTP method; empty for any.
        path: Regular expression that a path without ``/api/v1`` begins with.
        tenant: E-mail of the company; empty for any.
        skip: How many matching calls pass first.
        times: How many go wrong after those; None for all.
        action: What happens to them.
    """

    method: str = ""
    path: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    tenant: str = ""
    skip: int = 0
    times: int | None = None
    action: Action

    @classmethod
    def parse(cls, document: Document) -> Self:
        """Reads a rule.

        Raises:
            ValueError: It names an action or a parameter that does not exist.
        """
        parameters = {name: float(v) if name == "seconds" else v for name, v in document["action"].items()}
        kind = parameters.pop("kind")
        if kind not in ACTIONS:
            raise ValueError(f"unknown action {kind!r}; known are {', '.join(ACTIONS)}")
        rest = {key: value for key, value in document.items() if key not in {"action", "path"}}
        try:
            return cls(**rest, path=re.compile(document.get("path", "")), action=ACTIONS[kind](**parameters))
        except TypeError as error:
            raise ValueError(f"{kind}: {error}") from None

    def takes(self, tenant: str, method: str, path: str) -> bool:
        """Whether the rule applies to a call, which counts as one of its times."""
        if self.method not in {"", method} or self.tenant not in {"", tenant} or not self.path.match(path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


class Faults:
    """The rules in force; the first that applies to a call decides."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def replace(self, rules: list[Rule]) -> None:
        """Puts rules in the place of all former ones."""
        self._rules = rules

    def find(self, tenant: str, method: str, path: str) -> Action | None:
        """What happens to a call; None when nothing does."""
        for rule in self._rules:
            if rule.takes(tenant, method, path):
                return rule.action
        return None
