"""Generate the next migration from the models: `python -m app.launch.migration "Add visits"`.

It compares the models with what the existing migrations build on an empty server of its own, so nobody's
database is touched. Read what it wrote before committing it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.launch import database
from app.launch.postgres import DATABASE, Postgres


def generate(message: str) -> None:
    """Write a revision file under migrations/versions."""
    with tempfile.TemporaryDirectory(prefix="fq-") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "pg", durable=False)
        server.start()
        try:
            database.migrate(server.url(DATABASE))
            config = database.alembic_config()
            with create_engine(server.url(DATABASE), poolclass=NullPool).connect() as connection:
                config.attributes["connection"] = connection
                command.revision(config, message=message, autogenerate=True)
        finally:
            server.stop()


if __name__ == "__main__":
    generate(" ".join(sys.argv[1:]))
