"""Alembic's environment: the connection comes from `erpgate.store.migrate`."""

from alembic import context

from erpgate.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
