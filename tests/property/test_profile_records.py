"""Records and events of one person: the profile does not depend on the order in which they come, nor on how often."""

import asyncio
from collections.abc import Sequence
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from server.model.json import JsonObject
from server.model.outcome import Offset
from server.model.profile import ProfileView, Record, Stamp
from server.model.xdm import merge
from server.ports import ProfileEntry
from server.profile.fragment import Fragment, attributes_of, document, fragment, join
from server.profile.memory import MemoryProfileStore
from tests.builders import NOON_MS
from tests.unit.profile.builders import a_record, a_step, an_identity

IDENTITIES = ("CustomerId:A", "Email:a", "ECID:1", "ECID:2")
DATASETS = ("c" * 24, "d" * 24)

_NAMES = st.sampled_from("abc")
_VALUES = st.one_of(st.integers(0, 3), st.lists(st.integers(0, 1), max_size=1))
_OBJECTS: st.SearchStrategy[JsonObject] = st.recursive(
    st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=2),
    lambda inner: st.dictionaries(_NAMES, st.one_of(_VALUES, inner), min_size=1, max_size=3),
    max_leaves=4,
)
_OPERATIONS = st.sampled_from(["create", "merge", "merge", "delete"])


@st.composite
def records(draw: st.DrawFn, *, identities: Sequence[str] = IDENTITIES) -> list[Record]:
    """No two of one stamp: a place in the log is one message's alone."""
    made = []
    for place in draw(st.lists(st.integers(0, 20), unique=True, max_size=8)):
        who = draw(st.lists(st.sampled_from(identities), min_size=1, max_size=3, unique=True))
        record = a_record(
            *who,
            dataset=draw(st.sampled_from(DATASETS)),
            operation=draw(_OPERATIONS),
            links=draw(st.booleans()),
            xdm=draw(_OBJECTS),
        )
        made.append(_at(record, place))
    return made


def _at(record: Record, place: int) -> Record:
    # Several in one millisecond, as those of one request are.
    stamp = Stamp(NOON_MS + place // 3, 0, place)
    return Record(**{name: getattr(record, name) for name in record.__struct_fields__} | {"stamp": stamp})


@given(records(), st.lists(st.integers(0, 3), max_size=3), st.data())
def test_any_order_and_repetition_makes_the_same_profile(
    made: list[Record], events: list[int], data: st.DataObject
) -> None:
    steps: list[ProfileEntry] = [
        *made,
        *(a_step(n, "CustomerId:A", f"ECID:{number}")[1] for n, number in enumerate(events)),
    ]
    order = data.draw(st.permutations(steps))
    again = data.draw(st.lists(st.sampled_from(steps), max_size=5)) if steps else []
    split = data.draw(st.integers(0, len(order)))

    once = _profiles([steps])
    other = _profiles([order[:split], again, order[split:], again])

    assert once == other


@given(records(identities=("Email:a",)))
def test_a_fragment_is_what_its_messages_make_one_after_the_other(made: list[Record]) -> None:
    made = [record for record in made if record.dataset_id == DATASETS[0]]
    expected: JsonObject = {}
    for record in sorted(made, key=lambda each: each.stamp):
        content = {name: value for name, value in record.xdm.items() if name != "identityMap"}
        if record.operation == "delete":
            expected = {}
        else:
            expected = content if record.operation == "create" else merge(expected, content)

    folded: Fragment | None = None
    for each in map(fragment, made):
        folded = each if folded is None else join(each, folded)

    assert ({} if folded is None else document(attributes_of(folded))) == expected


def _profiles(batches: Sequence[Sequence[ProfileEntry]]) -> dict[str, dict[str, Any] | None]:
    async def apply() -> dict[str, dict[str, Any] | None]:
        store = MemoryProfileStore()
        offset = 0
        for batch in batches:
            await store.apply([(Offset(offset + place), entry) for place, entry in enumerate(batch)])
            offset += len(batch)
        return {name: _said(await store.find(an_identity(name), limit_events=100)) for name in IDENTITIES}

    return asyncio.run(apply())


def _said(view: ProfileView | None) -> dict[str, Any] | None:
    """All but the profile's own id, and the order of events of one moment."""
    if view is None:
        return None
    said = {name: getattr(view, name) for name in view.__struct_fields__ if name not in ("id", "events")}
    return said | {"events": sorted(event.id for event in view.events)}
