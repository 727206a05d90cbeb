from pathlib import Path

from server.web.views.embeds import MAX_EMBEDS, Embed, published_embeds
from tests.unit.property.factories import a_property
from tests.unit.web.console import Console, a_console
from tests.unit.web.pages.published import publish, save


def named(name: str) -> dict[str, object]:
    return a_property(property={"id": name.lower(), "name": name})


def embeds(console: Console) -> list[Embed]:
    database = console.services.database
    return list(database.read_sync(lambda connection: published_embeds(connection, base_url="https://t.example")))


def test_each_property_has_the_line_of_the_environment_nearest_to_visitors(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        for environment in ("development", "staging"):
            publish(console, named("Shop"), environment)
        publish(console, named("Blog"), "production")

        found = embeds(console)

    assert [(each.property_name, each.environment) for each in found] == [("Blog", "production"), ("Shop", "staging")]
    assert found[1].code == '<script async src="https://t.example/tags/shop/staging.js"></script>'


def test_what_is_not_published_has_none(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        save(console, named("Draft"))

        assert embeds(console) == []


def test_there_are_only_a_few(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        for number in range(MAX_EMBEDS + 2):
            publish(console, named(f"Site{number}"), "production")

        assert len(embeds(console)) == MAX_EMBEDS
