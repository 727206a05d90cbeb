from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.lake.errors import LakeUnavailable
from server.model.dataset import Dataset, TableFacts
from server.model.json import JsonObject
from server.store.datasets import list_stored_datasets, purge_dataset
from server.store.flows import list_flows, remove_flow
from server.store.users import Role
from tests.builders import NOON_MS, a_processed, an_xdm
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import DATASET, a_connection


def page(console: Console, path: str) -> str:
    return unescape(console.client.get(path, headers=HTML).text)


def sent(console: Console, path: str) -> httpx2.Response:
    return console.client.post(path, data={"csrf": console.csrf_token()}, headers=HTML, follow_redirects=False)


def without_flows(console: Console) -> None:
    """So that nothing leads to the dataset any more."""
    for stored in console.services.database.read_sync(list_flows):
        console.services.database.write_sync(partial(remove_flow, stored=stored))


def with_lake(console: Console, *rows: JsonObject, fault: str = "") -> None:
    """The lake holds these rows; or cannot be read."""

    async def facts(datasets: Any) -> Any:
        return {each.id: TableFacts(rows=len(rows), bytes=2_048, committed_ms=NOON_MS) for each in datasets}

    async def latest(_dataset: Dataset, limit: int) -> Any:
        if fault:
            raise LakeUnavailable(fault)
        return rows[:limit]

    services = replace(console.services, lake_facts=facts, lake_latest=latest)
    console.client.app_state["services"] = services


def test_the_list_leads_to_each_with_its_schema(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        text = page(console, "/datasets")
        one = page(console, f"/datasets/{DATASET}")

    assert f'href="/datasets/{DATASET}"' in text
    assert "Demo events" in text
    assert "nothing in it yet" in text
    assert 'href="/connections/c-1"' in one
    assert f"heliograph export {DATASET}" in one
    assert "1970" not in one


def test_its_newest_rows_are_shown_and_what_came_in_a_day(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        console.happened(a_processed(dataset_id=DATASET))
        with_lake(console, an_xdm(_id="newest", person={"name": {"firstName": "Ada"}}))

        text = page(console, f"/datasets/{DATASET}")

    assert "newest" in text
    assert "Ada" in text
    assert "2.0 kB" in text
    assert "1 ingested" in text


def test_a_viewer_sees_no_person_in_the_rows(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        a_connection(console)
        with_lake(console, an_xdm(_id="newest", person={"name": {"firstName": "Ada"}}))

        text = page(console, f"/datasets/{DATASET}")

    assert "newest" in text
    assert "Ada" not in text
    assert "Delete the dataset" not in text


def test_a_lake_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        with_lake(console, fault="purchases: the disk is away")

        text = page(console, f"/datasets/{DATASET}")

    assert "purchases: the disk is away" in text


def test_what_something_leads_to_is_not_deleted_and_the_reason_is_said(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        answer = sent(console, f"/datasets/{DATASET}/delete")

    assert answer.status_code == 409
    assert "the dataflow 'orders' leads to it" in unescape(answer.text)


def test_a_deleted_one_is_listed_apart_with_when_it_goes_and_can_be_brought_back(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        without_flows(console)

        deleted = sent(console, f"/datasets/{DATASET}/delete")
        listed, one = page(console, "/datasets"), page(console, f"/datasets/{DATASET}")
        sent(console, f"/datasets/{DATASET}/restore")
        [stored] = console.services.database.read_sync(list_stored_datasets)

    assert (deleted.status_code, deleted.headers["location"]) == (303, f"/datasets/{DATASET}")
    assert "No dataset is left" in listed
    for text in (listed, one):
        assert "Bring it back" in text
        assert "What it holds stays until" in text
    assert (stored.deleted_ms, stored.dataset.enabled) == (None, True)


def test_nothing_brings_back_what_is_being_purged(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        without_flows(console)
        sent(console, f"/datasets/{DATASET}/delete")
        [stored] = console.services.database.read_sync(list_stored_datasets)
        console.services.database.write_sync(partial(purge_dataset, stored=stored, now_ms=NOON_MS))

        listed, one = page(console, "/datasets"), page(console, f"/datasets/{DATASET}")
        answer = sent(console, f"/datasets/{DATASET}/restore")

    assert "What it held is being removed" in listed
    assert "It is being removed for good" in one
    assert "Bring it back" not in listed + one
    assert answer.status_code == 409


@pytest.mark.parametrize("what", ["delete", "restore"])
def test_a_viewer_deletes_nothing(tmp_path: Path, what: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        a_connection(console)

        assert sent(console, f"/datasets/{DATASET}/{what}").status_code == 403


def test_a_dataset_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert console.client.get("/datasets/none", headers=HTML).status_code == 404
        assert sent(console, "/datasets/none/delete").status_code == 404
