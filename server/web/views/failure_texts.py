"""What the reasons for failing are called, and what to do about each, for people who are no programmers."""

from collections.abc import Mapping
from types import MappingProxyType

from server.model.outcome import FailureReason

# (title, what it means and what to do)
_TEXTS: Mapping[FailureReason, tuple[str, str]] = MappingProxyType(
    {
        FailureReason.SCHEMA_VIOLATION: (
            "Schema violation",
            "The event is not as its dataset's schema says. Mend the mapping in the rule that sent it, or the schema.",
        ),
        FailureReason.UNKNOWN_DATASET: (
            "Unknown dataset",
            "Its dataset, or that dataset's schema, was not there when the event was processed, or no dataflow leads "
            "into it. Look at the datastream or the streaming connection.",
        ),
        FailureReason.MALFORMED_MESSAGE: (
            "Malformed message",
            "A streamed message without the name of its source, or without an entity. Its sender has to be mended.",
        ),
        FailureReason.SCHEMA_MISMATCH: (
            "Schema mismatch",
            "A streamed message says that it follows another schema than its dataset's. Send it to a dataset of that "
            "schema, or let it name the dataset's.",
        ),
        FailureReason.MAPPING_FAILED: (
            "Mapping failed",
            "Raw data came by a dataflow that had no mapping set when it was processed. Give the dataflow one.",
        ),
        FailureReason.ENRICHMENT_FAILED: (
            "Enrichment failed",
            "A fault of this server, not of the page that sent the event. The event is kept and can be replayed.",
        ),
        FailureReason.UNREADABLE: (
            "Unreadable record",
            "What was stored could not be decoded: a fault of this server, or damage to its disk.",
        ),
        FailureReason.INTERNAL: (
            "Internal fault",
            "Deciding the event went wrong in a way that it never should: a fault of this server. The event is kept "
            "and can be replayed.",
        ),
        FailureReason.CRASHED: (
            "Set aside",
            "This server's core ended twice while it decided this event, which was then set aside so that others get "
            "on. It is kept whole; replay it when the cause is mended.",
        ),
    }
)


def reason_title(reason: FailureReason) -> str:
    """In a word or two."""
    return _TEXTS[reason][0]


def reason_name(value: str) -> str:
    """The same of a reason as it is counted, which a newer version may have named."""
    return reason_title(FailureReason(value)) if value in list(FailureReason) else value


def reason_explanation(reason: FailureReason) -> str:
    """What it means, and what to do."""
    return _TEXTS[reason][1]
