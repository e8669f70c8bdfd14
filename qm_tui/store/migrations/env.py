"""How Alembic runs inside the program: on a connection that is handed in, in its transaction."""

from alembic import context

from qm_tui.store.schema.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
