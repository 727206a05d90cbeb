"""All properties, as commands tell of them."""

from sqlalchemy import Connection

from server.model.json import JsonObject
from server.store.properties import list_environments, list_properties


def property_overview(connection: Connection) -> list[JsonObject]:
    """Of each its id, its name, and the hash of what each environment delivers."""
    return [
        {
            "id": item.id,
            "name": item.name,
            "environments": {pointer.name: pointer.build_hash for pointer in list_environments(connection, item.id)},
        }
        for item in list_properties(connection)
    ]
