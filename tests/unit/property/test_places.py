import pytest

from server.property.places import below, subject


def test_a_pointer_escapes_what_has_a_meaning_in_it() -> None:
    assert below("/rules", 0, "a/b~c") == "/rules/0/a~1b~0c"


@pytest.mark.parametrize(
    ("pointer", "words"),
    [
        ("", "The document"),
        ("/limit/times", "`times`"),
        ("/rules/1", "Entry 2 of `rules`"),
        ("/xdm/a~1b", "`a/b`"),
        ("/0", "Entry 1"),
        ("/rules/1/0", "Entry 1 of `rules`"),
    ],
)
def test_a_place_has_words(pointer: str, words: str) -> None:
    assert subject(pointer) == words
