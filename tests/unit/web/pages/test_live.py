import asyncio
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount

from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.pages import live
from server.web.templating import Templates
from server.web.views.live_stream import MAX_ROWS
from tests.builders import ECID_A, NOON_MS, a_failed, a_processed, an_event, an_xdm
from tests.unit.property.factories import retail
from tests.unit.web.console import HTML, ROOT, Console, a_console
from tests.unit.web.pages.published import publish

HOSTILE = "<img src=x onerror=alert(1)>"


def keys(text: str) -> list[str]:
    return re.findall(r'data-key="([^"]*)"', text)


def page(console: Console, path: str = "/live") -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200
    return answer.text


def test_the_page_shows_the_last_events_the_newest_first(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed(received_ms=NOON_MS), a_failed(event=an_event(received_ms=NOON_MS + 1)))

        text = page(console)

    assert keys(text) == ["failed/0", "processed/0"]
    assert 'href="/live/failed/0"' in text
    assert '<time datetime="2026-01-01T12:00:00.000Z"' in text
    assert "Schema violation" in text


def test_it_shows_as_many_as_fit_and_says_where_the_stream_goes_on(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(*[a_processed(id=f"e-{number}") for number in range(MAX_ROWS + 5)])

        text = page(console)

    assert len(keys(text)) == MAX_ROWS
    assert f'data-after="{MAX_ROWS + 4}_-1"' in text


def test_without_scripts_a_filter_works_by_its_form(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(
            a_processed(xdm=an_xdm(eventType="commerce.purchases")), a_processed(), a_failed(), a_processed(id="n33dle")
        )

        assert keys(page(console, "/live?outcome=failed")) == ["failed/0"]
        assert keys(page(console, "/live?type=commerce.purchases")) == ["processed/0"]
        assert keys(page(console, "/live?q=N33DLE")) == ["processed/2"]
        filtered = page(console, "/live?outcome=failed&type=commerce.purchases&q=a%22b")

    assert keys(filtered) == []
    assert "Nothing matches" in filtered
    assert 'value="failed" checked' in filtered
    assert '<option value="commerce.purchases" selected>Purchase' in filtered
    assert 'value="a&#34;b"' in filtered


def test_the_pipelines_state_and_rate_are_on_the_page(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed(received_ms=NOON_MS), a_processed(received_ms=NOON_MS))

        text = page(console)

    assert '<dd data-meter="processed">2</dd>' in text
    assert '<dd data-sink="lake">0</dd>' in text
    assert "2 in all, at most 2 in one second" in text


def test_an_empty_page_says_how_to_get_a_first_event(tmp_path: Path) -> None:
    with a_console(tmp_path, demo_url="/demo/") as console:
        console.sign_in()
        publish(console, retail(), "production")

        text = page(console)

    assert "Waiting for the first event" in text
    assert "&lt;script async src=&#34;http://127.0.0.1:8000/tags/retail-web/production.js&#34;&gt;" in text
    assert 'href="/demo/"' in text


def test_without_anything_published_it_leads_to_the_properties(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        text = page(console)

    assert "Nothing is published yet" in text
    assert "demo shop" not in text


def test_an_event_has_a_page_of_its_own(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_failed())

        text = page(console, "/live/failed/0")

    assert "expected an object, found the number 5" in text
    assert "/web" in text
    assert ECID_A in text
    assert "partition 0, offset 0" in text


def test_scripts_get_the_same_as_json(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed())

        detail = console.client.get("/live/processed/0.json").json()

    assert detail["row"]["outcome"] == "processed"
    assert [node["key"] for node in detail["tree"]][:3] == ["_id", "timestamp", "eventType"]
    assert json.loads(detail["json"])["event"]["id"] == "e-1"


@pytest.mark.parametrize(
    "path",
    [
        "/live/processed/5",
        "/live/processed/5.json",
        "/live/received/0",
        "/live/failed/0",
        f"/live/processed/{2**64}",
        "/live/processed/-1",
        "/live/processed/x",
        "/live/../processed/0",
    ],
)
def test_an_event_that_is_not_there_is_404(tmp_path: Path, path: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed())

        assert console.client.get(path, headers=HTML).status_code == 404


def test_viewers_see_no_personal_data_on_any_page(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        console.happened(a_processed(), a_failed())
        paths = ("/live", "/live/processed/0", "/live/processed/0.json", "/live/failed/0", f"/live?q={ECID_A}")

        texts = [console.client.get(path, headers=HTML).text for path in paths]

    assert [ECID_A in text.replace(f'value="{ECID_A}"', "") for text in texts] == [False] * len(paths)
    assert keys(texts[-1]) == []
    assert "Personal data is hidden from viewers" in texts[0]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_others_do(tmp_path: Path, role: Role) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(role)
        console.happened(a_processed())

        assert ECID_A in page(console, "/live/processed/0")


def test_markup_in_events_is_text_on_every_page(tmp_path: Path) -> None:
    xdm = an_xdm(
        eventType=HOSTILE,
        web={"webPageDetails": {"name": HOSTILE, "URL": f"javascript:{HOSTILE}"}},
        identityMap={HOSTILE: [{"id": HOSTILE}]},
        environment={"browserDetails": {"name": HOSTILE}},
    ) | {HOSTILE: {HOSTILE: [HOSTILE]}}

    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed(xdm=xdm), a_failed(event=an_event(xdm=xdm, beacon_id=HOSTILE)))

        texts = [
            page(console, path) for path in ("/live", f"/live?type={HOSTILE}", "/live/processed/0", "/live/failed/0")
        ]

    for text in texts:
        assert HOSTILE not in text
        assert HOSTILE in unescape(text)
        assert not re.search(r'href="javascript', text)


def test_a_record_that_could_not_be_decoded_has_a_page(tmp_path: Path) -> None:
    source = Position(partition=0, offset=3)
    unreadable = FailedEvent(source=source, reason=FailureReason.UNREADABLE, stage="decode", raw="PGI+")

    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(unreadable)

        assert "Unreadable record" in page(console)
        assert "&lt;b&gt;" in page(console, "/live/failed/0")


def test_the_stream_is_one_of_server_sent_events(tmp_path: Path) -> None:
    with a_console(tmp_path, is_stopping=lambda: True) as console:
        console.sign_in()
        console.happened(a_processed())

        answer = console.client.get("/live/events", headers={"accept": "text/event-stream"})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert "event: row\n" in answer.text
    assert answer.text.endswith('event: end\ndata: {"reason":"stopping"}\n\n')


@pytest.mark.parametrize(
    ("query", "header", "offsets"),
    [("", "", [0, 1, 2]), ("?after=0_-1", "", []), ("?after=junk", "", [0, 1, 2]), ("", "2_-1", [])],
)
def test_the_stream_resumes_after_what_the_page_or_the_browser_has(
    tmp_path: Path, query: str, header: str, offsets: list[int]
) -> None:
    headers = {"last-event-id": header} if header else {}

    with a_console(tmp_path, is_stopping=lambda: True) as console:
        console.sign_in()
        console.happened(*[a_processed(id=f"e-{number}") for number in range(3)])
        text = console.client.get(f"/live/events{query}", headers=headers).text

    assert [int(offset) for offset in re.findall(r'"offset":(\d+)', text)] == offsets


def test_the_stream_has_the_pages_filter(tmp_path: Path) -> None:
    with a_console(tmp_path, is_stopping=lambda: True) as console:
        console.sign_in()
        console.happened(a_processed(), a_failed())

        text = console.client.get("/live/events?outcome=failed").text

    assert re.findall(r'"topic":"(\w+)"', text) == ["failed"]


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_the_stream_is_not_for_other_sites(tmp_path: Path, headers: dict[str, str]) -> None:
    with a_console(tmp_path, is_stopping=lambda: True) as console:
        console.sign_in()

        assert console.client.get("/live/events", headers=headers).status_code == 403


def test_asking_about_the_stream_opens_none(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        answer = console.client.head("/live/events")

    assert answer.status_code == 204


def test_more_streams_than_there_may_be_are_told_to_come_later(tmp_path: Path) -> None:
    taken = live.routes(Templates(ROOT / "templates"), SessionLimits(), max_streams=0)

    with a_console(tmp_path, extra_routes=(Mount("/taken", routes=taken),)) as console:
        console.sign_in()
        refused, asked = console.client.get("/taken/live/events"), console.client.head("/taken/live/events")

    assert refused.status_code == asked.status_code == 503
    assert refused.headers["retry-after"] == "30"
    assert "As many live pages are open" in refused.json()["detail"]


def test_an_event_says_which_sinks_have_it(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_processed(id="e-1"), a_processed(id="e-1", duplicate=True), a_failed())
        asyncio.run(console.services.processed.commit("lake", Offset(0)))

        said = {
            path: {fact["label"]: fact["value"] for group in groups(console, path) for fact in group["facts"]}
            for path in ("processed/0", "processed/1", "failed/0")
        }

    assert said["processed/0"].items() >= {"Data lake": "written", "Profiles": "waiting for its turn"}.items()
    assert "Data lake" not in said["processed/1"] | said["failed/0"]


def groups(console: Console, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = console.client.get(f"/live/{path}.json").json()["groups"]
    return found
