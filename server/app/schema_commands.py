"""What `heliograph schema …` does."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.model.json import Json, JsonObject
from server.model.schema import Violation
from server.schema.builtins import builtin_documents
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.schema.identifiers import alt_id, public_id
from server.schema.importing import MAX_FILES
from server.schema.kinds import Kind
from server.schema.registry import Registry
from server.settings import Settings
from server.store.authoring import component_history, import_files
from server.store.components import StoredComponent, StoredVersion
from server.store.registry import load_registry

# What XDM calls components' files; beside them are examples.
_COMPONENT_FILES = "*.schema.json"


class Unreadable(Exception):
    """A file or folder that the command line names cannot be read. ``args``: which, and why."""


def components(settings: Settings, *, kind: Kind | None) -> Sequence[JsonObject]:
    """Everything there is, of one kind or of all: the tenant's own first, then what is built in."""
    registry = _registry(settings)
    own = [_line(document, "own") for document in registry.components.values()]
    builtin = {document["$id"]: document for document in registry.builtins.values()}.values()
    lines = [*own, *(_line(document, "built in") for document in builtin)]
    return [line for line in lines if kind is None or line["kind"] == kind]


def component(settings: Settings, name: str) -> tuple[JsonObject, JsonObject]:
    """A component, as it is kept and resolved. ``name``: its id, its short form, or its title. Raises NotFound."""
    registry = _registry(settings)
    document = _found(registry, name)
    if document["$id"] in registry.components:
        document = registry.schema(document["$id"])
    return document, resolve_schema(document, registry.find)


def history(settings: Settings, name: str) -> Sequence[tuple[StoredVersion, Sequence[str]]]:
    """Every state that a component of one's own had, oldest first, each with the fields that it changed.

    What a state refers to is taken as it is now; where that is gone, nothing is said of fields. Raises NotFound.
    """

    def work(connection: Connection) -> Sequence[tuple[StoredVersion, Sequence[str]]]:
        registry = load_registry(connection, builtin_documents())
        states = component_history(connection, _found(registry, name)["$id"], registry)
        if not states:
            raise NotFound(f"{name!r} is built in: it has no history here")
        return states

    database = open_database(settings)
    try:
        return database.read_sync(work)
    finally:
        database.close()


def import_components(settings: Settings, path: str, *, by: str) -> Sequence[tuple[StoredComponent, bool]]:
    """Keep what a file, or a folder and those in it, hold; each with whether that changed anything.

    Raises Unreadable, ImportRefused, ChangeRefused; then nothing is kept.
    """
    files = _read(Path(path))
    builtins = builtin_documents()

    def work(connection: Connection) -> Sequence[tuple[StoredComponent, bool]]:
        return import_files(connection, files, builtins=builtins, now_ms=world.clock_ms(), by=by)

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()


def violations(settings: Settings, name: str, data: bytes) -> Sequence[tuple[int, Sequence[Violation]]]:
    """What is wrong with each of some documents, JSON or a line each, counted from 1. Raises NotFound, Unreadable."""
    _, resolved = component(settings, name)
    validator = compile_schema(resolved)
    return [(number, validator.violations(document)) for number, document in enumerate(_documents(data), start=1)]


def _registry(settings: Settings) -> Registry:
    database = open_database(settings)
    try:
        return database.read_sync(partial(load_registry, builtins=builtin_documents()))
    finally:
        database.close()


def _line(document: Mapping[str, Json], origin: str) -> JsonObject:
    return {
        "kind": document["meta:resourceType"],
        "id": public_id(document),
        "version": document.get("version", ""),
        "origin": origin,
        "title": document.get("title", ""),
    }


def _found(registry: Registry, name: str) -> JsonObject:
    by_id = registry.find(name)
    if by_id is not None:
        return by_id
    known = [*registry.components.values(), *registry.builtins.values()]
    for document in known:
        if name in (alt_id(document["$id"]), alt_id(public_id(document)), document.get("title")):
            return document
    titles = ", ".join(sorted(str(document.get("title")) for document in registry.components.values())) or "none yet"
    raise NotFound(f"there is no schema or component {name!r}; the schemas are: {titles}")


def _read(path: Path) -> Mapping[str, bytes]:
    try:
        if not path.is_dir():
            return {str(path): path.read_bytes()}
        paths = sorted(path.rglob(_COMPONENT_FILES)) or sorted(path.rglob("*.json"))
        if not paths:
            raise Unreadable(f"{path} has no JSON files")
        # One more than can be imported, so that the refusal says so.
        return {str(one.relative_to(path)): one.read_bytes() for one in paths[: MAX_FILES + 1]}
    except OSError as error:
        raise Unreadable(f"cannot read {error.filename or path}: {error.strerror}") from None


def _documents(data: bytes) -> Iterator[JsonObject]:
    try:
        whole = [msgspec.json.decode(data)]
    except msgspec.DecodeError:
        try:
            whole = msgspec.json.Decoder().decode_lines(data)
        except msgspec.DecodeError as error:
            raise Unreadable(f"this is neither JSON nor a JSON document a line: {error}") from None
    for number, document in enumerate(whole, start=1):
        if not isinstance(document, dict):
            raise Unreadable(f"document {number} is no JSON object")
        yield document
