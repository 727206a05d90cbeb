"""The mapping editor: what is written is tried on an example, and saved only when it can be used."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.store.configuration import add_datastream, load_configuration
from server.store.users import Role
from tests.builders import NOON_MS, a_datastream
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import DATASET, EVENTS_SCHEMA, a_connection
from tests.unit.web.pages.mapping import MAPPING, a_raw_connection

SAMPLE = json.dumps({"id": "o-1", "created_at": "2026-11-24T10:00:00Z", "event": "commerce.purchases", "n": "x"})
LINES = [
    ("ATTRIBUTE", "id", "_id"),
    ("ATTRIBUTE", "created_at", "timestamp"),
    ("STATIC", "commerce.purchases", "eventType"),
]
WRONG = ("ATTRIBUTE", "n", "commerce.order.priceTotal")
NOWHERE = ("EXPRESSION", "upper(", "nowhere.at.all")


def sent(
    console: Console, address: str, *lines: tuple[str, str, str], headers: dict[str, str] | None = None, **fields: Any
) -> httpx2.Response:
    form: dict[str, Any] = {"csrf": console.csrf_token(), "version": "0", "sample": SAMPLE} | fields
    for index, name in enumerate(("source_type", "source", "destination")):
        form[name] = [line[index] for line in lines]
    return console.client.post(address, data=form, headers=headers or HTML, follow_redirects=False)


def as_json(console: Console, *lines: tuple[str, str, str], **fields: Any) -> Any:
    return sent(console, f"{MAPPING}/preview", *lines, headers={"accept": "application/json"}, **fields).json()


def test_a_connection_for_raw_data_leads_to_its_mapping_and_takes_nothing_before(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        form = {"csrf": console.csrf_token(), "name": "crm", "data_type": "raw", "target": "new"}
        form |= {"dataset_name": "crm", "schema": EVENTS_SCHEMA}

        made = console.client.post("/connections", data=form, headers=HTML, follow_redirects=False)
        configuration = console.services.database.read_sync(load_configuration)

    [inlet] = [each for each in configuration.inlets.values() if each.name == "crm"]
    assert made.headers["location"] == f"/connections/{inlet.connection_id}/flows/{inlet.flows[0].id}/mapping"
    assert (inlet.data_type, inlet.flows[0].enabled) == ("raw", False)
    assert configuration.mapping_sets[inlet.flows[0].mapping_set_id].lines == ()


def test_saving_makes_a_version_and_lets_the_dataflow_begin(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)

        answer = sent(console, MAPPING, *LINES, ("ATTRIBUTE", "", ""))
        configuration = console.services.database.read_sync(load_configuration)
        shown = unescape(console.client.get(answer.headers["location"], headers=HTML).text)
        again = unescape(console.client.get(MAPPING, headers=HTML).text)

    assert (answer.status_code, answer.headers["location"]) == (303, "/connections/c-raw?mapped=1")
    [mapping_set] = configuration.mapping_sets.values()
    assert (mapping_set.version, len(mapping_set.lines)) == (1, 3)
    assert next(iter(configuration.inlets.values())).flows[0].enabled
    assert f"/collection/{'c' * 64}?x-adobe-flow-id=f-raw" in shown
    assert '"event": "commerce.purchases"' in shown
    assert "3 lines, version 1" in shown
    assert "created_at" in again


def test_saving_the_same_lines_again_makes_no_version(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)

        sent(console, MAPPING, *LINES)
        sent(console, MAPPING, *LINES, version="1", sample="{}")
        [mapping_set] = console.services.database.read_sync(load_configuration).mapping_sets.values()

    assert mapping_set.version == 1


def go_back(console: Console, version: int, *, now: str) -> Any:
    form = {"csrf": console.csrf_token(), "version": now}
    return console.client.post(f"{MAPPING}/versions/{version}", data=form, headers=HTML, follow_redirects=False)


def lines_in_use(console: Console) -> tuple[int, int]:
    """(version, how many lines)."""
    [mapping_set] = console.services.database.read_sync(load_configuration).mapping_sets.values()
    return mapping_set.version, len(mapping_set.lines)


def test_an_earlier_version_is_seen_and_gone_back_to_as_a_new_one(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)
        sent(console, MAPPING, *LINES)
        assert "Go back to" not in console.client.get(MAPPING, headers=HTML).text
        sent(console, MAPPING, *LINES[:2], version="1")

        text = unescape(console.client.get(MAPPING, headers=HTML).text)
        answer = go_back(console, 1, now="2")

        assert "Go back to version 1" in text
        assert "Go back to version 2" not in text
        assert (answer.status_code, answer.headers["location"]) == (303, "/connections/c-raw?mapped=1")
        assert lines_in_use(console) == (3, 3)
        assert "Go back to version 2" in console.client.get(MAPPING, headers=HTML).text


def test_going_back_is_refused_where_it_cannot_be(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)
        sent(console, MAPPING, *LINES)
        sent(console, MAPPING, *LINES[:2], version="1")
        stale = go_back(console, 1, now="1")
        # A field that the schema had when version 1 was saved.
        gone = """UPDATE mapping_versions SET lines = '[{"source":"a","destination":"gone"}]' WHERE version = 1"""
        console.services.database.write_sync(lambda connection: connection.exec_driver_sql(gone))

        unusable, never = (go_back(console, version, now="2") for version in (1, 9))
        console.sign_in(Role.VIEWER, name="vera")
        viewed = go_back(console, 1, now="2")

        assert "Somebody else has saved" in unescape(stale.text)
        assert "Some lines cannot be used" in unescape(unusable.text)
        assert [each.status_code for each in (stale, unusable, never, viewed)] == [400, 400, 404, 403]
        assert lines_in_use(console) == (2, 2)


@pytest.mark.parametrize(
    ("lines", "fields", "words"),
    [
        ([], {}, "There is no line yet"),
        ([*LINES, NOWHERE], {}, "Some lines cannot be used"),
        (LINES, {"sample": "{"}, "The example cannot be read"),
        (LINES, {"version": "7"}, "Somebody else has saved"),
    ],
)
def test_what_cannot_be_used_is_said_and_not_saved(
    tmp_path: Path, lines: list[tuple[str, str, str]], fields: dict[str, Any], words: str
) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)

        answer = sent(console, MAPPING, *lines, **fields)
        [mapping_set] = console.services.database.read_sync(load_configuration).mapping_sets.values()

    assert answer.status_code == 400
    assert words in unescape(answer.text)
    assert mapping_set.version == 0


def test_the_preview_tells_each_line_its_value_or_fault_and_what_comes_out(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)

        seen = as_json(console, *LINES, ("ATTRIBUTE", "", ""), WRONG, NOWHERE, ("ATTRIBUTE", "id", ""))

    values = [row["value"] for row in seen["rows"]]
    faults = [row["fault"] for row in seen["rows"]]
    assert values[:3] == ['"o-1"', '"2026-11-24T10:00:00.000Z"', '"commerce.purchases"']
    assert faults[:4] == [""] * 4
    assert faults[4:] == [
        "Expected a number.",
        "'nowhere.at.all': the schema has no field 'nowhere' there.",
        "Choose the field that it goes into.",
    ]
    assert json.loads(seen["xdm"])["_id"] == "o-1"
    assert (seen["verdict"], seen["notes"]) == ("It is valid, without 3 lines that cannot be used.", [])
    assert "created_at" in seen["paths"]


def test_what_the_schema_says_against_the_result_is_told_with_its_place(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)

        seen = as_json(console, LINES[0])

    assert seen["verdict"] == "Not valid yet:"
    assert any("timestamp" in " ".join(note) for note in seen["notes"])


def test_suggestions_are_added_below_what_is_written(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)

        text = sent(console, f"{MAPPING}/preview", ("STATIC", "mine", "_id"), action="suggest").text

    assert "2 lines suggested" in text
    assert text.index('value="mine"') < text.index('value="created_at"') < text.index('value="event"')
    assert "It is valid." in text


def test_more_lines_can_be_asked_for(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)

        text = sent(console, f"{MAPPING}/preview", *LINES, ("ATTRIBUTE", "", ""), action="more").text

    assert text.count("<li data-row>") == 7


def test_a_viewer_sees_the_lines_and_not_the_example(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_raw_connection(console)
        sent(console, MAPPING, *LINES)
        console.sign_in(Role.VIEWER, name="vera")

        text = console.client.get(MAPPING, headers=HTML).text
        shown = console.client.get("/connections/c-raw", headers=HTML).text
        saved = sent(console, MAPPING, *LINES)
        looked = sent(console, f"{MAPPING}/preview", *LINES)

    assert 'value="created_at"' in text
    assert "2026-11-24T10:00:00Z" not in text + shown
    assert (saved.status_code, looked.status_code) == (403, 403)


def test_a_mapping_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        a_raw_connection(console, has_schema=True)

        for address in ("/connections/c-1/flows/f-1/mapping", "/connections/c-1/flows/f-raw/mapping"):
            assert console.client.get(address, headers=HTML).status_code == 404


# ---------------------------------------------------------------- what pages send as data

DATA_MAPPING = "/datastreams/test/mapping"
TOTAL = ("ATTRIBUTE", "data.order.total", "commerce.order.priceTotal")
DATA = json.dumps({"data": {"order": {"total": "9.5"}, "email": "ada@example.com"}})


def a_web_datastream(console: Console) -> None:
    a_connection(console)
    datastream = a_datastream(dataset_id=DATASET)
    console.services.database.write_sync(lambda connection: add_datastream(connection, datastream, now_ms=NOON_MS))


def test_a_datastream_s_data_is_mapped_from_the_first_save_on_and_no_more_without_a_line(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_web_datastream(console)

        first = sent(console, DATA_MAPPING, TOTAL, sample=DATA)
        mapped = console.services.database.read_sync(load_configuration)
        shown = unescape(console.client.get(first.headers["location"], headers=HTML).text)
        again = unescape(console.client.get(DATA_MAPPING, headers=HTML).text)
        emptied = sent(console, DATA_MAPPING, version="1", sample=DATA)
        without = console.services.database.read_sync(load_configuration)

    [datastream] = mapped.datastreams.values()
    assert first.headers["location"] == "/datastreams/test?mapped=1"
    assert mapped.mapping_sets[datastream.mapping_set_id].lines[0].source == "data.order.total"
    assert "mapped by 1 line, version 1" in shown
    assert 'value="data.order.total"' in again
    assert emptied.status_code == 303
    assert next(iter(without.datastreams.values())).mapping_set_id == ""


def test_the_preview_shows_the_event_that_it_becomes(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_web_datastream(console)

        answer = sent(
            console, f"{DATA_MAPPING}/preview", TOTAL, headers={"accept": "application/json"}, sample=DATA
        ).json()
        suggested = sent(console, f"{DATA_MAPPING}/preview", sample=DATA, action="suggest").text

    assert answer["verdict"] == "It is valid."
    assert json.loads(answer["xdm"])["commerce"] == {"order": {"priceTotal": 9.5}}
    assert 'value="data.order.total"' in suggested
    assert 'value="identityMap.Email[0].id"' in suggested
    assert 'value="uuid()"' not in suggested


def test_the_form_of_a_datastream_leaves_its_mapping(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_web_datastream(console)
        sent(console, DATA_MAPPING, TOTAL, sample=DATA)
        form = {"csrf": console.csrf_token(), "name": "Web", "dataset": DATASET, "enabled": "1"}

        console.client.post("/datastreams/test/edit", data=form, headers=HTML)
        [datastream] = console.services.database.read_sync(load_configuration).datastreams.values()

    assert (datastream.name, bool(datastream.mapping_set_id)) == ("Web", True)
