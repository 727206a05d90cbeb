from collections.abc import Sequence

from server.model.ingestion import Ingestion, Operations
from server.model.json import JsonObject
from server.model.schema import Violation
from server.pipeline.partial import PartialValidator, validator_of
from tests.builders import an_event


class Refuses:
    def violations(self, document: JsonObject) -> Sequence[Violation]:
        return [Violation(path=f"/{word}", keyword=word, message=word) for word in ("required", "type")]

    def known(self, patch: JsonObject) -> JsonObject:
        return patch

    def may_miss(self, paths: object) -> bool:
        return False


def test_what_a_partial_update_leaves_out_is_not_missing() -> None:
    whole = Refuses()
    merge = an_event(ingestion=Ingestion(operations=Operations(data="merge")))
    create = an_event(ingestion=Ingestion(operations=Operations()))

    partial = validator_of(merge, whole)

    assert isinstance(partial, PartialValidator)
    assert [violation.keyword for violation in partial.violations({})] == ["type"]
    assert partial.known({"a": 1}) == {"a": 1}
    assert validator_of(create, whole) is whole
    assert validator_of(an_event(), whole) is whole
