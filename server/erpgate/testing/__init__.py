"""The kit for tests of erpgate and of its plugins."""

from erpgate.testing.toy import Fault, ToyLedger, toy_plugin

__all__ = ["Fault", "ToyLedger", "toy_plugin"]
