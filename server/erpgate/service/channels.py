"""Connecting ERPs: the wizard's steps, and the life of a channel."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pydantic

from erpgate.engine.session import dump_credentials
from erpgate.jobs.check_channel import check_task, watch_task
from erpgate.jobs.judge_again import JUDGE_AGAIN
from erpgate.jobs.probe_channel import PROBE_CHANNEL, Prober, pending_account, with_company
from erpgate.jobs.read_catalog import sync_task
from erpgate.jobs.refresh import SWEEP
from erpgate.jobs.stored_options import StoredOption, stored_options
from erpgate.plugin.erp import Erp
from erpgate.plugin.errors import Unavailable
from erpgate.plugin.forms import Source
from erpgate.plugin.http import Unguarded
from erpgate.plugin.model import Company, Payload
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import Automation, ChannelSettings
from erpgate.service.commands import ChannelChange, NewChannel
from erpgate.service.completeness import check_complete
from erpgate.service.errors import Refused
from erpgate.service.farewell import Farewell
from erpgate.service.field_options import FieldOptions
from erpgate.service.sources import Sources, missing, violations
from erpgate.store.channels import CreateChannel, UpdateChannel, list_channels
from erpgate.store.delete_channel import DeleteChannel
from erpgate.store.errors import Conflict
from erpgate.store.field_options import Ask
from erpgate.store.records import ChannelRecord, ChannelState, Health
from erpgate.store.requests import RequestKey, recall
from erpgate.store.tasks import Task
from erpgate.vault import Vault


class Channels:
    """Use cases around channels.

    Args:
        sources: Database, plugins and clock.
        options: Sees that chosen options exist.
        prober: Asks ERPs who credentials belong to.
        vault: Seals credentials.
        farewell: Ends the messages of the ERP of a deleted channel.
    """

    def __init__(
        self, sources: Sources, options: FieldOptions, prober: Prober, vault: Vault, farewell: Farewell
    ) -> None:
        self._sources = sources
        self._options = options
        self._prober = prober
        self._vault = vault
        self._farewell = farewell

    async def create(self, new: NewChannel) -> ChannelRecord:
        """Connects an account after asking the ERP; an ERP that can't be reached leaves a pending channel."""
        erp = self._sources.erp(new.erp)
        request = _request_key(new)
        if request is not None and (made := await self._recall(request)) is not None:
            return await self._sources.channel(new.merchant, made)
        credentials, settings = _validated(erp, new)
        record = self._record(erp, new, settings)
        try:
            company = await self._prober.probe(erp, credentials, new.country_code, Unguarded())
        except Unavailable:
            tasks = [self._task(record, PROBE_CHANNEL)]
        else:
            check_country(company, new.country_code)
            record, tasks = with_company(record, company), []
        sealed = self._vault.seal(dump_credentials(credentials), record.name)
        try:
            stored = await self._sources.database.write(CreateChannel(record, sealed, request, tuple(tasks)))
        except Conflict as conflict:
            raise _creation_refused(conflict, new.merchant) from conflict
        self._sources.wake(stored.account)
        return stored

    async def get(self, merchant: str, channel: str) -> ChannelRecord:
        """One channel."""
        return await self._sources.channel(merchant, channel)

    async def list(self, merchant: str, after: str, limit: int) -> Sequence[ChannelRecord]:
        """A merchant's channels by id."""
        return await self._sources.database.read(lambda c: list_channels(c, merchant, after, limit))

    async def update(self, change: ChannelChange) -> ChannelRecord:
        """Changes display name and settings."""
        record = await self._sources.channel(change.merchant, change.channel)
        if change.version is not None and change.version != record.version:
            raise _etag_mismatch(record)
        if change.display_name is not None:
            record = replace(record, display_name=change.display_name)
        chosen: Sequence[Ask] = ()
        if change.settings is not None:
            settings = self._settings(record, change.settings)
            chosen = await self._check_options(record, settings, before=record.settings)
            record = replace(record, settings=settings)
        # An item that was chosen just now may be younger than the last reading of the catalogue.
        now = self._sources.clock.now()
        chooses_item = any(ask.source == Source.ITEM for ask in chosen)
        tasks = [sync_task(record.account, now, anew=True)] if chooses_item else []
        if record.health is Health.MISCONFIGURED:
            tasks.append(check_task(record, now))
        return await self._save(record, wakes=record.state is ChannelState.CONNECTED, tasks=tasks)

    async def connect(self, merchant: str, channel: str) -> ChannelRecord:
        """Validates all steps and sets the channel CONNECTED."""
        record = await self._sources.channel(merchant, channel)
        if record.state is ChannelState.CONNECTED:
            return record
        if record.state is not ChannelState.CONFIGURATION_PENDING:
            raise _state_conflict(record, "connected", "its credentials must be accepted by the ERP first")
        settings = self._sources.settings(record)
        self._check_complete(record, settings)
        await self._check_options(record, record.settings)
        connected = replace(record, state=ChannelState.CONNECTED, settings=self._settings(record, record.settings))
        return await self._save(connected, wakes=True, tasks=self._first_tasks(connected))

    async def pause(self, merchant: str, channel: str) -> ChannelRecord:
        """Stops sending until it is resumed."""
        return await self._switch(merchant, channel, ChannelState.CONNECTED, ChannelState.PAUSED, "paused")

    async def resume(self, merchant: str, channel: str) -> ChannelRecord:
        """Ends a pause."""
        return await self._switch(merchant, channel, ChannelState.PAUSED, ChannelState.CONNECTED, "resumed")

    async def delete(self, merchant: str, channel: str, *, version: int | None, force: bool) -> None:
        """Forgets a channel and its credentials."""
        record = await self._sources.channel(merchant, channel)
        say_farewell = await self._farewell.prepare(record)
        try:
            await self._sources.database.write(DeleteChannel(merchant, channel, version, force))
        except Conflict as conflict:
            if conflict.what == "unfinished":
                raise Refused(
                    Reason.CHANNEL_HAS_UNFINISHED_INVOICES,
                    f"{conflict.holder} invoices of {record.name} are unfinished, or something is under way with them: "
                    "wait, settle them, or force it.",
                    details={"unfinished": conflict.holder},
                ) from conflict
            raise _etag_mismatch(record) from conflict
        await say_farewell()

    async def _switch(
        self, merchant: str, channel: str, before: ChannelState, after: ChannelState, verb: str
    ) -> ChannelRecord:
        record = await self._sources.channel(merchant, channel)
        if record.state is after:
            return record
        if record.state is not before:
            raise _state_conflict(record, verb, f"it is {record.state.value}")
        return await self._save(replace(record, state=after), wakes=after is ChannelState.CONNECTED)

    def _first_tasks(self, record: ChannelRecord) -> Sequence[Task]:
        now = self._sources.clock.now()
        return sync_task(record.account, now, anew=True), self._task(record, SWEEP), watch_task(record, now)

    async def _save(self, record: ChannelRecord, *, wakes: bool, tasks: Sequence[Task] = ()) -> ChannelRecord:
        judging = (self._task(record, JUDGE_AGAIN),) if wakes else ()
        try:
            stored = await self._sources.database.write(
                UpdateChannel(record, self._sources.clock.now(), (*judging, *tasks), wakes_account=wakes)
            )
        except Conflict as conflict:
            raise _etag_mismatch(record) from conflict
        self._sources.wake(stored.account, urgent=wakes)
        return stored

    async def _recall(self, request: RequestKey) -> str | None:
        try:
            return await self._sources.database.read(lambda c: recall(c, request))
        except Conflict as conflict:
            raise request_id_reused(request.request_id) from conflict

    def _record(self, erp: Erp[Any, Any], new: NewChannel, settings: Payload) -> ChannelRecord:
        now = self._sources.clock.now()
        channel = new.channel or erp.name
        return ChannelRecord(
            merchant=new.merchant,
            channel=channel,
            erp=erp.name,
            display_name=new.display_name,
            country_code=new.country_code,
            account=pending_account(new.merchant, channel),
            company=None,
            settings=settings,
            state=ChannelState.CREDENTIALS_PENDING,
            create_time=now,
            update_time=now,
        )

    def _settings(self, record: ChannelRecord, settings: Payload) -> Payload:
        """Settings as stored: valid, and with the start of automation set when it is first switched on."""
        erp = self._sources.erp(record.erp)
        parsed = _settings_of(erp, settings, "channel.settings")
        automation = parsed.automation
        before = Automation.model_validate(record.settings.get("automation") or {})
        left_shadow = before.shadow and not automation.shadow and automation.start_time == before.start_time
        # What was placed in shadow mode is not billed later by itself.
        if automation.enabled and (automation.start_time is None or left_shadow):
            started = automation.model_copy(update={"start_time": self._sources.clock.now()})
            parsed = parsed.model_copy(update={"automation": started})
        if record.state in (ChannelState.CONNECTED, ChannelState.PAUSED):
            self._check_complete(record, parsed)
        dumped: Payload = parsed.model_dump(mode="json")
        return dumped

    async def _check_options(
        self, record: ChannelRecord, settings: Payload, *, before: Payload | None = None
    ) -> Sequence[Ask]:
        """Sees that the ERP has what is chosen, and was not chosen before; gives that."""
        if record.company is None:
            return ()
        known = [] if before is None else self._stored_options(record, before)
        asks = {
            f"channel.{option.path}": Ask(source=option.source, query=option.value, given=option.given, exact=True)
            for option in self._stored_options(record, settings)
            if option not in known
        }
        if asks:
            await self._options.check(record, asks)
        return tuple(asks.values())

    def _stored_options(self, record: ChannelRecord, settings: Payload) -> Sequence[StoredOption]:
        parsed = self._sources.erp(record.erp).settings.model_validate(dict(settings))
        return list(stored_options(parsed, record.country_code))

    def _check_complete(self, record: ChannelRecord, settings: ChannelSettings) -> None:
        """What only all steps together can get wrong."""
        assert record.company is not None  # noqa: S101 - the state says so
        check_complete(self._sources.erp(record.erp), record.company, settings)

    def _task(self, record: ChannelRecord, kind: str) -> Task:
        return Task(account=record.account, kind=kind, subject=record.name, due_time=self._sources.clock.now())


def own_fields(erp: Erp[Any, Any]) -> frozenset[str]:
    """Settings that only this ERP has."""
    return frozenset(erp.settings.model_fields) - frozenset(ChannelSettings.model_fields)


def check_country(company: Company, country_code: str, field: str = "channel.country_code") -> None:
    """Makes sure that the merchant chose the country of the ERP's company; `field` is what the request can mend."""
    if company.country_code and company.country_code != country_code:
        raise Refused(
            Reason.ERP_COUNTRY_MISMATCH,
            f"The ERP's company is in {company.country_code}: choose that country.",
            fields={field: f"the ERP's company is in {company.country_code}"},
            details={"expected": country_code, "found": company.country_code},
        )


def request_id_reused(request_id: str) -> Refused:
    """The refusal of a request id with other content."""
    return Refused(
        Reason.REQUEST_ID_REUSED,
        "The request_id was used before with other content: use a new one.",
        fields={"request_id": "used before with other content"},
        details={"request_id": request_id},
    )


def stretched(secrets: Mapping[str, str], salt: str) -> str:
    """A digest of secrets, of which each guess costs some milliseconds: it is stored, and a password may be short."""
    text = json.dumps(dict(secrets), sort_keys=True).encode()
    return hashlib.scrypt(text, salt=salt.encode(), n=2**12, r=8, p=1).hex()


def fingerprint(*parts: object) -> str:
    """A digest of a request's content."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _request_key(new: NewChannel) -> RequestKey | None:
    if not new.request_id:
        return None
    content = (
        new.channel,
        new.erp,
        new.display_name,
        new.country_code,
        stretched(new.credentials, new.request_id),
        dict(new.settings),
    )
    return RequestKey(
        merchant=new.merchant, request_id=new.request_id, fingerprint=fingerprint("CreateChannel", *content)
    )


def _validated(erp: Erp[Any, Any], new: NewChannel) -> tuple[pydantic.BaseModel, Payload]:
    fields: dict[str, str] = {}
    if new.country_code not in erp.countries:
        known = ", ".join(sorted(erp.countries))
        fields["channel.country_code"] = f"{erp.title} can be connected in {known}"
    credentials: pydantic.BaseModel | None = None
    try:
        credentials = erp.credentials.model_validate(dict(new.credentials))
    except pydantic.ValidationError as error:
        fields |= violations(error, "credentials")
    else:
        fields |= missing(credentials, "credentials")
    settings: Mapping[str, object] = {}
    try:
        settings = _settings_of(erp, new.settings, "channel.settings").model_dump(mode="json")
    except Refused as refused:
        fields |= refused.fields
    if fields or credentials is None:
        raise Refused(Reason.FIELD_INVALID, sentence_of(fields), fields=fields)
    return credentials, settings


def _settings_of(erp: Erp[Any, Any], settings: Payload, prefix: str) -> ChannelSettings:
    try:
        parsed: ChannelSettings = erp.settings.model_validate(dict(settings))
    except pydantic.ValidationError as error:
        fields = violations(error, prefix, own_fields(erp))
        raise Refused(Reason.FIELD_INVALID, sentence_of(fields), fields=fields) from None
    if fields := missing(parsed, prefix, own_fields(erp)):
        raise Refused(Reason.FIELD_INVALID, sentence_of(fields), fields=fields)
    return parsed


def sentence_of(fields: Mapping[str, str]) -> str:
    """All field violations as one sentence."""
    return "The request is not valid: " + "; ".join(f"{path}: {text}" for path, text in fields.items()) + "."


def company_taken(holder: str, merchant: str) -> Refused:
    """The refusal of a company that another channel has; only its own merchant is told which one."""
    mine = holder.startswith(f"merchants/{merchant}/")
    return Refused(
        Reason.ERP_COMPANY_ALREADY_CONNECTED,
        f"{holder if mine else 'Another channel'} has this company already: use that one.",
        details={"channel": holder} if mine else {},
    )


def _creation_refused(conflict: Conflict, merchant: str) -> Refused:
    if conflict.what == "company":
        return company_taken(conflict.holder, merchant)
    return Refused(
        Reason.RESOURCE_EXISTS,
        f"{conflict.holder} exists already: choose another channel_id.",
        fields={"channel_id": "exists already"},
        details={"name": conflict.holder},
    )


def _etag_mismatch(record: ChannelRecord) -> Refused:
    return Refused(
        Reason.ETAG_MISMATCH,
        f"{record.name} was changed since it was read: read it again and repeat the change.",
        fields={"channel.etag": "not the stored one"},
        details={"etag": str(record.version)},
    )


def _state_conflict(record: ChannelRecord, verb: str, why: str) -> Refused:
    return Refused(
        Reason.STATE_CONFLICT,
        f"{record.name} can't be {verb}: {why}.",
        details={"state": record.state.value},
    )
