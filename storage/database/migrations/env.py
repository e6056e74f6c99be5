"""How Alembic runs here: on the engine it is given, in one transaction, FTS tables left alone."""

from __future__ import annotations

import warnings

from alembic import context
from sqlalchemy import Engine

from storage.database import (  # their tables are among the metadata
    schema_alerts,  # noqa: F401
    schema_checks,  # noqa: F401
    schema_custody,  # noqa: F401
    schema_polls,  # noqa: F401
    schema_reparse,  # noqa: F401
)
from storage.database.schema import metadata


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Return whether Alembic may compare this object: the search index's tables are not its business."""
    return not (kind == "table" and name is not None and name.startswith("search"))


def migrate() -> None:
    """Run the revisions on the engine that `storage.database.opening.migrate_database` passes."""
    engine: Engine = context.config.attributes["engine"]
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=include_name,
        )
        with context.begin_transaction(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*expression-based index")  # which nobody can compare
            context.run_migrations()


migrate()
