"""The toy ERP passes the whole suite, in each of its shapes; run as a program, this records it."""

from erpgate import __version__
from erpgate.proofs import record
from erpgate.testing import ErpConformance, ToyLedger, toy_with_simulator
from erpgate.testing.conformance import offers_of, proof_of, run_suite


class TestToy(ErpConformance):
    """Without drafts and without keys."""

    plugin = toy_with_simulator(ToyLedger())


class TestToyWithDrafts(ErpConformance):
    """With drafts, which can be discarded."""

    plugin = toy_with_simulator(ToyLedger(drafts=True))


class TestToyWithKeys(ErpConformance):
    """With idempotency keys."""

    plugin = toy_with_simulator(ToyLedger(keys_remembered=True))


if __name__ == "__main__":
    plugin = toy_with_simulator(ToyLedger())
    print(record(plugin, "toy", proof_of(run_suite(*offers_of(plugin)), __version__)))
