"""Against a real Tryton."""
