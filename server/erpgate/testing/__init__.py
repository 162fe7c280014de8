"""The kit for tests of erpgate and of its plugins."""

from erpgate.testing.conformance import ErpConformance, Level
from erpgate.testing.postgresql import ClusterUnavailable, PrivateCluster, private_cluster
from erpgate.testing.toy import toy_plugin
from erpgate.testing.toy_ledger import Fault, ToyLedger
from erpgate.testing.toy_simulator import toy_simulator, toy_with_simulator

__all__ = [
    "ClusterUnavailable",
    "ErpConformance",
    "Fault",
    "Level",
    "PrivateCluster",
    "ToyLedger",
    "private_cluster",
    "toy_plugin",
    "toy_simulator",
    "toy_with_simulator",
]
