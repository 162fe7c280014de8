"""Generated from protos/erpgate/v1; see `make protos`."""
