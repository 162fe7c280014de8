"""The use cases: what callers ask, carried out on store, lanes and plugins."""
