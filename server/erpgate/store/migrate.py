"""Brings a database's schema to this program's version."""

from pathlib import Path

import sqlalchemy as sa

from erpgate.store.errors import StoreUnusable


def migrate(engine: sa.Engine) -> None:
    """Applies what is missing; a schema that is up to date costs one query.

    Raises:
        StoreUnusable: The schema is newer than the program.
    """
    # Alembic takes a third of a second to import, which only a schema that lags behind has to pay.
    with engine.connect() as connection:
        current = _current(connection)
    if current == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreUnusable(
                f"The database has schema {current}, which is newer than this program's {HEAD}: "
                "start the newer erpgate that wrote it."
            ) from error
        connection.commit()


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


HEAD = "0001"
"""The newest migration; a test keeps it equal to the folder's."""
