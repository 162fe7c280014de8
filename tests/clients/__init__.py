"""Published clients of Alegra's API against the simulator: `make test-clients`."""
