import msgspec
import pytest

from server.model.ingestion import Ingestion
from server.model.outcome import Addition, FailedEvent, FailureReason, Position, Processed
from server.model.schema import Violation
from server.web.views.masking import MASK, masked
from tests.builders import ECID_A, a_client, a_failed, a_processed, an_event, an_xdm, encoded

EMAIL = "jane.doe@example.org"
SECRETS = (ECID_A, EMAIL, "jane.doe%40example.org", "C-10234567", "Jane", "+41 44 555", "203.0.113.77")


def a_personal_event() -> Processed:
    xdm = an_xdm(
        identityMap={
            "ECID": [{"id": ECID_A, "primary": True}],
            "Email": [{"id": EMAIL, "authenticatedState": "authenticated"}],
            "CustomerId": [{"id": "C-10234567"}, {"id": "42"}],
        },
        person={"name": {"firstName": "Jane"}, "birthYear": 1980},
        mobilePhone={"number": "+41 44 555"},
        web={"webPageDetails": {"URL": f"https://shop.example/?m={EMAIL}&n=jane.doe%40example.org&c=C-10234567"}},
        _shop={"notes": [f"mail to {EMAIL} please", {"C-10234567": 42}], "total": 42},
    )
    additions = (Addition(enrichment="crm", patch={"_shop": {"owner": EMAIL}}),)
    client = a_client(ip="203.0.113.77", referer=f"https://shop.example/{ECID_A}")
    return a_processed(xdm=xdm, client=client, data={"q": EMAIL}, additions=additions)


def test_nothing_that_says_who_somebody_is_is_left() -> None:
    text = encoded(masked(a_personal_event())).decode()

    assert [secret for secret in SECRETS if secret in text] == []


def test_what_says_nothing_of_a_person_stays() -> None:
    outcome = masked(a_personal_event())

    assert outcome.event is not None
    xdm = outcome.event.xdm
    assert xdm["eventType"] == "web.webpagedetails.pageViews"
    assert xdm["web"]["webPageDetails"]["URL"].startswith("https://shop.example/?m=")
    assert xdm["_shop"]["total"] == 42
    assert xdm["identityMap"]["Email"][0]["authenticatedState"] == "authenticated"
    assert outcome.event.client.user_agent != MASK


def test_a_long_id_keeps_its_end_so_that_visitors_can_be_told_apart() -> None:
    outcome = masked(a_processed())

    assert outcome.event is not None
    assert outcome.event.xdm["identityMap"]["ECID"][0]["id"] == MASK + ECID_A[-4:]


def test_a_short_id_is_hidden_wholly_where_it_is_an_id_and_not_sought_elsewhere() -> None:
    outcome = masked(a_personal_event())

    assert outcome.event is not None
    assert outcome.event.xdm["identityMap"]["CustomerId"][1]["id"] == MASK
    assert outcome.event.xdm["timestamp"] == "2026-01-01T12:00:00.000Z"


def test_violations_are_masked_too() -> None:
    xdm = an_xdm(identityMap={"Email": [{"id": EMAIL}]})
    violation = Violation(path=f"/x/{EMAIL}", keyword="type", message=f'expected a number, found "{EMAIL}"')

    outcome = masked(a_failed(event=an_event(xdm=xdm), violations=(violation,)))

    assert EMAIL not in encoded(outcome).decode()


@pytest.mark.parametrize("path", ["/person/name/firstName", "/_shop/buyer/homeAddress/city", "/identityMap/Crm/0/id"])
def test_a_violation_does_not_quote_what_is_hidden_where_it_stands(path: str) -> None:
    quoting = Violation(path=path, keyword="maxLength", message='expected at most 3 characters, found 4: "Jane"')
    naming = Violation(path=path, keyword="required", message="the field `code` is missing")

    outcome = masked(a_failed(event=an_event(), violations=(quoting, naming)))

    assert isinstance(outcome, FailedEvent)
    assert [each.message for each in outcome.violations] == [f"maxLength: {MASK}", "the field `code` is missing"]


def test_a_violation_quotes_what_is_of_nobody() -> None:
    violation = Violation(path="/commerce/order/priceTotal", keyword="type", message='expected a number, found "9,90"')

    outcome = masked(a_failed(event=an_event(), violations=(violation,)))

    assert isinstance(outcome, FailedEvent)
    assert outcome.violations == (violation,)


def test_warnings_of_a_mapping_are_masked_too() -> None:
    warnings = (Violation(path="/x", keyword="mapping", message=f'to_integer: "{EMAIL}" is no number'),)
    streamed = Ingestion(source="crm", is_raw=True, warnings=warnings)

    text = encoded(masked(a_processed(warnings=warnings, ingestion=streamed))).decode()

    assert EMAIL not in text
    assert text.count("to_integer") == 2


def test_a_record_that_nobody_could_decode_is_not_shown_at_all() -> None:
    source = Position(partition=0, offset=0)
    outcome = FailedEvent(source=source, reason=FailureReason.UNREADABLE, stage="decode", raw="c2VjcmV0")

    assert masked(outcome) == msgspec.structs.replace(outcome, raw="")


def test_nothing_is_changed_in_place() -> None:
    outcome = a_personal_event()
    before = encoded(outcome)

    masked(outcome)

    assert encoded(outcome) == before


@pytest.mark.parametrize("identity_map", [None, 5, [], "x", {"ECID": "x"}, {"ECID": [5, {"id": 7}, {"id": None}]}])
def test_an_identity_map_that_is_none_is_no_obstacle(identity_map: object) -> None:
    outcome = masked(a_processed(xdm=an_xdm(identityMap=identity_map)))

    assert outcome.event is not None
