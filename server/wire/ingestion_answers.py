"""What streaming ingestion answers when it takes messages (streaming-ingestion.md, 1.4 and 1.5)."""

from collections.abc import Mapping
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
    inlet_id: str, org_id: str, batch_id: str, *, messages: int, refused: Mapping[int, Refusal], received_ms: int
) -> bytes:
    """The body of a 207: for each of so many messages its ``xactionId``, and what is wrong with it, if anything.

    The platform's Kafka sink finds the message by the digits after the last dash.

    A refused one has all that either form of the platform's answers has (1.5): old clients read ``statusCode``, newer
    ones ``status``, which a message that was taken must not have.
    """
    # Nearly all are taken, and differ in their last digits: so their text is made, and not encoded.
    taken = b'{"xactionId":%b-' % _encode(batch_id)[:-1]
    responses = [b'%b%d"}' % (taken, index) for index in range(messages)]
    for index, refusal in refused.items():
        responses[index] = _encode(
            {
                "xactionId": f"{batch_id}-{index}",
                "status": refusal.status,
                "statusCode": refusal.status,
                "message": refusal.text(inlet_id, org_id),
            }
        )
    return _encode(
        {
            "inletId": inlet_id,
            "batchId": batch_id,
            "receivedTimeMs": received_ms,
            "responses": msgspec.Raw(b"[%b]" % b",".join(responses)),
        }
    )
