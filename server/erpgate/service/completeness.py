"""What only all settings of a channel together, and its company, can get wrong."""

from typing import Any

from erpgate.plugin.erp import Erp
from erpgate.plugin.errors import Rejected
from erpgate.plugin.model import Buyer, Company, Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.service.errors import Refused

_SETTINGS = "settings."
_ANYBODY = Buyer(name="Anybody")


def check_complete(erp: Erp[Any, Any], company: Company, settings: ChannelSettings) -> None:
    """Makes sure that a channel can work as it is set.

    Raises:
        Refused: ERP_PLAN_LACKS_FEATURE, CONFIGURATION_INCOMPLETE, or what the plugin says of a default.
    """
    policy, automation = erp.policy(company, settings), settings.automation
    if automation.enabled and automation.issue and not policy.issues:
        raise Refused(
            Reason.ERP_PLAN_LACKS_FEATURE,
            f"{erp.title} does not issue this company's invoices: switch electronic invoicing on there, or switch "
            "automation.issue off.",
            fields={"channel.settings.automation.issue": "not available to this company"},
            details={"field": "automation.issue"},
        )
    if automation.enabled and automation.initial_state == "draft" and Stage.DRAFT not in policy.create_stages:
        raise Refused(
            Reason.CONFIGURATION_INCOMPLETE,
            f"{erp.title} has no drafts: set automation.initial_state to open.",
            details={"field": "channel.settings.automation.initial_state"},
        )
    _check_defaults(erp, company, settings)


def _check_defaults(erp: Erp[Any, Any], company: Company, settings: ChannelSettings) -> None:
    """Completes a buyer of whom nothing is known: what is wrong with a default shows now, not on the first invoice."""
    try:
        erp.defaults.complete(_ANYBODY, settings, company)
    except Rejected as error:
        wrong = {f"channel.{field}": said for field, said in error.fields.items() if field.startswith(_SETTINGS)}
        if wrong:
            raise Refused(error.reason, error.message, fields=wrong) from error
