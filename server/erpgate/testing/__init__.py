"""The kit for tests of erpgate and of its plugins."""

from erpgate.testing.postgresql import ClusterUnavailable, PrivateCluster, private_cluster
from erpgate.testing.toy import Fault, ToyLedger, toy_plugin

__all__ = ["ClusterUnavailable", "Fault", "PrivateCluster", "ToyLedger", "private_cluster", "toy_plugin"]
