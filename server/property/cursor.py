"""Reading a template character by character: position, errors that name it, and the small things tokens are made of."""

import json
import math
import re

from server.model.json import Json

# Nothing a marketer writes by hand is longer; it also bounds every loop over one.
MAX_TEMPLATE_CHARACTERS = 2_000
MAX_ARGUMENT_DEPTH = 3
# Beyond it, JavaScript's numbers are not exact.
MAX_INTEGER = 2**53 - 1

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,25})?(?:[eE][+-]?[0-9]{1,3})?(?![0-9A-Za-z_.])")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class TemplateError(ValueError):
    """A text with tokens that cannot be read. ``position``: index of the character where reading ended."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class Cursor:
    """A place in a text. Only goes forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self, expected: str) -> bool:
        if not self.text.startswith(expected, self.position):
            return False
        self.position += len(expected)
        return True

    def match(self, pattern: re.Pattern[str]) -> str:
        """What the pattern matches here, or nothing."""
        found = pattern.match(self.text, self.position)
        if not found:
            return ""
        self.position = found.end()
        return found.group()

    def skip_space(self) -> bool:
        start = self.position
        while self.peek() and self.peek() in " \t\r\n":
            self.position += 1
        return self.position > start

    def error(self, message: str) -> TemplateError:
        return TemplateError(message, self.position)

    def quoted(self) -> str:
        """A text in single or double quotes. A backslash stands for itself, except before a quote or a backslash."""
        start = self.position
        quote = self.peek()
        self.position += 1
        characters: list[str] = []
        while not self.at_end():
            character = self.text[self.position]
            if character == "\\" and self.text[self.position + 1 : self.position + 2] in ("\\", '"', "'"):
                self.position += 1
                character = self.text[self.position]
            elif character == quote:
                self.position += 1
                return "".join(characters)
            characters.append(character)
            self.position += 1
        raise TemplateError("The quotation mark is never closed.", start)

    def argument(self, *, depth: int = 0) -> Json:
        """A text in quotes, a number, true, false, null, a list ``[…]`` or a table ``{'key': …}``."""
        if depth > MAX_ARGUMENT_DEPTH:
            raise self.error("Arguments cannot nest that deep.")
        if self.peek() in ("'", '"'):
            return self.quoted()
        if self.take("["):
            return self._items(depth)
        if self.take("{"):
            return self._table(depth)
        start = self.position
        number = self.match(_NUMBER)
        if number:
            return self._number(number, start)
        word = self.match(_WORD)
        if word in _WORDS:
            return _WORDS[word]
        self.position = start
        hint = (
            f"Put text in quotes: `'{word}'`." if word else "An argument is a text in quotes, a number, true or false."
        )
        raise self.error(hint)

    def _number(self, digits: str, start: int) -> int | float:
        number: int | float = json.loads(digits)
        if not math.isfinite(number) or (isinstance(number, int) and abs(number) > MAX_INTEGER):
            raise TemplateError("The number is too large.", start)
        return number

    def _items(self, depth: int) -> list[Json]:
        items: list[Json] = []
        self.skip_space()
        while not self.take("]"):
            items.append(self.argument(depth=depth + 1))
            self._between("]")
        return items

    def _table(self, depth: int) -> dict[str, Json]:
        table: dict[str, Json] = {}
        self.skip_space()
        while not self.take("}"):
            if self.peek() not in ("'", '"'):
                raise self.error("A table's key is a text in quotes, as in `{'EUR': 'euro'}`.")
            key = self.quoted()
            if key in table or key == "__proto__":
                raise self.error(f"The key `{key}` cannot stand there, or stands there twice.")
            self.skip_space()
            if not self.take(":"):
                raise self.error(f"The key `{key}` is not followed by `:`.")
            self.skip_space()
            table[key] = self.argument(depth=depth + 1)
            self._between("}")
        return table

    def _between(self, closer: str) -> None:
        self.skip_space()
        if self.take(","):
            self.skip_space()
        elif self.peek() != closer:
            raise self.error(f"A `,` or `{closer}` is missing.")
