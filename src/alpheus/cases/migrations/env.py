"""What Alembic runs: the revisions, on the connection that was handed over, in its transaction."""

from __future__ import annotations

from alembic import context

from alpheus.cases.schema import LASTING

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=LASTING,
    render_as_batch=True,
)
context.run_migrations()
