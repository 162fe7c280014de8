"""What happens to an invoice after it was made, over gRPC, in every world."""
