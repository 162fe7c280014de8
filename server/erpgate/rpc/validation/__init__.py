"""What every request must look like; all that is wrong with it is told at once."""

from erpgate.rpc.validation.requests import validator_of

__all__ = ["validator_of"]
