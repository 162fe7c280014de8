"""The database: commits, leases, schema and orders, on SQLite and PostgreSQL."""
