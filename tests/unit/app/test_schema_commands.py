import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.app.installation import prepare
from server.cli import main
from server.settings import load_settings
from tests.builders import NOON_MS
from tests.unit.schema.official import FOLDER, needs_official

EVENT = "https://ns.adobe.com/xdm/context/experienceevent"
NS = "https://ns.example.com/"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("list")``: exit code, output and errors of `heliograph schema list` in an installation with the demo."""
    directory = tmp_path / "var"
    directory.mkdir()
    settings, _ = load_settings({}, options={"data_dir": str(directory), "demo": "on"})
    prepare(settings, now_ms=NOON_MS)
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(directory))

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["schema", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def a_file(directory: Path, name: str, **document: Any) -> str:
    path = directory / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_list_shows_schemas_and_what_they_are_made_of(run: Run) -> None:
    _, schemas, _ = run("list")
    _, groups, _ = run("list", "--kind", "fieldgroups")
    _, everything, _ = run("list", "--kind", "all")

    assert [line.split("\t")[3:] for line in schemas.splitlines()] == [["own", "Demo events"], ["own", "Demo profiles"]]
    assert "https://ns.adobe.com/xdm/context/experienceevent-web\t1.0\tbuilt in\tWeb details" in groups
    assert len(everything.splitlines()) > 80


@pytest.mark.parametrize(
    "name",
    [
        "Demo events",
        "https://ns.heliograph.dev/demo/schemas/demo-events",
        "_ns.heliograph.dev.demo.schemas.demo-events",
    ],
)
def test_show_finds_a_schema_by_title_id_and_short_form(run: Run, name: str) -> None:
    code, text, _ = run("show", name)

    assert code == 0
    assert text.startswith("Demo events\nhttps://ns.heliograph.dev/demo/schemas/demo-events\n")
    assert "web.webPageDetails.URL" in text
    assert "timestamp" in next(line for line in text.splitlines() if "required" in line and "date-time" in line)


def test_show_gives_the_resolved_schema_as_json(run: Run) -> None:
    _, text, _ = run("show", "_xdm.context.webinfo", "--json")

    assert json.loads(text)["properties"]["webPageDetails"]["additionalProperties"] is False


def test_show_says_what_there_is_when_there_is_no_such_schema(run: Run) -> None:
    code, _, said = run("show", "nothing")

    assert code == 1
    assert (
        said == "heliograph: there is no schema or component 'nothing'; the schemas are: Demo events, Demo profiles\n"
    )


def test_import_keeps_a_schema_that_is_used_from_then_on(run: Run, tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        "visits.json",
        **{
            "$id": f"{NS}visits",
            "title": "Visits",
            "allOf": [{"$ref": EVENT}],
            "properties": {"xdm:n": {"type": "integer"}},
        },
    )
    document = {"_id": "a", "timestamp": "2026-01-31T09:30:00Z", "n": "1"}

    code, text, _ = run("import", path)
    wrong, violations, _ = run("validate", "Visits", a_file(tmp_path, "document.json", **document))

    assert (code, text) == (0, f"schemas\t{NS}visits\t1.0\nimported 1 of 1; 0 were there already, as they are\n")
    assert (wrong, violations) == (1, 'document 1 /n type: expected a whole number, found the string "1"\n')


def test_import_twice_changes_nothing_and_a_changed_file_is_a_new_version(run: Run, tmp_path: Path) -> None:
    path = a_file(tmp_path, "size.json", **{"$id": f"{NS}size", "type": "string"})

    run("import", path)
    again = run("import", path)
    changed = run("import", a_file(tmp_path, "size.json", **{"$id": f"{NS}size", "type": "integer"}))

    assert again[1] == "imported 0 of 1; 1 were there already, as they are\n"
    assert changed[1] == f"datatypes\t{NS}size\t1.1\nimported 1 of 1; 0 were there already, as they are\n"


def test_import_of_a_faulty_file_says_file_place_and_cure_and_keeps_nothing(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "xdm"
    folder.mkdir()
    a_file(folder, "good.json", **{"$id": f"{NS}good"})
    a_file(folder, "bad.json", **{"$id": f"{NS}bad", "properties": {"a": {"$ref": f"{NS}none"}}})

    code, _, said = run("import", str(folder))

    assert code == 1
    assert said == (
        f"bad.json at /properties/a: no class, field group or data type is called {NS}none. "
        "Import it first; references are never fetched\nheliograph: nothing was changed\n"
    )
    assert run("show", f"{NS}good")[0] == 1


def test_import_that_would_break_a_schema_with_data_is_refused_with_the_reason(run: Run, tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        "demo.json",
        **{
            "$id": "https://ns.example.com/demo",
            "title": "Demo events",
            "meta:class": EVENT,
        },
    )

    code, _, said = run("import", path)

    assert code == 1
    assert "there is already a schema with the title 'Demo events'" in said


@pytest.mark.parametrize("arguments", [("import", "nowhere.json"), ("validate", "Demo events", "nowhere.json")])
def test_a_file_that_is_not_there_is_said_in_one_line(run: Run, arguments: tuple[str, ...]) -> None:
    code, _, said = run(*arguments)

    assert code == 1
    assert said == "heliograph: cannot read nowhere.json: No such file or directory\n"


def test_a_folder_without_components_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert "has no JSON files" in run("import", str(tmp_path / "empty"))[2]


@pytest.mark.parametrize(
    ("text", "message"), [(b"{", "neither JSON nor a JSON document a line"), (b"[1]", "document 1 is no JSON object")]
)
def test_what_is_no_document_is_said(run: Run, tmp_path: Path, text: bytes, message: str) -> None:
    (tmp_path / "a.json").write_bytes(text)

    assert message in run("validate", "Demo events", str(tmp_path / "a.json"))[2]


def test_validate_reads_lines_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b'{"_id": "a", "timestamp": "2026-01-31T09:30:00Z"}\n{"_id": "b"}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))

    code, text, said = run("validate", "Demo events", "-")

    assert code == 1
    assert text == "document 2 /timestamp required: the field `timestamp` is missing\n"
    assert said == "heliograph: 1 of 2 documents do not conform\n"


def test_validate_is_silent_about_what_conforms(run: Run, tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.json", _id="a", timestamp="2026-01-31T09:30:00Z")

    assert run("validate", "Demo events", path)[:2] == (0, "")


@needs_official
def test_the_official_components_are_imported_from_their_folder(run: Run) -> None:
    code, text, _ = run("import", str(FOLDER))

    assert code == 0
    assert text.splitlines()[-1] == "imported 437 of 437; 0 were there already, as they are"


def test_history_says_who_changed_which_fields(run: Run, tmp_path: Path) -> None:
    def a_version(**properties: Any) -> str:
        return a_file(tmp_path, "size.json", **{"$id": f"{NS}size", "title": "Size", "properties": properties})

    run("import", a_version(width={"type": "number"}))
    run("import", a_version(width={"type": "number"}, height={"type": "number"}))
    run("import", a_version(height={"type": "number", "meta:status": "deprecated"}))

    code, text, _ = run("history", "Size")

    lines = [line.split("\t")[0] for line in text.splitlines()]
    assert code == 0
    assert lines == ["1.0", "1.1", "    + height number", "1.2", "    ~ height deprecated", "    - width"]
    assert "is built in" in run("history", "_xdm.context.profile")[2]
