"""The toy ERP passes the whole suite, in each of its shapes."""

from erpgate.testing import ErpConformance, ToyLedger, toy_with_simulator


class TestToy(ErpConformance):
    """Without drafts and without keys."""

    plugin = toy_with_simulator(ToyLedger())


class TestToyWithDrafts(ErpConformance):
    """With drafts, which can be discarded."""

    plugin = toy_with_simulator(ToyLedger(drafts=True))


class TestToyWithKeys(ErpConformance):
    """With idempotency keys."""

    plugin = toy_with_simulator(ToyLedger(keys_remembered=True))
