"""A person's record: what every dataset says of every identity of a profile, put together. Pure.

The merge policy is the platform's own default, by time: of each attribute what was said last, by whichever dataset.
Within a dataset a message replaces what it said of that identity before, unless it only changes some of it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from server.model.json import JsonObject
from server.model.profile import AttributeSource, RecordSource
from server.profile.changes import FragmentKey
from server.profile.fragment import Attribute, Fragment, across_datasets, document, laid, pointer


class MergedRecord(NamedTuple):
    """As :class:`server.model.profile.ProfileView` has it."""

    record: JsonObject
    attribute_sources: tuple[AttributeSource, ...]
    record_sources: tuple[RecordSource, ...]


def merge_fragments(fragments: Mapping[FragmentKey, Fragment]) -> MergedRecord:
    """The order of ``fragments`` does not matter."""
    attributes: list[Attribute] = []
    origin: dict[tuple[tuple[str, ...], int, int, int], str] = {}
    # Of two datasets that say something in the same moment, the one with the greater id counts.
    for (dataset, _identity), fragment in sorted(fragments.items(), key=lambda each: each[0]):
        for each in across_datasets(fragment):
            attributes.append(each)
            origin[_name(each)] = dataset
    present = laid(attributes)
    return MergedRecord(
        record=document(present),
        attribute_sources=tuple(
            AttributeSource(path=pointer(each.path), dataset_id=origin[_name(each)], at_ms=each.stamp.at_ms)
            for each in present
        ),
        record_sources=tuple(
            RecordSource(dataset_id=dataset, identity=identity, at_ms=fragment.newest.at_ms, tag=fragment.tag)
            for (dataset, identity), fragment in sorted(fragments.items(), key=lambda each: each[0])
            if fragment.said
        ),
    )


def _name(attribute: Attribute) -> tuple[tuple[str, ...], int, int, int]:
    return attribute.path, attribute.stamp.at_ms, attribute.stamp.partition, attribute.stamp.offset
