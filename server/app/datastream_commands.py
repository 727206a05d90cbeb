"""What `heliograph datastream …` does."""

from collections.abc import Sequence

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database, read_configuration
from server.model.datastream import Datastream, DatastreamId
from server.settings import Settings
from server.store.configuration import load_configuration, save_datastream
from server.wire.datastream import decode_datastream, encode_datastream


def datastreams(settings: Settings) -> Sequence[Datastream]:
    """All of them, by id."""
    return list(read_configuration(settings).datastreams.values())


def document(settings: Settings, datastream_id: str) -> bytes:
    """One as a document, with every option. Raises NotFound."""
    found = read_configuration(settings).datastreams
    if datastream_id not in found:
        known = ", ".join(found) or "none"
        raise NotFound(f"there is no datastream {datastream_id!r}: there is {known}")
    return encode_datastream(found[DatastreamId(datastream_id)])


def save(settings: Settings, data: bytes) -> tuple[Datastream, bool]:
    """Add the document's datastream, or replace the one with its id; and whether it is new.

    Raises DatastreamRefused; then nothing is changed.
    """

    def work(connection: Connection) -> tuple[Datastream, bool]:
        configuration = load_configuration(connection)
        datastream = decode_datastream(
            data,
            org_id=configuration.org_id,
            datasets=configuration.datasets,
            mapping_sets=configuration.mapping_sets,
        )
        return datastream, save_datastream(connection, datastream, now_ms=world.clock_ms())

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()
