"""Servicers, conversion, errors and the composition root of the gRPC server."""
