"""Alembic's entry: runs the migrations on the connection that server/store/database.py hands over."""

from alembic import context

from server.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite alters tables by copying them.
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
