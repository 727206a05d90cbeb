"""Regular expressions that a property holds: checked here, run by browsers.

They run on every visitor's page, on text that strangers choose, so only what cannot hang a page is let through
(reliability-security I14, C2): the plain core of the language, no back-references, no look-behind, nothing that repeats
a repetition. What is accepted means the same with and without JavaScript's ``u`` flag.

How slow a backtracking matcher can get is bounded by *ways* (in how many ways bounded choices can be taken, multiplied
along the expression) times the length of the text to the power of *unbounded* (its unbounded repetitions). Both are
counted while reading, and both have a limit.
"""

from dataclasses import dataclass
from math import prod

MAX_REGEX_CHARACTERS = 200
# Each multiplies the worst case by the length of the text, which the snippet cuts to 2,000 characters.
MAX_UNBOUNDED_REPEATS = 4
# `a?` written fifty times is as bad as `(a?)*`. Real expressions, such as lists of file types, stay below 50.
MAX_WAYS = 1_000
MAX_COUNT = 100
MAX_GROUP_DEPTH = 10

_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_SETS = frozenset("dDwWsS")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
_DIGITS = frozenset("0123456789")


class RegexError(ValueError):
    """What is wrong with it: sentences that say what to write instead."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a part. ``starts``: the characters it can begin with, None where that is not plain."""

    ways: int = 1
    unbounded: int = 0
    starts: frozenset[str] | None = None
    repeatable: bool = True


_ANY = _Part()
_PLACE = _Part(repeatable=False)


def check_regex(text: str) -> int:
    """How many groups it captures, when browsers can run it safely; raise RegexError otherwise."""
    if not text:
        raise RegexError("The regular expression is empty.")
    if len(text) > MAX_REGEX_CHARACTERS:
        raise RegexError(f"It has {len(text)} characters; a regular expression has at most {MAX_REGEX_CHARACTERS}.")
    reader = _Reader(text)
    whole = reader.alternatives(depth=0)
    if not reader.at_end():
        raise RegexError(f"The `)` at {reader.position + 1} closes nothing; a literal one is written `\\)`.")
    if whole.unbounded > MAX_UNBOUNDED_REPEATS:
        raise RegexError(
            f"It has {whole.unbounded} of `*`, `+` and `{{n,}}`; at most {MAX_UNBOUNDED_REPEATS} are safe."
        )
    if whole.ways > MAX_WAYS:
        raise RegexError("It has so many optional parts that some texts take for ever; use fewer `?` and `|`.")
    return reader.groups


class _Reader:
    """Recursive descent over one expression. It never goes back, so its own time is linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.groups = 0
        self.names: set[str] = set()

    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def next(self) -> str:
        character = self.peek()
        self.position += 1
        return character

    def take(self, expected: str) -> bool:
        if not self.text.startswith(expected, self.position):
            return False
        self.position += len(expected)
        return True

    def alternatives(self, *, depth: int) -> _Part:
        if depth > MAX_GROUP_DEPTH:
            raise RegexError(f"Its groups nest deeper than {MAX_GROUP_DEPTH}.")
        branches = [self.sequence(depth=depth)]
        while self.take("|"):
            branches.append(self.sequence(depth=depth))
        if len(branches) == 1:
            return branches[0]
        unbounded = max(branch.unbounded for branch in branches)
        known = [branch.starts for branch in branches if branch.starts]
        starts = frozenset[str]().union(*known)
        if len(known) == len(branches) and len(starts) == sum(map(len, known)):
            return _Part(ways=max(branch.ways for branch in branches), unbounded=unbounded, starts=starts)
        return _Part(ways=sum(branch.ways for branch in branches), unbounded=unbounded)

    def sequence(self, *, depth: int) -> _Part:
        parts: list[_Part] = []
        while not self.at_end() and self.peek() not in "|)":
            parts.append(self.repeated(depth=depth))
        return _Part(
            ways=prod(part.ways for part in parts),
            unbounded=sum(part.unbounded for part in parts),
            starts=parts[0].starts if parts else None,
        )

    def repeated(self, *, depth: int) -> _Part:
        place = self.position + 1
        part = self.atom(depth=depth)
        count = self.count()
        if count is None:
            return part
        low, high = count
        if not part.repeatable:
            raise RegexError(f"What begins at {place} is a place, not a character: it cannot be repeated.")
        self.take("?")
        if self.peek() and self.peek() in "*+?{":
            raise RegexError(f"Two repetitions follow each other at {self.position + 1}.")
        if high == 1:
            return _Part(ways=part.ways + 1 - low, unbounded=part.unbounded)
        if part.unbounded or part.ways > 1:
            raise RegexError(
                f"The part at {place} repeats something that can itself match in several ways: on some texts that "
                "takes for ever. Repeat one character or class, such as `[a-z,]+` for `([a-z]+,?)+`."
            )
        if high is None:
            return _Part(unbounded=1)
        return _Part(ways=high - low + 1)

    def count(self) -> tuple[int, int | None] | None:
        """(least, most) of a repetition, most None for no limit; None where there is no repetition."""
        place = self.position + 1
        character = self.peek()
        if not character or character not in "*+?{":
            return None
        self.position += 1
        if character != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
        end = self.text.find("}", self.position)
        low, comma, high = self.text[self.position : max(end, self.position)].partition(",")
        if not low or not set(low + high) <= _DIGITS:
            raise RegexError(f"The `{{` at {place} begins no count such as `{{2,5}}`; a literal one is written `\\{{`.")
        self.position = end + 1
        most = int((high or low)[:6])
        if most > MAX_COUNT or most < int(low[:6]):
            raise RegexError(f"The count at {place} must go upwards, to {MAX_COUNT} at most.")
        return int(low), None if comma and not high else most

    def atom(self, *, depth: int) -> _Part:
        place = self.position + 1
        character = self.next()
        if character == "(":
            return self.group(place, depth=depth)
        if character == "[":
            self.character_class(place)
            return _ANY
        if character == "\\":
            return self.escape(place)
        if character in "*+?{":
            raise RegexError(f"The `{character}` at {place} repeats nothing; a literal one is written `\\{character}`.")
        if character in "]}":
            raise RegexError(f"A literal `{character}`, as at {place}, is written `\\{character}`.")
        if ord(character) > 0xFFFF:
            # Without the u flag it is two characters, and a repetition would repeat half of it.
            raise RegexError(f"The character at {place} cannot be part of a regular expression here.")
        if character in "^$":
            return _PLACE
        return _ANY if character == "." else _Part(starts=frozenset(character.casefold()))

    def group(self, place: int, *, depth: int) -> _Part:
        looks_ahead = self.take("?=") or self.take("?!")
        if not looks_ahead and not self.take("?:"):
            self.groups += 1
            if self.take("?"):
                self.group_name(place)
        part = self.alternatives(depth=depth + 1)
        if not self.take(")"):
            raise RegexError(f"The `(` at {place} is never closed; a literal one is written `\\(`.")
        if looks_ahead:
            return _Part(ways=part.ways, unbounded=part.unbounded, repeatable=False)
        return part

    def group_name(self, place: int) -> None:
        end = self.text.find(">", self.position)
        name = self.text[self.position + 1 : max(end, 0)]
        if self.peek() != "<" or not name.isascii() or not name.isidentifier():
            raise RegexError(f"The group at {place} begins with `(?`, but is none of `(?:`, `(?=`, `(?!`, `(?<name>`.")
        if name in self.names:
            raise RegexError(f"Two groups are called `{name}`.")
        self.names.add(name)
        self.position = end + 1

    def character_class(self, place: int) -> None:
        self.take("^")
        if self.peek() == "]":
            raise RegexError(f"The class at {place} is empty.")
        while not self.take("]"):
            first = self.class_member(place)
            if self.peek() != "-" or self.text[self.position + 1 : self.position + 2] == "]":
                continue
            self.position += 1
            last = self.class_member(place)
            if not first or not last or first > last:
                raise RegexError(f"A range in the class at {place} has no order; a literal `-` is written `\\-`.")

    def class_member(self, place: int) -> str:
        """The one character it stands for, empty for a set such as ``\\d``."""
        if self.at_end():
            raise RegexError(f"The `[` at {place} is never closed; a literal one is written `\\[`.")
        character = self.next()
        if character == "[" or ord(character) > 0xFFFF:
            raise RegexError(f"The class at {place} holds a character that needs a backslash, or cannot be there.")
        if character != "\\":
            return character
        escaped = self.next()
        if escaped in _SYNTAX or escaped == "-":
            return escaped
        if escaped in _SETS:
            return ""
        if escaped in _CONTROLS:
            return _CONTROLS[escaped]
        raise RegexError(f"`\\{escaped}` in the class at {place} means nothing here; drop the backslash.")

    def escape(self, place: int) -> _Part:
        escaped = self.next()
        if escaped in ("b", "B"):
            return _PLACE
        if escaped in _SETS or escaped in _CONTROLS:
            return _ANY
        if escaped in _SYNTAX:
            return _Part(starts=frozenset(escaped))
        if escaped in _DIGITS:
            raise RegexError(f"`\\{escaped}` at {place} refers back to a group, which can take for ever: not allowed.")
        raise RegexError(f"`\\{escaped}` at {place} means nothing here; drop the backslash.")
