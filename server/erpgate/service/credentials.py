"""Credentials of a channel that exists: replaced by others of the same company, or tried again."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pydantic

from erpgate.engine.session import dump_credentials, load_credentials
from erpgate.jobs.probe_channel import Prober, account_of
from erpgate.plugin.erp import Erp
from erpgate.plugin.http import Unguarded
from erpgate.plugin.model import Company
from erpgate.plugin.reasons import Reason
from erpgate.service.channels import (
    check_country,
    company_taken,
    fingerprint,
    request_id_reused,
    sentence_of,
    stretched,
)
from erpgate.service.commands import NewCredentials
from erpgate.service.errors import Refused, not_found
from erpgate.service.sources import Sources, violations
from erpgate.store.credentials import RotateCredentials, get_sealed
from erpgate.store.errors import Conflict
from erpgate.store.records import ChannelRecord
from erpgate.store.requests import RequestKey, recall
from erpgate.vault import Vault

_TRIES = 5
"""Of a change that meets other changes of the same channel."""


class Credentials:
    """Use cases around the credentials of a channel.

    Args:
        sources: Database, plugins and clock.
        prober: Asks ERPs who credentials belong to.
        vault: Seals credentials.
    """

    def __init__(self, sources: Sources, prober: Prober, vault: Vault) -> None:
        self._sources = sources
        self._prober = prober
        self._vault = vault

    async def rotate(self, new: NewCredentials) -> ChannelRecord:
        """Replaces them after asking the ERP; whatever stands against it leaves the old ones in force."""
        record = await self._sources.channel(new.merchant, new.channel)
        erp = self._sources.erp(record.erp)
        request = _request_key(new)
        try:
            if request is not None and await self._sources.database.read(lambda c: recall(c, request)) is not None:
                return record
        except Conflict as conflict:
            raise request_id_reused(new.request_id) from conflict
        credentials = credentials_of(erp, new.credentials)
        company = await self._company(erp, record, credentials)
        sealed = self._vault.seal(dump_credentials(credentials), record.name)
        return await self._store(record, company, sealed, request)

    async def try_again(self, record: ChannelRecord) -> ChannelRecord:
        """Asks the ERP again for a channel whose ERP could not be reached before."""
        erp = self._sources.erp(record.erp)
        sealed = await self._sources.database.read(lambda c: get_sealed(c, record.merchant, record.channel))
        if sealed is None:
            raise not_found(record.name)
        credentials = load_credentials(erp, self._vault.open(sealed[0], record.name))
        return await self._store(record, await self._company(erp, record, credentials), None, None)

    async def _company(self, erp: Erp[Any, Any], record: ChannelRecord, credentials: pydantic.BaseModel) -> Company:
        company = await self._prober.probe(erp, credentials, record.country_code, Unguarded())
        if record.company is not None and company.id != record.company.id:
            raise _another_company(record.company, company)
        check_country(company, record.country_code, "credentials")
        return company

    async def _store(
        self, record: ChannelRecord, company: Company, sealed: bytes | None, request: RequestKey | None
    ) -> ChannelRecord:
        write = RotateCredentials(
            merchant=record.merchant,
            channel=record.channel,
            account=account_of(record.erp, company),
            company=company,
            sealed=sealed,
            request=request,
            now=self._sources.clock.now(),
        )
        for _ in range(_TRIES):
            try:
                stored = await self._sources.database.write(write)
            except Conflict as conflict:
                if conflict.what != "version":
                    raise _refused(conflict, record, company) from conflict
                await asyncio.sleep(0)
                continue
            for account in {record.account, stored.account}:
                self._sources.wake(account, urgent=True)
            return stored
        raise Refused(Reason.ETAG_MISMATCH, f"{record.name} is being changed again and again: repeat the call.")


def credentials_of(erp: Erp[Any, Any], given: Mapping[str, str]) -> pydantic.BaseModel:
    """Credentials as the ERP's model has them.

    Raises:
        Refused: Fields are missing or wrong; each is named.
    """
    try:
        credentials: pydantic.BaseModel = erp.credentials.model_validate(dict(given))
    except pydantic.ValidationError as error:
        fields = violations(error, "credentials")
        raise Refused(Reason.FIELD_INVALID, sentence_of(fields), fields=fields) from None
    return credentials


def _request_key(new: NewCredentials) -> RequestKey | None:
    if not new.request_id:
        return None
    content = fingerprint("RotateCredentials", new.channel, stretched(new.credentials, new.request_id))
    return RequestKey(merchant=new.merchant, request_id=new.request_id, fingerprint=content)


def _another_company(stored: Company, found: Company) -> Refused:
    return Refused(
        Reason.ERP_COMPANY_MISMATCH,
        f"These credentials belong to {found.name}, not to {stored.name}: give credentials of the same company, or "
        "connect a new channel.",
        fields={"credentials": "belong to another company"},
        details={"expected": stored.id, "found": found.id},
    )


def _refused(conflict: Conflict, record: ChannelRecord, company: Company) -> Refused:
    if conflict.what == "request_id":
        return request_id_reused(conflict.holder)
    if conflict.what == "company":
        return company_taken(conflict.holder, record.merchant)
    if conflict.what == "account" and record.company is not None:
        return _another_company(record.company, company)
    return not_found(record.name)
