"""The history of the tables, and the one way to bring a database up to it.

    upgrade(database.owner())            # safe to call at every start, by many processes
    is_current(database.engine)

Every migration stands alone: it imports nothing of the application but `rights`, whose few
statements never change meaning. A test compares the result with the models.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from hocba.kit.db import translate
from hocba.kit.errors import ConfigError

__all__ = ["is_current", "upgrade"]

_INSUFFICIENT_PRIVILEGE = "42501"
_LOCK = 4_725_202_601  # any number; held while a process migrates


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run what is missing, all of it in one transaction.

    Raises:
        ConfigError: `database.may_not_migrate` where the login may not make tables or roles.
        UnavailableError: `database.unreachable`.
    """
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE:
            raise ConfigError("database.may_not_migrate") from error
        known = translate(error)
        if known is None:
            raise
        raise known from error


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest migration of this code."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config
