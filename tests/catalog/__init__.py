"""The catalogue over gRPC, read from the simulated ERP."""
