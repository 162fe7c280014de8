"""What an error of an ERP says about the whole channel."""

from erpgate.plugin.errors import ErpError, Misconfigured
from erpgate.plugin.reasons import Reason
from erpgate.store.records import Health

_ACCESS = frozenset({Reason.ERP_CREDENTIALS_INVALID, Reason.ERP_PERMISSION_MISSING, Reason.ERP_ACCOUNT_SUSPENDED})
"""Reasons for which the ERP lets nobody in, whatever the channel's settings."""


def health_of(error: ErpError) -> Health:
    """The channel's health while this error lasts."""
    if not isinstance(error, Misconfigured):
        return Health.DEGRADED
    return Health.AUTH_FAILED if error.reason in _ACCESS else Health.MISCONFIGURED
