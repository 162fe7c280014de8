"""The attempt journal: doing an unsafe thing once.

Before a write leaves, a row says that it may; afterwards the row says what came of it. A row without an outcome is
UNCERTAIN, whatever the reason, and what is uncertain is looked up and never simply sent again.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from erpgate.domain.problem import Blocked
from erpgate.engine.clock import Clock
from erpgate.engine.settings import EngineSettings, nth
from erpgate.engine.work import LookAgain
from erpgate.plugin.errors import ErpError, OutcomeUnknown
from erpgate.plugin.model import Found
from erpgate.plugin.reasons import Reason
from erpgate.store.attempts import BeginAttempt, EndAttempt, attempts_of
from erpgate.store.codecs import from_json, to_json
from erpgate.store.database import Database
from erpgate.store.records import AttemptOutcome, AttemptRecord, BytesLeft
from erpgate.store.restorations import Restoration
from erpgate.store.writes import Lease, Together, Write

T = TypeVar("T")

_NOBODYS = 0
"""Epoch of an attempt that no lane made; those of lanes begin at 1."""

_NO_WRITES: tuple[Write[Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Step(Generic[T]):
    """One unsafe thing and how to find out whether it happened.

    Attributes:
        name: Of the step, such as `document`.
        kind: Type of the answer.
        send: Does it; called at most once per attempt.
        find: Searches for what it would have made, or reads what it would have changed.
        choose: Makes one of several matches, or raises `Blocked`.
        repeatable: Whether a second one does no harm once the first is proved absent.
        settle_time: What was sent is visible to `find` by then.
        timeout: Of `send`.
        traceable: Whether `find` can ever tell.
        with_begin: Committed together with the attempt's row, before it.
        with_end: Committed together with the answer.
        undone: Whether what was done has come to nothing since, so that it is done anew.
    """

    name: str
    kind: type[T]
    send: Callable[[], Awaitable[T]]
    find: Callable[[AttemptRecord], Awaitable[Found[T]]]
    choose: Callable[[tuple[T, ...]], Awaitable[T]]
    repeatable: bool
    settle_time: dt.timedelta
    timeout: dt.timedelta
    traceable: bool = True
    with_begin: Callable[[], Sequence[Write[Any]]] = lambda: _NO_WRITES
    with_end: Callable[[T], Sequence[Write[Any]]] = lambda _: _NO_WRITES
    undone: bool = False


class Journal:
    """The attempts for one subject.

    Args:
        database: Where they are kept.
        lease: The right to work for the account.
        subject: What the steps are for.
        clock: Where time comes from.
        settings: Delays of look-ups.
        renewed: Told when, on the boot clock, a commit left that renewed the lease.
        lost: The time of which nothing is known, because a backup was restored that ends before it.
    """

    def __init__(
        self,
        database: Database,
        lease: Lease,
        subject: str,
        clock: Clock,
        settings: EngineSettings,
        renewed: Callable[[float], None],
        lost: Restoration | None = None,
    ) -> None:
        self._database = database
        self._lease = lease
        self._subject = subject
        self._clock = clock
        self._settings = settings
        self._renewed = renewed
        self._lost = lost
        self._attempts: list[AttemptRecord] | None = None

    async def attempts(self, step: str) -> Sequence[AttemptRecord]:
        """The attempts of a step, oldest first."""
        if self._attempts is None:
            self._attempts = list(
                await self._database.read(lambda c: attempts_of(c, self._lease.account, self._subject))
            )
        return [attempt for attempt in self._attempts if attempt.step == step]

    async def once(self, step: Step[T]) -> T:
        """Gives the answer of a step that happens once, whatever happened before.

        Raises:
            LookAgain: Its outcome is not known yet.
            ChannelPaused: Nothing may be sent now, and nothing was.
            Blocked: A person must decide.
            ErpError: It did not happen, or, as `OutcomeUnknown`, nobody knows.
        """
        attempts = await self.attempts(step.name)
        if self._may_have_been_lost(step, attempts):
            attempts = [*attempts, await self._suppose(step, len(attempts) + 1)]
        if not attempts:
            return await self._send(step, 1)
        last = attempts[-1]
        if last.outcome is AttemptOutcome.DONE and not step.undone:
            return from_json(step.kind, to_json(Any, last.answer))
        if last.outcome is AttemptOutcome.UNCERTAIN:
            found = await self._look_up(step, last)
            if found is not None:
                return found
        return await self._send(step, last.number + 1)

    def _may_have_been_lost(self, step: Step[T], attempts: Sequence[AttemptRecord]) -> bool:
        """Whether the step may have been sent in the time of which nothing is known."""
        if self._lost is None or not step.traceable:
            return False
        if not attempts:
            return True
        last = attempts[-1]
        return last.outcome is AttemptOutcome.NOT_DONE and not _is_supposed(last) and last.start_time <= self._lost.time

    async def _suppose(self, step: Step[T], number: int) -> AttemptRecord:
        """Notes an attempt that may have been made then, so that it is looked up like any other."""
        assert self._lost is not None  # noqa: S101 - the caller has looked
        attempt = AttemptRecord(
            account=self._lease.account,
            subject=self._subject,
            step=step.name,
            number=number,
            epoch=_NOBODYS,
            error="It may have been sent before a backup was restored.",
            start_time=self._lost.known_until,
            end_time=self._lost.time,
        )
        begin = BeginAttempt(attempt, self._settings.lease, self._lease)
        await self._database.write(Together((*step.with_begin(), begin), self._lease))
        self._note(attempt)
        return attempt

    async def _send(self, step: Step[T], number: int) -> T:
        now = self._clock.now()
        attempt = AttemptRecord(
            account=self._lease.account,
            subject=self._subject,
            step=step.name,
            number=number,
            epoch=self._lease.epoch,
            start_time=now,
        )
        begin = BeginAttempt(attempt, self._settings.lease, self._lease)
        asked_at = self._clock.boot()
        await self._database.write(Together((*step.with_begin(), begin), self._lease))
        # Counted from before the commit: whoever sleeps after it must not believe in a lease that has ended meanwhile.
        self._renewed(asked_at)
        self._note(attempt)
        try:
            answer = await step.send()
        except OutcomeUnknown as error:
            await self._end(replace(attempt, error=error.message))
            raise
        except ErpError as error:
            await self._end(
                replace(attempt, outcome=AttemptOutcome.NOT_DONE, bytes_left=_bytes_left(error), error=error.message)
            )
            raise
        await self._done(step, attempt, answer)
        return answer

    async def _look_up(self, step: Step[T], attempt: AttemptRecord) -> T | None:
        """The answer of an uncertain attempt; None when it is proved that nothing happened.

        It is looked for before the settle time has passed too, because most answers are there at once.
        """
        found = await step.find(attempt)
        if found.matches and (found.complete or len(found.matches) > 1):
            answer = found.matches[0] if len(found.matches) == 1 else await step.choose(found.matches)
            await self._done(step, attempt, answer)
            return answer
        settled_at = (attempt.end_time or attempt.start_time + step.timeout) + step.settle_time
        now = self._clock.now()
        if not found.complete and now > settled_at + self._settings.patience:
            raise Blocked(
                Reason.ERP_OUTCOME_UNKNOWN,
                "The ERP's listing stays incomplete and nobody can tell what happened: look in the ERP, then retry.",
                details={"step": step.name},
            )
        if not found.complete or now < settled_at:
            delay = nth(self._settings.look_up_delays, sum(now > attempt.start_time + d for d in self._marks()))
            raise LookAgain(min(delay, settled_at - now) if found.complete else delay)
        if not step.repeatable and not _is_supposed(attempt):
            raise Blocked(
                Reason.DOCUMENT_NOT_FOUND,
                "What was sent is not in the ERP, and sending it again could make two: look in the ERP, then retry.",
                details={"step": step.name},
            )
        await self._end(replace(attempt, outcome=AttemptOutcome.NOT_DONE, error="absent after the settle time"))
        return None

    def _marks(self) -> Sequence[dt.timedelta]:
        """When each look-up delay is over, counted from the attempt's start."""
        total = dt.timedelta()
        return [total := total + delay for delay in self._settings.look_up_delays]

    async def _done(self, step: Step[T], attempt: AttemptRecord, answer: T) -> None:
        ended = replace(
            attempt,
            bytes_left=BytesLeft.YES,
            outcome=AttemptOutcome.DONE,
            answer=from_json(Any, to_json(step.kind, answer)),  # type: ignore[arg-type]
            error="",
            end_time=self._clock.now(),
        )
        await self._database.write(Together((*step.with_end(answer), EndAttempt(ended, self._lease)), self._lease))
        self._note(ended)

    async def _end(self, attempt: AttemptRecord) -> None:
        ended = replace(attempt, end_time=self._clock.now())
        await self._database.write(EndAttempt(ended, self._lease))
        self._note(ended)

    def _note(self, attempt: AttemptRecord) -> None:
        known = self._attempts if self._attempts is not None else []
        self._attempts = [a for a in known if (a.step, a.number) != (attempt.step, attempt.number)] + [attempt]


def _is_supposed(attempt: AttemptRecord) -> bool:
    """Whether nobody knows of the attempt: a backup was restored."""
    return attempt.epoch == _NOBODYS


def _bytes_left(error: ErpError) -> BytesLeft:
    return BytesLeft.NO if error.reason is Reason.ERP_UNREACHABLE else BytesLeft.YES
