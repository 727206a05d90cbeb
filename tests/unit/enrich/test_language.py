from typing import Any

import pytest

from server.enrich.deps import Deps
from server.enrich.language import Language, preferred
from server.model.json import JsonObject
from tests.builders import a_client, an_event, an_xdm


def patched(deps: Deps, header: str, **xdm: Any) -> JsonObject:
    return Language(deps).enrich(an_event(client=a_client(accept_language=header), xdm=an_xdm(**xdm)))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-CH", "de-CH"),
        ("de-DE,de;q=0.9,en;q=0.8", "de-DE"),
        ("en;q=0.5, fr;q=0.9", "fr"),
        ("en;q=0.7,fr;q=0.7", "en"),
        (" zh-Hant-TW ; q=1.000 ,en", "zh-Hant-TW"),
        ("*, en;q=0.5", "en"),
        ("de;q=0", None),
        ("de;q=2", None),
        ("*", None),
        ("", None),
        ("<script>", None),
        ("x" * 10_000, None),
        ("," * 10_000 + "de", None),
    ],
)
def test_the_language_asked_for_first_is_chosen(header: str, language: str | None) -> None:
    assert preferred(header) == language


def test_the_language_is_filled(deps: Deps) -> None:
    assert patched(deps, "de-CH,de") == {"environment": {"browserDetails": {"acceptLanguage": "de-CH"}}}


def test_a_client_without_the_header_adds_nothing(deps: Deps) -> None:
    assert patched(deps, "") == {}


def test_a_language_in_the_event_is_not_overwritten(deps: Deps) -> None:
    assert patched(deps, "de", environment={"browserDetails": {"acceptLanguage": "fr"}}) == {}
