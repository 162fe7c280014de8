"""Aliases: what a sales channel's SKU means in the ERP, as a person has said it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from erpgate.domain.matching import Alias
from erpgate.plugin.model import ItemId
from erpgate.store import schema
from erpgate.store.codecs import from_micros, to_micros
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write

_alias = schema.sku_alias
_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class AliasRecord:
    """One alias; it belongs to the company and outlives the channel.

    Attributes:
        merchant: Tenant.
        account: The ERP's company.
        sku: The sales channel's, in its normal form.
        item: The ERP's id of what it means.
        item_sku: The item's SKU when it was set.
        learned_from: Resource name of the invoice whose correction it is; empty where it was set by itself.
        set_time: When it was set.
    """

    merchant: str
    account: str
    sku: str
    item: ItemId
    item_sku: str
    learned_from: str = ""
    set_time: dt.datetime

    @property
    def alias(self) -> Alias:
        """As the rules see it."""
        return Alias(sku=self.sku, item=self.item, item_sku=self.item_sku)


def aliases_of(connection: sa.Connection, merchant: str, account: str, skus: Iterable[str]) -> dict[str, Alias]:
    """The aliases of these SKUs, by SKU."""
    wanted = list(dict.fromkeys(skus))
    found: dict[str, Alias] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            sa.select(_alias).where(
                _alias.c.merchant == merchant,
                _alias.c.account == account,
                _alias.c.sku.in_(wanted[start : start + _CHUNK]),
            )
        )
        found |= {row.sku: _record(row).alias for row in rows}
    return found


def aliases_of_items(connection: sa.Connection, merchant: str, account: str, items: Iterable[str]) -> Sequence[Alias]:
    """The aliases that mean one of these items."""
    wanted = list(items)
    found: list[Alias] = []
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            sa.select(_alias).where(
                _alias.c.merchant == merchant,
                _alias.c.account == account,
                _alias.c.item.in_(wanted[start : start + _CHUNK]),
            )
        )
        found += [_record(row).alias for row in rows]
    return found


def list_aliases(
    connection: sa.Connection, merchant: str, account: str, *, after: str, limit: int
) -> Sequence[AliasRecord]:
    """A company's aliases by SKU."""
    rows = connection.execute(
        sa.select(_alias)
        .where(_alias.c.merchant == merchant, _alias.c.account == account, _alias.c.sku > after)
        .order_by(_alias.c.sku)
        .limit(limit)
    )
    return [_record(row) for row in rows]


@dataclass(frozen=True)
class SetAliases(Write[None]):
    """Sets aliases, over earlier ones of the same SKUs."""

    aliases: tuple[AliasRecord, ...]
    lease: Lease | None = None

    def apply(self, connection: sa.Connection) -> None:
        """Adds and replaces them; one that says the same stays as it is."""
        adding = insert(connection, _alias)
        changed = {name: adding.excluded[name] for name in ("item", "item_sku", "learned_from", "set_time")}
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[_alias.c.merchant, _alias.c.account, _alias.c.sku],
                set_=changed,
                where=_alias.c.item != adding.excluded.item,
            ),
            [_row(record) for record in self.aliases],
        )


@dataclass(frozen=True)
class DeleteAlias(Write[bool]):
    """Forgets an alias; whether there was one."""

    merchant: str
    account: str
    sku: str

    def apply(self, connection: sa.Connection) -> bool:
        """Removes it."""
        gone = connection.execute(
            sa.delete(_alias).where(
                _alias.c.merchant == self.merchant, _alias.c.account == self.account, _alias.c.sku == self.sku
            )
        )
        return gone.rowcount == 1


def _row(record: AliasRecord) -> dict[str, object]:
    return {
        "merchant": record.merchant,
        "account": record.account,
        "sku": record.sku,
        "item": record.item,
        "item_sku": record.item_sku,
        "learned_from": record.learned_from,
        "set_time": to_micros(record.set_time),
    }


def _record(row: sa.Row[Any]) -> AliasRecord:
    return AliasRecord(
        merchant=row.merchant,
        account=row.account,
        sku=row.sku,
        item=ItemId(row.item),
        item_sku=row.item_sku,
        learned_from=row.learned_from,
        set_time=from_micros(row.set_time),
    )
