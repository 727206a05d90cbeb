"""The forms of schemas as browsers send them, and a schema that was made by one."""

from urllib.parse import urlencode

import httpx2

from server.schema.identifiers import alt_id
from tests.unit.web.console import HTML, Console
from tests.unit.web.pages.connections import EVENTS_SCHEMA

EVENT_CLASS = "https://ns.heliograph.dev/xdm/classes/experienceevent"
WEB = "https://ns.heliograph.dev/xdm/mixins/web"

SCHEMA_NAME = alt_id(EVENTS_SCHEMA)
"""Of the schema that :func:`a_connection` makes."""

Fields = list[tuple[str, str]]


def a_row(index: int, path: str, **parts: str) -> Fields:
    """One own field of the form; ``data_type`` is the part ``data-type``."""
    texts = {"path": path, "type": "text"} | {name.replace("_", "-"): value for name, value in parts.items()}
    return [(f"field-{index}-{name}", value) for name, value in texts.items()]


def a_schema_form(*fields: tuple[str, str], title: str = "Orders") -> Fields:
    """Of events, with the field group of the web."""
    return [("title", title), ("class", EVENT_CLASS), ("group", WEB), *fields]


def send(console: Console, path: str, fields: Fields) -> httpx2.Response:
    body = urlencode([("csrf", console.csrf_token()), *fields])
    headers = HTML | {"content-type": "application/x-www-form-urlencoded"}
    return console.client.post(path, content=body, headers=headers, follow_redirects=False)


def make_schema(console: Console, fields: Fields) -> str:
    """The path of its page."""
    answer = send(console, "/schemas/new", [*fields, ("action", "save")])
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]
