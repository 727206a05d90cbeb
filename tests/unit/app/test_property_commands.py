import gzip
import json
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from server.app.installation import prepare
from server.cli import main
from server.container.fingerprint import build_hash, integrity
from server.settings import load_settings
from tests.builders import NOON_MS
from tests.unit.property.importing.exports import a_container, a_tag, a_trigger

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("list")``: exit code, output and errors of `heliograph property list`, where the demo is installed."""
    directory = tmp_path / "var"
    directory.mkdir()
    settings, _ = load_settings({}, options={"data_dir": str(directory), "demo": "on"})
    prepare(settings, now_ms=NOON_MS)
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(directory))

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["property", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def change(run: Run, tmp_path: Path, **sections: object) -> tuple[int, str, str]:
    """Import the demo's property with other sections."""
    path = tmp_path / "demo.json"
    document = json.loads(run("export", "demo")[1])
    path.write_text(json.dumps({**document, **sections}), encoding="utf-8")
    return run("import", str(path))


def test_what_is_published_can_be_delivered_by_another_server(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "site"

    code, said, warned = run("publish", "demo", "--environment", "production", "--out", str(out), "--prefix", "assets/")

    assert code == 0
    assert "pages load /assets/tags/demo/production.js" in said
    assert "so events go to the host that serves these files" in warned
    told = json.loads((out / "assets/tags/demo/production.build.json").read_bytes())
    script = (out / told["build"].lstrip("/")).read_bytes()
    assert told["build"] == f"/assets/tags/builds/{build_hash(script)}.js"
    assert told["integrity"] == integrity(script)
    assert told["bytes"] == len(script)
    assert gzip.decompress((out / f"{told['build'].lstrip('/')}.gz").read_bytes()) == script
    assert brotli.decompress((out / f"{told['build'].lstrip('/')}.br").read_bytes()) == script
    assert told["brotli"] < told["gzip"]
    assert f'"{told["build"]}"' in (out / "assets/tags/demo/production.js").read_text()
    mapped = json.loads((out / f"{told['build'].lstrip('/')}.map").read_bytes())
    assert told["headers"][told["build"]]["sourcemap"] == f"{told['build']}.map"
    assert "heliograph:///engine/rules.js" in mapped["sections"][0]["map"]["sources"]
    container = json.loads((out / "assets/tags/demo/production.container.json").read_bytes())
    assert container["property"] == {"id": "demo"}
    assert container["revision"] == told["revision"]
    assert not list(out.rglob("*.part"))


def test_a_host_for_the_events_leaves_nothing_to_warn_of(run: Run, tmp_path: Path) -> None:
    change(run, tmp_path, environments={"staging": {"datastream": "demo", "edge": "https://c.shop.example"}})

    code, _, warned = run("publish", "demo", "--environment", "staging", "--out", str(tmp_path / "site"))

    assert (code, warned) == (0, "")


def test_a_folder_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")

    code, _, told = run("publish", "demo", "--environment", "staging", "--out", str(tmp_path / "site"))

    assert code != 0
    assert "cannot write" in told


def test_sizes_say_what_each_rule_costs_the_largest_first(run: Run) -> None:
    code, said, _ = run("sizes", "demo")

    lines = [line.split("\t") for line in said.splitlines()]
    costs = [int(size) for size, _ in lines[:-1]]
    assert code == 0
    assert lines[-1][1] == "the whole build"
    assert costs == sorted(costs, reverse=True)
    assert {"purchase", "add-to-cart"} <= {name for _, name in lines}
    assert 0 < max(costs) < int(lines[-1][0])


def test_sizes_of_a_property_that_is_not_there(run: Run) -> None:
    code, _, told = run("sizes", "nothing")

    assert code != 0
    assert "there is no property" in told


def test_a_build_over_its_budget_is_not_published(run: Run, tmp_path: Path) -> None:
    settings = {"id": "demo", "name": "Demo shop", "settings": {"runtimeBudgetKb": 5}}
    assert change(run, tmp_path, property=settings)[0] == 0
    before = run("list")[1]

    code, _, told = run("publish", "demo", "--environment", "production")

    assert code != 0
    assert "/property/settings/runtimeBudgetKb" in told
    assert "budget is 5 kB" in told
    assert run("list")[1] == before


def test_a_build_within_its_budget_is_published(run: Run, tmp_path: Path) -> None:
    change(run, tmp_path, property={"id": "demo", "name": "Demo shop", "settings": {"runtimeBudgetKb": 25}})

    assert run("publish", "demo", "--environment", "production")[0] == 0


CODE = "export default ({ total }) => Math.floor(total / 10);"


def with_custom_code(run: Run, tmp_path: Path, *, author: str) -> tuple[int, str, str]:
    rule = {
        "id": "points",
        "events": [{"type": "page-ready"}],
        "actions": [{"type": "run-module", "module": "points"}],
    }
    return change(
        run,
        tmp_path,
        property={"id": "demo", "name": "Demo shop", "settings": {"customCode": "reviewed"}},
        modules={"points": {"code": CODE, "author": author}},
        rules=[rule],
    )


def test_custom_code_is_published_when_another_person_has_approved_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    assert with_custom_code(run, tmp_path, author="bob")[0] != 0, "in the name of another"
    assert with_custom_code(run, tmp_path, author="ada")[0] == 0
    unapproved = run("publish", "demo", "--environment", "staging")
    own = run("approve", "demo", "points")
    monkeypatch.setattr("getpass.getuser", lambda: "bob")
    approved = run("approve", "demo", "points")
    published = run("publish", "demo", "--environment", "staging", "--out", str(tmp_path / "site"))

    assert (unapproved[0], own[0]) == (1, 1)
    assert "Nobody has approved the module `points`" in unapproved[2]
    assert "Have another person approve it" in own[2]
    assert approved[:2] == (0, "approved points of demo\n")
    assert published[0] == 0
    container = json.loads((tmp_path / "site/tags/demo/staging.container.json").read_bytes())
    name = container["customCode"]["points"]["hash"]
    assert (tmp_path / f"site/tags/builds/{name}.js").read_text() == CODE


def test_a_module_that_is_not_there_cannot_be_approved(run: Run) -> None:
    code, _, told = run("approve", "demo", "nothing")

    assert code != 0
    assert "there is no module 'nothing'" in told


def test_a_diff_says_what_publishing_would_change(run: Run, tmp_path: Path) -> None:
    nothing = run("diff", "demo", "--environment", "production")
    change(run, tmp_path, consent={"default": "pending"})

    changed = run("diff", "demo", "--environment", "production")

    assert nothing == (0, "", "")
    assert changed[0] == 0
    assert "Consent: `default` is now `pending`; it was `granted`." in changed[1].splitlines()


def test_a_diff_says_what_importing_a_file_would_change(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "changed.json"
    document = json.loads(run("export", "demo")[1])
    path.write_text(json.dumps({**document, "linkClicks": {}}), encoding="utf-8")

    code, said, _ = run("diff", "demo", "--file", str(path))

    assert (code, said) == (0, "Clicks on links are now collected without a rule.\n")
    path.write_text(json.dumps({**document, "nonsense": 1}), encoding="utf-8")
    assert "/nonsense" in run("diff", "demo", "--file", str(path))[2]
    assert "there is no property" in run("diff", "nothing", "--environment", "production")[2]


def test_gates_are_told_and_switched_and_keep_a_draft_from_being_published(run: Run) -> None:
    code, said, _ = run("gates", "demo", "--environment", "production")
    assert code == 0
    assert "open\tcontract\tall are in the schema of demo-events" in said
    assert "off\tapproval\tnobody was asked yet" in said

    code, said, _ = run("gates", "demo", "--environment", "production", "--on", "approval", "--off", "size")
    assert code == 1
    assert "closed\tapproval" in said

    code, _, told = run("publish", "demo", "--environment", "production")
    assert code == 1
    assert "Approved: nobody was asked yet. Request a review" in told


def test_only_gates_that_there_are_can_be_switched(run: Run) -> None:
    code, _, told = run("gates", "demo", "--environment", "production", "--off", "schema")

    assert code == 1
    assert "there is no gate 'schema' to switch" in told


def test_a_field_that_the_schema_does_not_have_is_not_published(run: Run, tmp_path: Path) -> None:
    change(run, tmp_path, xdm={"base": {"web.nmae": "x"}})

    code, _, told = run("publish", "demo", "--environment", "staging")

    assert code == 1
    assert "/xdm/base/web.nmae: The schema of `demo-events` has no field `web.nmae`." in told
    assert run("publish", "demo", "--environment", "development")[0] == 0


def test_a_build_can_be_given_to_some_visitors_first_and_taken_back(run: Run, tmp_path: Path) -> None:
    change(run, tmp_path, rules=[])
    at = ("demo", "--environment", "production")

    code, said, _ = run("publish", *at, "--share", "5", "--reason", "Try it")
    assert (code, said[:52]) == (0, "5 % of the visitors of production of demo get build ")
    assert "25 % of the visitors get build" in run("rollout", *at, "--share", "25")[1]
    assert "everyone gets the same build" in run("rollout", *at, "--stop")[1]
    code, _, told = run("rollout", *at, "--stop")
    assert (code, told) == (1, "heliograph: Nothing is rolled out in production now.\n")


def test_a_publication_can_be_planned_and_withdrawn(run: Run, tmp_path: Path) -> None:
    change(run, tmp_path, rules=[])
    at = ("demo", "--environment", "staging")

    code, said, _ = run("publish", *at, "--at", "2199-01-01T00:00:00Z")
    assert code == 0
    assert "will be build" in said
    assert "2199-01-01T00:00:00Z: build" in run("rollout", *at)[1]
    assert run("rollout", *at, "--withdraw")[1] == "everyone gets the same build\n"
    assert run("rollout", *at, "--withdraw")[0] == 1
    assert run("publish", *at, "--at", "2001-01-01T00:00:00Z")[0] == 1
    assert run("publish", *at, "--share", "5", "--out", str(tmp_path / "x"))[0] == 1


def test_an_export_of_another_tag_manager_becomes_a_property(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "gtm.json"
    export = a_container(tags=[a_tag("View"), a_tag("Pixel", type="html")], triggers=[a_trigger("1", "PAGEVIEW")])
    path.write_text(json.dumps(export), encoding="utf-8")
    file = str(path)

    code, said, _ = run("import", file, "--from", "gtm", "--preview")
    assert code == 0
    assert "not possible\ttag\tPixel\tCustom HTML" in said
    assert "0 exact, 2 changed meaning, 1 not possible" in said
    assert run("export", "my-shop")[0] == 1

    assert "imported my-shop" in run("import", file, "--from", "gtm")[1]
    assert run("import", file, "--from", "gtm")[0] == 1
    assert run("import", file, "--from", "gtm", "--id", "my-shop")[0] == 0
    assert run("publish", "my-shop", "--environment", "staging")[0] == 0
    path.write_text("{}", encoding="utf-8")
    code, _, told = run("import", file, "--from", "gtm")
    assert (code, "no container export" in told) == (1, True)
