"""What the command does with exports of other tag managers."""

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.paths import assets
from server.property.importing.report import Imported
from server.property.importing.sources import SOURCES, decode_export, with_report
from server.publish import import_property, load_fragments
from server.settings import Settings
from server.store.properties import StoredProperty, find_property


def read_export(data: bytes, *, source: str, property_id: str) -> Imported:
    """``property_id``: empty for one made of its name. Raises NotAnExport."""
    modules = load_fragments(assets().static).modules
    return SOURCES[source].read(decode_export(data), modules, property_id=property_id)


def import_export(settings: Settings, imported: Imported, *, source: str, may_replace: bool, by: str) -> StoredProperty:
    """The draft that it becomes. ``may_replace``: the id was named. Raises NotFound, PropertyRefused."""
    modules, document = load_fragments(assets().static).modules, with_report(imported, source)

    def work(connection: Connection) -> StoredProperty:
        property_id = document["property"]["id"]
        if not may_replace and find_property(connection, property_id) is not None:
            raise NotFound(
                f"there is a property {property_id!r} already: name it by --id to replace its draft, or name another"
            )
        summary = f"Imported from {SOURCES[source].title}"
        return import_property(connection, document, modules, now_ms=world.clock_ms(), by=by, summary=summary)

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()
