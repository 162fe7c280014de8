"""The wizard, row by row, and what it is drawn from."""
