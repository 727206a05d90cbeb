import pytest

from server.property.printer import print_pipe, print_template
from server.property.tokens import parse_template
from tests.unit.property.test_tokens import CASES


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_what_is_printed_reads_as_the_same_template(text: str) -> None:
    template = parse_template(text)

    assert parse_template(print_template(template)) == template


@pytest.mark.parametrize(
    "text",
    [
        "%closest([data-sku])[data-price] | number(',')%",
        "%order['total price'][0].x | max(100)%",
        r"%a | regex('^/p/(\d+)$', 1)%",
        "%this .title | text% for %currency%, 100 %%",
        "%a | map({'b': 'book', '*': 1.5})%",
        """%a | replace("it's", 'x')%""",
    ],
)
def test_a_canonical_text_prints_as_itself(text: str) -> None:
    assert print_template(parse_template(text)) == text


def test_a_pipe_prints_alone() -> None:
    assert print_pipe(("slice", 0, 2)) == "slice(0, 2)"
    assert print_pipe(("at", [1, True, None])) == "at([1, true, null])"
