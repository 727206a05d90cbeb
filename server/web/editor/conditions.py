"""A tree of conditions as people edit it: groups of tests, of which all, any or none have to hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.places import below
from server.web.editor.branches import Branch
from server.web.editor.literals import read_literal, read_number, write_literal
from server.web.editor.mapping_rows import MappingWriter
from server.web.editor.rest import read_rest, rest_of
from server.web.editor.sources import Source, read_source, source_of

WORDS: Mapping[str, str] = {"all": "all of these", "any": "any of these", "none": "none of these"}

TESTS: Mapping[str, str] = {
    "is:present": "is present",
    "is:absent": "is missing",
    "is:true": "is true",
    "is:false": "is false",
    "op:eq": "is",
    "op:ne": "is not",
    "op:contains": "contains",
    "op:startsWith": "begins with",
    "op:endsWith": "ends with",
    "op:matches": "matches the pattern",
    "op:in": "is one of",
    "op:lt": "is less than",
    "op:lte": "is at most",
    "op:gt": "is more than",
    "op:gte": "is at least",
}
"""What the document says (``is`` or ``op``), and the words for it."""

_NUMBERS = frozenset({"op:lt", "op:lte", "op:gt", "op:gte"})
_TEXTS = frozenset({"op:contains", "op:startsWith", "op:endsWith", "op:matches"})
_GROUP_KEYS = frozenset(WORDS)
_TEST_KEYS = frozenset({"value", "is", "op", "than", "ignoreCase"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One comparison. ``test``: a key of TESTS. ``than``: as written, of a list an entry a line."""

    source: Source
    test: str = "is:present"
    than: str = ""
    ignores_case: bool = False
    rest: JsonObject = field(default_factory=dict)

    @property
    def compares(self) -> bool:
        """There is something to compare with."""
        return self.test.startswith("op:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """``word``: a key of WORDS. ``members``: tests, and groups in the group."""

    word: str = "all"
    members: tuple["Group | Test", ...] = ()
    rest: JsonObject = field(default_factory=dict)


def group_of(condition: Json) -> Group:
    """A condition of the document; a single test becomes a group of one. None: an empty group."""
    part = _part_of(condition) if isinstance(condition, dict) else Group()
    return part if isinstance(part, Group) else Group(members=(part,))


def read_group(branch: Branch) -> Group:
    """What the fields of a form say."""
    word = branch.text("word", "all")
    members = tuple(_read_member(row) for row in branch.at("members").rows())
    return Group(word=word if word in WORDS else "all", members=members, rest=read_rest(branch))


def write_group(group: Group, writer: MappingWriter, *, pointer: str, name: str) -> JsonObject | None:
    """The document's condition; None for a group with nothing in it."""
    members: list[Json] = []
    for index, member in enumerate(group.members):
        here, place = f"{name}/members/{index}", below(pointer, group.word, len(members))
        if isinstance(member, Test):
            members.append(_write_test(member, writer, place, here))
            continue
        inner = write_group(member, writer, pointer=place, name=here)
        if inner is not None:
            members.append(inner)
    return {group.word: members} | group.rest if members else None


def _part_of(condition: JsonObject) -> Group | Test:
    for word in WORDS:
        if isinstance(condition.get(word), list):
            members = tuple(_part_of(each) for each in condition[word] if isinstance(each, dict))
            return Group(word=word, members=members, rest=rest_of(condition, _GROUP_KEYS))
    than = condition.get("than", "")
    test = f"op:{condition['op']}" if "op" in condition else f"is:{condition.get('is', 'present')}"
    return Test(
        source=source_of(condition.get("value", "")),
        test=test,
        than="\n".join(map(write_literal, than)) if isinstance(than, list) else _shown(than, test),
        ignores_case=condition.get("ignoreCase") is True,
        rest=rest_of(condition, _TEST_KEYS),
    )


def _shown(than: Json, test: str) -> str:
    return than if isinstance(than, str) and test in _TEXTS else write_literal(than) if than != "" else ""


def _read_member(branch: Branch) -> Group | Test:
    if branch.has("word"):
        return read_group(branch)
    test = branch.text("test", "is:present")
    return Test(
        source=read_source(branch.at("source")),
        test=test if test in TESTS else "is:present",
        than=branch.text("than"),
        ignores_case=bool(branch.text("ignoresCase")),
        rest=read_rest(branch),
    )


def _write_test(test: Test, writer: MappingWriter, place: str, here: str) -> JsonObject:
    writer.places[place] = here
    if test.source.is_empty:
        writer.faults.append(Fault(place, "Nothing is chosen here.", "Choose what is looked at, or remove the line."))
    value = writer.template(test.source)
    # What is looked at is a token or a text with tokens; a number is the text of it.
    written: JsonObject = {"value": value if isinstance(value, str) else write_literal(value)}
    key, _, word = test.test.partition(":")
    written[key] = word
    if test.compares:
        written["than"] = _than(test)
    if test.compares and test.ignores_case and test.test not in _NUMBERS:
        written["ignoreCase"] = True
    return written | test.rest


def _than(test: Test) -> Json:
    if test.test == "op:in":
        return [read_literal(line.strip()) for line in test.than.split("\n") if line.strip()]
    if test.test in _NUMBERS:
        return read_number(test.than)
    return test.than if test.test in _TEXTS else read_literal(test.than)
