import json
import re
from html import unescape
from pathlib import Path

from server.property.files import revision_of
from tests.unit.property.factories import a_mapping_rule, a_property, retail
from tests.unit.web.console import HTML, PUBLIC_URL, Console, a_console
from tests.unit.web.pages.published import publish, save

HOSTILE = "<img src=x onerror=alert(1)>"


def page(console: Console, path: str) -> str:
    """The page's text, entities resolved."""
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200
    return unescape(answer.text)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def test_without_a_property_the_list_says_how_to_get_one(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert "heliograph property import" in page(console, "/properties")


def test_the_list_says_what_is_published_where(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        publish(console, a_property(), "production")
        publish(console, a_property(rules=[]), "staging")

        text = words(page(console, "/properties"))

    assert "Shop" in text
    assert "0 rules 1 data element " in text
    assert re.search(r"Development\s*not published\s*Staging\s*up to date\s*Production\s*older revision", text)


def test_a_property_leads_to_its_rules_its_data_elements_and_publishing(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())

        html = page(console, "/properties/retail-web")

    text = words(html)
    assert f"{len(retail()['rules'])} rules" in text
    assert 'href="/properties/retail-web/rules"' in html
    assert 'href="/properties/retail-web/publish"' in html
    assert "web.webPageDetails.name %pageName%" in text


def test_each_environment_has_its_embed_code_in_every_variant(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url=PUBLIC_URL) as console:
        console.sign_in()
        publish(console, retail(), "production")

        text = page(console, "/properties/retail-web")

    for environment in ("development", "staging", "production"):
        assert f'<script async src="{PUBLIC_URL}/tags/retail-web/{environment}.js"></script>' in text
    assert f'<script async nonce="{{{{ nonce }}}}" src="{PUBLIC_URL}/tags/retail-web/production.js"></script>' in text
    assert re.search(rf"<dt>script-src</dt><dd>{PUBLIC_URL}</dd>", text)
    # The production environment of this property sends to an edge of its own.
    assert re.search(r"<dt>connect-src</dt><dd>https://c\.shop\.example</dd>", text)


def test_each_environment_says_what_is_published_there(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        build = publish(console, retail(), "production")

        text = page(console, "/properties/retail-web")

    assert build.hash in text
    assert build.revision in text
    assert "10.5 kB" in text
    assert "by bob" in text
    assert text.count("Nothing is published here") == 2


def test_a_property_with_faults_shows_them_with_their_cure(tmp_path: Path) -> None:
    broken = a_property(rules=[a_mapping_rule({"_shop.x": "%nobody%"})])

    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, broken)

        text = words(page(console, "/properties/shop"))

    assert "cannot be published as it is" in text
    assert "/rules/0/actions/0/xdm/_shop.x" in text
    assert "nobody" in text


def test_the_download_is_the_document_and_the_page_names_its_revision(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())

        text = page(console, "/properties/retail-web")
        answer = console.client.get("/properties/retail-web.json")

    assert json.loads(answer.text) == retail()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="retail-web.json"'
    assert revision_of(retail()) in text
    assert 'href="/properties/retail-web.json"' in text


def test_what_does_not_exist_is_404(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        for path in ("/properties/nothing", "/properties/nothing.json", "/properties/%2e%2e", "/properties/a/b"):
            assert console.client.get(path, headers=HTML).status_code == 404


def test_markup_in_a_property_is_text(tmp_path: Path) -> None:
    document = a_property(
        property={"id": "shop", "name": HOSTILE, "description": HOSTILE},
        dataElements={"pageName": {"from": "const", "value": HOSTILE, "description": HOSTILE, "default": HOSTILE}},
        rules=[
            a_mapping_rule({"_shop.x": HOSTILE, "_shop.y": f"{HOSTILE} %pageName%"}, name=HOSTILE, description="\u202e")
        ],
    )

    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, document)

        rule = "/properties/shop/rules/a-rule"
        pages = ("/properties", "/properties/shop", "/properties/shop/rules", rule, "/properties/shop/elements")
        texts = [console.client.get(path, headers=HTML).text for path in pages]

    for text in texts:
        assert HOSTILE not in text
        assert HOSTILE in unescape(text)
        # But in the field where it is edited: what is saved there is what was there.
        assert "\u202e" not in re.sub(r"<textarea.*?</textarea>", "", text, flags=re.DOTALL)
