"""Properties in a console's database."""

from server.container.fingerprint import build_hash
from server.model.json import JsonObject
from server.property.files import revision_of
from server.store.properties import StoredBuild, StoredProperty, publish_build, save_property
from tests.builders import NOON_MS
from tests.unit.web.console import Console

SCRIPT = b"x" * 10_500


def save(console: Console, document: JsonObject) -> StoredProperty:
    """What the editor holds."""
    stored = StoredProperty(
        id=document["property"]["id"],
        name=document["property"]["name"],
        document=document,
        updated_ms=NOON_MS,
        updated_by="ada",
    )
    console.services.database.write_sync(lambda connection: save_property(connection, stored))
    return stored


def publish(console: Console, document: JsonObject, environment: str) -> StoredBuild:
    """What an environment points to, and the editor too."""
    stored = save(console, document)
    build = StoredBuild(
        hash=build_hash(SCRIPT + environment.encode() + stored.id.encode()),
        property_id=stored.id,
        environment=environment,
        revision=revision_of(document),
        document=document,
        script=SCRIPT,
        created_ms=NOON_MS,
        created_by="bob",
    )
    console.services.database.write_sync(lambda connection: publish_build(connection, build))
    return build
