"""Doing an unsafe thing once: every branch of what may have happened before."""

import asyncio
import datetime as dt
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from erpgate.domain.problem import Blocked
from erpgate.engine.journal import Journal, Step
from erpgate.engine.settings import EngineSettings
from erpgate.engine.work import LookAgain
from erpgate.plugin import Found, OutcomeUnknown, RateLimited, Reason, Rejected, Unavailable
from erpgate.store.attempts import BeginAttempt, attempts_of
from erpgate.store.channels import CreateChannel, UpdateChannel
from erpgate.store.database import Database
from erpgate.store.errors import ChannelPaused, LeaseLost
from erpgate.store.records import AttemptOutcome, AttemptRecord, BytesLeft, ChannelRecord, ChannelState
from erpgate.store.tasks import AddTasks, ClaimLanes, Task
from erpgate.store.writes import Lease, Together, Write
from fixtures.clock import FakeClock
from fixtures.writes import Note, in_one_commit, notes
from rpc.builders import a_channel

DONE, NOT_DONE, UNCERTAIN = AttemptOutcome.DONE, AttemptOutcome.NOT_DONE, AttemptOutcome.UNCERTAIN
SETTLE = 30
SETTINGS = EngineSettings()
ABSENT: Found[str] = Found(matches=(), complete=True)
CUT: Found[str] = Found(matches=(), complete=False)


def found(*matches: str, complete: bool = True) -> Found[str]:
    return Found(matches=matches, complete=complete)


class Stage:
    """A journal with scripted calls: what is sent and found comes out of two queues."""

    def __init__(self, database: Database, lease: Lease, channel: ChannelRecord) -> None:
        self.database = database
        self.lease = lease
        self.channel = channel
        self.clock = FakeClock()
        self.sends: deque[Any] = deque()
        self.finds: deque[Any] = deque()
        self.sent = 0
        self.seen: list[AttemptRecord] = []
        self.renewed: list[float] = []

    async def once(self, *, repeatable: bool = True, **changes: Any) -> str:
        """A run of the process that knows nothing of the ones before."""
        journal = Journal(
            self.database, self.lease, "invoice", self.clock, SETTINGS, lambda asked_at: self.renewed.append(asked_at)
        )
        step = Step(
            name="document",
            kind=str,
            send=self._send,
            find=self._find,
            choose=changes.pop("choose", _first),
            repeatable=repeatable,
            settle_time=dt.timedelta(seconds=SETTLE),
            timeout=dt.timedelta(seconds=5),
            **changes,
        )
        return await journal.once(step)

    async def attempts(self) -> list[tuple[int, BytesLeft, AttemptOutcome]]:
        return [(record.number, record.bytes_left, record.outcome) for record in await self.records()]

    async def records(self) -> list[AttemptRecord]:
        return list(await self.database.read(lambda c: attempts_of(c, "a", "invoice")))

    async def _send(self) -> str:
        self.sent += 1
        self.seen = await self.records()
        answer: str = await _next(self.sends)
        return answer

    async def _find(self, attempt: AttemptRecord) -> Found[str]:
        assert attempt.outcome is UNCERTAIN
        answer: Found[str] = await _next(self.finds)
        return answer


async def _next(script: deque[Any]) -> Any:
    answer = script.popleft()
    if isinstance(answer, BaseException):
        raise answer
    return answer


async def _first(matches: tuple[str, ...]) -> str:
    return matches[0]


@pytest.fixture
async def stage(database: Database) -> Stage:
    task = Task(account="a", kind="k", subject="invoice", due_time=FakeClock().now())
    channel = await database.write(CreateChannel(a_channel(account="a"), b"", None))
    await database.write(AddTasks((task,)))
    (claim,) = await database.write(ClaimLanes("me", FakeClock().now(), dt.timedelta(days=1), 1, ("k",), 1))
    return Stage(database, claim.lease, channel)


@pytest.fixture
async def doubt(stage: Stage) -> Stage:
    """Something was sent a second ago, and no answer came."""
    stage.sends.append(OutcomeUnknown("no answer"))
    with pytest.raises(OutcomeUnknown):
        await stage.once()
    stage.clock.advance(1)
    return stage


async def test_the_first_attempt_is_written_down_before_it_leaves(stage: Stage) -> None:
    stage.sends.append("V1")
    assert await stage.once() == "V1"
    assert [(a.number, a.bytes_left, a.outcome, a.end_time) for a in stage.seen] == [
        (1, BytesLeft.MAYBE, UNCERTAIN, None)
    ]
    (record,) = await stage.records()
    assert (record.outcome, record.bytes_left, record.epoch) == (DONE, BytesLeft.YES, 1)
    assert str(record.answer) == "V1"
    assert stage.renewed == [stage.clock.boot()]


async def test_nothing_begins_while_the_channel_is_paused(stage: Stage) -> None:
    await stage.database.write(UpdateChannel(replace(stage.channel, state=ChannelState.PAUSED), stage.clock.now()))
    with pytest.raises(ChannelPaused):
        await stage.once(with_begin=lambda: (Note("sending"),))
    assert (stage.sent, await stage.records(), await stage.database.read(notes)) == (0, [], [])


async def test_a_pause_in_the_same_commit_comes_first(stage: Stage) -> None:
    attempt = AttemptRecord(
        account="a", subject="invoice", step="document", number=1, epoch=1, start_time=stage.clock.now()
    )
    begin = BeginAttempt(attempt, dt.timedelta(seconds=5), stage.lease)
    pause = UpdateChannel(replace(stage.channel, state=ChannelState.PAUSED), stage.clock.now())
    refused, paused = await in_one_commit(stage.database, Together((begin,), stage.lease), pause)
    assert isinstance(refused, ChannelPaused)
    assert paused.state is ChannelState.PAUSED
    assert await stage.records() == []


async def test_a_step_that_is_done_is_not_done_again(stage: Stage) -> None:
    stage.sends.append("V1")
    assert [await stage.once(), await stage.once(), await stage.once()] == ["V1"] * 3
    assert stage.sent == 1


async def test_what_belongs_to_it_is_committed_with_it(stage: Stage) -> None:
    before: tuple[Write[Any], ...] = (Note("with begin"),)
    stage.sends.append("V1")
    await stage.once(with_begin=lambda: before, with_end=lambda answer: (Note(f"with {answer}"),))
    assert await stage.database.read(notes) == ["with V1", "with begin"]


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (Unavailable("away"), BytesLeft.NO),
        (Rejected("no"), BytesLeft.YES),
        (RateLimited(dt.timedelta(seconds=1)), BytesLeft.YES),
    ],
    ids=["unavailable", "rejected", "rate-limited"],
)
async def test_what_certainly_did_not_happen_may_be_sent_again(stage: Stage, error: Exception, left: BytesLeft) -> None:
    stage.sends.extend([error, "V1"])
    with pytest.raises(type(error)):
        await stage.once()
    assert await stage.attempts() == [(1, left, NOT_DONE)]
    assert await stage.once() == "V1"
    assert await stage.attempts() == [(1, left, NOT_DONE), (2, BytesLeft.YES, DONE)]


@pytest.mark.parametrize(
    "failure",
    [OutcomeUnknown("no answer"), ValueError("a defect"), asyncio.CancelledError()],
    ids=lambda e: type(e).__name__,
)
async def test_whatever_else_ends_a_send_leaves_it_in_doubt(stage: Stage, failure: BaseException) -> None:
    stage.sends.append(failure)
    with pytest.raises(type(failure)):
        await stage.once()
    assert await stage.attempts() == [(1, BytesLeft.MAYBE, UNCERTAIN)]
    stage.finds.append(found("V1"))
    assert await stage.once() == "V1"
    assert await stage.attempts() == [(1, BytesLeft.YES, DONE)]
    assert stage.sent == 1


async def test_what_is_found_is_adopted_with_what_belongs_to_it(doubt: Stage) -> None:
    doubt.finds.append(found("V1"))
    assert await doubt.once(with_end=lambda answer: (Note(answer),)) == "V1"
    assert await doubt.database.read(notes) == ["V1"]
    assert (await doubt.once(), doubt.sent) == ("V1", 1)


async def test_what_is_not_found_is_looked_for_again_with_growing_delays(doubt: Stage) -> None:
    delays = []
    for _ in range(4):
        doubt.finds.append(ABSENT)
        with pytest.raises(LookAgain) as again:
            await doubt.once()
        delays.append(again.value.delay.total_seconds())
        doubt.clock.advance(delays[-1])
    assert delays == [2, 5, 15, 7]
    assert (await doubt.attempts(), doubt.sent) == ([(1, BytesLeft.MAYBE, UNCERTAIN)], 1)


async def test_what_is_absent_after_the_settle_time_is_sent_again_where_that_does_no_harm(doubt: Stage) -> None:
    doubt.clock.advance(SETTLE)
    doubt.finds.append(ABSENT)
    doubt.sends.append("V2")
    assert await doubt.once() == "V2"
    assert await doubt.attempts() == [(1, BytesLeft.MAYBE, NOT_DONE), (2, BytesLeft.YES, DONE)]


async def test_what_is_absent_and_cannot_be_repeated_waits_for_a_person(doubt: Stage) -> None:
    doubt.clock.advance(SETTLE)
    doubt.finds.append(ABSENT)
    with pytest.raises(Blocked) as blocked:
        await doubt.once(repeatable=False)
    assert (blocked.value.reason, blocked.value.details) == (Reason.DOCUMENT_NOT_FOUND, {"step": "document"})
    assert (await doubt.attempts(), doubt.sent) == ([(1, BytesLeft.MAYBE, UNCERTAIN)], 1)


@pytest.mark.parametrize("listing", [CUT, found("V1", complete=False)], ids=["empty", "one-match"])
async def test_a_cut_listing_proves_nothing(doubt: Stage, listing: Found[str]) -> None:
    doubt.clock.advance(SETTLE + SETTINGS.patience.total_seconds() - 10)
    doubt.finds.append(listing)
    with pytest.raises(LookAgain):
        await doubt.once()
    doubt.clock.advance(20)
    doubt.finds.append(listing)
    with pytest.raises(Blocked) as blocked:
        await doubt.once()
    assert blocked.value.reason is Reason.ERP_OUTCOME_UNKNOWN
    assert (await doubt.attempts(), doubt.sent) == ([(1, BytesLeft.MAYBE, UNCERTAIN)], 1)


@pytest.mark.parametrize("complete", [True, False], ids=["complete", "cut"])
async def test_of_several_matches_one_is_chosen(doubt: Stage, complete: bool) -> None:
    async def last(matches: tuple[str, ...]) -> str:
        return matches[-1]

    doubt.finds.append(found("V1", "V2", complete=complete))
    assert await doubt.once(choose=last) == "V2"
    assert await doubt.attempts() == [(1, BytesLeft.YES, DONE)]


async def test_several_matches_of_which_none_can_be_chosen_stay_in_doubt(doubt: Stage) -> None:
    async def refuse(matches: tuple[str, ...]) -> str:
        raise Blocked(Reason.DUPLICATE_DOCUMENT, f"{len(matches)} documents")

    doubt.finds.append(found("V1", "V2"))
    with pytest.raises(Blocked, match="2 documents"):
        await doubt.once(choose=refuse)
    assert await doubt.attempts() == [(1, BytesLeft.MAYBE, UNCERTAIN)]


async def test_a_failed_search_never_means_absent(doubt: Stage) -> None:
    doubt.clock.advance(10 * SETTLE)
    doubt.finds.append(Unavailable("away"))
    with pytest.raises(Unavailable):
        await doubt.once()
    assert (await doubt.attempts(), doubt.sent) == ([(1, BytesLeft.MAYBE, UNCERTAIN)], 1)


async def test_a_crash_counts_the_settle_time_from_when_the_call_must_have_ended(stage: Stage) -> None:
    stage.sends.append(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await stage.once()
    stage.clock.advance(5 + SETTLE - 1)
    stage.finds.append(ABSENT)
    with pytest.raises(LookAgain) as again:
        await stage.once()
    assert again.value.delay == dt.timedelta(seconds=1)
    stage.clock.advance(1)
    stage.finds.append(ABSENT)
    stage.sends.append("V2")
    assert await stage.once() == "V2"


async def test_who_lost_the_lane_sends_nothing(stage: Stage) -> None:
    await stage.database.write(AddTasks((Task(account="a", kind="k", subject="x", due_time=stage.clock.now()),)))
    await stage.database.write(ClaimLanes("other", stage.clock.now(), dt.timedelta(1), 1, ("k",), 1, alone=True))
    with pytest.raises(LeaseLost):
        await stage.once()
    assert (stage.sent, await stage.attempts(), stage.renewed) == (0, [], [])


async def test_who_loses_the_lane_during_a_call_leaves_it_in_doubt(stage: Stage) -> None:
    async def sends_and_loses() -> str:
        await stage.database.write(ClaimLanes("other", stage.clock.now(), dt.timedelta(1), 1, ("k",), 1, alone=True))
        return "V1"

    send: Callable[[], Awaitable[str]] = sends_and_loses
    stage._send = send  # type: ignore[method-assign, assignment]
    with pytest.raises(LeaseLost):
        await stage.once()
    assert await stage.attempts() == [(1, BytesLeft.MAYBE, UNCERTAIN)]
