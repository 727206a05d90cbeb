"""A console with the management APIs, and programs that call it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from starlette.testclient import TestClient

from server.store import settings
from server.store.api_tokens import issue_api_token
from server.store.users import Role, create_user
from server.web.access.auth import SessionLimits
from server.web.api.routes import api_routes
from tests.builders import NOON_MS, ORG_ID
from tests.unit.web.console import Console, a_console

ROOT = "/data/foundation/schemaregistry"
TOKEN = "hga_" + "t" * 43


@contextmanager
def an_api(directory: Path, *, role: Role = Role.EDITOR) -> Iterator[tuple[TestClient, Console]]:
    """A client that shows a token of an account of that role, and the console behind it."""
    with a_console(directory, extra_routes=tuple(api_routes(SessionLimits()))) as console:
        console.services.database.write_sync(partial(_prepare, role=role))
        console.client.headers["authorization"] = f"Bearer {TOKEN}"
        yield console.client, console


def _prepare(connection: Connection, *, role: Role) -> None:
    settings.set_setting(connection, settings.ORG_ID, ORG_ID)
    settings.set_setting(connection, settings.SANDBOX, "prod")
    user = create_user(connection, name="robot", role=role, now_ms=NOON_MS)
    issue_api_token(connection, user.id, token=TOKEN, token_id="t-1", now_ms=NOON_MS, expires_ms=None)


def accept(form: str, *, version: str = "; version=1") -> dict[str, str]:
    return {"accept": f"application/vnd.adobe.{form}+json{version}"}


def created(client: TestClient, resource: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"{ROOT}/tenant/{resource}", json=body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document
