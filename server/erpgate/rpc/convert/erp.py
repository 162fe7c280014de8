"""ERPs and the plugins that offer them."""

from typing import Any, Final

from erpgate.plugin.erp import Erp
from erpgate.plugins import PluginInfo
from erpgate.rpc import names
from erpgate.rpc.convert.scalars import WireEnum
from erpgate.v1 import erp_pb2, form_pb2

_STATUSES: Final = WireEnum(erp_pb2.PluginStatus, "PLUGIN_STATUS_")


def erp_to_wire(erp: Erp[Any, Any], plugin: PluginInfo, form: form_pb2.Form | None = None) -> erp_pb2.Erp:
    """An ERP that can be connected."""
    return erp_pb2.Erp(
        name=names.erp_name(erp.name),
        title=erp.title,
        country_codes=sorted(erp.countries),
        abilities=sorted(ability.value for ability in erp.abilities),
        form=form,
        plugin=plugin_to_wire(plugin),
    )


def plugin_to_wire(info: PluginInfo) -> erp_pb2.Plugin:
    """A plugin and how it is."""
    return erp_pb2.Plugin(
        name=info.name,
        distribution=info.distribution,
        version=info.version,
        api_version=info.api_version,
        status=_STATUSES.number(info.status),
        failure=info.failure,
        last_defect=info.defect,
    )
