"""Messages that change a record rather than being one (streaming-ingestion.md, 1.6)."""

from collections.abc import Collection, Sequence

from server.model.event import Event
from server.model.json import JsonObject
from server.model.schema import Violation
from server.ports import Validator


class PartialValidator:
    """What is not in such a message is not missing."""

    def __init__(self, whole: Validator) -> None:
        self._whole = whole

    def violations(self, document: JsonObject) -> Sequence[Violation]:
        return [found for found in self._whole.violations(document) if found.keyword != "required"]

    def known(self, patch: JsonObject) -> JsonObject:
        return self._whole.known(patch)

    def may_miss(self, paths: Collection[str]) -> bool:
        return self._whole.may_miss(paths)


def validator_of(event: Event, validator: Validator) -> Validator:
    """``validator``, or what is left of it for a partial update."""
    is_partial = event.ingestion is not None and event.ingestion.is_partial
    return PartialValidator(validator) if is_partial else validator
