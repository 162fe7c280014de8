"""SKU aliases."""

from erpgate.rpc.convert.scalars import timestamp
from erpgate.store.aliases import AliasRecord
from erpgate.v1 import sku_alias_pb2


def alias_to_wire(record: AliasRecord) -> sku_alias_pb2.SkuAlias:
    """An alias as callers see it."""
    return sku_alias_pb2.SkuAlias(
        sku=record.sku,
        item_sku=record.item_sku,
        item=record.item,
        learned_from=record.learned_from,
        set_time=timestamp(record.set_time),
    )
