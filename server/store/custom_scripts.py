"""What pages load by its hash: builds, and the custom code that builds load in turn."""

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from server.store.properties import find_build
from server.store.tables.properties import custom_scripts


def save_scripts(connection: Connection, scripts: Mapping[str, bytes]) -> None:
    """Keep those that are not there yet, by the hash of their text."""
    for name, script in scripts.items():
        known = connection.execute(select(custom_scripts.c.hash).where(custom_scripts.c.hash == name)).one_or_none()
        if known is None:
            connection.execute(insert(custom_scripts).values(hash=name, script=script))


def find_script(connection: Connection, name: str) -> bytes | None:
    """The text of a build or of a module of custom code, None when there is neither of this name."""
    build = find_build(connection, name)
    if build is not None:
        return build.script
    row = connection.execute(select(custom_scripts.c.script).where(custom_scripts.c.hash == name)).one_or_none()
    return None if row is None else bytes(row.script)
