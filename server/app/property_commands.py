"""What the commands do with a property's builds beyond publishing them."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection

from server.app.commands import NotFound
from server.app.readers import open_database
from server.container.files import PublishedFiles, published_files
from server.model.container import Container
from server.model.property import ENVIRONMENTS
from server.paths import assets
from server.publish import build, container_of, load_fragments, packed_bytes, rule_sizes
from server.settings import Settings
from server.store import settings as facts
from server.store.properties import StoredBuild, find_property


def files_of(settings: Settings, made: StoredBuild, *, prefix: str) -> tuple[Container, PublishedFiles]:
    """What another web server needs to deliver the build. ``prefix``: folder there, such as `/assets`, or nothing."""
    fragments = load_fragments(assets().static)
    database = open_database(settings)
    try:
        org_id = database.read_sync(_org_id)
    finally:
        database.close()
    container = container_of(made.document, environment=made.environment, fragments=fragments, org_id=org_id)
    return container, published_files(container, made.script, pointer=fragments.pointer, prefix=prefix)


def sizes_of(settings: Settings, property_id: str) -> tuple[int, Mapping[str, int]]:
    """Packed bytes of the build as it would be published now, and each rule's own share. Raises NotFound."""
    fragments = load_fragments(assets().static)
    database = open_database(settings)
    try:
        stored = database.read_sync(partial(find_property, property_id=property_id))
        org_id = database.read_sync(_org_id)
    finally:
        database.close()
    if stored is None:
        raise NotFound(f"there is no property {property_id!r}")
    environment = ENVIRONMENTS[-1]
    script, _ = build(stored.document, environment=environment, fragments=fragments, org_id=org_id)
    return packed_bytes(script), rule_sizes(stored.document, environment=environment, fragments=fragments)


def _org_id(connection: Connection) -> str:
    return facts.get_setting(connection, facts.ORG_ID) or ""
