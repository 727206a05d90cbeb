"""The lines that put published properties into pages, for whoever has no events yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.container.embed import embed_code
from server.model.property import ENVIRONMENTS
from server.store.properties import list_environments, list_properties

# Somebody with more properties than this has had events before.
MAX_EMBEDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """One property's line, for the environment nearest to visitors in which it is published."""

    property_name: str
    environment: str
    code: str


def published_embeds(connection: Connection, *, base_url: str, datastream_id: str = "") -> Sequence[Embed]:
    """At most MAX_EMBEDS, by property name; empty when nothing is published.

    ``datastream_id``: only of environments that name this datastream; empty for any.
    """
    found: list[Embed] = []
    for stored in list_properties(connection):
        targets = stored.document.get("environments", {})
        published = {
            pointer.name
            for pointer in list_environments(connection, stored.id)
            if datastream_id in ("", targets.get(pointer.name, {}).get("datastream"))
        }
        environment = next((name for name in reversed(ENVIRONMENTS) if name in published), None)
        if environment is not None:
            code = embed_code(base_url=base_url, property_id=stored.id, environment=environment)
            found.append(Embed(property_name=stored.name, environment=environment, code=code))
        if len(found) == MAX_EMBEDS:
            break
    return found
