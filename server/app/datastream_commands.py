"""What `heliograph datastream …` does."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database, read_configuration
from server.model.datastream import Datastream, DatastreamId
from server.settings import Settings
from server.store.configuration import load_configuration, save_datastream
from server.store.datastreams import DeletedDatastream, delete_datastream, list_deleted, restore_datastream
from server.web.domains import RegistrableDomains
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
            registrable_domain=RegistrableDomains(),
        )
        return datastream, save_datastream(connection, datastream, now_ms=world.clock_ms())

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()


def deleted(settings: Settings) -> Sequence[DeletedDatastream]:
    """Those that can still be brought back, by id."""
    database = open_database(settings)
    try:
        return database.read_sync(list_deleted)
    finally:
        database.close()


def delete(settings: Settings, datastream_id: str) -> None:
    """Raises NotFound, or DatastreamInUse while anything of ours sends to it."""
    now_ms = world.clock_ms()

    def work(connection: Connection) -> None:
        found = load_configuration(connection).datastreams
        if datastream_id not in found:
            raise NotFound(f"there is no datastream {datastream_id!r}: there is {', '.join(found) or 'none'}")
        delete_datastream(connection, datastream_id, now_ms=now_ms)

    _write(settings, work)


def restore(settings: Settings, datastream_id: str) -> None:
    """Raises NotFound, or DatastreamInUse while its dataset is deleted."""

    def work(connection: Connection) -> None:
        found = [each.id for each in list_deleted(connection)]
        if datastream_id not in found:
            raise NotFound(f"there is no deleted datastream {datastream_id!r}: there is {', '.join(found) or 'none'}")
        restore_datastream(connection, datastream_id)

    _write(settings, work)


def _write(settings: Settings, work: Callable[[Connection], None]) -> None:
    database = open_database(settings)
    try:
        database.write_sync(work)
    finally:
        database.close()
