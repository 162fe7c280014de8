"""A real Tryton to try and test against: an environment of its own, a company that is set up once, a server."""
