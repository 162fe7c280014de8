"""One behaviour that a plugin must have."""

import asyncio
import inspect
import unittest
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from erpgate.proofs import Level
from erpgate.testing.conformance.bench import Bench

_PATIENCE = 30.0
"""Seconds that one check may take."""

E = TypeVar("E", bound=Exception)


class NotConformant(AssertionError):
    """The plugin does not behave as it must; the message says what is wrong and what to do."""


class NotApplicable(unittest.SkipTest):
    """The behaviour is about something that this ERP does not have."""


class Fault(Exception):
    """What a check found wrong, without the advice."""


@dataclass(frozen=True)
class Check:
    """A behaviour and how to look for it.

    Attributes:
        name: Unique in the suite.
        level: That it belongs to.
        promise: The behaviour, in one sentence.
        remedy: What to do about a failure.
        look: Raises `Fault` when the plugin lacks it.
    """

    name: str
    level: Level
    promise: str
    remedy: str
    look: Callable[[Bench], Awaitable[None]]

    async def run(self, bench: Bench) -> None:
        """Looks for the behaviour.

        Raises:
            NotConformant: The plugin lacks it.
            NotApplicable: The ERP has nothing that it is about.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.look(bench)
        except Exception as raised:
            error = _inner(raised)
            if isinstance(error, NotApplicable):
                raise error from None
            raise self._failure(_problem(error)) from error

    def _failure(self, problem: str) -> NotConformant:
        return NotConformant(f"{self.promise} But {problem}.\nWhat to do: {self.remedy}")


def _inner(error: Exception) -> Exception:
    """What was raised inside of task groups."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _problem(error: Exception) -> str:
    if isinstance(error, Fault):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"it took more than {_PATIENCE:.0f} s"
    return f"it raised {type(error).__name__}: {error}"


def check(level: Level, remedy: str) -> Callable[[Callable[[Bench], Awaitable[None]]], Check]:
    """Makes a check of a function, whose name and docstring are the check's name and promise."""

    def checked(look: Callable[[Bench], Awaitable[None]]) -> Check:
        return Check(name=look.__name__, level=level, promise=inspect.getdoc(look) or "", remedy=remedy, look=look)

    return checked


def expect(holds: object, problem: str) -> None:
    """Goes on if it holds.

    Raises:
        Fault: It does not.
    """
    if not holds:
        raise Fault(problem)


async def ends_as(kind: type[E], work: Awaitable[Any]) -> E:
    """The error that the work must end with.

    Raises:
        Fault: It ends in another way.
    """
    try:
        answer = await work
    except kind as error:
        return error
    except Exception as error:
        raise Fault(f"it raised {type(error).__name__} ({error}) instead of {kind.__name__}") from error
    raise Fault(f"it answered {str(answer)[:150]!r} instead of raising {kind.__name__}")
