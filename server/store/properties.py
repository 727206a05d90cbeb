"""Properties, their builds, and the environments that point to builds."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from server.model.json import JsonObject
from server.store import settings
from server.store.revisions import add_revision
from server.store.tables import builds, environments, properties, publications, publish_plans, rollouts


class StoredProperty(msgspec.Struct, frozen=True, kw_only=True):
    """A property as the console edits it. ``document`` is in the format of docs/reference/property.md.

    ``version``: number of the revision that this is; saving gives the next one.
    """

    id: str
    name: str
    document: JsonObject
    updated_ms: int
    updated_by: str
    version: int = 0


class StoredBuild(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen result. ``script`` is what pages load; ``revision`` is the content hash of the property document."""

    hash: str
    property_id: str
    environment: str
    revision: str
    document: JsonObject
    script: bytes
    created_ms: int
    created_by: str


class EnvironmentPointer(msgspec.Struct, frozen=True, kw_only=True):
    """Where one environment points, and since when. ``build_bytes``: size of the build's script."""

    name: str
    build_hash: str
    revision: str
    build_bytes: int
    published_ms: int
    published_by: str


def list_properties(connection: Connection) -> Sequence[StoredProperty]:
    """All of them, by name."""
    return [_property(row) for row in connection.execute(select(properties).order_by(properties.c.name))]


def find_property(connection: Connection, property_id: str) -> StoredProperty | None:
    row = connection.execute(select(properties).where(properties.c.id == property_id)).one_or_none()
    return None if row is None else _property(row)


def save_property(connection: Connection, value: StoredProperty, *, summary: str = "") -> StoredProperty:
    """Insert it, or replace the one with this id, as its next revision. Its published builds stay as they are.

    ``summary``: what was done, in a few words. The same document again is no new revision.
    """
    row = {
        "name": value.name,
        "document": msgspec.json.encode(value.document).decode(),
        "updated_ms": value.updated_ms,
        "updated_by": value.updated_by,
    }
    before = find_property(connection, value.id)
    if before is not None and before.document == value.document:
        return before
    row["version"] = 1 if before is None else before.version + 1
    if before is None:
        connection.execute(insert(properties).values(id=value.id, **row))
    else:
        connection.execute(update(properties).where(properties.c.id == value.id).values(row))
    saved = msgspec.structs.replace(value, version=row["version"])
    add_revision(
        connection,
        value.id,
        number=saved.version,
        document=value.document,
        saved_ms=value.updated_ms,
        saved_by=value.updated_by,
        summary=summary,
    )
    return saved


def list_environments(connection: Connection, property_id: str) -> Sequence[EnvironmentPointer]:
    """Where this property's environments point, by name."""
    rows = connection.execute(
        select(environments, builds.c.revision, builds.c.script)
        .join(builds, builds.c.hash == environments.c.build_hash)
        .where(environments.c.property_id == property_id)
        .order_by(environments.c.name)
    )
    return [
        EnvironmentPointer(
            name=row.name,
            build_hash=row.build_hash,
            revision=row.revision,
            build_bytes=len(row.script),
            published_ms=row.published_ms,
            published_by=row.published_by,
        )
        for row in rows
    ]


def keep_build(connection: Connection, build: StoredBuild) -> None:
    """So that something can point to it. The same bytes again change nothing."""
    if find_build(connection, build.hash) is None:
        row = msgspec.structs.asdict(build) | {"document": msgspec.json.encode(build.document).decode()}
        connection.execute(insert(builds).values(row))


def publish_build(connection: Connection, build: StoredBuild, *, reason: str = "") -> None:
    """Keep the build and let its environment point to it. Publishing the same bytes again only moves the pointer."""
    keep_build(connection, build)
    point_environment(
        connection,
        property_id=build.property_id,
        name=build.environment,
        build_hash=build.hash,
        published_ms=build.created_ms,
        published_by=build.created_by,
        reason=reason,
    )


def point_environment(
    connection: Connection,
    *,
    property_id: str,
    name: str,
    build_hash: str,
    published_ms: int,
    published_by: str,
    reason: str = "",
) -> None:
    """Move one environment's pointer, write down who did and why, and let the collectors notice.

    A roll-out there is over, and what was planned for it is withdrawn: it was overtaken.
    """
    row = {"build_hash": build_hash, "published_ms": published_ms, "published_by": published_by}
    at = (environments.c.property_id == property_id) & (environments.c.name == name)
    if connection.execute(update(environments).where(at).values(row)).rowcount == 0:
        connection.execute(insert(environments).values(property_id=property_id, name=name, **row))
    told = {"environment": name, "reason": reason}
    connection.execute(insert(publications).values(property_id=property_id, **row, **told))
    overtake(connection, property_id, name, now_ms=published_ms)
    settings.bump_revision(connection)


def overtake(connection: Connection, property_id: str, environment: str, *, now_ms: int) -> None:
    """End the environment's roll-out and withdraw its plans: something else has been decided."""
    table = rollouts.c
    connection.execute(delete(rollouts).where((table.property_id == property_id) & (table.environment == environment)))
    plans = publish_plans.c
    waiting = (plans.property_id == property_id) & (plans.environment == environment) & (plans.state == "waiting")
    connection.execute(update(publish_plans).where(waiting).values(state="withdrawn", ended_ms=now_ms))


def list_builds(connection: Connection, property_id: str, *, limit: int) -> Sequence[StoredBuild]:
    """The newest first."""
    rows = connection.execute(
        select(builds).where(builds.c.property_id == property_id).order_by(builds.c.created_ms.desc()).limit(limit)
    )
    return [_build(row) for row in rows]


def find_build(connection: Connection, build_hash: str) -> StoredBuild | None:
    row = connection.execute(select(builds).where(builds.c.hash == build_hash)).one_or_none()
    return None if row is None else _build(row)


def _property(row: object) -> StoredProperty:
    values = dict(row._mapping)  # type: ignore[attr-defined]  # a Row of an untyped select
    return StoredProperty(**values | {"document": msgspec.json.decode(values["document"])})


def _build(row: object) -> StoredBuild:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    return StoredBuild(**values | {"document": msgspec.json.decode(values["document"])})
