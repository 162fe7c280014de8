"""The conformance suite: what a plugin must do before it may touch money, level by level."""

from erpgate.proofs import Level
from erpgate.testing.conformance.check import Check, NotApplicable, NotConformant
from erpgate.testing.conformance.suite import CHECKS, ErpConformance, Result, offers_of, proof_of, run_suite

__all__ = [
    "CHECKS",
    "Check",
    "ErpConformance",
    "Level",
    "NotApplicable",
    "NotConformant",
    "Result",
    "offers_of",
    "proof_of",
    "run_suite",
]
