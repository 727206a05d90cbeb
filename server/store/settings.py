"""Facts of the installation, and the revision by which collectors notice that the control plane changed."""

from sqlalchemy import Connection, insert, select, update

from server.store.tables import settings

REVISION = "revision"
ORG_ID = "org_id"
SANDBOX = "sandbox"


def get_setting(connection: Connection, name: str) -> str | None:
    return connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar_one_or_none()


def set_setting(connection: Connection, name: str, value: str) -> None:
    changed = connection.execute(update(settings).where(settings.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(settings).values(name=name, value=value))


def revision(connection: Connection) -> int:
    """A number that grows with every change that collectors or the core must see."""
    return int(get_setting(connection, REVISION) or 0)


def bump_revision(connection: Connection) -> None:
    """Part of every such change's own transaction."""
    set_setting(connection, REVISION, str(revision(connection) + 1))
