"""What the commands do with people's accounts."""

from sqlalchemy import Connection

from server.app import world
from server.app.address import address_of
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.settings import Settings
from server.store.audit import AuditAction, note
from server.store.login_links import issue_login_link
from server.store.users import ADMIN_NAME, find_user_by_name

_LOGIN_LINK_MS = 3600 * 1000


def login_link(settings: Settings, *, name: str) -> str:
    """The address of a fresh one-time login. Raises NotFound."""
    token = world.new_token()

    def work(connection: Connection) -> None:
        user = find_user_by_name(connection, name)
        if user is None or not user.enabled:
            raise NotFound(f"there is no account {name!r} that can sign in; the first one is {ADMIN_NAME!r}")
        issue_login_link(connection, user.id, now_ms=world.clock_ms(), token=token, ttl_ms=_LOGIN_LINK_MS)
        note(connection, AuditAction.ACCOUNT, f"account {name}", detail="login link made")

    database = open_database(settings)
    try:
        database.write_sync(work)
    finally:
        database.close()
    return f"{address_of(settings)}/login?token={token}"
