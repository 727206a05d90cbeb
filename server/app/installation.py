"""What has to be there before any process starts: tables, an organisation, somebody who can sign in, and the demo."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from server.app import world
from server.demo.seed import is_seeded, seed_demo
from server.paths import assets
from server.publish import load_fragments
from server.schema.builtins import load_ready_schema
from server.settings import Settings
from server.store import settings as facts
from server.store.database import Database, migrate
from server.store.login_links import issue_login_link
from server.store.users import ADMIN_NAME, Role, create_user, first_admin

# A link that stands in a terminal's scroll-back (reliability-security A2).
_LOGIN_LINK_MS = 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What the operator is told at start. ``login_token``: None when somebody can sign in already."""

    has_demo: bool
    login_token: str | None

    def lines(self, base_url: str) -> list[str]:
        said = []
        if self.has_demo:
            said.append(f"Demo shop:  {base_url}/demo/")
        said.append(f"Console:    {base_url}/")
        if self.login_token:
            said.append(f"Sign in:    {base_url}/login?token={self.login_token}   (once, within the hour)")
        return said


def prepare(settings: Settings, *, now_ms: int) -> Installation:
    """Migrate, and on the first start found the organisation and its administrator; with the demo, its content too."""
    migrate(settings.control_plane_url)
    database = Database(settings.control_plane_url)
    try:
        return database.write_sync(lambda connection: _prepare(connection, settings, now_ms=now_ms))
    finally:
        database.close()


def _prepare(connection: Connection, settings: Settings, *, now_ms: int) -> Installation:
    if not is_seeded(connection):
        if settings.demo:
            seed_demo(
                connection,
                events_schema=load_ready_schema("demo-events"),
                profiles_schema=load_ready_schema("demo-profiles"),
                fragments=load_fragments(assets().static),
                now_ms=now_ms,
                new_dataset_id=world.new_dataset_id,
                new_inlet_id=world.new_inlet_id,
                new_uuid=world.new_uuid,
            )
        else:
            facts.set_setting(connection, facts.ORG_ID, f"{secrets.token_hex(12).upper()}@AdobeOrg")
            facts.set_setting(connection, facts.SANDBOX, "prod")
    admin = first_admin(connection)
    is_first_start = admin is None
    if admin is None:
        admin = create_user(connection, name=ADMIN_NAME, role=Role.ADMIN, now_ms=now_ms)
    token = None
    if is_first_start or settings.demo:
        # Whoever starts the demo looks at it now; a printed link is theirs alone.
        token = world.new_token()
        issue_login_link(connection, admin.id, now_ms=now_ms, token=token, ttl_ms=_LOGIN_LINK_MS)
    return Installation(has_demo=settings.demo, login_token=token)
