from collections.abc import Mapping, Sequence

import pytest

from server.model.json import JsonObject
from server.schema.listing import ListingRefused, Query, page_of, read_query

DOCUMENTS: list[JsonObject] = [
    {"$id": "1", "title": "Beta", "meta:class": "event", "meta:immutableTags": ["union"]},
    {"$id": "2", "title": "alpha", "meta:class": "profile"},
    {"$id": "3", "title": "Beta", "meta:class": "event"},
    {"$id": "4", "title": "Gamma", "meta:class": "event", "description": "d"},
]


def ids(query: Query) -> list[str]:
    return [document["$id"] for document in page_of(DOCUMENTS, query).items]


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        (("meta:class==event",), ["1", "3", "4"]),
        (("meta:class!=event",), ["2"]),
        (("title~ALPH",), ["2"]),
        (("meta:immutableTags==union", "meta:class==event"), ["1"]),
        (("description",), ["4"]),
        (("nothing",), []),
    ],
)
def test_filters_all_hold(properties: tuple[str, ...], found: list[str]) -> None:
    assert sorted(ids(Query(properties=properties))) == found


def test_documents_come_in_order_and_equals_by_their_ids() -> None:
    assert ids(Query(order="title")) == ["1", "3", "4", "2"]
    assert ids(Query(order="-title")) == ["2", "4", "3", "1"]


@pytest.mark.parametrize("order", ["title", "-title", "meta:class", "$id", "unheard"])
def test_pages_have_everything_once(order: str) -> None:
    found, start = [], ""
    for _ in range(10):
        page = page_of(DOCUMENTS, Query(order=order, limit=1, start=start))
        found += [document["$id"] for document in page.items]
        if page.next is None:
            break
        start = page.next

    assert found == ids(Query(order=order))
    assert len(found) == 4


def test_a_client_may_begin_at_a_value_of_its_own() -> None:
    assert ids(Query(order="title", start="Gamma")) == ["4", "2"]


def test_a_query_is_read_from_the_address() -> None:
    values = {"limit": ["5"], "orderby": ["-title,version"], "start": ["x"], "property": ["title", "a==b"]}

    assert read_query(values) == Query(start="x", limit=5, order="-title", properties=("title", "a==b"))
    assert read_query({"orderBy": ["title"]}) == Query()


@pytest.mark.parametrize("values", [{"limit": ["0"]}, {"limit": ["301"]}, {"limit": ["x"]}, {"limit": ["-1"]}])
def test_a_limit_is_a_number_that_fits_a_page(values: Mapping[str, Sequence[str]]) -> None:
    with pytest.raises(ListingRefused, match="make it a number from 1 to 300"):
        read_query(values)
