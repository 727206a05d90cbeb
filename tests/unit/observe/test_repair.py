import pytest

from server.model.ingestion import Ingestion
from server.model.json import JsonObject
from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.model.schema import Violation
from server.observe.failures import Failure
from server.observe.repair import dotted, edit_failures, suggestions
from server.prep.patch import Patch, PatchFault
from server.schema.compile import compile_schema
from tests.builders import a_failed, an_event

SCHEMA: JsonObject = {
    "type": "object",
    "meta:behavior": "time-series",
    "additionalProperties": False,
    "required": ["_id"],
    "properties": {
        "_id": {"type": "string"},
        "text": {"type": "string"},
        "price": {"type": "number"},
        "count": {"type": "integer"},
        "isNew": {"type": "boolean"},
        "list": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "number"}}}},
    },
}


def failure(offset: int = 0, **event: object) -> Failure:
    return Failure(Offset(offset), a_failed(event=an_event(**event)))


def test_every_event_is_edited_by_its_own_dataset_s_schema() -> None:
    found = edit_failures([failure(3, xdm={"_id": "e-1", "count": "7"})], "count = count", lambda _: SCHEMA)

    assert [(each.failure.offset, each.before.xdm["count"], each.after.xdm["count"]) for each in found] == [(3, "7", 7)]


def test_raw_data_is_edited_without_a_schema() -> None:
    raw = failure(data={"n": "7"}, ingestion=Ingestion(is_raw=True))

    (found,) = edit_failures([raw], "made.up = n", lambda _: SCHEMA)

    assert found.after.data == {"n": "7", "made": {"up": "7"}}


def test_without_an_edit_they_are_as_they_were_and_what_cannot_be_read_is_left_out() -> None:
    lost = FailedEvent(source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read")

    (found,) = edit_failures([failure(), Failure(Offset(1), lost)], "  ", lambda _: SCHEMA)

    assert found.after is found.before


def test_an_edit_that_cannot_be_is_refused() -> None:
    with pytest.raises(PatchFault):
        edit_failures([failure()], "unheard = 1", lambda _: SCHEMA)


def test_what_is_suggested_mends_most_faults_when_the_gaps_are_filled() -> None:
    xdm: JsonObject = {
        "text": 3,
        "price": "7.5",
        "count": "7",
        "isNew": "true",
        "oddity": 1,
        "list": [{"n": "1"}],
    }
    validator = compile_schema(SCHEMA)
    failed = a_failed(event=an_event(), violations=tuple(validator.violations(xdm)))

    lines = suggestions([Failure(Offset(0), failed)])

    patched = Patch("\n".join(lines).replace("…", "e-1"), SCHEMA).apply(xdm, received_ms=0, seed="")
    assert patched.warnings == []
    assert not validator.violations(patched.document)
    assert "remove oddity" in lines


def test_nothing_is_suggested_for_raw_data() -> None:
    raw = a_failed(event=an_event(ingestion=Ingestion(is_raw=True)))

    assert suggestions([Failure(Offset(0), raw)]) == []


def test_a_fault_of_the_whole_event_has_no_line() -> None:
    whole = a_failed(violations=(Violation(path="", keyword="dataset", message="gone"),))

    assert suggestions([Failure(Offset(0), whole)]) == []


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", ""),
        ("/commerce/order/priceTotal", "commerce.order.priceTotal"),
        ("/productListItems/0/SKU", "productListItems[0].SKU"),
        ("/a.b/c~1d", "${a.b}.${c/d}"),
        ("/0", "${0}"),
    ],
)
def test_a_pointer_is_a_path(pointer: str, path: str) -> None:
    assert dotted(pointer) == path
