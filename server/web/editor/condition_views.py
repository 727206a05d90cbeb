"""A tree of conditions as a form shows it, with what is wrong beside each line."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.property.places import below
from server.web.editor.conditions import TESTS, WORDS, Group, Test
from server.web.editor.faults import FaultBook
from server.web.editor.fields import Choice
from server.web.editor.rest import write_rest
from server.web.editor.source_view import SourceView, choices_of, source_view


@dataclass(frozen=True, slots=True, kw_only=True)
class TestView:
    """One comparison."""

    name: str
    source: SourceView
    tests: Sequence[Choice]
    test: Test
    faults: Sequence[str]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group of comparisons and groups. ``depth``: 0 for the outermost."""

    name: str
    depth: int
    words: Sequence[Choice]
    members: Sequence["GroupView | TestView"]
    faults: Sequence[str]
    rest: str

    @property
    def is_group(self) -> bool:
        return True


def group_view(
    name: str, group: Group, book: FaultBook, elements: Sequence[str], *, pointer: str = "", depth: int = 0
) -> GroupView:
    """``name``: in the form. ``pointer``: in what the faults' places are in; absent: the name. ``elements``: names."""
    pointer = pointer or f"/{name}"
    members: list[GroupView | TestView] = []
    for index, member in enumerate(group.members):
        here, place = f"{name}/members/{index}", below(pointer, group.word, index)
        if isinstance(member, Group):
            members.append(group_view(here, member, book, elements, pointer=place, depth=depth + 1))
            continue
        members.append(
            TestView(
                name=here,
                source=source_view(f"{here}/source", member.source, elements, without=("fixed", "item")),
                tests=choices_of(TESTS, member.test),
                test=member,
                faults=book.take(place),
                rest=write_rest(member.rest),
            )
        )
    return GroupView(
        name=name,
        depth=depth,
        words=choices_of(WORDS, group.word),
        members=members,
        faults=book.take(pointer),
        rest=write_rest(group.rest),
    )
