from html import unescape
from pathlib import Path

from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import DATASET, a_connection


def page(console: Console, path: str) -> str:
    return unescape(console.client.get(path, headers=HTML).text)


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


def test_a_dataset_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert console.client.get("/datasets/none", headers=HTML).status_code == 404
