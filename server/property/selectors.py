"""CSS selectors that a property holds. Browsers judge them in the end; what can be seen at publish is seen here."""

MAX_SELECTOR_CHARACTERS = 500

_CLOSER = {"(": ")", "[": "]"}


class SelectorError(ValueError):
    """What is wrong with it. ``position``: index of the character that it is about."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


def check_selector(text: str) -> None:
    """Return when it is not empty, not too long, with brackets and quotes balanced; raise SelectorError otherwise."""
    if not text.strip():
        raise SelectorError("The selector is empty.")
    if len(text) > MAX_SELECTOR_CHARACTERS:
        raise SelectorError(f"The selector has {len(text)} characters; at most {MAX_SELECTOR_CHARACTERS} are allowed.")
    end = find_end(text, 0, stops=")]{}<;")
    if end < len(text):
        raise SelectorError(f"The `{text[end]}` has no place there in a selector.", end)


def find_end(text: str, start: int, *, stops: str) -> int:
    """Index of the first of ``stops`` outside of brackets and quotes, or the text's length.

    Raises SelectorError where brackets or quotes are not balanced up to there.
    """
    expected: list[str] = []
    opened: list[int] = []
    position = start
    while position < len(text):
        character = text[position]
        if not expected and character in stops:
            return position
        if character == "\\":
            if position + 1 == len(text):
                raise SelectorError("The selector ends in a single backslash.", position)
            position += 1
        elif character in "\"'":
            position = _find_quote_end(text, position)
        elif character in _CLOSER:
            expected.append(_CLOSER[character])
            opened.append(position)
        elif character in ")]":
            if not expected or expected.pop() != character:
                raise SelectorError(f"The `{character}` in the selector closes nothing.", position)
            opened.pop()
        position += 1
    if expected:
        raise SelectorError(f"The `{text[opened[-1]]}` in the selector is never closed.", opened[-1])
    return len(text)


def _find_quote_end(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == text[start]:
            return position
        position += 1
    raise SelectorError("A quotation mark in the selector is never closed.", start)
