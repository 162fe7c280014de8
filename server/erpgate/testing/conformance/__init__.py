"""The conformance suite: what a plugin must do before it may touch money, level by level."""

from erpgate.testing.conformance.check import Check, Level, NotApplicable, NotConformant
from erpgate.testing.conformance.suite import CHECKS, SUITE_VERSION, ErpConformance, Result, level_of, run_suite

__all__ = [
    "CHECKS",
    "SUITE_VERSION",
    "Check",
    "ErpConformance",
    "Level",
    "NotApplicable",
    "NotConformant",
    "Result",
    "level_of",
    "run_suite",
]
