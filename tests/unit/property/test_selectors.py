import pytest

from server.property.selectors import MAX_SELECTOR_CHARACTERS, SelectorError, check_selector, find_end


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "[data-testid=add-to-cart]",
        ".card > :not(.sold-out) a[href^='/p/'], main #x",
        r".md\:flex .a\)b",
        '[title="a]b)"]',
        ":is(a, :where(b, [c]))",
        "a" * MAX_SELECTOR_CHARACTERS,
    ],
)
def test_a_selector_with_balanced_brackets_passes(text: str) -> None:
    check_selector(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("a" * (MAX_SELECTOR_CHARACTERS + 1), "501 characters"),
        ("[a", "`[` in the selector is never closed"),
        (":is(a", "`(` in the selector is never closed"),
        (":is([a)]", "closes nothing"),
        ("a)", "no place"),
        ("a]", "no place"),
        ("[a='b]", "quotation mark"),
        ("[a='b\\", "quotation mark"),
        ("a\\", "single backslash"),
        ("a { color: red }", "`{` has no place"),
        ("<b>", "`<` has no place"),
    ],
)
def test_a_broken_selector_is_refused(text: str, part: str) -> None:
    with pytest.raises(SelectorError, match=part.replace("[", r"\[").replace("(", r"\(").replace("{", r"\{")):
        check_selector(text)


def test_the_end_is_the_first_stop_outside_of_brackets_and_quotes() -> None:
    assert find_end("x [a='|'] :is(|) \\| | y", 0, stops="|") == 20
    assert find_end("x", 0, stops="|") == 1
