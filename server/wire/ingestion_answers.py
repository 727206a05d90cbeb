"""What streaming ingestion answers when it takes messages (streaming-ingestion.md, 1.4 and 1.5)."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from server.wire.ingestion_errors import Refusal

SyncValidation: TypeAlias = Literal["skipped", "passed"]

_encode = msgspec.json.Encoder().encode


def encode_message_answer(
    inlet_id: str, xaction_id: str, *, received_ms: int, sync_validation: SyncValidation
) -> bytes:
    """The body of a 200."""
    return _encode(
        {
            "inletId": inlet_id,
            "xactionId": xaction_id,
            "receivedTimeMs": received_ms,
            "syncValidation": {"skipped": True} if sync_validation == "skipped" else {"status": "pass"},
        }
    )


def encode_batch_answer(
    inlet_id: str, org_id: str, batch_id: str, items: Sequence[tuple[str, Refusal | None]], *, received_ms: int
) -> bytes:
    """The body of a 207: for each message its ``xactionId``, and what is wrong with it, if anything.

    A refused one has all that either form of the platform's answers has (1.5): old clients read ``statusCode``, newer
    ones ``status``, which a message that was taken must not have.
    """
    return _encode(
        {
            "inletId": inlet_id,
            "batchId": batch_id,
            "receivedTimeMs": received_ms,
            "responses": [
                {"xactionId": xaction_id}
                if refusal is None
                else {
                    "xactionId": xaction_id,
                    "status": refusal.status,
                    "statusCode": refusal.status,
                    "message": refusal.text(inlet_id, org_id),
                }
                for xaction_id, refusal in items
            ],
        }
    )
