"""Alembic's entry: runs every migration inside the one transaction it is handed."""

from alembic import context

from issuer.record.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
