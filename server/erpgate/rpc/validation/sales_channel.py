"""Sales channels."""

from typing import Final

from erpgate.rpc import names
from erpgate.rpc.validation.checks import Violations, fields, named, required, text
from erpgate.v1 import sales_channel_pb2

SALES_CHANNEL: Final = fields(
    sales_channel_pb2.SalesChannel, name=required(named(names.SALES_CHANNEL)), display_name=text(100)
)


def declared_here(request: sales_channel_pb2.DeclareSalesChannelsRequest, _path: str, wrong: Violations) -> None:
    """Sales channels are of the merchant in `parent`."""
    for index, each in enumerate(request.sales_channels):
        if names.SALES_CHANNEL.matches(each.name) and not each.name.startswith(f"{request.parent}/"):
            wrong.add(f"sales_channels[{index}].name", "must be a sales channel of the parent.")
