"""The unsafe steps of a document: creating it, and taking it further."""

from collections.abc import Callable

from erpgate.defects import PluginDefect
from erpgate.domain.problem import Blocked
from erpgate.engine.journal import Step
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.settings import nth
from erpgate.engine.work import LookAgain
from erpgate.jobs.progress import Progress
from erpgate.plugin.capabilities import Discards
from erpgate.plugin.errors import ErpError, Rejected
from erpgate.plugin.model import Document, Found, Stage
from erpgate.plugin.policy import Ability
from erpgate.plugin.reasons import Reason
from erpgate.store.records import AttemptRecord

DOCUMENT = "document"
"""Name of the step that creates."""


def document_step(session: Session, progress: Progress) -> Step[Document]:
    """Creates the document: as a draft where the ERP has drafts, else as what it shall be."""
    policy = session.policy
    stage = _first_stage(policy.create_stages, progress.invoice.stage)

    async def send() -> Document:
        frozen = progress.frozen
        return await session.connection.create(frozen.payload, stage, key=frozen.draft.reference)

    async def find(attempt: AttemptRecord) -> Found[Document]:
        return await session.connection.find(progress.frozen.draft, attempt.start_time)

    async def choose(matches: tuple[Document, ...]) -> Document:
        return await one_of(session, matches)

    return Step(
        name=DOCUMENT,
        kind=Document,
        send=send,
        find=find,
        choose=choose,
        repeatable=stage is Stage.DRAFT or policy.repeats.by == "key",
        settle_time=policy.settle_time,
        timeout=session.erp.limits.timeout,
        with_begin=progress.sending,
        with_end=progress.created,
    )


def advance_step(session: Session, progress: Progress, document: Document, stage: Stage) -> Step[Document]:
    """Opens or issues the document; whether that went through is read off the document itself."""
    limits = session.erp.limits

    async def send() -> Document:
        key = f"{progress.frozen.draft.reference}-{stage.value}"
        try:
            return await session.connection.advance(document, stage, key=key)
        except Rejected:
            # An earlier attempt may have been carried out just before this one: then it is refused for being done.
            earlier = len(await progress.journal.attempts(stage.value)) > 1
            if earlier and (done := await is_there(session, document, lambda d: d.stage.rank >= stage.rank)):
                return done
            raise

    async def find(_: AttemptRecord) -> Found[Document]:
        current = await session.connection.read(document.id)
        if current is None:
            return Found(matches=(), complete=False)
        return Found(matches=(current,) if current.stage.rank >= stage.rank else (), complete=True)

    async def choose(matches: tuple[Document, ...]) -> Document:
        return matches[0]

    return Step(
        name=stage.value,
        kind=Document,
        send=send,
        find=find,
        choose=choose,
        # Opening or issuing the same document again changes nothing.
        repeatable=True,
        settle_time=session.policy.settle_time,
        timeout=limits.issue_timeout if stage is Stage.ISSUED else limits.timeout,
        with_end=progress.advanced,
    )


async def is_there(session: Session, document: Document, done: Callable[[Document], bool]) -> Document | None:
    """The document as it is now, if it is what it was to become; None also where it can't be read."""
    try:
        current = await session.connection.read(document.id)
    except (ErpError, PluginDefect):
        return None
    return current if current is not None and done(current) else None


async def without_surplus(lane: Lane, session: Session, progress: Progress, document: Document) -> Document:
    """A document that was sent more than once is looked for once more before it goes further.

    Raises:
        LookAgain: The ERP did not show everything that it has.
        Blocked: It still does not, or has several documents that are no drafts.
    """
    attempts = await progress.journal.attempts(DOCUMENT)
    if len(attempts) < 2:
        return document
    found = await session.connection.find(progress.frozen.draft, attempts[0].start_time)
    if not found.complete:
        sent = attempts[-1].end_time or attempts[-1].start_time
        if lane.clock.now() > sent + session.policy.settle_time + lane.settings.patience:
            raise Blocked(
                Reason.ERP_OUTCOME_UNKNOWN,
                "The ERP's listing stays incomplete and may hide a second document: look in the ERP, then retry.",
                details={"step": DOCUMENT},
            )
        raise LookAgain(nth(lane.settings.look_up_delays, 0))
    others = tuple(match for match in found.matches if match.id != document.id)
    return await one_of(session, (document, *others)) if others else document


async def one_of(session: Session, matches: tuple[Document, ...]) -> Document:
    """Keeps one of several documents with the same reference, and discards the others where that leaves no trace.

    Raises:
        Blocked: More than one of them is no draft any more, or drafts can't be discarded.
    """
    kept = max(matches, key=lambda match: match.stage.rank)
    surplus = [match for match in matches if match.id != kept.id]
    connection = session.connection
    if any(match.stage is not Stage.DRAFT for match in surplus) or Ability.DISCARD not in session.erp.abilities:
        raise Blocked(
            Reason.DUPLICATE_DOCUMENT,
            "The ERP has several documents with this reference: keep one, remove the others there, then retry.",
            details={"documents": ", ".join(sorted(match.id for match in matches))},
        )
    discarder: Discards = connection  # type: ignore[assignment] # announced by the ability
    for match in surplus:
        await discarder.discard(match)
    return kept


def _first_stage(stages: frozenset[Stage], target: Stage) -> Stage:
    if Stage.DRAFT in stages:
        return Stage.DRAFT
    reachable = [stage for stage in stages if stage.rank <= target.rank]
    return max(reachable, key=lambda stage: stage.rank) if reachable else min(stages, key=lambda stage: stage.rank)
