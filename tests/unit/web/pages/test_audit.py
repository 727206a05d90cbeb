"""The audit log's page and its exports: for administrators, filtered, paged, and harmless whatever it holds."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from server.store.audit import ActorKind, AuditAction, Origin, append_entry
from server.store.users import Role
from server.web.pages.audit import PAGE_ENTRIES
from tests.builders import NOON_MS
from tests.unit.web.console import HTML, Console, a_console


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with a_console(tmp_path) as made:
        made.sign_in()
        yield made


def happened(console: Console, *targets: str, action: AuditAction = AuditAction.PROPERTY) -> None:
    origin = Origin(actor="bob", kind=ActorKind.OPERATOR, address="", request="command")

    def work(connection: Connection) -> None:
        for target in targets:
            append_entry(connection, origin, action=action, target=target, at_ms=NOON_MS)

    console.services.database.write_sync(work)


def page(console: Console, query: str = "") -> str:
    return console.client.get(f"/audit{query}", headers=HTML).text


@pytest.mark.parametrize("path", ["/audit", "/audit/export"])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_it_is_for_administrators(tmp_path: Path, path: str, role: Role) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(role)

        assert console.client.get(path, headers=HTML).status_code == 403
        assert 'href="/audit"' not in console.client.get("/", headers=HTML).text


def test_entries_are_shown_with_who_what_and_from_where(console: Console) -> None:
    happened(console, "property shop")

    text = page(console)
    assert "Signed in" in text
    assert "127.0.0.1" in text
    assert "property shop" in text
    assert "by a command" in text


def test_what_entries_hold_is_text(console: Console) -> None:
    happened(console, "<script>alert(1)</script>")

    assert "<script>alert(1)" not in page(console)
    assert "&lt;script&gt;alert(1)" in page(console)


def test_a_filter_stays_while_paging(console: Console) -> None:
    happened(console, *(f"property p{index:03d}" for index in range(PAGE_ENTRIES + 1)))
    happened(console, "dataset d", action=AuditAction.DELETED)

    first = page(console, "?target=property&actor=bob")
    assert "dataset d" not in first
    assert "p050" in first
    assert "p000" not in first
    older = first.partition('class="pager"')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = console.client.get(older, headers=HTML).text
    assert "p000" in second
    assert "p001" not in second
    assert 'value="bob"' in second


def test_days_are_whole_and_one_that_is_none_is_told(console: Console) -> None:
    happened(console, "property shop")

    assert "property shop" in page(console, "?since=2026-01-01&until=2999-12-31")
    assert "None like this" in page(console, "?since=2999-01-01")
    answer = console.client.get("/audit?until=soon", headers=HTML)
    assert answer.status_code == 400
    assert "2026-01-31" in answer.text


@pytest.mark.parametrize("query", ["?since=9999-12-31&until=9999-12-31", "?before=x", "?before=99999999999999999999"])
def test_odd_filters_are_harmless(console: Console, query: str) -> None:
    assert console.client.get(f"/audit{query}", headers=HTML).status_code in (200, 400)


def test_an_export_holds_all_that_matches_and_is_told_itself(console: Console) -> None:
    happened(console, "=cmd()", *(f"property p{index:03d}" for index in range(60)))

    lines = console.client.get("/audit/export?format=jsonl&actor=bob").text.splitlines()
    assert [json.loads(line)["target"] for line in lines][:2] == ["=cmd()", "property p000"]
    assert len(lines) == 61
    answer = console.client.get("/audit/export?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[1]["target"] == "'=cmd()"
    assert [row["action"] for row in rows if row["action"] == AuditAction.EXPORTED] == [AuditAction.EXPORTED] * 2
    assert answer.headers["content-disposition"].startswith('attachment; filename="heliograph-audit-')


@pytest.mark.parametrize("query", ["?format=xml", "?since=soon"])
def test_an_export_that_makes_no_sense_is_refused(console: Console, query: str) -> None:
    assert console.client.get(f"/audit/export{query}", headers=HTML).status_code == 400
