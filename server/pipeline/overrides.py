"""What a request may change of its datastream's configuration, and what becomes of its events then."""

from server.model.datastream import DatasetId, Datastream
from server.model.json import JsonObject
from server.wire.errors import INVALID_OVERRIDE, Malformed
from server.wire.overrides import DATASET_PATH, ENABLED_PATH, decode_overrides


def overridden_dataset(given: JsonObject | None, datastream: Datastream) -> DatasetId | None:
    """Where the request's events go; None: nowhere, because the page says so and may.

    Raises Malformed, naming the key, for what is unknown, of the wrong kind, or not allowed by the datastream.
    """
    if given is None:
        return datastream.dataset_id
    overrides = decode_overrides(given)
    allowed = datastream.overrides
    if not overrides.is_kept:
        if not allowed.disable:
            raise Malformed(
                INVALID_OVERRIDE, f"the datastream does not allow its events to be switched off - at `{ENABLED_PATH}`"
            )
        return None
    if not overrides.dataset_id or overrides.dataset_id == datastream.dataset_id:
        return datastream.dataset_id
    chosen = DatasetId(overrides.dataset_id)
    if chosen not in allowed.datasets:
        raise Malformed(
            INVALID_OVERRIDE,
            f"{overrides.dataset_id[:64]!r} is no dataset that the datastream allows - at `{DATASET_PATH}`",
        )
    return chosen
