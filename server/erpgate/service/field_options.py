"""Live choices of form fields: listed for whoever fills a form in, and held against what is saved."""

import asyncio
import datetime as dt
import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from erpgate.jobs.read_options import options_task
from erpgate.jobs.stored_options import Texts
from erpgate.plugin.erp import Erp
from erpgate.plugin.forms import BoundField, Source, fields_of
from erpgate.plugin.model import Option
from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused
from erpgate.service.sources import Sources
from erpgate.store.failure import Failure
from erpgate.store.field_options import Answer, Ask, get_answer
from erpgate.store.records import ChannelRecord
from erpgate.store.sales_channels import list_sales_channels
from erpgate.store.tasks import AddTasks

_LOOK = 0.02
_MOST_PAGES = 5
"""Pages of the ERP that one answer may take."""


class Status(enum.StrEnum):
    """What came of asking."""

    OK = "ok"
    EMPTY = "empty"
    NOT_IN_PLAN = "not_in_plan"
    NOT_ALLOWED = "not_allowed"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"


_STATUSES = {
    Reason.ERP_PLAN_LACKS_PRICE_LISTS: Status.NOT_IN_PLAN,
    Reason.ERP_PLAN_LACKS_WAREHOUSES: Status.NOT_IN_PLAN,
    Reason.ERP_PLAN_LACKS_FEATURE: Status.NOT_IN_PLAN,
    Reason.ERP_RATE_LIMITED: Status.RATE_LIMITED,
    Reason.ERP_UNREACHABLE: Status.UNREACHABLE,
    Reason.DEADLINE_EXCEEDED: Status.UNREACHABLE,
}
"""By reason of a failure; whatever else an ERP says is that it does not allow it."""

_DEFECTS = (Reason.PLUGIN_DEFECT, Reason.PLUGIN_UNAVAILABLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionQuery:
    """A page of a field's choices.

    Attributes:
        merchant: Tenant.
        channel: Id of the channel.
        field: Path of the field in the ERP's settings model, a mapping's columns below `*`; or a `Source`.
        query: What is searched for.
        given: Path to value, as text, of what the form has so far; the rest is as stored.
        max_age: How old choices may be.
        limit: Choices per page.
        after: Position from the page before; empty for the first.
    """

    merchant: str
    channel: str
    field: str
    query: str
    given: Mapping[str, str]
    max_age: dt.timedelta
    limit: int
    after: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionPage:
    """Choices, or why there are none.

    Attributes:
        options: Those that were read last, even where asking failed now.
        next: Position of the next page; empty after the last.
        status: What came of asking.
        failure: Why it failed.
        read_time: When the oldest of them was read; None if they never were.
    """

    options: Sequence[Option] = ()
    next: str = ""
    status: Status = Status.OK
    failure: Failure | None = None
    read_time: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FieldOptions:
    """Use cases around live choices.

    Attributes:
        sources: Database, plugins and clock.
        patience: How long an ERP may take to answer.
    """

    sources: Sources
    patience: dt.timedelta

    async def list(self, query: OptionQuery) -> OptionPage:
        """One page of a field's choices."""
        record = await self.sources.channel(query.merchant, query.channel)
        bound = _bound(self.sources.erp(record.erp), query.field)
        source = query.field if bound is None else bound.source
        if source == Source.SALES_CHANNEL:
            return await self._sales_channels(query)
        if record.company is None:
            return OptionPage(status=Status.UNREACHABLE, failure=_never_reached(record))
        given = {} if bound is None else self._given(record, bound, query.given)
        return await self._from_erp(record, Ask(source=source, query=query.query, given=given), query)

    async def check(self, record: ChannelRecord, chosen: Mapping[str, Ask]) -> None:
        """Sees that stored choices exist, asking the ERP now.

        Args:
            record: The channel.
            chosen: Request path to the exact question about the value there.

        Raises:
            Refused: `OPTION_NO_LONGER_EXISTS`, with each path; or why the ERP could not be asked.
        """
        answers = await self._ask(record, list(chosen.values()), dt.timedelta(0))
        gone: dict[str, str] = {}
        for (path, ask), answer in zip(chosen.items(), answers, strict=True):
            if answer.failure is not None:
                raise _cannot_check(path, answer.failure, self.sources.clock.now())
            if not answer.choices.options:
                gone[path] = f"{ask.query} is no choice in the ERP any more"
        if gone:
            path, sentence = next(iter(gone.items()))
            raise Refused(
                Reason.OPTION_NO_LONGER_EXISTS,
                f"{path}: {sentence}; choose another one.",
                fields=gone,
                details={"field": path, "value": chosen[path].query},
            )

    def _given(self, record: ChannelRecord, bound: BoundField, given: Mapping[str, str]) -> Mapping[str, str]:
        """Values of the fields that a field's choices depend on: from a form, else as they are stored."""
        names = bound.form.depends_on
        stored = Texts(self.sources.settings(record), record.country_code).neighbours(bound.path, names)
        said = {name: given[path] for name in names if (path := bound.neighbour(name)) in given}
        return {name: value for name, value in {**stored, **said}.items() if value}

    async def _sales_channels(self, query: OptionQuery) -> OptionPage:
        found = await self.sources.database.read(
            lambda c: list_sales_channels(
                c, query.merchant, after=query.after, limit=query.limit + 1, query=query.query.strip()
            )
        )
        page = found[: query.limit]
        options = tuple(Option(value=row.sales_channel, label=row.display_name or row.sales_channel) for row in page)
        return OptionPage(
            options=options,
            next=options[-1].value if len(found) > len(page) else "",
            status=Status.OK if options or query.after else Status.EMPTY,
            read_time=self.sources.clock.now(),
        )

    async def _from_erp(self, record: ChannelRecord, ask: Ask, query: OptionQuery) -> OptionPage:
        """Fills a page from the ERP's own pages, of which some may have few choices or none."""
        place = _Place.parse(query.after)
        options: list[Option] = []
        times: list[dt.datetime] = []
        for _ in range(_MOST_PAGES):
            (answer,) = await self._ask(record, [replace(ask, page=place.page)], query.max_age)
            if answer.failure is not None and answer.failure.reason in _DEFECTS:
                raise Refused(answer.failure.reason, answer.failure.message)
            times += [answer.read_time] if answer.read_time else []
            room = query.limit - len(options)
            rest = answer.choices.options[place.offset :]
            options += rest[:room]
            place = place.after(room, len(rest), answer.choices.next_page)
            if answer.failure is not None:
                break
            if place.is_end or len(options) >= query.limit:
                break
        failure = answer.failure
        empty = Status.OK if options or query.after or not place.is_end else Status.EMPTY
        return OptionPage(
            options=options,
            next=place.text,
            status=empty if failure is None else _STATUSES.get(failure.reason, Status.NOT_ALLOWED),
            failure=failure,
            read_time=min(times, default=None),
        )

    async def _ask(self, record: ChannelRecord, asks: Sequence[Ask], max_age: dt.timedelta) -> Sequence[Answer]:
        """Answers that are young enough; the account's lane asks for the others, all at once."""
        now = self.sources.clock.now()
        known = [await self._answer(record, ask) for ask in asks]
        old = [place for place, answer in enumerate(known) if not _is_fresh(answer, now - max_age)]
        if not old:
            return known
        tasks = tuple(options_task(record, asks[place], now) for place in old)
        await self.sources.database.write(AddTasks(tasks))
        self.sources.wake(record.account, urgent=True)
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                for place in old:
                    known[place] = await self._newer(record, asks[place], known[place].version)
        except TimeoutError:
            late = Failure(
                reason=Reason.DEADLINE_EXCEEDED, message="The ERP did not answer in time; try again.", retryable=True
            )
            return [
                replace(answer, failure=late) if place in old and not _is_fresh(answer, now) else answer
                for place, answer in enumerate(known)
            ]
        return known

    async def _newer(self, record: ChannelRecord, ask: Ask, version: int) -> Answer:
        while (answer := await self._answer(record, ask)).version == version:  # noqa: ASYNC110 - another process may be the one that asks
            await asyncio.sleep(_LOOK)
        return answer

    async def _answer(self, record: ChannelRecord, ask: Ask) -> Answer:
        return await self.sources.database.read(lambda c: get_answer(c, record.account, ask))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a page begins: a page of the ERP, and how many of its choices were given already."""

    page: str = ""
    offset: int = 0
    is_end: bool = False

    @classmethod
    def parse(cls, text: str) -> "_Place":
        if not text:
            return cls()
        try:
            page, offset = json.loads(text)
            return cls(page=str(page), offset=int(offset))
        except (ValueError, TypeError) as error:
            raise Refused(
                Reason.PAGE_TOKEN_INVALID,
                "The page_token is not one of ours; start again without it.",
                fields={"page_token": "is not one of ours"},
            ) from error

    @property
    def text(self) -> str:
        return "" if self.is_end else json.dumps([self.page, self.offset])

    def after(self, room: int, found: int, next_page: str) -> "_Place":
        """The place after `room` of the `found` choices."""
        if found > room:
            return _Place(page=self.page, offset=self.offset + room)
        return _Place(page=next_page, is_end=not next_page)


def _is_fresh(answer: Answer, oldest: dt.datetime) -> bool:
    return answer.failure is None and answer.read_time is not None and answer.read_time >= oldest


def _bound(erp: Erp[Any, Any], path: str) -> BoundField | None:
    """The live field at a path; None for a list that belongs to no field.

    Raises:
        Refused: There is no such field.
    """
    found = next((each for each in _live_fields(fields_of(erp.settings)) if each.path == path), None)
    if found is None and path not in list(Source):
        raise Refused(
            Reason.FIELD_INVALID,
            f"{erp.title} has no field {path} with live options.",
            fields={"field": "is no field with live options"},
        )
    return found


def _live_fields(fields: Iterator[BoundField]) -> Iterator[BoundField]:
    for each in fields:
        if each.form.live:
            yield each
        yield from _live_fields(iter(each.columns))


def _never_reached(record: ChannelRecord) -> Failure:
    message = f"The ERP of {record.name} has not been reached yet; it is asked again by itself."
    return Failure(reason=Reason.ERP_UNREACHABLE, message=message, retryable=True)


def _cannot_check(path: str, failure: Failure, now: dt.datetime) -> Refused:
    reason = Reason.ERP_UNREACHABLE if failure.reason is Reason.DEADLINE_EXCEEDED else failure.reason
    wait = failure.next_attempt_time - now if failure.next_attempt_time else None
    return Refused(
        reason,
        f"{path} could not be checked with the ERP: {failure.message}",
        fields={path: f"could not be checked: {failure.message}"},
        details={"field": path, **failure.details},
        retry_after=wait,
    )
