import re
from html import unescape
from pathlib import Path

from server.observe.status import PipelineStatus, SinkStatus
from tests.builders import NOON_MS, a_client, a_failed, a_processed, an_xdm
from tests.unit.property.factories import retail
from tests.unit.web.console import HTML, Console, a_console, a_status
from tests.unit.web.pages.markup import parse
from tests.unit.web.pages.published import publish


def page(console: Console) -> str:
    answer = console.client.get("/", headers=HTML)
    assert answer.status_code == 200
    return unescape(answer.text)


def done(text: str) -> int:
    found = re.search(r"(\d) of 5 done", text)
    assert found is not None
    return int(found[1])


def test_signing_in_leads_to_it(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert "<h1>Home</h1>" in page(console)


def test_a_newcomer_is_told_one_next_step_and_each_is_ticked_off_by_itself(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        assert done(page(console)) == 0
        assert "heliograph property import" in page(console)

        publish(console, retail(), "production")
        text = page(console)
        assert done(text) == 2
        assert "/tags/retail-web/production.js" in text

        console.happened(a_processed(client=a_client(origin="https://shop.example")))
        text = page(console)
        assert done(text) == 3
        assert "First event from shop.example" in text
        assert "/tags/retail-web/production.js" not in text

        console.happened(a_processed(xdm=an_xdm(eventType="commerce.purchases"), id="e-2"))
        assert done(page(console)) == 4

        console.happened(a_processed(xdm=an_xdm(identityMap={"CustomerId": [{"id": "A-1"}]}), id="e-3"))
        assert "Getting started" not in page(console)


def test_events_of_the_day_are_counted_by_type_and_lead_to_live(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(
            a_processed(received_ms=NOON_MS),
            a_processed(received_ms=NOON_MS, xdm=an_xdm(eventType="commerce.purchases")),
        )

        text = page(console)

    assert 'href="/live?type=commerce.purchases"' in text
    assert "Purchase by half hours over a day: 1 in all, at most 1, at 12:00 UTC" in text
    assert "Events by half hours over a day: 2 in all, at most 2, at 12:00 UTC" in text


def test_what_failed_leads_to_the_failed_events_of_the_day_and_reason(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        assert "every event was as its schema says" in page(console)

        console.happened(a_failed())

        assert 'href="/failed?period=day&reason=schema_violation"' in page(console)


def test_a_sink_that_is_behind_says_how_much_and_how_long(tmp_path: Path) -> None:
    def behind() -> PipelineStatus:
        return a_status(sinks=(SinkStatus(name="lake", lag=1), SinkStatus(name="profile", lag=0)))

    with a_console(tmp_path, status=behind) as console:
        console.sign_in()
        console.happened(a_processed(received_ms=NOON_MS))
        console.clock.now_ms = NOON_MS + 90_000

        text = " ".join(parse(console.client.get("/", headers=HTML).text).all("ul", class_="freshness")[0].text.split())

    assert "Data lake 1 event to come, the oldest 90 s ago" in text
    assert "Profiles up to date" in text


def test_the_newest_events_are_on_it_and_where_the_stream_goes_on(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(*[a_processed(id=f"e-{number}", received_ms=NOON_MS + number) for number in range(9)])

        text = page(console)

    assert re.findall(r'data-key="([^"]*)"', text) == [f"processed/{number}" for number in (8, 7, 6, 5, 4, 3)]
    assert 'data-after="8_-1"' in text


def test_a_sink_that_the_page_has_no_name_for_is_shown_under_its_own(tmp_path: Path) -> None:
    def unknown() -> PipelineStatus:
        return a_status(sinks=(SinkStatus(name="kafka-eu", lag=2),))

    with a_console(tmp_path, status=unknown) as console:
        console.sign_in()

        assert "kafka-eu" in page(console)
