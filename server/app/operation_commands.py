"""What the commands tell of an installation as a whole."""

import asyncio
import time

import msgspec

from server.app.address import address_of, running_address
from server.app.property_overview import property_overview
from server.app.readers import open_database, open_logs, read_configuration
from server.model.inlet import Inlet
from server.model.json import JsonObject
from server.observe.status import PipelineStatus
from server.settings import Settings

# How often `wait` looks: a sink that has caught up is seen at once, by a person's measure.
_LOOK_SECONDS = 0.05


def info(settings: Settings) -> JsonObject:
    """Everything that scripts need to know of an installation."""
    database = open_database(settings)
    try:
        properties = database.read_sync(property_overview)
    finally:
        database.close()
    configuration = read_configuration(settings)
    status = asyncio.run(_status(settings))
    return {
        "baseUrl": address_of(settings),
        "isRunning": running_address(settings.data_dir) is not None,
        "orgId": configuration.org_id,
        "sandbox": configuration.sandbox,
        "properties": properties,
        "datastreams": [
            {"id": item.id, "name": item.name, "datasetId": item.dataset_id}
            for item in configuration.datastreams.values()
        ],
        "inlets": [_inlet(item, address_of(settings)) for item in configuration.inlets.values()],
        "datasets": [
            {"id": item.id, "name": item.name, "schemaId": item.schema_id} for item in configuration.datasets.values()
        ],
        "schemas": [{"id": id_, "title": document["title"]} for id_, document in configuration.schemas.items()],
        "sinks": [msgspec.to_builtins(sink) for sink in status.sinks],
        "events": {
            "received": status.received,
            "processed": status.processed,
            "failed": status.failed,
            "waiting": status.waiting,
        },
    }


def _inlet(inlet: Inlet, base_url: str) -> JsonObject:
    return {
        "id": inlet.id,
        "name": inlet.name,
        "url": f"{base_url}/collection/{inlet.id}",
        "dataType": inlet.data_type,
        "authenticationRequired": inlet.requires_token,
        "enabled": inlet.enabled,
        "flows": [{"id": flow.id, "name": flow.name, "datasetId": flow.dataset_id} for flow in inlet.flows],
    }


async def _status(settings: Settings) -> PipelineStatus:
    async with open_logs(settings) as logs:
        return await logs.status()


def wait_until_settled(settings: Settings, *, timeout_seconds: float) -> PipelineStatus:
    """The status when everything has its outcome and every sink has caught up, or the one after the timeout.

    Raises NoInstallation: of nothing, everything would be settled.
    """
    open_database(settings).close()
    return asyncio.run(_wait(settings, timeout_seconds))


async def _wait(settings: Settings, timeout_seconds: float) -> PipelineStatus:
    give_up = time.monotonic() + timeout_seconds
    async with open_logs(settings) as logs:
        while True:
            status = await logs.status()
            if status.is_settled or time.monotonic() >= give_up:
                return status
            await asyncio.sleep(_LOOK_SECONDS)
