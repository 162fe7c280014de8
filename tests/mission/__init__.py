"""What the product promises, row by row, over gRPC."""
