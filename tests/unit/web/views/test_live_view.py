import base64
import json
from typing import Any

import msgspec
import pytest

from server.model.identity import ECID
from server.model.ingestion import Ingestion
from server.model.outcome import Addition, FailedEvent, FailureReason, Offset, Outcome, Position
from server.model.schema import Violation
from server.observe.tap import Line, OutcomeTopic
from server.web.views.live_view import LiveDetail, LiveRow, live_detail, live_row
from server.web.views.visible import visible
from tests.builders import ECID_A, a_client, a_failed, a_processed, an_event, an_xdm


def url(topic: OutcomeTopic, offset: Offset) -> str:
    return f"/live/{topic}/{offset}"


def line(outcome: Outcome) -> Line:
    return Line("failed" if isinstance(outcome, FailedEvent) else "processed", Offset(7), outcome)


def row(**xdm: Any) -> LiveRow:
    return live_row(line(a_processed(xdm=an_xdm(**xdm))), url)


def detail(outcome: Outcome) -> LiveDetail:
    return live_detail(line(outcome), url)


def facts(outcome: Outcome) -> dict[str, str]:
    return {fact.label: fact.value for group in detail(outcome).groups for fact in group.facts}


def test_a_row_says_when_what_where_who() -> None:
    assert row() == LiveRow(
        topic="processed",
        offset=7,
        href="/live/processed/7",
        at="2026-01-01T12:00:00.000Z",
        name="Page view",
        event_type="web.webpagedetails.pageViews",
        page="home  /",
        who=f"ECID …{ECID_A[-6:]}",
        client="",
        outcome="processed",
        outcome_text="Processed",
    )


@pytest.mark.parametrize(
    ("outcome", "kind", "text"),
    [
        (a_processed(), "processed", "Processed"),
        (a_processed(duplicate=True), "duplicate", "Duplicate"),
        (a_failed(), "failed", "Schema violation"),
        (a_failed(reason=FailureReason.UNKNOWN_DATASET), "failed", "Unknown dataset"),
        (a_failed(reason=FailureReason.ENRICHMENT_FAILED), "failed", "Enrichment failed"),
    ],
)
def test_a_row_says_what_became_of_it(outcome: Outcome, kind: str, text: str) -> None:
    shown = live_row(line(outcome), url)

    assert (shown.outcome, shown.outcome_text) == (kind, text)


@pytest.mark.parametrize("reason", list(FailureReason))
def test_every_reason_to_fail_is_explained(reason: FailureReason) -> None:
    assert len(detail(a_failed(reason=reason)).explanation) > 40


@pytest.mark.parametrize(
    ("identity_map", "who"),
    [
        ({ECID: [{"id": "1" * 38}], "CustomerId": [{"id": "C-1"}]}, "CustomerId C-1"),
        ({"A": [{"id": "a"}], "B": [{"id": "b", "authenticatedState": "authenticated"}]}, "B b"),
        ({"FPID": [{"id": "0123456789"}]}, "FPID …456789"),
        ({"ECID": [{"id": "•••1234"}]}, "ECID …1234"),
        ({}, ""),
        (None, ""),
        ({"ECID": "no list"}, ""),
        ({"ECID": [{"id": 5}, "x"]}, ""),
        ({"x\u202ey": [{"id": "a\nb"}]}, "x⟨U+202E⟩y a␊b"),
    ],
)
def test_who_it_was(identity_map: object, who: str) -> None:
    assert row(identityMap=identity_map).who == who


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ({"name": "Home", "URL": "https://shop.example/a/b?c=d"}, "Home  /a/b"),
        ({"URL": "https://shop.example"}, "/"),
        ({"name": "Home"}, "Home"),
        ({"name": "/a", "URL": "/a"}, "/a"),
        ({"URL": "http://["}, "http://["),
        ({"URL": 5, "name": 6}, "/from/referer"),
        ({"name": "x" * 500, "URL": "https://shop.example/a"}, "x" * 159 + "…"),
    ],
)
def test_which_page_it_was(page: object, shown: str) -> None:
    event = an_event(
        xdm=an_xdm(web={"webPageDetails": page}),
        client=a_client(referer="" if "name" in str(page) and "URL" not in str(page) else "https://x/from/referer"),
    )

    assert live_row(line(a_processed(xdm=event.xdm, client=event.client)), url).page == shown


@pytest.mark.parametrize(
    ("environment", "device", "shown"),
    [
        (
            {"browserDetails": {"name": "Chrome", "version": "130.0.1"}, "operatingSystem": "Windows"},
            {"type": "desktop"},
            "Chrome 130 · Windows",
        ),
        (
            {"browserDetails": {"name": "Safari"}, "operatingSystem": "iOS"},
            {"model": "iPhone"},
            "Safari · iOS · iPhone",
        ),
        ({}, {"type": "tablet"}, "tablet"),
        ("odd", ["odd"], ""),
    ],
)
def test_what_it_was_sent_with(environment: object, device: object, shown: str) -> None:
    assert row(environment=environment, device=device).client == shown


def test_a_type_without_end_is_cut() -> None:
    shown = row(eventType="x" * 70_000)

    assert len(shown.event_type) == 160
    assert len(msgspec.json.encode(shown)) < 2_000


@pytest.mark.parametrize("event_type", [None, 5, {}, ["x"]])
def test_an_event_without_a_type_is_an_event_all_the_same(event_type: object) -> None:
    assert (row(eventType=event_type).name, row(eventType=event_type).event_type) == ("Event", "")


def test_a_record_that_could_not_be_decoded_has_a_row_and_shows_how_it_begins() -> None:
    source = Position(partition=1, offset=2)
    raw = base64.b64encode(b"\x00broken\xff" + b"x" * 900).decode()
    outcome = FailedEvent(source=source, reason=FailureReason.UNREADABLE, stage="decode", raw=raw)

    shown = detail(outcome)

    assert (shown.row.name, shown.row.at, shown.row.page) == ("Unreadable record", "", "")
    assert shown.tree == ()
    assert facts(outcome)["Record"].startswith("␀broken\\xff")
    assert facts(outcome)["Received as"] == "partition 1, offset 2"


def test_a_detail_names_what_was_added_and_by_whom() -> None:
    patch = {"device": {"type": "desktop"}}
    outcome = a_processed(xdm=an_xdm(**patch), additions=(Addition(enrichment="user_agent", patch=patch),))

    shown = detail(outcome)

    assert shown.added_by == ("user agent",)
    [device] = [node for node in shown.tree if node.key == "device"]
    assert device.children[0].added_by == "user agent"
    assert shown.explanation == ""


def test_a_detail_of_a_failed_event_has_every_violation_up_to_a_hundred() -> None:
    violations = tuple(Violation(path=f"/{n}", keyword="type", message=f"m{n}") for n in range(150))

    shown = detail(a_failed(violations=(Violation(path="", keyword="required", message="m"), *violations)))

    assert len(shown.violations) == 100
    assert [each.path for each in shown.violations[:2]] == ["/", "/0"]


def test_a_detail_has_the_clients_facts_with_safe_links() -> None:
    client = a_client(
        origin="https://shop.example",
        referer="javascript:alert(1)",
        client_hints={"ua-mobile": "?0", "ua-platform": '"Linux"'},
        global_privacy_control=True,
    )
    outcome = a_processed(client=client, origin_mismatch=True)

    links = {fact.label: fact.href for group in detail(outcome).groups for fact in group.facts if fact.href}
    said = facts(outcome)

    assert links == {"Origin": "https://shop.example"}
    assert said["Page"] == "javascript:alert(1)"
    assert said["Client hints"] == 'ua-mobile: ?0; ua-platform: "Linux"'
    assert said["IP address"] == "192.0.2.0"
    assert "Global Privacy Control" in said["Privacy signal"]
    assert said["Origin allowed"].startswith("no")


def test_a_detail_says_what_the_browser_asked_for_and_that_a_clock_is_wrong() -> None:
    both = facts(a_processed(client=a_client(global_privacy_control=True, do_not_track=True)))
    wrong = msgspec.structs.replace(a_processed(), clock="ahead")

    assert both["Privacy signal"] == "Global Privacy Control and Do Not Track are on"
    assert "Clock" not in both
    assert "ahead of ours" in facts(wrong)["Clock"]


def test_a_detail_says_what_a_mapping_left_out_and_why() -> None:
    of_the_datastream = Violation(path="/commerce/order/priceTotal", keyword="mapping", message="no\u202enumber")
    of_the_flow = Violation(path="/_id", keyword="mapping", message="no text")

    by_page = facts(a_processed(warnings=(of_the_datastream,)))
    by_inlet = facts(a_processed(ingestion=Ingestion(source="crm", is_raw=True, warnings=(of_the_flow,))))
    endless = detail(a_processed(warnings=(of_the_flow,) * 500))

    assert by_page["/commerce/order/priceTotal"] == visible("no\u202enumber")
    assert by_inlet["/_id"] == "no text"
    assert [len(group.facts) for group in endless.groups if group.title == "Left out by the mapping"] == [100]
    assert "Left out by the mapping" not in [group.title for group in detail(a_processed()).groups]


@pytest.mark.parametrize(
    ("basis", "said"), [("state", "given by the visitor"), ("event", "consent string"), ("default", "not asked for")]
)
def test_a_detail_says_by_what_the_event_may_be_kept(basis: str, said: str) -> None:
    assert said in facts(a_processed(consent=basis))["Consent"]


def test_what_came_by_an_inlet_has_nobodys_consent_to_show() -> None:
    assert "Consent" not in facts(a_processed(consent=None))


@pytest.mark.parametrize(
    ("timestamp", "time"),
    [
        ("2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00.000Z"),
        ("2026-01-01T12:00:00", ""),
        ("yesterday", ""),
        ("0001-01-01T00:00:00+14:00", ""),
    ],
)
def test_a_pages_own_time_is_a_time_when_it_says_its_zone(timestamp: str, time: str) -> None:
    groups = detail(a_processed(xdm=an_xdm(timestamp=timestamp))).groups

    [happened] = [fact for group in groups for fact in group.facts if fact.label == "Happened"]
    assert (happened.value, happened.time) == (timestamp, time)


def test_identities_say_their_state() -> None:
    identity_map = {"ECID": [{"id": "1", "primary": True, "authenticatedState": "ambiguous"}], "Email": [{"id": "a@b"}]}

    said = facts(a_processed(xdm=an_xdm(identityMap=identity_map)))

    assert said["ECID"] == "1  (ambiguous, primary)"
    assert said["Email"] == "a@b"


def test_the_json_is_the_whole_outcome_with_nothing_unseen() -> None:
    outcome = a_processed(xdm=an_xdm(_shop={"x": "a\u202eb\u2028c"}))

    text = detail(outcome).json

    assert json.loads(text) == json.loads(msgspec.json.encode(outcome))
    assert "\\u202e" in text
    assert "\u202e" not in text
