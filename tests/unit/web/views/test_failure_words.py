import pytest

from server.web.views.failure_words import fault_words


@pytest.mark.parametrize(
    ("reason", "keyword", "field", "words"),
    [
        ("schema_violation", "type", "/web", "has the wrong type"),
        ("schema_violation", "dependentRequired", "/web", "breaks the rule dependentRequired"),
        ("schema_violation", "", "/web", "is wrong"),
        ("schema_violation", "required", "", "The event is missing"),
        ("schema_violation", "type", "*", "Any field has the wrong type"),
        ("mapping_failed", "mapping", "", "Mapping failed"),
        ("unreadable", "", "", "Unreadable record"),
        ("of a newer version", "", "", "The event is wrong"),
    ],
)
def test_what_is_wrong_is_said_in_words(reason: str, keyword: str, field: str, words: str) -> None:
    assert fault_words(reason, keyword, field) == words
