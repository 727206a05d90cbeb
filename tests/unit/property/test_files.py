import pytest

from server.property.files import (
    FilesError,
    canonical_text,
    decode_document,
    join_files,
    revision_of,
    split_document,
)
from tests.unit.property.factories import a_property, a_rule, retail


def test_canonical_text_has_sorted_keys_two_spaces_and_a_final_newline() -> None:
    assert canonical_text({"b": [1, {"ü": None}], "a": "x"}) == (
        '{\n  "a": "x",\n  "b": [\n    1,\n    {\n      "ü": null\n    }\n  ]\n}\n'
    )


def test_the_revision_names_the_content_and_not_how_it_was_written() -> None:
    document = retail()
    turned = {key: document[key] for key in reversed(document)}

    assert revision_of(document) == revision_of(turned)
    assert revision_of(document) != revision_of({**document, "formatVersion": 2})
    assert len(revision_of(document)) == 16


def test_a_document_is_split_into_a_file_for_each_rule_and_data_element() -> None:
    document = a_property(
        dataElements={"b": {"from": "page"}, "a": {"from": "page"}, "x-note": 1}, rules=[a_rule(id="z"), a_rule(id="y")]
    )

    files = split_document(document)

    assert list(files) == [
        "data-elements/a.json",
        "data-elements/b.json",
        "property.json",
        "rules/y.json",
        "rules/z.json",
    ]
    assert '"rules": [\n    "z",\n    "y"\n  ]' in files["property.json"]
    assert '"x-note": 1' in files["property.json"]
    assert join_files(files) == document


def test_the_retail_site_survives_the_way_there_and_back() -> None:
    assert join_files(split_document(retail())) == retail()


FILES = dict(split_document(a_property()))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "property.json: is missing"),
        ({"property.json": "[]"}, "property.json: must hold an object"),
        ({"property.json": '{"rules": [1]}'}, "property.json: `rules` must list"),
        ({"property.json": '{"rules": ["a", "a"]}'}, "property.json: `rules` must list"),
        ({"property.json": '{"rules": {}}'}, "property.json: `rules` must list"),
        ({"property.json": '{"rules": ["a"]}'}, "rules/a.json: is missing, but property.json lists it"),
        ({**FILES, "rules/b.json": '{"id": "b"}'}, "rules/b.json: is not in the list"),
        ({**FILES, "rules/a-rule.json": '{"id": "b"}'}, "rules/a-rule.json: holds a rule of another name"),
        ({**FILES, "notes.txt.json": "{}"}, "notes.txt.json: has no place in a property"),
        ({**FILES, "rules/a-rule.json": "{"}, "rules/a-rule.json: is no JSON at line 1, column 2"),
    ],
)
def test_files_that_do_not_fit_are_named(files: dict[str, str], message: str) -> None:
    with pytest.raises(FilesError) as caught:
        join_files(files)

    assert str(caught.value).startswith(message)
    assert message.startswith(caught.value.file)


def test_a_document_is_decoded() -> None:
    assert decode_document(b' {"a": [1, 2.5, null]} ') == {"a": [1, 2.5, None]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no JSON at line 1, column 1"),
        (b'{"a": 1,\n "b" 2}', "is no JSON at line 2, column 6"),
        (b'{"a": 1, "b": 1, "a": 2}', "has the key `a` twice"),
        (b'{"a": NaN}', "holds NaN, which is no JSON"),
        (b'{"a": Infinity}', "holds Infinity"),
        (b'{"a": "\xff"}', "is no UTF-8 text from byte 8 on"),
        (b"[" * 200_000, "nests too deeply"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "Exceeds the limit"),
        (b" " * 1_000_001, "has 1,000,001 bytes; a property has at most 1,000,000"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(FilesError) as caught:
        decode_document(data, file="shop.json")

    assert str(caught.value).startswith(f"shop.json: {message}")
