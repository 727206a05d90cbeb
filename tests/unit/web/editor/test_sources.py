from typing import Any

import pytest

from server.web.editor.sources import Source, coerced, source_of, template_of

TOKENS = [
    "%pageName%",
    "%order.items[0].sku | upper%",
    "%event.order.id%",
    "%event['odd key'].x%",
    "%item.sku%",
    "%this%",
    "%this | text | cleanText | max(100)%",
    "%this[data-sku]%",
    "%this.href | stripQuery%",
    "%this.dataset.sku%",
    "%this .title%",
    "%closest([data-sku])[data-price] | number%",
    "%closest([data-sku]) .title | text | cleanText%",
    "%closest(form) input[name=qty] | value | integer | default(1)%",
    "%this | value%",
    "Shop: %pageName%",
    "%old.page.name%",
    "%event%",
]


@pytest.mark.parametrize("value", [*TOKENS, "plain", "100%% wool", 5, 1.5, True, "12", "true"])
def test_what_is_read_into_fields_is_written_as_it_was(value: Any) -> None:
    written = template_of(source_of(value))

    assert (written, type(written)) == (value, type(value))


def test_a_token_is_shown_in_the_fields_of_its_kind() -> None:
    assert source_of("%closest([data-sku]) .title | text | cleanText%") == Source(
        kind="clicked", reads="text", around="[data-sku]", inside=".title", pipes="cleanText"
    )
    assert source_of("%order.items[0].sku%") == Source(kind="element", name="order", path="items[0].sku")


def test_a_fixed_text_holds_no_token_whatever_it_holds() -> None:
    assert template_of(Source(kind="fixed", value="50 % off %pageName%")) == "50 %% off %%pageName%%"


@pytest.mark.parametrize(
    ("written", "field_type", "value"), [("12", "string", "12"), ("12", "integer", 12), ("12", "", 12)]
)
def test_what_goes_into_a_text_is_a_text(written: str, field_type: str, value: Any) -> None:
    assert template_of(Source(kind="fixed", value=written), field_type=field_type) == value


def test_what_the_page_gives_is_read_as_the_field_wants_it_once() -> None:
    once = coerced(Source(kind="clicked", reads="attribute", attribute="data-price", pipes="trim"), "number")

    assert once.pipes == "trim | number"
    assert coerced(once, "number") == once
    assert coerced(Source(kind="element", name="price"), "number").pipes == ""
