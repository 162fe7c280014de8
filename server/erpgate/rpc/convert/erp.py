"""ERPs and the plugins that offer them."""

from typing import Any, Final

from erpgate.plugin.erp import Erp
from erpgate.plugins import PluginInfo, Registry
from erpgate.proofs import Proof
from erpgate.rpc import names
from erpgate.rpc.convert.scalars import WireEnum
from erpgate.v1 import erp_pb2, form_pb2

_STATUSES: Final = WireEnum(erp_pb2.PluginStatus, "PLUGIN_STATUS_")


def erp_to_wire(registry: Registry, erp: Erp[Any, Any], form: form_pb2.Form | None = None) -> erp_pb2.Erp:
    """An ERP that can be connected."""
    return erp_pb2.Erp(
        name=names.erp_name(erp.name),
        title=erp.title,
        country_codes=sorted(erp.countries),
        abilities=sorted(ability.value for ability in erp.abilities),
        form=form,
        plugin=plugin_to_wire(registry.plugin_of(erp.name)),
        conformance=_conformance_to_wire(registry.proofs.get(erp.name)),
        may_automate=registry.may_automate(erp.name),
    )


def _conformance_to_wire(proof: Proof | None) -> erp_pb2.Conformance | None:
    if proof is None:
        return None
    return erp_pb2.Conformance(
        level=erp_pb2.ConformanceLevel.ValueType(proof.level),
        suite_version=proof.suite_version,
        record_date=proof.date.isoformat(),
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
