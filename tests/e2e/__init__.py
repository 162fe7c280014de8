"""From the gRPC door to the ERP's documents and back."""
